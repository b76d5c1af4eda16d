//! Octets → messages. Faults are told with the octet that makes them, not with the message's end.

use bytes::{Buf, Bytes, BytesMut};

use super::close::Close;
use super::deflate::{Deflate, InflateError, Inflater};
use super::frame::{self, Head, Opcode, Role};

/// Room for a message before any of it is there: what its frame announces is no reason for more.
const FIRST_OCTETS: u64 = 64 * 1024;

/// What a peer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A text; the octets are UTF-8, which was checked.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
    /// A ping, which wants a pong with the same payload.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// The peer closes.
    Close(Close),
}

/// A breach of the protocol: the connection is failed with this code (RFC 6455 section 7.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The status code: 1002, 1007 or 1009.
    pub code: u16,
    /// What is wrong.
    pub reason: &'static str,
}

const fn protocol(reason: &'static str) -> Violation {
    Violation { code: 1002, reason }
}

const NOT_UTF8: Violation = Violation {
    code: 1007,
    reason: "a text is not UTF-8",
};
const NOT_DEFLATE: Violation = Violation {
    code: 1007,
    reason: "a compressed message cannot be inflated",
};
const TOO_LARGE: Violation = Violation {
    code: 1009,
    reason: "the message is larger than is taken",
};

impl From<InflateError> for Violation {
    fn from(error: InflateError) -> Self {
        match error {
            InflateError::Malformed => NOT_DEFLATE,
            InflateError::TooLarge => TOO_LARGE,
        }
    }
}

/// A frame whose payload is arriving.
struct Arriving {
    head: Head,
    received: u64,
}

/// A message that is arriving.
struct Partial {
    is_text: bool,
    is_compressed: bool,
    octets: Vec<u8>,
    /// How many octets are whole characters; the rest may become one.
    checked: usize,
}

impl Partial {
    fn check_text(&mut self) -> Result<(), Violation> {
        if !self.is_text {
            return Ok(());
        }
        match std::str::from_utf8(&self.octets[self.checked..]) {
            Ok(_) => self.checked = self.octets.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }
}

/// Reads what a peer sends.
pub struct Decoder {
    role: Role,
    most: usize,
    inflater: Option<Inflater>,
    arriving: Option<Arriving>,
    partial: Option<Partial>,
    control: Vec<u8>,
    is_closed: bool,
}

impl Decoder {
    /// A reader for one end of a connection, which takes messages of at most so many octets.
    pub fn new(role: Role, most: usize, deflate: Option<Deflate>) -> Self {
        Self {
            role,
            most,
            inflater: deflate.map(Inflater::new),
            arriving: None,
            partial: None,
            control: Vec::new(),
            is_closed: false,
        }
    }

    /// Takes octets from the front and gives the next event; `None` when more are needed.
    ///
    /// After [`Event::Close`] everything is thrown away.
    ///
    /// # Errors
    ///
    /// The peer broke the protocol; the decoder is of no use any more.
    pub fn next(&mut self, input: &mut BytesMut) -> Result<Option<Event>, Violation> {
        while !self.is_closed {
            if self.arriving.is_none() {
                let head = Head::parse(input).map_err(|bad| protocol(bad.sentence()))?;
                // A mask that is missing shows before the head is whole.
                if let Some(second) = input.get(1)
                    && (second & 0x80 == 0) == (self.role == Role::Server)
                {
                    return Err(protocol("a client masks its frames, a server does not"));
                }
                let Some((head, octets)) = head else {
                    return Ok(None);
                };
                input.advance(octets);
                self.begin(&head)?;
                self.arriving = Some(Arriving { head, received: 0 });
            }
            if let Some(event) = self.payload(input)? {
                return Ok(Some(event));
            }
            if self.arriving.is_some() {
                return Ok(None);
            }
        }
        input.clear();
        Ok(None)
    }

    /// Judges a head where it stands.
    fn begin(&mut self, head: &Head) -> Result<(), Violation> {
        if head.is_compressed && (self.inflater.is_none() || head.opcode.is_control()) {
            return Err(protocol("a reserved bit is set"));
        }
        match (head.opcode, &self.partial) {
            (Opcode::Continuation, None) => {
                return Err(protocol("a continuation continues nothing"));
            }
            (Opcode::Continuation, Some(_)) if head.is_compressed => {
                return Err(protocol(
                    "a continuation has the bit of a compressed message",
                ));
            }
            (Opcode::Text | Opcode::Binary, Some(_)) => {
                return Err(protocol("a message begins within another"));
            }
            (Opcode::Text | Opcode::Binary, None) => {
                self.partial = Some(Partial {
                    is_text: head.opcode == Opcode::Text,
                    is_compressed: head.is_compressed,
                    octets: Vec::new(),
                    checked: 0,
                });
            }
            _ => {}
        }
        if let (false, Some(partial)) = (head.opcode.is_control(), &mut self.partial)
            && !partial.is_compressed
        {
            let room = (self.most - partial.octets.len()) as u64;
            if head.length > room {
                return Err(TOO_LARGE);
            }
            let first = usize::try_from(head.length.min(FIRST_OCTETS)).unwrap_or_default();
            partial.octets.reserve_exact(first);
        }
        Ok(())
    }

    /// Takes what is there of a payload.
    fn payload(&mut self, input: &mut BytesMut) -> Result<Option<Event>, Violation> {
        let Some(arriving) = &mut self.arriving else {
            return Ok(None);
        };
        let head = arriving.head;
        let left = head.length - arriving.received;
        let taken = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
        let mut piece = input.split_to(taken);
        if let Some(key) = head.mask {
            frame::mask(&mut piece, key, arriving.received);
        }
        arriving.received += taken as u64;
        let is_whole = arriving.received == head.length;
        if is_whole {
            self.arriving = None;
        }
        if head.opcode.is_control() {
            self.control.extend_from_slice(&piece);
            return if is_whole {
                self.control_frame(head.opcode).map(Some)
            } else {
                Ok(None)
            };
        }
        let Some(partial) = &mut self.partial else {
            return Ok(None);
        };
        match &mut self.inflater {
            Some(inflater) if partial.is_compressed => {
                inflater.inflate(&piece, &mut partial.octets, self.most)?;
                if is_whole && head.is_final {
                    inflater.finish(&mut partial.octets, self.most)?;
                }
            }
            _ => partial.octets.extend_from_slice(&piece),
        }
        partial.check_text()?;
        if !(is_whole && head.is_final) {
            return Ok(None);
        }
        self.partial.take().map(Self::message).transpose()
    }

    fn message(partial: Partial) -> Result<Event, Violation> {
        if !partial.is_text {
            return Ok(Event::Binary(partial.octets.into()));
        }
        if partial.checked < partial.octets.len() {
            return Err(NOT_UTF8);
        }
        Ok(Event::Text(partial.octets.into()))
    }

    fn control_frame(&mut self, opcode: Opcode) -> Result<Event, Violation> {
        let payload = std::mem::take(&mut self.control);
        match opcode {
            Opcode::Ping => Ok(Event::Ping(payload.into())),
            Opcode::Pong => Ok(Event::Pong(payload.into())),
            _ => {
                self.is_closed = true;
                if let [_, _, reason @ ..] = &*payload
                    && std::str::from_utf8(reason).is_err()
                {
                    return Err(Violation {
                        code: 1007,
                        reason: "the reason of a close is not UTF-8",
                    });
                }
                Close::parse(&payload)
                    .map(Event::Close)
                    .ok_or(protocol("a close has no code that may be sent"))
            }
        }
    }
}
