//! Several ranges in one answer: `multipart/byteranges`, RFC 9110 section 14.6.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Range;

use bytes::Bytes;
use http::HeaderValue;

use super::body::Piece;

/// The parts of a multipart body and what describes it.
#[derive(Debug)]
pub(super) struct Multipart {
    pub(super) content_type: HeaderValue,
    pub(super) length: u64,
    pub(super) pieces: VecDeque<Piece>,
}

impl Multipart {
    pub(super) fn new(ranges: &[Range<u64>], length: u64, content_type: &HeaderValue) -> Self {
        let boundary = boundary();
        let mut pieces = VecDeque::with_capacity(ranges.len() * 2 + 1);
        let mut total = 0;
        let mut push = |piece: Piece| {
            total += match &piece {
                Piece::Text(text) => text.len() as u64,
                Piece::File(range) => range.end - range.start,
            };
            pieces.push_back(piece);
        };
        for (index, range) in ranges.iter().enumerate() {
            let mut head = Vec::with_capacity(160);
            if index > 0 {
                head.extend_from_slice(b"\r\n");
            }
            head.extend_from_slice(format!("--{boundary}\r\nContent-Type: ").as_bytes());
            head.extend_from_slice(content_type.as_bytes());
            head.extend_from_slice(b"\r\nContent-Range: ");
            head.extend_from_slice(content_range(range, length).as_bytes());
            head.extend_from_slice(b"\r\n\r\n");
            push(Piece::Text(head.into()));
            push(Piece::File(range.clone()));
        }
        push(Piece::Text(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
        let content_type = format!("multipart/byteranges; boundary={boundary}");
        Self {
            // Hexadecimal digits: always a header value.
            content_type: HeaderValue::try_from(content_type)
                .unwrap_or(HeaderValue::from_static("multipart/byteranges")),
            length: total,
            pieces,
        }
    }
}

/// What `Content-Range` says of a range, which is never empty.
pub(super) fn content_range(range: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.start, range.end - 1)
}

/// 128 bits that nobody can know beforehand, so that no file can hold them on purpose.
fn boundary() -> String {
    let random = RandomState::new();
    format!(
        "{:016x}{:016x}",
        random.hash_one(0_u8),
        random.hash_one(1_u8)
    )
}
