use http::{HeaderValue, StatusCode};

use super::{Problem, parse_quality, prefers_html, respond};

fn accepts(accept: &'static str) -> bool {
    prefers_html(Some(&HeaderValue::from_static(accept)))
}

/// A problem is RFC 9457's object, with a stable code.
#[test]
fn json() {
    let response = respond(
        StatusCode::NOT_FOUND,
        "route.not_found",
        "no route has this path",
        None,
    );
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(response.headers()["vary"], "accept");
    let body: serde_json::Value =
        serde_json::from_slice(response.body().as_bytes().unwrap()).unwrap();
    let expected = serde_json::json!({
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no route has this path",
        "code": "route.not_found",
    });
    assert_eq!(body, expected);
}

/// The id of the request links answer and log.
#[test]
fn request_ids() {
    let problem =
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "server.panicked", "bad").request_id("abc");
    let response = problem.respond(None);
    let body: serde_json::Value =
        serde_json::from_slice(response.body().as_bytes().unwrap()).unwrap();
    assert_eq!(body["request_id"], "abc");
    let page = problem.respond_as(true);
    let page = String::from_utf8(page.body().as_bytes().unwrap().to_vec()).unwrap();
    assert!(page.contains("<small>Request abc</small>"));
}

/// Browsers get a page, in which nothing is markup but ours.
#[test]
fn html() {
    let accept =
        HeaderValue::from_static("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let response = respond(
        StatusCode::BAD_REQUEST,
        "x",
        "a <b> & \"c\" 'd'",
        Some(&accept),
    );
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    let page = String::from_utf8(response.body().as_bytes().unwrap().to_vec()).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(
        page.contains("<h1>Bad Request</h1>\n<p>a &lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;</p>"),
        "{page}"
    );
}

/// HTML is preferred where it ranks above JSON, and a tie goes to JSON.
#[test]
fn preference() {
    for accept in [
        "text/html",
        "text/*",
        "text/html, application/json;q=0.9",
        "TEXT/HTML",
        "text/html;level=1;q=0.5, */*;q=0.1",
    ] {
        assert!(accepts(accept), "{accept}");
    }
    for accept in [
        "",
        "*/*",
        "application/json",
        "text/html, application/json",
        "text/html;q=0.5, application/json",
        "text/html;q=0",
        "application/problem+json, text/html;q=0.9",
        "text/plain",
        "text/html;q=0, */*",
        "text/html;q=0.5, */*",
    ] {
        assert!(!accepts(accept), "{accept}");
    }
    assert!(!prefers_html(None));
}

/// Qualities are thousandths; what is none counts as 0.
#[test]
fn qualities() {
    for (text, expected) in [
        ("q=1", Some(1000)),
        ("q=1.000", Some(1000)),
        ("Q=0.5", Some(500)),
        (" q = 0.25 ", Some(250)),
        ("q=0.007", Some(7)),
        ("q=0", Some(0)),
        ("q=0.", Some(0)),
        ("q=2", Some(0)),
        ("q=-1", Some(0)),
        ("q=0.1234", Some(0)),
        ("q=x", Some(0)),
        ("level=1", None),
        ("q", None),
    ] {
        assert_eq!(parse_quality(text), expected, "{text}");
    }
}
