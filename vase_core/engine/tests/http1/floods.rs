//! Things without end: each is refused early, answered where an answer can be read, and cut off.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use crate::client::Client;
use crate::server::Server;

/// What one client may get rid of before it is stopped, kernel buffers included.
const STOPPED_BELOW: usize = 8 * 1024 * 1024;

const CHUNKED: &str = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Sends `start`, then `piece` for ever; says the status of the answer and how much was sent.
fn flood(start: &str, piece: &str) -> (Option<u16>, usize) {
    let server = Server::start_default();
    let mut client = Client::connect(server.address);
    let batch = piece.repeat(16 * 1024 / piece.len());
    let patience = Some(Duration::from_secs(4));
    client.stream.set_write_timeout(patience).unwrap();
    client.send(start);
    let mut octets = start.len();
    // The answer is read on the side: it comes long before the client is cut off.
    let reader = std::thread::spawn({
        let stream = client.stream.try_clone().unwrap();
        move || {
            Client::over(stream)
                .answer("GET")
                .map(|answer| answer.status)
        }
    });
    while octets < 2 * STOPPED_BELOW {
        match client.stream.write(batch.as_bytes()) {
            Ok(sent) => octets += sent,
            Err(error) => {
                assert_ne!(
                    error.kind(),
                    ErrorKind::WouldBlock,
                    "neither read nor cut off"
                );
                break;
            }
        }
    }
    (reader.join().unwrap(), octets)
}

fn assert_stopped(start: &str, piece: &str, status: u16) {
    let (answer, octets) = flood(start, piece);
    assert_eq!(answer, Some(status));
    assert!(octets < STOPPED_BELOW, "stopped after {octets} octets");
}

/// A request line without end.
#[test]
fn endless_request_line() {
    assert_stopped("GET /", "a", 414);
}

/// A header line without end.
#[test]
fn endless_field() {
    assert_stopped("GET / HTTP/1.1\r\nHost: a\r\nX-Test: ", "a", 431);
}

/// Header lines without end.
#[test]
fn endless_fields() {
    assert_stopped("GET / HTTP/1.1\r\nHost: a\r\n", "X-Test: a\r\n", 431);
}

/// Empty lines without end.
#[test]
fn endless_empty_lines() {
    assert_stopped("", "\r\n", 400);
}

/// Leading zeros of a chunk size without end.
#[test]
fn endless_chunk_size() {
    assert_stopped(CHUNKED, "0", 400);
}

/// White space after a chunk size without end.
#[test]
fn endless_space_after_a_chunk_size() {
    assert_stopped(&format!("{CHUNKED}3"), " ", 400);
}

/// A chunk extension without end.
#[test]
fn endless_chunk_extension() {
    assert_stopped(&format!("{CHUNKED}3;"), "a", 400);
}

/// A trailer field without end.
#[test]
fn endless_trailer() {
    assert_stopped(&format!("{CHUNKED}0\r\nX-Test: "), "a", 400);
}

/// Trailer fields without end.
#[test]
fn endless_trailers() {
    assert_stopped(&format!("{CHUNKED}0\r\n"), "X-Test: a\r\n", 400);
}

/// A chunked body without end is refused at the limit, which is eight mebibytes here.
#[test]
fn endless_body() {
    let (answer, octets) = flood(CHUNKED, "10\r\naaaaaaaaaaaaaaaa\r\n");
    assert_eq!(answer, Some(413));
    assert!(octets < 2 * STOPPED_BELOW, "stopped after {octets} octets");
}
