use std::collections::HashSet;

use super::RequestIds;
use crate::config::RequestIdConfig;
use crate::layers::testing::{Trial, answer, values};

fn layer() -> RequestIds {
    RequestIds::new(&RequestIdConfig::default()).unwrap()
}

/// Every request gets an id of 32 hexadecimal digits, the answer carries it, and no two are the same.
#[test]
fn ids_are_made() {
    let (layer, other) = (layer(), layer());
    let mut seen = HashSet::new();
    for layer in [&layer, &other].into_iter().cycle().take(1000) {
        let mut trial = Trial::get(&[]);
        let response = trial.pass(layer, answer(200, &[], ""));
        let id = values(&response, "x-request-id").join(",");
        assert_eq!(id, trial.exchange.id.as_str());
        assert_eq!(id.len(), 32);
        assert!(
            id.bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            "{id}"
        );
        assert!(seen.insert(id));
    }
}

/// A well-formed id of the client is kept; anything else is replaced and not repeated.
#[test]
fn inbound_ids() {
    let longest = "a".repeat(64);
    for id in ["7", "Abc-123_x", longest.as_str()] {
        let response = Trial::get(&[("x-request-id", id)]).pass(&layer(), answer(200, &[], ""));
        assert_eq!(values(&response, "x-request-id"), [id]);
    }
    let too_long = "a".repeat(65);
    for id in ["", "a b", "a\"b", "a,b", "<script>", too_long.as_str()] {
        let response = Trial::get(&[("x-request-id", id)]).pass(&layer(), answer(200, &[], ""));
        assert_eq!(values(&response, "x-request-id")[0].len(), 32, "{id:?}");
    }
}

/// Ids of clients are not kept where the option says so, and the header has the configured name.
#[test]
fn options() {
    let config = RequestIdConfig {
        header: "X-Trace".into(),
        accept_inbound: false,
    };
    let layer = RequestIds::new(&config).unwrap();
    let response =
        Trial::get(&[("x-trace", "mine")]).pass(&layer, answer(200, &[("x-trace", "old")], ""));
    assert_eq!(values(&response, "x-trace").len(), 1);
    assert_eq!(values(&response, "x-trace")[0].len(), 32);

    let config = RequestIdConfig {
        header: "not a name".into(),
        accept_inbound: true,
    };
    let error = RequestIds::new(&config).err().unwrap();
    assert_eq!(error.to_string(), "header: `not a name` is no header name");
}
