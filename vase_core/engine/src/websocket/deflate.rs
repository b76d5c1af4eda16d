//! permessage-deflate (RFC 7692): what is agreed on, and the two streams.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// How hard is compressed: the loop's thread does it, so speed goes before size.
const LEVEL: Compression = Compression::new(3);

/// The window that is used where the peer would take more: most of the gain, a quarter of the memory.
const OWN_WINDOW_BITS: u8 = 12;

/// zlib cannot write a raw stream with a window of 2^8.
const WINDOW_BITS_MIN: u8 = 9;
const WINDOW_BITS_MAX: u8 = 15;

/// What is left out at the end of each message (RFC 7692 section 7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// How much of a message is inflated at a time, before its size is looked at again.
const INFLATE_OCTETS: usize = 16 * 1024;

/// What both ends agreed on, as one of them sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    /// The window of what this end sends.
    pub own_window_bits: u8,
    /// Whether what this end sends refers to the messages before.
    pub own_takeover: bool,
    /// Whether what the peer sends refers to the messages before.
    pub peer_takeover: bool,
}

/// The parameters of an offer or an answer.
#[derive(Debug, Default)]
struct Parameters {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: Option<u8>,
}

impl Parameters {
    /// Reads one element of `Sec-WebSocket-Extensions`; `None` when it is another extension or malformed.
    fn parse(element: &str) -> Option<Self> {
        let mut pieces = element.split(';').map(str::trim);
        if pieces.next()? != "permessage-deflate" {
            return None;
        }
        let mut found = Self::default();
        for piece in pieces {
            let (name, value) = match piece.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (piece, None),
            };
            let is_again = match (name, value) {
                ("server_no_context_takeover", None) => {
                    std::mem::replace(&mut found.server_no_context_takeover, true)
                }
                ("client_no_context_takeover", None) => {
                    std::mem::replace(&mut found.client_no_context_takeover, true)
                }
                ("server_max_window_bits", Some(value)) => {
                    found.server_max_window_bits.replace(bits(value)?).is_some()
                }
                ("client_max_window_bits", value) => {
                    // Without a value a client says that it would keep to any.
                    let value = value.map_or(Some(WINDOW_BITS_MAX), bits)?;
                    found.client_max_window_bits.replace(value).is_some()
                }
                _ => return None,
            };
            if is_again {
                return None;
            }
        }
        Some(found)
    }
}

/// RFC 7692 section 7.1.2: 8 to 15, without leading zeros.
fn bits(value: &str) -> Option<u8> {
    let is_plain = !value.starts_with('0') && value.bytes().all(|digit| digit.is_ascii_digit());
    let number = value.parse().ok().filter(|_| is_plain)?;
    (8..=WINDOW_BITS_MAX).contains(&number).then_some(number)
}

impl Deflate {
    /// What a client of ours asks for.
    pub(super) const OFFER: &str = "permessage-deflate; client_max_window_bits";

    /// Takes the first offer that can be met, and says how it is answered.
    pub(super) fn negotiate(offers: &str) -> Option<(Self, String)> {
        offers
            .split(',')
            .find_map(|offer| Self::answer(&Parameters::parse(offer.trim())?))
    }

    fn answer(offer: &Parameters) -> Option<(Self, String)> {
        let most = offer.server_max_window_bits.unwrap_or(WINDOW_BITS_MAX);
        if most < WINDOW_BITS_MIN {
            return None;
        }
        let agreed = Self {
            own_window_bits: most.min(OWN_WINDOW_BITS),
            own_takeover: !offer.server_no_context_takeover,
            peer_takeover: !offer.client_no_context_takeover,
        };
        let mut text = "permessage-deflate".to_owned();
        if offer.server_no_context_takeover {
            text.push_str("; server_no_context_takeover");
        }
        if offer.client_no_context_takeover {
            text.push_str("; client_no_context_takeover");
        }
        if offer.server_max_window_bits.is_some() {
            text.push_str("; server_max_window_bits=");
            text.push_str(&agreed.own_window_bits.to_string());
        }
        Some((agreed, text))
    }

