use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::clock::{Clock, write_seconds};
use super::{AccessLog, channel};
use crate::config::{AccessLogConfig, AccessLogFormat};
use crate::layers::HeadLayer;
use crate::layers::testing::{Trial, answer};
use crate::metrics::Counter;
use crate::stack::RequestId;

fn layer(format: AccessLogFormat) -> (AccessLog, Receiver<Vec<u8>>) {
    let (sink, lines) = channel(16);
    let config = AccessLogConfig {
        format,
        exempt: vec!["/livez".into()],
    };
    (AccessLog::new(&config, sink), lines)
}

/// The one line that was written so far.
fn line(lines: &Receiver<Vec<u8>>) -> String {
    String::from_utf8(lines.try_recv().unwrap()).unwrap()
}

fn logged(layer: &AccessLog, trial: &mut Trial, status: u16, body: &str) {
    assert!(trial.enter(layer).is_none());
    let started = trial.exchange.started;
    trial.exchange.finish(started + Duration::from_micros(1250));
    layer.on_response(&mut answer(status, &[], body), &mut trial.exchange);
}

/// The text form has time, client, request line, status, bytes, duration and id.
#[test]
fn text_lines() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    let mut trial = Trial::new("GET", "/a/?b=c", &[]);
    trial.exchange.id = RequestId::parse(b"id-1").unwrap();
    logged(&layer, &mut trial, 200, "hello");
    let line = line(&lines);
    let (time, rest) = line.split_once(' ').unwrap();
    assert_eq!(
        rest,
        "203.0.113.5 \"GET /a/?b=c HTTP/1.1\" 200 5 1.250ms id-1\n"
    );
    assert_eq!(time.len(), "2026-11-21T10:00:00.000Z".len());
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
}

/// What is not known is a dash.
#[test]
fn unknown_values() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    let mut trial = Trial::get(&[]).from(None);
    assert!(trial.enter(&layer).is_none());
    layer.on_abandoned(&mut trial.exchange);
    assert!(line(&lines).ends_with(" - \"GET / HTTP/1.1\" 499 - 0.000ms -\n"));
}

/// The JSON form is one object a line, with host and user agent besides.
#[test]
fn json_lines() {
    let (layer, lines) = layer(AccessLogFormat::Json);
    let headers = [
        ("host", "example.com"),
        ("user-agent", "a \"quoted\" agent"),
    ];
    let mut trial = Trial::new("POST", "/a", &headers).from(Some("[2001:db8::1]:1"));
    logged(&layer, &mut trial, 404, "");
    let line = line(&lines);
    assert!(line.ends_with("}\n"));
    let mut object: serde_json::Value = serde_json::from_str(&line).unwrap();
    let time = object["time"].take();
    assert_eq!(time.as_str().unwrap().len(), 24);
    let expected = serde_json::json!({
        "time": null, "client": "2001:db8::1", "method": "POST", "target": "/a", "version": "HTTP/1.1", "status": 404,
        "bytes": 0, "duration_ms": 1.25, "request_id": null, "host": "example.com", "user_agent": "a \"quoted\" agent",
    });
    assert_eq!(object, expected);
}

/// A client cannot forge a line, or a field of one.
#[test]
fn escapes() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    logged(&layer, &mut Trial::new("GET", "/%22\"{}", &[]), 200, "");
    assert!(line(&lines).contains("\"GET /%22\\x22{} HTTP/1.1\""));
}

/// An answer to HEAD has no bytes, whatever its handler made.
#[test]
fn head() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    logged(&layer, &mut Trial::new("HEAD", "/", &[]), 200, "hello");
    assert!(line(&lines).contains("\"HEAD / HTTP/1.1\" 200 0 "));
}

/// Exempt paths leave no line.
#[test]
fn exemptions() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    logged(&layer, &mut Trial::new("GET", "/livez", &[]), 200, "ok");
    assert!(lines.try_recv().is_err());
}

/// Lines wait together and go out in one block soon after; none is lost at the end.
#[tokio::test(start_paused = true)]
async fn blocks() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    for _ in 0..3 {
        logged(&layer, &mut Trial::get(&[]), 200, "");
    }
    assert!(lines.try_recv().is_err());
    tokio::time::sleep(Duration::from_millis(101)).await;
    assert_eq!(line(&lines).lines().count(), 3);
    logged(&layer, &mut Trial::get(&[]), 200, "");
    drop(layer);
    assert_eq!(line(&lines).lines().count(), 1);
}

/// A block that is full goes out at once.
#[tokio::test(start_paused = true)]
async fn full_blocks() {
    let (layer, lines) = layer(AccessLogFormat::Text);
    for _ in 0..1000 {
        logged(&layer, &mut Trial::get(&[]), 200, "");
    }
    let sent = line(&lines);
    assert!(sent.len() >= 32 * 1024 && sent.ends_with('\n'));
}

/// A reader that falls behind costs lines, which are counted, and never time.
#[test]
fn drops_are_counted() {
    let (sink, lines) = channel(1);
    let dropped = Counter::default();
    let layer = AccessLog::with_counter(&AccessLogConfig::default(), sink, dropped.clone());
    for _ in 0..3 {
        logged(&layer, &mut Trial::get(&[]), 200, "");
    }
    assert_eq!(dropped.get(), 2);
    assert_eq!(line(&lines).lines().count(), 1);
}

/// Dates are those of the calendar.
#[test]
fn dates() {
    for (seconds, expected) in [
        (0, "1970-01-01T00:00:00."),
        (951_782_399, "2000-02-28T23:59:59."),
        (951_782_400, "2000-02-29T00:00:00."),
        (1_709_251_200, "2024-03-01T00:00:00."),
        (1_795_255_200, "2026-11-21T10:00:00."),
        (4_107_542_400, "2100-03-01T00:00:00."),
    ] {
        let mut out = Vec::new();
        write_seconds(&mut out, seconds);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

/// The clock goes on between two readings of the system's.
#[test]
fn clock() {
    let mut clock = Clock::new();
    let now = Instant::now();
    let first = clock.text(now).to_vec();
    let second = clock.text(now + Duration::from_millis(900)).to_vec();
    assert_eq!(first.len(), 24);
    assert_eq!(second.len(), 24);
    assert!(second > first);
}
