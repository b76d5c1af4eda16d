use std::time::Duration;

use super::RateLimit;
use crate::config::RateLimitConfig;
use crate::layers::testing::{Trial, problem, values};
use crate::throttle::{Cells, Key};

const SECOND: Duration = Duration::from_secs(1);

fn key(address: &str) -> Key {
    Key::new(address.parse().unwrap())
}

/// A burst passes at once, then one request an interval.
#[test]
fn burst_then_flow() {
    let mut cells = Cells::new(SECOND, 3, 100);
    let start = SECOND * 100;
    for _ in 0..3 {
        assert_eq!(cells.take(key("192.0.2.1"), start), Ok(()));
    }
    assert_eq!(cells.take(key("192.0.2.1"), start), Err(SECOND));
    assert_eq!(
        cells.take(key("192.0.2.1"), start + SECOND / 2),
        Err(SECOND / 2)
    );
    assert_eq!(cells.take(key("192.0.2.1"), start + SECOND), Ok(()));
    assert!(cells.take(key("192.0.2.1"), start + SECOND).is_err());
    assert_eq!(cells.take(key("192.0.2.2"), start), Ok(()));
}

/// Refused requests do not push the end of the wait away.
#[test]
fn patience_is_rewarded() {
    let mut cells = Cells::new(SECOND, 1, 100);
    assert_eq!(cells.take(key("192.0.2.1"), Duration::ZERO), Ok(()));
    for _ in 0..10 {
        assert_eq!(cells.take(key("192.0.2.1"), Duration::ZERO), Err(SECOND));
    }
    assert_eq!(cells.take(key("192.0.2.1"), SECOND), Ok(()));
}

/// A client keeps its state over the turn of the generations.
#[test]
fn turning_forgets_nobody_too_early() {
    let mut cells = Cells::new(SECOND, 2, 4);
    assert_eq!(cells.take(key("192.0.2.1"), SECOND), Ok(()));
    assert_eq!(cells.take(key("192.0.2.1"), SECOND), Ok(()));
    assert_eq!(cells.take(key("192.0.2.2"), SECOND), Ok(()));
    // Two clients are half of four: the third turns the generations.
    assert_eq!(cells.take(key("192.0.2.3"), SECOND), Ok(()));
    assert_eq!(cells.take(key("192.0.2.1"), SECOND), Err(SECOND));
    assert_eq!(cells.take(key("192.0.2.1"), SECOND * 2), Ok(()));
    assert!(cells.take(key("192.0.2.1"), SECOND * 2).is_err());
}

/// The memory is bounded, however many clients there are.
#[test]
fn bounded() {
    let mut cells = Cells::new(SECOND, 5, 100);
    for client in 0..10_000_u32 {
        assert_eq!(
            cells.take(
                Key::new(std::net::Ipv4Addr::from_bits(client).into()),
                SECOND
            ),
            Ok(())
        );
        assert!(cells.len() <= 100);
    }
}

/// The addresses of one IPv6 subscriber count as one, and a mapped IPv4 address is the IPv4 address.
#[test]
fn keys() {
    assert_eq!(key("2001:db8::1"), key("2001:db8::ffff"));
    assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    assert_ne!(key("0.0.0.1"), key("0:0:0:1::"));
}

fn layer(requests: u32) -> RateLimit {
    let config = RateLimitConfig {
        requests,
        period: 60.0,
        exempt: vec!["/free".into()],
        ..Default::default()
    };
    RateLimit::new(&config).unwrap()
}

/// One request too many is a 429 that says how long to wait and what the limit is.
#[test]
fn answers_429() {
    let layer = layer(2);
    assert!(Trial::get(&[]).enter(&layer).is_none());
    assert!(Trial::get(&[]).enter(&layer).is_none());
    let response = Trial::get(&[]).enter(&layer).unwrap();
    assert_eq!(
        problem(&response),
        (
            http::StatusCode::TOO_MANY_REQUESTS,
            "rate_limit.exceeded".into()
        )
    );
    assert_eq!(values(&response, "retry-after"), ["30"]);
    assert_eq!(values(&response, "ratelimit"), ["\"default\";r=0;t=30"]);
    assert_eq!(
        values(&response, "ratelimit-policy"),
        ["\"default\";q=2;w=60"]
    );
    assert!(
        Trial::get(&[])
            .from(Some("203.0.113.6:1"))
            .enter(&layer)
            .is_none()
    );
}

/// Health endpoints, exempt paths and clients without an address have no limit.
#[test]
fn exemptions() {
    let layer = layer(1);
    for _ in 0..5 {
        assert!(Trial::get(&[]).probe().enter(&layer).is_none());
        assert!(Trial::new("GET", "/free?x", &[]).enter(&layer).is_none());
        assert!(Trial::get(&[]).from(None).enter(&layer).is_none());
    }
    assert!(Trial::get(&[]).enter(&layer).is_none());
    assert!(Trial::get(&[]).enter(&layer).is_some());
}

/// Options that would refuse everybody are mistakes, all told at once.
#[test]
fn broken_options() {
    let config = RateLimitConfig {
        requests: 0,
        period: -1.0,
        burst: Some(0),
        max_clients: 0,
        exempt: vec![],
    };
    let error = RateLimit::new(&config).err().unwrap();
    assert_eq!(
        error.to_string(),
        "period: `-1` is no number of seconds above 0\nrequests: 0 would refuse every request\n\
         burst: 0 would refuse every request\nmax_clients: 0 would remember no client"
    );
}
