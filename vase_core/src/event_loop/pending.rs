//! What a socket has yet to write: pieces that the kernel did not take.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::os::fd::RawFd;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rustix::io::Errno;
use smallvec::SmallVec;

use super::raw;

/// How many pieces go to the kernel in one call.
const AT_ONCE: usize = 64;

enum Data {
    /// `bytes` never change, so they are not copied.
    Shared(Py<PyBytes>),
    /// What other buffers held when they were written.
    Copied(Vec<u8>),
}

struct Piece {
    data: Data,
    /// How much of it was sent.
    sent: usize,
}

impl Piece {
    fn rest<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        let whole = match &self.data {
            Data::Shared(bytes) => bytes.as_bytes(py),
            Data::Copied(bytes) => bytes,
        };
        whole.get(self.sent..).unwrap_or_default()
    }
}

/// The pieces in their order.
#[derive(Default)]
pub(super) struct Pending {
    pieces: VecDeque<Piece>,
    size: usize,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Bytes that wait.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Keeps `bytes`, of which `sent` are gone.
    pub(super) fn push_shared(&mut self, bytes: &Bound<'_, PyBytes>, sent: usize) {
        self.size += bytes.as_bytes().len() - sent;
        self.pieces.push_back(Piece {
            data: Data::Shared(bytes.clone().unbind()),
            sent,
        });
    }

    /// Keeps a copy.
    pub(super) fn push_copy(&mut self, bytes: &[u8]) {
        self.size += bytes.len();
        self.pieces.push_back(Piece {
            data: Data::Copied(bytes.to_vec()),
            sent: 0,
        });
    }

    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        self.size = 0;
    }

    /// Gives the kernel what it takes in one call.
    pub(super) fn send(&mut self, py: Python<'_>, descriptor: RawFd) -> Result<(), Errno> {
        let mut sent = {
            let slices: SmallVec<[IoSlice<'_>; 16]> = self
                .pieces
                .iter()
                .take(AT_ONCE)
                .map(|piece| IoSlice::new(piece.rest(py)))
                .collect();
            match slices.as_slice() {
                [] => return Ok(()),
                [one] => raw::send(descriptor, one)?,
                many => raw::send_vectored(descriptor, many)?,
            }
        };
        self.size = self.size.saturating_sub(sent);
        while let Some(first) = self.pieces.front_mut() {
            let length = first.rest(py).len();
            if sent < length {
                first.sent += sent;
                break;
            }
            sent -= length;
            self.pieces.pop_front();
        }
        Ok(())
    }
}
