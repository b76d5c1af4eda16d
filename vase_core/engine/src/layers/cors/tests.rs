use http::StatusCode;

use super::Cors;
use crate::config::CorsConfig;
use crate::layers::testing::{Trial, answer, problem, values};

const ORIGIN: &str = "https://app.example.com";

fn config() -> CorsConfig {
    CorsConfig {
        allowed_origins: vec![ORIGIN.into(), "https://*.example.org".into()],
        ..Default::default()
    }
}

fn preflight(origin: &str) -> Trial {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-one, x-two"),
    ];
    Trial::new("OPTIONS", "/", &headers)
}

/// A preflight of an origin that is let in is answered here, with all that is allowed.
#[test]
fn preflights() {
    let layer = Cors::new(&config()).unwrap();
    let response = preflight(ORIGIN).enter(&layer).unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(values(&response, "access-control-allow-origin"), [ORIGIN]);
    assert_eq!(
        values(&response, "access-control-allow-methods"),
        ["GET, HEAD, POST, PUT, PATCH, DELETE"]
    );
    assert_eq!(
        values(&response, "access-control-allow-headers"),
        ["content-type"]
    );
    assert_eq!(values(&response, "access-control-max-age"), ["600"]);
    assert_eq!(
        values(&response, "vary"),
        ["origin, access-control-request-headers"]
    );
    assert!(values(&response, "access-control-allow-credentials").is_empty());
}

/// A preflight of any other origin is a 403 that lets nothing in.
#[test]
fn refused_preflights() {
    let layer = Cors::new(&config()).unwrap();
    for origin in [
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com.evil.example",
        "null",
    ] {
        let response = preflight(origin).enter(&layer).unwrap();
        assert_eq!(
            problem(&response),
            (StatusCode::FORBIDDEN, "cors.origin_not_allowed".into()),
            "{origin}"
        );
        assert!(values(&response, "access-control-allow-origin").is_empty());
        assert_eq!(values(&response, "vary"), ["accept, origin"]);
    }
}

/// OPTIONS without the headers of a preflight is an ordinary request.
#[test]
fn plain_options() {
    let layer = Cors::new(&config()).unwrap();
    assert!(
        Trial::new("OPTIONS", "/", &[("origin", ORIGIN)])
            .enter(&layer)
            .is_none()
    );
    let headers = [("access-control-request-method", "PUT")];
    assert!(Trial::new("OPTIONS", "/", &headers).enter(&layer).is_none());
}

/// The answer to a request of an origin that is let in says so.
#[test]
fn answers() {
    let config = CorsConfig {
        expose_headers: vec!["x-total".into()],
        allow_credentials: true,
        ..config()
    };
    let layer = Cors::new(&config).unwrap();
    for origin in [ORIGIN, "https://a.example.org", "https://a.b.example.org"] {
        let response = Trial::get(&[("origin", origin)]).pass(&layer, answer(200, &[], ""));
        assert_eq!(values(&response, "access-control-allow-origin"), [origin]);
        assert_eq!(
            values(&response, "access-control-allow-credentials"),
            ["true"]
        );
        assert_eq!(
            values(&response, "access-control-expose-headers"),
            ["x-total"]
        );
        assert_eq!(values(&response, "vary"), ["origin"]);
    }
}

/// `Vary: Origin` stands on every answer that depends on the origin, also without one, beside other values.
#[test]
fn vary() {
    let layer = Cors::new(&config()).unwrap();
    for headers in [vec![], vec![("origin", "https://evil.example")]] {
        let response = Trial::get(&headers).pass(&layer, answer(200, &[("vary", "cookie")], ""));
        assert!(values(&response, "access-control-allow-origin").is_empty());
        assert_eq!(values(&response, "vary"), ["cookie, origin"]);
    }
}

/// Without an origin that is let in, no answer depends on who asks: caches need not tell them apart.
#[test]
fn no_origin() {
    let layer = Cors::new(&CorsConfig::default()).unwrap();
    let response =
        Trial::get(&[("origin", "https://any.example")]).pass(&layer, answer(200, &[], ""));
    assert!(values(&response, "access-control-allow-origin").is_empty());
    assert!(values(&response, "vary").is_empty());
}

/// A wildcard stands for names below, and not for the name itself or for other ports and paths.
#[test]
fn wildcards() {
    let layer = Cors::new(&config()).unwrap();
    for origin in [
        "https://example.org",
        "https://.example.org",
        "http://a.example.org",
        "https://aexample.org",
        "https://a.example.org:8443",
        "https://evil.example/.example.org",
        "https://evil.example#.example.org",
    ] {
        let response = Trial::get(&[("origin", origin)]).pass(&layer, answer(200, &[], ""));
        let allowed = values(&response, "access-control-allow-origin");
        assert!(allowed.is_empty(), "{origin}");
    }
}

/// `*` is one constant answer, which no cache need tell apart.
#[test]
fn any_origin() {
    let config = CorsConfig {
        allowed_origins: vec!["*".into()],
        ..Default::default()
    };
    let layer = Cors::new(&config).unwrap();
    let response =
        Trial::get(&[("origin", "https://any.example")]).pass(&layer, answer(200, &[], ""));
    assert_eq!(values(&response, "access-control-allow-origin"), ["*"]);
    assert!(values(&response, "vary").is_empty());
}

/// `*` among the headers repeats what the preflight asks for.
#[test]
fn any_header() {
    let layer = Cors::new(&CorsConfig {
        allow_headers: vec!["*".into()],
        ..config()
    })
    .unwrap();
    let response = preflight(ORIGIN).enter(&layer).unwrap();
    assert_eq!(
        values(&response, "access-control-allow-headers"),
        ["x-one, x-two"]
    );
}

/// Mistakes are told all at once, and `*` with credentials is one.
#[test]
fn broken_options() {
    let config = CorsConfig {
        allowed_origins: vec![
            "*".into(),
            "app.example.com".into(),
            "https://a.example/".into(),
        ],
        allow_methods: vec!["P UT".into()],
        allow_headers: vec!["a b".into()],
        expose_headers: vec!["c\n".into()],
        allow_credentials: true,
        max_age: 0,
    };
    let error = Cors::new(&config).err().unwrap();
    let places: Vec<&str> = error
        .faults
        .iter()
        .map(|fault| fault.place.as_str())
        .collect();
    let expected = [
        "allowed_origins[1]",
        "allowed_origins[2]",
        "allow_credentials",
        "allow_methods[0]",
        "allow_headers[0]",
        "expose_headers[0]",
    ];
    assert_eq!(places, expected);
}
