use std::borrow::Cow;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Version, header};

/// What the log keeps of a request's head until the answer is there.
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) target: Option<PathAndQuery>,
    pub(super) version: Version,
    /// Boxed, for the brief form has none.
    pub(super) details: Option<Box<Details>>,
}

/// What only the JSON form tells.
#[derive(Debug)]
pub(super) struct Details {
    host: Option<HeaderValue>,
    user_agent: Option<HeaderValue>,
}

impl Record {
    pub(super) fn brief(head: &Parts) -> Self {
        let target = head.uri.path_and_query().cloned();
        Self {
            target,
            version: head.version,
            details: None,
        }
    }

    pub(super) fn full(head: &Parts) -> Self {
        let host = head.headers.get(header::HOST).cloned();
        let user_agent = head.headers.get(header::USER_AGENT).cloned();
        Self {
            details: Some(Box::new(Details { host, user_agent })),
            ..Self::brief(head)
        }
    }

    fn host(&self) -> Option<Cow<'_, str>> {
        Some(header_text(self.details.as_ref()?.host.as_ref()?))
    }

    fn user_agent(&self) -> Option<Cow<'_, str>> {
        Some(header_text(self.details.as_ref()?.user_agent.as_ref()?))
    }

    fn target(&self) -> &str {
        self.target.as_ref().map_or("-", PathAndQuery::as_str)
    }
}

/// One line, before it is written.
pub(super) struct Line<'a> {
    pub(super) client: Option<SocketAddr>,
    pub(super) method: &'a Method,
    pub(super) record: &'a Record,
    pub(super) status: u16,
    pub(super) bytes: Option<u64>,
    pub(super) took: Duration,
    pub(super) id: &'a str,
}

impl Line<'_> {
    pub(super) fn write_text(&self, time: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(time);
        out.push(b' ');
        match self.client {
            Some(client) => write_address(out, client.ip()),
            None => out.push(b'-'),
        }
        out.extend_from_slice(b" \"");
        out.extend_from_slice(self.method.as_str().as_bytes());
        out.push(b' ');
        write_escaped(out, self.record.target());
        out.push(b' ');
        out.extend_from_slice(version_text(self.record.version).as_bytes());
        out.extend_from_slice(b"\" ");
        write_number(out, self.status.into());
        out.push(b' ');
        match self.bytes {
            Some(bytes) => write_number(out, bytes),
            None => out.push(b'-'),
        }
        out.push(b' ');
        write_milliseconds(out, self.took);
        out.extend_from_slice(b"ms ");
        out.extend_from_slice(if self.id.is_empty() {
            b"-"
        } else {
            self.id.as_bytes()
        });
        out.push(b'\n');
    }

    pub(super) fn write_json(&self, time: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        out.extend_from_slice(time);
        out.extend_from_slice(b"\",\"client\":");
        match self.client {
            Some(client) => {
                out.push(b'"');
                write_address(out, client.ip());
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        // A method is a token (RFC 9110 section 9.1): it needs no escape, like all that this server itself writes.
        out.extend_from_slice(b",\"method\":\"");
        out.extend_from_slice(self.method.as_str().as_bytes());
        out.extend_from_slice(b"\",\"target\":");
        write_string(out, Some(self.record.target()));
        out.extend_from_slice(b",\"version\":\"");
        out.extend_from_slice(version_text(self.record.version).as_bytes());
        out.extend_from_slice(b"\",\"status\":");
        write_number(out, self.status.into());
        out.extend_from_slice(b",\"bytes\":");
        match self.bytes {
            Some(bytes) => write_number(out, bytes),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"duration_ms\":");
        write_milliseconds(out, self.took);
        if self.id.is_empty() {
            out.extend_from_slice(b",\"request_id\":null,\"host\":");
        } else {
            out.extend_from_slice(b",\"request_id\":\"");
            out.extend_from_slice(self.id.as_bytes());
            out.extend_from_slice(b"\",\"host\":");
        }
        write_string(out, self.record.host().as_deref());
        out.extend_from_slice(b",\"user_agent\":");
        write_string(out, self.record.user_agent().as_deref());
        out.extend_from_slice(b"}\n");
    }
}

fn header_text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

/// Writes what a client said, as a string of JSON.
fn write_string(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        // Nearly every value; no branch for each byte, so the compiler looks at many at once.
        Some(text)
            if text
                .bytes()
                .fold(true, |plain, byte| plain & is_plain(byte)) =>
        {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        }
        // A string into memory: neither can fail.
        _ => drop(serde_json::to_writer(&mut *out, &text)),
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
