use std::fmt;
use std::net::SocketAddr;

use http::HeaderValue;
use http::request::Parts;

use crate::body::RequestBody;
use crate::routing::Params;

/// A request that found its route: what the inner service of a stack is called with.
#[derive(Debug)]
pub struct Call {
    /// Method, target, version and headers.
    pub request: Parts,
    /// The body, with its limit already set.
    pub body: RequestBody,
    /// The id of the route, as the table was given it.
    pub route: u32,
    /// The converted parameters of the path, in their order.
    pub params: Params,
    /// Who asks, proxies that are trusted already seen through.
    pub peer: Peer,
    /// The id of this request; empty without the layer `request_id`.
    pub id: RequestId,
}

/// Who asks.
///
/// A connection starts with what the socket knows; the layer `trusted_proxies` replaces it, for one
/// request, by what a trusted proxy says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    /// The address of the client; `None` on a Unix socket and where a proxy names none.
    pub client: Option<SocketAddr>,
    /// Whether the client speaks https.
    pub is_secure: bool,
    /// The host that the client asked a trusted proxy for, when it differs from `Host`; boxed, for few requests have one.
    pub forwarded_host: Option<Box<HeaderValue>>,
}

impl Peer {
    /// The peer of a plain TCP connection.
    pub const fn tcp(client: SocketAddr) -> Self {
        Self {
            client: Some(client),
            is_secure: false,
            forwarded_host: None,
        }
    }

    /// The peer of a connection that has no address, such as a Unix socket.
    pub const fn local() -> Self {
        Self {
            client: None,
            is_secure: false,
            forwarded_host: None,
        }
    }

    /// `https` or `http`.
    pub const fn scheme(&self) -> &'static str {
        if self.is_secure { "https" } else { "http" }
    }
}

/// The id of a request: up to 64 characters of `[A-Za-z0-9_-]`, kept in place.
///
/// In place, because a shared buffer would cost an allocation for every request, also for those
/// whose id nobody reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    length: u8,
    text: [u8; Self::MAX_LENGTH],
}

impl RequestId {
    /// The longest id that is taken from a client.
    pub const MAX_LENGTH: usize = 64;

    /// No id.
    pub const EMPTY: Self = Self {
        length: 0,
        text: [0; Self::MAX_LENGTH],
    };

    /// Takes an id that came from outside, if it is well-formed.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.iter().all(is_allowed) {
            return None;
        }
        let mut id = Self::EMPTY;
        id.text[..text.len()].copy_from_slice(text);
        id.length = u8::try_from(text.len()).ok()?;
        Some(id)
    }

    /// Writes 128 bits as 32 hexadecimal digits.
    pub(crate) fn from_bits(high: u64, low: u64) -> Self {
        let mut id = Self::EMPTY;
        let bits = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        for (digits, bytes) in id.text.chunks_exact_mut(8).zip(bits.chunks_exact(4)) {
            if let Ok(bytes) = bytes.try_into() {
                digits.copy_from_slice(&eight_digits(u32::from_be_bytes(bytes)));
            }
        }
        id.length = 32;
        id
    }

    /// The id as bytes, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.length)]
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Whether there is no id.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RequestId({})", self.as_str())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Eight hexadecimal digits at once, without a table: every request pays for this.
fn eight_digits(bits: u32) -> [u8; 8] {
    // Each nibble gets a byte of its own.
    let mut nibbles = u64::from(bits);
    nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in every byte above 9, where a letter stands `b'a' - b'0' - 10` further on than a digit.
    let letters = ((nibbles + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}