    /// Reads what a server answered to [`OFFER`](Self::OFFER); `None` when it did not take it.
    pub(super) fn agreed_by_client(answer: &str) -> Option<Self> {
        let answer = Parameters::parse(answer.trim())?;
        let most = answer.client_max_window_bits.unwrap_or(WINDOW_BITS_MAX);
        (most >= WINDOW_BITS_MIN).then_some(Self {
            own_window_bits: most.min(OWN_WINDOW_BITS),
            own_takeover: !answer.client_no_context_takeover,
            peer_takeover: !answer.server_no_context_takeover,
        })
    }
}

/// Compresses messages. Its memory is taken by the first one.
pub(super) struct Deflater {
    agreed: Deflate,
    stream: Option<Compress>,
}

impl Deflater {
    pub(super) const fn new(agreed: Deflate) -> Self {
        Self {
            agreed,
            stream: None,
        }
    }

    /// Compresses a message whole; `None` when that fails, which zlib only does on a misuse.
    pub(super) fn compress(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let bits = self.agreed.own_window_bits;
        let stream = self
            .stream
            .get_or_insert_with(|| Compress::new_with_window_bits(LEVEL, false, bits));
        let mut out = Vec::with_capacity(message.len() / 2 + 64);
        let (begin, mut used) = (stream.total_in(), 0);
        loop {
            stream
                .compress_vec(&message[used..], &mut out, FlushCompress::Sync)
                .ok()?;
            used = usize::try_from(stream.total_in() - begin).ok()?;
            if used == message.len() && out.len() < out.capacity() {
                break;
            }
            out.reserve(out.capacity().max(64));
        }
        if out.ends_with(&TAIL) {
            out.truncate(out.len() - TAIL.len());
        }
        if !self.agreed.own_takeover {
            stream.reset();
        }
        Some(out)
    }
}

/// Why a compressed message is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InflateError {
    Malformed,
    TooLarge,
}

/// Inflates messages, piece by piece. Its memory is taken by the first one.
pub(super) struct Inflater {
    takes_over: bool,
    stream: Option<Decompress>,
}

impl Inflater {
    pub(super) const fn new(agreed: Deflate) -> Self {
        Self {
            takes_over: agreed.peer_takeover,
            stream: None,
        }
    }

    /// Inflates a piece behind what is there of the message, up to `most` octets.
    pub(super) fn inflate(
        &mut self,
        mut piece: &[u8],
        message: &mut Vec<u8>,
        most: usize,
    ) -> Result<(), InflateError> {
        let stream = self
            .stream
            .get_or_insert_with(|| Decompress::new_with_window_bits(false, WINDOW_BITS_MAX));
        loop {
            if message.len() == message.capacity() {
                // One octet more than allowed shows that there is more.
                let room = (most - message.len()).saturating_add(1).min(INFLATE_OCTETS);
                message.reserve(room.max(64));
            }
            let taken = stream.total_in();
            let status = stream
                .decompress_vec(piece, message, FlushDecompress::Sync)
                .map_err(|_| InflateError::Malformed)?;
            let used = usize::try_from(stream.total_in() - taken).unwrap_or(piece.len());
            piece = &piece[used..];
            if message.len() > most {
                return Err(InflateError::TooLarge);
            }
            if status == Status::StreamEnd {
                // A final block within a message (RFC 7692 section 7.2.3.4): what follows is a new stream.
                stream.reset(false);
                if piece.is_empty() {
                    return Ok(());
                }
            } else if message.len() < message.capacity() {
                // All that could be given was given.
                if piece.is_empty() {
                    return Ok(());
                }
                if used == 0 {
                    return Err(InflateError::Malformed);
                }
            }
        }
    }

    /// The message is whole.
    pub(super) fn finish(
        &mut self,
        message: &mut Vec<u8>,
        most: usize,
    ) -> Result<(), InflateError> {
        self.inflate(&TAIL, message, most)?;
        if !self.takes_over
            && let Some(stream) = &mut self.stream
        {
            stream.reset(false);
        }
        Ok(())
    }
}
