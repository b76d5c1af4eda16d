//! A request path, decoded and cut into segments.

use std::borrow::Cow;

use memchr::memchr2;
use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

/// A path that cannot be one: after decoding it is not UTF-8, or holds a NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadPath;

/// Whether a path is written as it is meant, so that nothing must be decoded.
///
/// A NUL never comes through hyper, but a path need not come from there.
pub(super) fn is_plain(raw: &str) -> bool {
    memchr2(b'%', 0, raw.as_bytes()).is_none()
}

/// A decoded path and where its segments begin.
///
/// Segments are cut before decoding: `%2F` is a character of its segment, not a border.
/// An escape that is none (`%zz`, a last `%`) stays as it is, as the URL standard has it.
#[derive(Debug)]
pub(super) struct Path<'a> {
    text: Cow<'a, str>,
    /// The first byte of each segment, and one more as if another segment followed.
    starts: SmallVec<[u32; 16]>,
    hides_slash: bool,
}

impl<'a> Path<'a> {
    /// Decodes a path that begins with a slash.
    pub(super) fn decode(raw: &'a str) -> Result<Self, BadPath> {
        let mut text = Vec::with_capacity(raw.len());
        let mut starts = SmallVec::new();
        let mut hides_slash = false;
        for segment in raw.split('/').skip(1) {
            text.push(b'/');
            starts.push(offset(text.len()));
            for byte in percent_decode_str(segment) {
                match byte {
                    0 => return Err(BadPath),
                    b'/' => hides_slash = true,
                    _ => {}
                }
                text.push(byte);
            }
        }
        starts.push(offset(text.len() + 1));
        Ok(Self {
            text: Cow::Owned(String::from_utf8(text).map_err(|_| BadPath)?),
            starts,
            hides_slash,
        })
    }

    /// Cuts a path that needs no decoding.
    pub(super) fn plain(text: &'a str) -> Self {
        let mut starts = SmallVec::new();
        let mut place = 0;
        for byte in text.bytes() {
            place += 1;
            if byte == b'/' {
                starts.push(place);
            }
        }
        starts.push(offset(text.len() + 1));
        Self {
            text: Cow::Borrowed(text),
            starts,
            hides_slash: false,
        }
    }

    /// The whole text, when cutting it at its slashes gives these segments again.
    pub(super) fn as_literal(&self) -> Option<&str> {
        (!self.hides_slash).then_some(&self.text)
    }

    /// How many segments there are; `/` has one, which is empty.
    pub(super) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// One segment.
    pub(super) fn segment(&self, index: usize) -> &str {
        &self.text[self.start(index)..self.start(index + 1) - 1]
    }

    /// The whole text as bytes, and where the segments begin: each ends one byte before the next
    /// begins, the last as if another followed.
    pub(super) fn parts(&self) -> (&[u8], &[u32]) {
        (self.text.as_bytes(), &self.starts)
    }

    /// Everything from one segment on.
    pub(super) fn rest(&self, index: usize) -> &str {
        &self.text[self.start(index)..]
    }

    #[inline]
    fn start(&self, index: usize) -> usize {
        self.starts[index] as usize
    }
}

/// A place in a path as a small number, so that paths of usual depth stay on the stack.
fn offset(place: usize) -> u32 {
    // hyper refuses heads of 4 GiB long before this does.
    u32::try_from(place).unwrap_or(u32::MAX)
}
