use bytes::Bytes;

/// The longest reason: what is left of a control frame after the code.
const REASON_OCTETS: usize = 123;

/// How a connection ended, or is to end (RFC 6455 section 7.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The status code; 1005 when the peer gave none, 1006 when the connection broke.
    pub code: u16,
    /// The reason, for people.
    pub reason: String,
}

impl Close {
    /// The peer closed without a word.
    pub const NO_STATUS: u16 = 1005;
    /// The connection ended without a closing handshake.
    pub const ABNORMAL: u16 = 1006;

    /// A close with a reason, which is cut where a frame ends.
    pub fn new(code: u16, reason: &str) -> Self {
        let mut end = reason.len().min(REASON_OCTETS);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            code,
            reason: reason[..end].to_owned(),
        }
    }

    /// The connection broke.
    pub fn abnormal() -> Self {
        Self::new(Self::ABNORMAL, "")
    }

    /// Whether a close frame may carry the code.
    pub const fn may_be_sent(code: u16) -> bool {
        matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }

    /// Reads the payload of a close frame; `None` when it breaks the protocol.
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        match payload {
            [] => Some(Self::new(Self::NO_STATUS, "")),
            [high, low, reason @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                let reason = std::str::from_utf8(reason).ok()?;
                Self::may_be_sent(code).then(|| Self::new(code, reason))
            }
            [_] => None,
        }
    }

    /// The payload of a close frame; empty for the codes that none carries.
    pub(super) fn payload(&self) -> Bytes {
        if !Self::may_be_sent(self.code) {
            return Bytes::new();
        }
        let mut payload = self.code.to_be_bytes().to_vec();
        payload.extend_from_slice(self.reason.as_bytes());
        payload.into()
    }
}
