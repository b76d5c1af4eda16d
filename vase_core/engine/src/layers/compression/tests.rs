use std::io::Read;
use std::process::{Command, Stdio};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderValue, Response};
use http_body_util::BodyExt;

use super::Compression;
use super::accept::choose;
use crate::body::ResponseBody;
use crate::config::{Algorithm, CompressionConfig};
use crate::layers::testing::{Trial, answer, values};

const ALL: [Algorithm; 3] = [Algorithm::Zstd, Algorithm::Br, Algorithm::Gzip];

fn layer() -> Compression {
    Compression::new(&CompressionConfig::default())
}

fn text() -> String {
    "A line that is often said shrinks well.\n".repeat(100)
}

fn pass(accepted: &str, headers: &[(&str, &str)]) -> Response<ResponseBody> {
    Trial::get(&[("accept-encoding", accepted)]).pass(&layer(), answer(200, headers, &text()))
}

fn bytes_of(response: Response<ResponseBody>) -> Bytes {
    response
        .into_body()
        .collect()
        .now_or_never()
        .unwrap()
        .unwrap()
        .to_bytes()
}

/// The best liked coding is chosen; between equals, the first that is configured.
#[test]
fn negotiation() {
    for (accepted, expected) in [
        ("gzip, deflate, br, zstd", Some(Algorithm::Zstd)),
        ("gzip, br", Some(Algorithm::Br)),
        ("gzip", Some(Algorithm::Gzip)),
        ("x-gzip", Some(Algorithm::Gzip)),
        ("GZIP;Q=0.5", Some(Algorithm::Gzip)),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0.9", Some(Algorithm::Gzip)),
        ("zstd;q=0, *", Some(Algorithm::Br)),
        ("*;q=0.1", Some(Algorithm::Zstd)),
        ("gzip; q=0.000", None),
        ("*;q=0", None),
        ("identity", None),
        ("deflate", None),
        ("gzip;q=high", None),
        ("", None),
    ] {
        assert_eq!(
            choose(&HeaderValue::from_static(accepted), &ALL),
            expected,
            "{accepted}"
        );
    }
}

/// A large text is compressed, loses its length, says its coding and varies.
#[test]
fn compresses() {
    for (coding, magic) in [
        ("gzip", &[0x1f_u8, 0x8b][..]),
        ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("br", &[]),
    ] {
        let headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", "4100"),
        ];
        let response = pass(coding, &headers);
        assert_eq!(values(&response, "content-encoding"), [coding]);
        assert_eq!(values(&response, "vary"), ["accept-encoding"]);
        assert!(values(&response, "content-length").is_empty());
        let body = bytes_of(response);
        assert!(body.len() < text().len() / 10, "{coding}: {}", body.len());
        assert!(body.starts_with(magic), "{coding}");
    }
}

/// What was compressed can be read again: by gzip itself, where there is one.
#[test]
fn reads_back() {
    let body = bytes_of(pass("gzip", &[("content-type", "application/json")]));
    let Ok(mut gzip) = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        return;
    };
    std::io::Write::write_all(&mut gzip.stdin.take().unwrap(), &body).unwrap();
    let mut plain = String::new();
    gzip.stdout
        .take()
        .unwrap()
        .read_to_string(&mut plain)
        .unwrap();
    assert!(gzip.wait().unwrap().success());
    assert_eq!(plain, text());
}

/// Several header lines are one list.
#[test]
fn several_lines() {
    let headers = [
        ("accept-encoding", "deflate"),
        ("accept-encoding", "gzip;q=0.5"),
        ("accept-encoding", "br"),
    ];
    let inner = answer(200, &[("content-type", "text/html")], &text());
    let response = Trial::get(&headers).pass(&layer(), inner);
    assert_eq!(values(&response, "content-encoding"), ["br"]);
}

