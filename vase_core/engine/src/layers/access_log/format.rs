use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Version, header};

/// The part of a line that the request's head decides, written when it passes: so nothing of the head need be kept.
pub(crate) type Record = Vec<u8>;

/// Writes the head's part of a line of text: `"GET /path HTTP/1.1" `.
pub(super) fn write_text_head(head: &Parts, out: &mut Record) {
    out.push(b'"');
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.push(b' ');
    write_escaped(out, target(head));
    out.push(b' ');
    out.extend_from_slice(version_text(head.version).as_bytes());
    out.extend_from_slice(b"\" ");
}

/// Writes the head's part of a line of JSON, from `method` to `user_agent`.
pub(super) fn write_json_head(head: &Parts, out: &mut Record) {
    // A method is a token (RFC 9110 section 9.1): it needs no escape, like all that this server itself writes.
    out.extend_from_slice(b"\"method\":\"");
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.extend_from_slice(b"\",\"target\":");
    write_string(out, Some(target(head).as_bytes()));
    out.extend_from_slice(b",\"version\":\"");
    out.extend_from_slice(version_text(head.version).as_bytes());
    out.extend_from_slice(b"\",\"host\":");
    write_string(
        out,
        head.headers.get(header::HOST).map(HeaderValue::as_bytes),
    );
    out.extend_from_slice(b",\"user_agent\":");
    let user_agent = head.headers.get(header::USER_AGENT);
    write_string(out, user_agent.map(HeaderValue::as_bytes));
}

fn target(head: &Parts) -> &str {
    head.uri.path_and_query().map_or("-", PathAndQuery::as_str)
}

/// One line, before it is written.
pub(super) struct Line<'a> {
    pub(super) client: Option<SocketAddr>,
    pub(super) head: &'a [u8],
    pub(super) status: u16,
    pub(super) bytes: Option<u64>,
    pub(super) took: Duration,
    pub(super) id: &'a [u8],
}

impl Line<'_> {
    pub(super) fn write_text(&self, time: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(time);
        out.push(b' ');
        match self.client {
            Some(client) => write_address(out, client.ip()),
            None => out.push(b'-'),
        }
        out.push(b' ');
        out.extend_from_slice(self.head);
        write_number(out, self.status.into());
        out.push(b' ');
        match self.bytes {
            Some(bytes) => write_number(out, bytes),
            None => out.push(b'-'),
        }
        out.push(b' ');
        write_milliseconds(out, self.took);
        out.extend_from_slice(b"ms ");
        out.extend_from_slice(if self.id.is_empty() { b"-" } else { self.id });
        out.push(b'\n');
    }

    pub(super) fn write_json(&self, time: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        out.extend_from_slice(time);
        match self.client {
            Some(client) => {
                out.extend_from_slice(b"\",\"client\":\"");
                write_address(out, client.ip());
                out.extend_from_slice(b"\",");
            }
            None => out.extend_from_slice(b"\",\"client\":null,"),
        }
        out.extend_from_slice(self.head);
        out.extend_from_slice(b",\"status\":");
        write_number(out, self.status.into());
        out.extend_from_slice(b",\"bytes\":");
        match self.bytes {
            Some(bytes) => write_number(out, bytes),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"duration_ms\":");
        write_milliseconds(out, self.took);
        if self.id.is_empty() {
            out.extend_from_slice(b",\"request_id\":null}\n");
        } else {
            out.extend_from_slice(b",\"request_id\":\"");
            out.extend_from_slice(self.id);
            out.extend_from_slice(b"\"}\n");
        }
    }
}

/// Writes what a client said, as a string of JSON.
fn write_string(out: &mut Vec<u8>, text: Option<&[u8]>) {
    match text {
        // Nearly every value; no branch for each byte, so the compiler looks at many at once.
        Some(text)
            if text
                .iter()
                .fold(true, |plain, byte| plain & is_plain(*byte)) =>
        {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        }
        // A string into memory: neither can fail.
        _ => drop(serde_json::to_writer(
            &mut *out,
            &text.map(String::from_utf8_lossy),
        )),
    }
}

/// Whether a byte stands for itself between quotes, in both forms of a line.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && !matches!(byte, b'"' | b'\\')
}

fn version_text(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

pub(super) fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

pub(super) fn write_padded(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number).as_bytes();
    out.extend(std::iter::repeat_n(
        b'0',
        width.saturating_sub(digits.len()),
    ));
    out.extend_from_slice(digits);
}

fn write_milliseconds(out: &mut Vec<u8>, took: Duration) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    write_number(out, micros / 1000);
    out.push(b'.');
    for unit in [100, 10, 1] {
        out.push(b'0' + u8::try_from(micros / unit % 10).unwrap_or_default());
    }
}

fn write_address(out: &mut Vec<u8>, address: IpAddr) {
    match address.to_canonical() {
        // By hand: the formatter of the standard library costs more than the rest of the line.
        IpAddr::V4(address) => {
            for (index, octet) in address.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                write_octet(out, octet);
            }
        }
        IpAddr::V6(address) => {
            let _ = write!(out, "{address}"); // into memory: cannot fail
        }
    }
}

fn write_octet(out: &mut Vec<u8>, octet: u8) {
    if octet >= 100 {
        out.push(b'0' + octet / 100);
    }
    if octet >= 10 {
        out.push(b'0' + octet / 10 % 10);
    }
    out.push(b'0' + octet % 10);
}

/// Writes what stands between quotes in a line: a client must not be able to forge another line.
fn write_escaped(out: &mut Vec<u8>, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(byte);
        } else {
            let escape = [
                b'\\',
                b'x',
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ];
            out.extend_from_slice(&escape);
        }
    }
}
