//! The strict reader of chunked bodies (RFC 9112 section 7.1).
//!
//! hyper decodes them; this reader judges them first, for three reasons: it knows where the message
//! ends, it bounds what hyper does not (leading zeros, white space), and it refuses what hyper lets
//! pass (white space before the line end, nameless extensions, bare LF in trailers).

use super::head::is_token;

/// Digits of a chunk size, leading zeros among them: as many as a `u64` has.
const SIZE_DIGITS: u8 = 16;

/// Octets of all chunk extensions of one body: hyper's own bound, which signed uploads stay below.
const EXTENSION_OCTETS: usize = 16 * 1024 - 1;

/// Octets of all trailer fields of one body.
const TRAILER_OCTETS: usize = 8 * 1024;

/// Where the reader stands in a chunked body.
#[derive(Debug)]
pub(super) struct ChunkReader {
    state: State,
    size: u64,
    digits: u8,
    extension_octets: usize,
    trailer_octets: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    /// White space after the size: only an extension may follow.
    SizeSpace,
    ExtensionStart,
    ExtensionName,
    ExtensionNameSpace,
    ExtensionValueStart,
    ExtensionValue,
    ExtensionQuoted,
    ExtensionEscape,
    ExtensionQuoteEnd,
    ExtensionSpace,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLineFeed,
    EndLineFeed,
}

/// What a piece of a body brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    /// All of it belongs to the body, and more will come.
    More,
    /// The body ended within it.
    End,
    /// What follows is no chunked body.
    Broken,
}

impl ChunkReader {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Size,
            size: 0,
            digits: 0,
            extension_octets: 0,
            trailer_octets: 0,
        }
    }

    /// Reads on: how many octets of `bytes` belong to the body, and what came of them.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> (usize, Chunks) {
        let mut at = 0;
        while let Some(octet) = bytes.get(at) {
            if self.state == State::Data {
                let left = bytes.len() - at;
                let taken = usize::try_from(self.size).map_or(left, |size| size.min(left));
                self.size -= taken as u64;
                at += taken;
                if self.size == 0 {
                    self.state = State::DataReturn;
                }
                continue;
            }
            let is_end = self.state == State::EndLineFeed && *octet == b'\n';
            if is_end {
                return (at + 1, Chunks::End);
            }
            match self.step(*octet) {
                Some(state) => self.state = state,
                None => return (at, Chunks::Broken),
            }
            at += 1;
        }
        (at, Chunks::More)
    }

    fn step(&mut self, octet: u8) -> Option<State> {
        match self.state {
            State::Size => self.step_size(octet),
            State::SizeLineFeed => (octet == b'\n').then(|| {
                self.digits = 0;
                if self.size == 0 {
                    State::TrailerStart
                } else {
                    State::Data
                }
            }),
            State::DataReturn => (octet == b'\r').then_some(State::DataLineFeed),
            State::DataLineFeed => (octet == b'\n').then_some(State::Size),
            State::TrailerStart
            | State::TrailerName
            | State::TrailerValue
            | State::TrailerLineFeed => self.step_trailer(octet),
            // `scan` sees the data and the end itself.
            State::Data | State::EndLineFeed => None,
            _ => self.step_extension(octet),
        }
    }

    fn step_size(&mut self, octet: u8) -> Option<State> {
        let digit = match octet {
            b'0'..=b'9' => octet - b'0',
            b'a'..=b'f' => octet - b'a' + 10,
            b'A'..=b'F' => octet - b'A' + 10,
            _ if self.digits == 0 => return None,
            b' ' | b'\t' => return Some(State::SizeSpace),
            b';' => return Some(State::ExtensionStart),
            b'\r' => return Some(State::SizeLineFeed),
            _ => return None,
        };
        self.digits += 1;
        // Sixteen digits fit; the rest of the sum is done by the decoder behind this reader.
        self.size = (self.size << 4) | u64::from(digit);
        (self.digits <= SIZE_DIGITS).then_some(State::Size)
    }

    fn step_extension(&mut self, octet: u8) -> Option<State> {
        self.extension_octets += 1;
        if self.extension_octets > EXTENSION_OCTETS {
            return None;
        }
        let is_space = matches!(octet, b' ' | b'\t');
        match (self.state, octet) {
            (State::SizeSpace | State::ExtensionStart | State::ExtensionValueStart, _)
                if is_space =>
            {
                Some(self.state)
            }
            (
                State::SizeSpace
                | State::ExtensionName
                | State::ExtensionNameSpace
                | State::ExtensionValue
                | State::ExtensionQuoteEnd
                | State::ExtensionSpace,
                b';',
            ) => Some(State::ExtensionStart),
            (State::ExtensionStart | State::ExtensionName, _) if is_token(octet) => {
                Some(State::ExtensionName)
            }
            (State::ExtensionName | State::ExtensionNameSpace, _) if is_space => {
                Some(State::ExtensionNameSpace)
            }
            (State::ExtensionName | State::ExtensionNameSpace, b'=') => {
                Some(State::ExtensionValueStart)
            }
            (State::ExtensionValueStart, b'"') => Some(State::ExtensionQuoted),
            (State::ExtensionValueStart | State::ExtensionValue, _) if is_token(octet) => {
                Some(State::ExtensionValue)
            }
            (State::ExtensionQuoted, b'"') => Some(State::ExtensionQuoteEnd),
            (State::ExtensionQuoted, b'\\') => Some(State::ExtensionEscape),
            (State::ExtensionQuoted | State::ExtensionEscape, b'\t' | b' '..=b'~' | 0x80..) => {
                Some(State::ExtensionQuoted)
            }
            (
                State::ExtensionValue | State::ExtensionQuoteEnd | State::ExtensionSpace,
                b' ' | b'\t',
            ) => Some(State::ExtensionSpace),
            (State::ExtensionName | State::ExtensionValue | State::ExtensionQuoteEnd, b'\r') => {
                Some(State::SizeLineFeed)
            }
            _ => None,
        }
    }

    fn step_trailer(&mut self, octet: u8) -> Option<State> {
        self.trailer_octets += 1;
        if self.trailer_octets > TRAILER_OCTETS {
            return None;
        }
        match (self.state, octet) {
            (State::TrailerStart, b'\r') => Some(State::EndLineFeed),
            (State::TrailerStart | State::TrailerName, _) if is_token(octet) => {
                Some(State::TrailerName)
            }
            (State::TrailerValue, b'\r') => Some(State::TrailerLineFeed),
            (State::TrailerName, b':') | (State::TrailerValue, b'\t' | b' '..=b'~' | 0x80..) => {
                Some(State::TrailerValue)
            }
            (State::TrailerLineFeed, b'\n') => Some(State::TrailerStart),
            _ => None,
        }
    }
}
