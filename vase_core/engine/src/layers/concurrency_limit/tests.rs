use super::ConcurrencyLimit;
use crate::config::ConcurrencyLimitConfig;
use crate::layers::HeadLayer;
use crate::layers::testing::{Trial, answer, problem, values};

fn layer(max: usize) -> ConcurrencyLimit {
    ConcurrencyLimit::new(&ConcurrencyLimitConfig {
        max,
        retry_after: 3,
    })
    .unwrap()
}

/// One request more than the limit is refused, and says when to come back.
#[test]
fn refuses_over_the_limit() {
    let layer = layer(2);
    let (mut first, mut second, mut third) = (Trial::get(&[]), Trial::get(&[]), Trial::get(&[]));
    assert!(first.enter(&layer).is_none());
    assert!(second.enter(&layer).is_none());
    let response = third.enter(&layer).unwrap();
    let code = "concurrency_limit.exceeded".to_owned();
    assert_eq!(
        problem(&response),
        (http::StatusCode::SERVICE_UNAVAILABLE, code)
    );
    assert_eq!(values(&response, "retry-after"), ["3"]);
}

/// A place is given back with the answer, and also when the client leaves before it.
#[test]
fn gives_places_back() {
    let layer = layer(1);
    let mut first = Trial::get(&[]);
    assert!(first.enter(&layer).is_none());
    layer.on_response(&mut answer(200, &[], ""), &mut first.exchange);
    let mut second = Trial::get(&[]);
    assert!(second.enter(&layer).is_none());
    drop(second);
    assert!(Trial::get(&[]).enter(&layer).is_none());
}

/// A health endpoint is let into a full house.
#[test]
fn lets_probes_in() {
    let layer = layer(1);
    let mut first = Trial::get(&[]);
    assert!(first.enter(&layer).is_none());
    assert!(Trial::get(&[]).probe().enter(&layer).is_none());
    assert!(Trial::get(&[]).enter(&layer).is_some());
}

/// A limit of none is a mistake.
#[test]
fn refuses_zero() {
    let config = ConcurrencyLimitConfig {
        max: 0,
        retry_after: 1,
    };
    let error = ConcurrencyLimit::new(&config).err().unwrap();
    assert_eq!(error.to_string(), "max: 0 would refuse every request");
}
