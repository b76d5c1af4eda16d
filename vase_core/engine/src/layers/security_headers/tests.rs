use super::SecurityHeaders;
use crate::config::SecurityHeadersConfig;
use crate::layers::testing::{Trial, answer, values};

/// The default block stands on every answer.
#[test]
fn default_block() {
    let layer = SecurityHeaders::new(&SecurityHeadersConfig::default()).unwrap();
    let response = Trial::get(&[]).pass(&layer, answer(404, &[], ""));
    assert_eq!(values(&response, "x-content-type-options"), ["nosniff"]);
    assert_eq!(values(&response, "referrer-policy"), ["same-origin"]);
    assert_eq!(
        values(&response, "cross-origin-opener-policy"),
        ["same-origin"]
    );
    assert_eq!(values(&response, "x-frame-options"), ["DENY"]);
    assert!(values(&response, "strict-transport-security").is_empty());
}

/// What the handler set stays, once.
#[test]
fn handlers_win() {
    let layer = SecurityHeaders::new(&SecurityHeadersConfig::default()).unwrap();
    let inner = answer(
        200,
        &[
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "origin"),
        ],
        "",
    );
    let response = Trial::get(&[]).pass(&layer, inner);
    assert_eq!(values(&response, "x-frame-options"), ["SAMEORIGIN"]);
    assert_eq!(values(&response, "referrer-policy"), ["origin"]);
}

/// Strict-Transport-Security is sent to clients that speak https, and to no others.
#[test]
fn hsts_needs_https() {
    let config = SecurityHeadersConfig {
        hsts_seconds: 31_536_000,
        hsts_include_subdomains: true,
        hsts_preload: true,
        ..SecurityHeadersConfig::default()
    };
    let layer = SecurityHeaders::new(&config).unwrap();
    let plain = Trial::get(&[]).pass(&layer, answer(200, &[], ""));
    assert!(values(&plain, "strict-transport-security").is_empty());
    let secure = Trial::get(&[]).secure().pass(&layer, answer(200, &[], ""));
    assert_eq!(
        values(&secure, "strict-transport-security"),
        ["max-age=31536000; includeSubDomains; preload"]
    );
}

/// A header can be left out, others can be added, and every fault of them is reported.
#[test]
fn options() {
    let config = SecurityHeadersConfig {
        content_type_nosniff: false,
        referrer_policy: None,
        cross_origin_opener_policy: None,
        frame_options: None,
        extra: vec![("Permissions-Policy".into(), "camera=()".into())],
        ..SecurityHeadersConfig::default()
    };
    let layer = SecurityHeaders::new(&config).unwrap();
    let response = Trial::get(&[]).pass(&layer, answer(200, &[], ""));
    assert_eq!(response.headers().len(), 1);
    assert_eq!(values(&response, "permissions-policy"), ["camera=()"]);

    let config = SecurityHeadersConfig {
        referrer_policy: Some("a\r\nb".into()),
        extra: vec![("a b".into(), "c".into())],
        ..SecurityHeadersConfig::default()
    };
    let error = SecurityHeaders::new(&config).err().unwrap();
    assert_eq!(
        error.to_string(),
        "referrer_policy: `a\\r\\nb` is no header value\nextra[0]: `a b` is no header name"
    );
}
