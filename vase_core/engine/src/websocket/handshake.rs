//! The handshake (RFC 6455 section 4): judged before an application hears of it, answered when it accepts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderMap, HeaderName};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Version};
use sha1::{Digest, Sha1};

use super::deflate::Deflate;
use super::origin;
use crate::config::WebSocketConfig;
use crate::stack::Peer;

/// The method under which a route table knows sockets; no request is asked by it.
pub const METHOD: &str = "WEBSOCKET";

/// What a key is hashed with (RFC 6455 section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Why a handshake is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The status that answers it.
    pub status: StatusCode,
    /// The code of the problem.
    pub code: &'static str,
    /// What is wrong.
    pub detail: &'static str,
}

const fn malformed(detail: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        code: "websocket.handshake",
        detail,
    }
}

/// What is said of a path that only sockets have.
pub const UPGRADE_REQUIRED: Refusal = Refusal {
    status: StatusCode::UPGRADE_REQUIRED,
    code: "websocket.upgrade_required",
    detail: "this path speaks WebSocket: send the handshake of RFC 6455",
};

const VERSION: Refusal = Refusal {
    status: StatusCode::UPGRADE_REQUIRED,
    code: "websocket.version",
    detail: "the version of WebSocket spoken here is 13",
};

const ORIGIN: Refusal = Refusal {
    status: StatusCode::FORBIDDEN,
    code: "websocket.origin",
    detail: "pages of this origin may not open a socket here",
};

impl Refusal {
    /// Adds what the status asks for (RFC 9110 section 15.5.22).
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(
                header::SEC_WEBSOCKET_VERSION,
                HeaderValue::from_static("13"),
            );
        }
    }
}

/// Whether a request asks to become a socket.
pub fn is_requested(head: &Parts) -> bool {
    head.method == Method::GET
        && head.version >= Version::HTTP_11
        && has_token(&head.headers, header::UPGRADE, "websocket")
}

/// Judges a request that [asks](is_requested) to become a socket.
///
/// # Errors
///
/// It breaks RFC 6455 section 4.2.1, or comes from a page that may not send it.
pub fn check(head: &Parts, peer: &Peer, config: &WebSocketConfig) -> Result<(), Refusal> {
    let headers = &head.headers;
    if !has_token(headers, header::CONNECTION, "upgrade") {
        return Err(malformed("`Connection` does not say `upgrade`"));
    }
    if one(headers, &header::SEC_WEBSOCKET_VERSION) != Some("13") {
        return Err(VERSION);
    }
    let key = one(headers, &header::SEC_WEBSOCKET_KEY)
        .and_then(|key| STANDARD.decode(key).ok())
        .filter(|key| key.len() == 16);
    if key.is_none() {
        return Err(malformed("`Sec-WebSocket-Key` is not 16 octets in base64"));
    }
    if !protocols(headers).all(is_token) {
        return Err(malformed("`Sec-WebSocket-Protocol` is no list of tokens"));
    }
    if !origin::is_welcome(head, peer, &config.allowed_origins) {
        return Err(ORIGIN);
    }
    Ok(())
}

/// The protocols that a client speaks, the one it likes best first.
pub fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    tokens(headers, header::SEC_WEBSOCKET_PROTOCOL)
}

/// What the answer to a handshake says.
#[derive(Debug)]
pub struct Accepted {
    /// The fields of the answer, as pairs of name and value.
    pub headers: Vec<(HeaderName, String)>,
    /// The compression that is agreed on.
    pub deflate: Option<Deflate>,
}

/// Answers a handshake that was [judged](check).
pub fn accept(headers: &HeaderMap, protocol: Option<&str>, compresses: bool) -> Accepted {
    let key = one(headers, &header::SEC_WEBSOCKET_KEY).unwrap_or_default();
    let mut fields = vec![
        (header::UPGRADE, "websocket".to_owned()),
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept_value(key)),
    ];
    if let Some(protocol) = protocol {
        fields.push((header::SEC_WEBSOCKET_PROTOCOL, protocol.to_owned()));
    }
    let offers = headers
        .get_all(header::SEC_WEBSOCKET_EXTENSIONS)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let agreed = compresses
        .then(|| offers.into_iter().find_map(Deflate::negotiate))
        .flatten();
    let deflate = agreed.map(|(deflate, answer)| {
        fields.push((header::SEC_WEBSOCKET_EXTENSIONS, answer));
        deflate
    });
    Accepted {
        headers: fields,
        deflate,
    }
}

/// The fields of a client's handshake, besides those of the request.
pub fn request_headers(compresses: bool) -> Vec<(HeaderName, &'static str)> {
    let mut fields = vec![
        (header::UPGRADE, "websocket"),
        (header::CONNECTION, "Upgrade"),
        (header::SEC_WEBSOCKET_VERSION, "13"),
        (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    if compresses {
        fields.push((header::SEC_WEBSOCKET_EXTENSIONS, Deflate::OFFER));
    }
    fields
}

/// What a server agreed to, as the client sees it.
pub fn agreed_by_client(headers: &HeaderMap) -> Option<Deflate> {
    one(headers, &header::SEC_WEBSOCKET_EXTENSIONS).and_then(Deflate::agreed_by_client)
}

/// The value of `Sec-WebSocket-Accept` for a key.
fn accept_value(key: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(GUID);
    STANDARD.encode(hash.finalize())
}

/// The value of a field that stands once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("\u{0}").split(','))
        .map(|token| token.trim_matches([' ', '\t']))
}

fn has_token(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(wanted))
}

/// RFC 9110 section 5.6.2.
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet))
}
