//! One frame's head and mask (RFC 6455 section 5.2).

use bytes::{BufMut, BytesMut};

/// The longest head: two octets, a length of eight, a key of four.
pub(super) const HEAD_OCTETS: usize = 14;

/// The longest payload of a control frame.
pub(super) const CONTROL_OCTETS: usize = 125;

/// Which end of a connection this is: a client masks what it sends, a server must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It sent the handshake.
    Client,
    /// It answered the handshake.
    Server,
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    const fn parse(nibble: u8) -> Option<Self> {
        Some(match nibble {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    const fn nibble(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    pub(super) const fn is_control(self) -> bool {
        self.nibble() >= 0x8
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) is_final: bool,
    /// RSV1: the message is compressed.
    pub(super) is_compressed: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) length: u64,
}

/// Why octets are no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadHead {
    Reserved,
    Opcode,
    LongControl,
    FragmentedControl,
    Length,
}

impl BadHead {
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Reserved => "a reserved bit is set",
            Self::Opcode => "an opcode is reserved",
            Self::LongControl => "a control frame is longer than 125 octets",
            Self::FragmentedControl => "a control frame is fragmented",
            Self::Length => "the length of a frame is not in its shortest form",
        }
    }
}

impl Head {
    /// Reads a head and how many octets it takes; `None` until all of it is there.
    ///
    /// What is wrong with the first two octets is told as soon as they are there.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, BadHead> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & 0x30 != 0 {
            return Err(BadHead::Reserved);
        }
        let opcode = Opcode::parse(first & 0x0f).ok_or(BadHead::Opcode)?;
        let is_final = first & 0x80 != 0;
        let short = second & 0x7f;
        if opcode.is_control() {
            if !is_final {
                return Err(BadHead::FragmentedControl);
            }
            if usize::from(short) > CONTROL_OCTETS {
                return Err(BadHead::LongControl);
            }
        }
        let (length, rest) = match short {
            126 => match rest.split_first_chunk::<2>() {
                Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk::<8>() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            _ => (u64::from(short), rest),
        };
        // RFC 6455 section 5.2: the minimal number of octets, and the highest bit of eight is 0.
        let is_shortest = match short {
            126 => length >= 126,
            127 => length > u64::from(u16::MAX) && length >> 63 == 0,
            _ => true,
        };
        if !is_shortest {
            return Err(BadHead::Length);
        }
        let (mask, rest) = if second & 0x80 == 0 {
            (None, rest)
        } else {
            match rest.split_first_chunk::<4>() {
                Some((key, rest)) => (Some(*key), rest),
                None => return Ok(None),
            }
        };
        let head = Self {
            is_final,
            is_compressed: first & 0x40 != 0,
            opcode,
            mask,
            length,
        };
        Ok(Some((head, bytes.len() - rest.len())))
    }

    /// Writes the head.
    #[allow(clippy::cast_possible_truncation)] // each arm has a bound that fits
    pub(super) fn write(&self, out: &mut BytesMut) {
        out.reserve(HEAD_OCTETS);
        let first = self.opcode.nibble()
            | if self.is_final { 0x80 } else { 0 }
            | if self.is_compressed { 0x40 } else { 0 };
        out.put_u8(first);
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        match self.length {
            length @ ..=125 => out.put_u8(masked | length as u8),
            length @ 126..=0xffff => {
                out.put_u8(masked | 0x7e);
                out.put_u16(length as u16);
            }
            length => {
                out.put_u8(masked | 0x7f);
                out.put_u64(length);
            }
        }
        if let Some(key) = self.mask {
            out.put_slice(&key);
        }
    }
}

/// Masks or unmasks octets that begin `offset` octets into a payload.
///
/// Eight octets at a time: this runs over everything that clients send.
pub(super) fn mask(bytes: &mut [u8], key: [u8; 4], offset: u64) {
    let mut key = key;
    key.rotate_left(usize::try_from(offset % 4).unwrap_or_default());
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut chunks = bytes.chunks_exact_mut(8);
    for chunk in &mut chunks {
        if let Ok(word) = <[u8; 8]>::try_from(&*chunk) {
            chunk.copy_from_slice(&(u64::from_ne_bytes(word) ^ wide).to_ne_bytes());
        }
    }
    for (octet, key) in chunks.into_remainder().iter_mut().zip(key.iter().cycle()) {
        *octet ^= key;
    }
}
