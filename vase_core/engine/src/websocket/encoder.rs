//! Messages → octets.

use bytes::BytesMut;

use super::close::Close;
use super::deflate::{Deflate, Deflater};
use super::frame::{self, Head, Opcode, Role};

/// Below this size compression costs more than it saves.
const COMPRESS_FROM: usize = 64;

/// Writes what an end sends.
pub struct Encoder {
    role: Role,
    deflater: Option<Deflater>,
    /// The state of a generator of mask keys; a client's alone.
    keys: u64,
}

impl Encoder {
    /// A writer for one end of a connection.
    pub fn new(role: Role, deflate: Option<Deflate>) -> Self {
        Self {
            role,
            deflater: deflate.map(Deflater::new),
            keys: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str, out: &mut BytesMut) {
        self.message(Opcode::Text, text.as_bytes(), out);
    }

    /// Writes a binary message.
    pub fn binary(&mut self, bytes: &[u8], out: &mut BytesMut) {
        self.message(Opcode::Binary, bytes, out);
    }

    /// Writes a ping; a payload longer than 125 octets is cut.
    pub fn ping(&mut self, payload: &[u8], out: &mut BytesMut) {
        self.control(Opcode::Ping, payload, out);
    }

    /// Writes a pong.
    pub fn pong(&mut self, payload: &[u8], out: &mut BytesMut) {
        self.control(Opcode::Pong, payload, out);
    }

    /// Writes a close.
    pub fn close(&mut self, close: &Close, out: &mut BytesMut) {
        self.control(Opcode::Close, &close.payload(), out);
    }

    fn message(&mut self, opcode: Opcode, payload: &[u8], out: &mut BytesMut) {
        let compressed = match &mut self.deflater {
            Some(deflater) if payload.len() >= COMPRESS_FROM => deflater.compress(payload),
            _ => None,
        };
        match compressed {
            Some(compressed) => self.frame(opcode, true, &compressed, out),
            None => self.frame(opcode, false, payload, out),
        }
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8], out: &mut BytesMut) {
        let payload = &payload[..payload.len().min(frame::CONTROL_OCTETS)];
        self.frame(opcode, false, payload, out);
    }

    fn frame(&mut self, opcode: Opcode, is_compressed: bool, payload: &[u8], out: &mut BytesMut) {
        let key = (self.role == Role::Client).then(|| self.next_key());
        let head = Head {
            is_final: true,
            is_compressed,
            opcode,
            mask: key,
            length: payload.len() as u64,
        };
        head.write(out);
        let begin = out.len();
        out.extend_from_slice(payload);
        if let Some(key) = key {
            frame::mask(&mut out[begin..], key, 0);
        }
    }

    /// splitmix64. A mask guards proxies from what a script in a browser sends; the client here is a test's, whose octets
    /// meet no proxy, so the key need not be hard to guess.
    fn next_key(&mut self) -> [u8; 4] {
        self.keys = self.keys.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.keys;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [a, b, c, d, ..] = (mixed ^ (mixed >> 31)).to_be_bytes();
        [a, b, c, d]
    }
}
