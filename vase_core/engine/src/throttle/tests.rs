use std::time::Duration;

use super::{Rate, Throttle};

const SECOND: Duration = Duration::from_secs(1);

fn throttle(rates: &[(u32, u32)]) -> Throttle {
    let rates: Vec<Rate> = rates
        .iter()
        .map(|&(requests, seconds)| Rate { requests, seconds })
        .collect();
    Throttle::new(&rates, 100)
}

/// Each client has its own count, and the refusal says how long to wait.
#[test]
fn by_name() {
    let mut throttle = throttle(&[(2, 10)]);
    for _ in 0..2 {
        assert!(throttle.take_name("ann", SECOND).is_ok());
    }
    let refusal = throttle.take_name("ann", SECOND).unwrap_err();
    assert_eq!(refusal.wait, 5);
    assert_eq!(refusal.limit, "\"2/10s\";r=0;t=5");
    assert_eq!(refusal.policy, "\"2/10s\";q=2;w=10");
    assert!(throttle.take_name("bob", SECOND).is_ok());
    assert!(throttle.take_name("ann", SECOND * 6).is_ok());
}

/// Of several rates each can refuse, and a refused request counts for none of them; those that refuse are named.
#[test]
fn several_rates() {
    let mut throttle = throttle(&[(1, 1), (3, 60)]);
    for second in 0..3 {
        assert!(throttle.take_name("ann", SECOND * second).is_ok());
        let refusal = throttle.take_name("ann", SECOND * second).unwrap_err();
        let limit = if second < 2 {
            "\"1/second\";r=0;t=1"
        } else {
            "\"1/second\";r=0;t=1, \"3/minute\";r=0;t=18"
        };
        assert_eq!(refusal.limit, limit);
    }
    let refusal = throttle.take_name("ann", SECOND * 4).unwrap_err();
    assert_eq!(refusal.wait, 16);
    assert_eq!(refusal.limit, "\"3/minute\";r=0;t=16");
    assert_eq!(
        refusal.policy,
        "\"1/second\";q=1;w=1, \"3/minute\";q=3;w=60"
    );
    assert!(throttle.take_name("ann", SECOND * 20).is_ok());
}

/// Addresses count by subscriber, and the memory is bounded.
#[test]
fn by_address() {
    let mut throttle = throttle(&[(1, 60), (2, 60)]);
    let address = |text: &str| text.parse().unwrap();
    assert!(
        throttle
            .take_address(address("2001:db8::1"), SECOND)
            .is_ok()
    );
    assert!(
        throttle
            .take_address(address("2001:db8::2"), SECOND)
            .is_err()
    );
    for client in 0..10_000_u32 {
        let address = std::net::Ipv4Addr::from_bits(client).into();
        let _ = throttle.take_address(address, SECOND);
        assert!(throttle.len() <= 200);
    }
}

/// The refusal as headers.
#[test]
fn headers() {
    let mut throttle = throttle(&[(1, 60)]);
    assert!(throttle.take_name("ann", SECOND).is_ok());
    let refusal = throttle.take_name("ann", SECOND).unwrap_err();
    let told: Vec<String> = refusal
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "retry-after: 60",
            "ratelimit: \"1/minute\";r=0;t=60",
            "ratelimit-policy: \"1/minute\";q=1;w=60"
        ]
    );
}