/// What would not shrink, must not change or has no body passes untouched and does not vary.
#[test]
fn untouched() {
    for headers in [
        &[("content-type", "image/png")][..],
        &[("content-type", "video/mp4")],
        &[("content-type", "application/zip")],
        &[("content-type", "text/event-stream")],
        &[("content-type", "text/plain"), ("content-encoding", "br")],
        &[
            ("content-type", "text/plain"),
            ("content-range", "bytes 0-9/10"),
        ],
        &[
            ("content-type", "text/plain"),
            ("cache-control", "public, no-transform"),
        ],
        &[],
    ] {
        let response = pass("gzip", headers);
        assert_eq!(bytes_of(response), text(), "{headers:?}");
        assert!(
            values(&pass("gzip", headers), "vary").is_empty(),
            "{headers:?}"
        );
    }
    for status in [204, 206, 304] {
        let inner = answer(status, &[("content-type", "text/plain")], &text());
        let response = Trial::get(&[("accept-encoding", "gzip")]).pass(&layer(), inner);
        assert!(values(&response, "content-encoding").is_empty(), "{status}");
    }
}

/// Texts, JSON in all its types, SVG and scripts shrink.
#[test]
fn types() {
    for media in [
        "text/html",
        "TEXT/CSS",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "text/javascript",
    ] {
        let response = pass("gzip", &[("content-type", media)]);
        assert_eq!(values(&response, "content-encoding"), ["gzip"], "{media}");
    }
}

/// A short answer is not worth it; the limit itself is.
#[test]
fn minimum() {
    let layer = Compression::new(&CompressionConfig {
        minimum_bytes: 100,
        ..CompressionConfig::default()
    });
    for (length, expected) in [(99, vec![]), (100, vec!["gzip"])] {
        let inner = answer(200, &[("content-type", "text/plain")], &"a".repeat(length));
        let response = Trial::get(&[("accept-encoding", "gzip")]).pass(&layer, inner);
        assert_eq!(values(&response, "content-encoding"), expected);
    }
}

/// Who accepts nothing gets the text, and a cache is told that others may get another.
#[test]
fn not_accepted() {
    let inner = answer(
        200,
        &[
            ("content-type", "text/plain"),
            ("vary", "cookie, Accept-Encoding"),
        ],
        &text(),
    );
    let response = Trial::get(&[]).pass(&layer(), inner);
    assert_eq!(values(&response, "vary"), ["cookie, Accept-Encoding"]);
    let response = Trial::get(&[]).pass(
        &layer(),
        answer(200, &[("content-type", "text/plain")], &text()),
    );
    assert_eq!(values(&response, "vary"), ["accept-encoding"]);
    assert_eq!(bytes_of(response), text());
}

/// A strong validator becomes a weak one, for the bytes are others.
#[test]
fn validators() {
    let response = pass("br", &[("content-type", "text/plain"), ("etag", "\"abc\"")]);
    assert_eq!(values(&response, "etag"), ["W/\"abc\""]);
    let response = pass(
        "br",
        &[("content-type", "text/plain"), ("etag", "W/\"abc\"")],
    );
    assert_eq!(values(&response, "etag"), ["W/\"abc\""]);
    let response = pass(
        "identity",
        &[("content-type", "text/plain"), ("etag", "\"abc\"")],
    );
    assert_eq!(values(&response, "etag"), ["\"abc\""]);
}

/// A piece of a stream leaves when it was made, and not when a block is full.
#[test]
fn streams_flow() {
    for coding in ["gzip", "br", "zstd"] {
        // One piece, and then a wait without end.
        let pieces = stream::once(async { Ok(Bytes::from_static(b"one piece of a stream\n")) });
        let pieces = pieces.chain(stream::pending());
        let mut response = Response::new(ResponseBody::from_stream(pieces));
        response
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("text/plain"));
        let response = Trial::get(&[("accept-encoding", coding)]).pass(&layer(), response);
        assert_eq!(values(&response, "content-encoding"), [coding]);
        let mut body = response.into_body();
        let mut received = 0;
        while let Some(Some(Ok(frame))) = body.frame().now_or_never() {
            received += frame.into_data().map_or(0, |data| data.len());
        }
        assert!(received > 10, "{coding}: {received}");
    }
}
