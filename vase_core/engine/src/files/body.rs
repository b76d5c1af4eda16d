//! A body that reads its file while the client reads the body.

use std::collections::VecDeque;
use std::fs::File;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

/// So much is read at once: enough that a system call costs little beside its copying, and little
/// enough that a hundred slow clients hold a dozen megabytes.
const PIECE: u64 = 128 * 1024;

/// One part of a body.
#[derive(Debug)]
pub(super) enum Piece {
    /// Bytes that are there.
    Text(Bytes),
    /// Bytes of the file, still to be read.
    File(Range<u64>),
}

/// Parts of a file, and text between them, sent in order.
///
/// A piece is read when it is asked for, and none before the last has left. It is read on this thread
/// when the page cache holds it, else on a thread of tokio's pool.
#[derive(Debug)]
pub(super) struct FileBody {
    file: Arc<File>,
    pieces: VecDeque<Piece>,
    remaining: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl FileBody {
    pub(super) fn new(file: Arc<File>, pieces: VecDeque<Piece>) -> Self {
        let length = |piece: &Piece| match piece {
            Piece::Text(text) => text.len() as u64,
            Piece::File(range) => range.end - range.start,
        };
        Self {
            remaining: pieces.iter().map(length).sum(),
            file,
            pieces,
            reading: None,
        }
    }

    /// The next bytes, or `None` when a thread was sent for them.
    fn advance(&mut self) -> Option<io::Result<Bytes>> {
        let range = match self.pieces.front_mut()? {
            Piece::Text(text) => {
                let text = std::mem::take(text);
                self.pieces.pop_front();
                return Some(Ok(text));
            }
            Piece::File(range) => range,
        };
        let start = range.start;
        let end = range.end.min(start + PIECE);
        range.start = end;
        if range.is_empty() {
            self.pieces.pop_front();
        }
        // At most PIECE, which fits everywhere.
        let length = usize::try_from(end - start).unwrap_or_default();
        match read_without_waiting(&self.file, start, length) {
            Ok(Some(bytes)) => Some(Ok(bytes)),
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Some(Err(error)),
            Ok(None) | Err(_) => {
                let file = Arc::clone(&self.file);
                let read = move || read_exactly(&file, start, length);
                self.reading = Some(tokio::task::spawn_blocking(read));
                None
            }
        }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        if this.reading.is_none() {
            if this.pieces.is_empty() {
                return Poll::Ready(None);
            }
            if let Some(result) = this.advance() {
                return Poll::Ready(Some(this.account(result)));
            }
        }
        let Some(reading) = &mut this.reading else {
            return Poll::Ready(None);
        };
        let result = std::task::ready!(Pin::new(reading).poll(context));
        this.reading = None;
        let result = result.unwrap_or_else(|error| Err(io::Error::other(error)));
        Poll::Ready(Some(this.account(result)))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.reading.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

impl FileBody {
    fn account(&mut self, result: io::Result<Bytes>) -> io::Result<Frame<Bytes>> {
        match result {
            Ok(bytes) => {
                self.remaining = self.remaining.saturating_sub(bytes.len() as u64);
                Ok(Frame::data(bytes))
            }
            Err(error) => {
                // The length was promised: the connection must end now, and nothing may follow.
                self.pieces.clear();
                Err(error)
            }
        }
    }
}

/// Reads when the page cache has it all; `None` when it must be waited for.
///
/// The error is `Unsupported` where the kernel or the file system cannot tell.
#[cfg(target_os = "linux")]
pub(super) fn read_without_waiting(
    file: &File,
    offset: u64,
    length: usize,
) -> io::Result<Option<Bytes>> {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    let mut buffer = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let slices = &mut [std::io::IoSliceMut::new(&mut buffer[filled..])];
        let at = offset + filled as u64;
        match preadv2(file, slices, at, ReadWriteFlags::NOWAIT) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(None),
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                return Err(io::ErrorKind::Unsupported.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(buffer.into()))
}

/// Only Linux can tell whether a read would wait.
#[cfg(not(target_os = "linux"))]
pub(super) fn read_without_waiting(_: &File, _: u64, _: usize) -> io::Result<Option<Bytes>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads, and waits for the disk if need be.
pub(super) fn read_exactly(file: &File, offset: u64, length: usize) -> io::Result<Bytes> {
    let mut buffer = vec![0; length];
    file.read_exact_at(&mut buffer, offset)?;
    Ok(buffer.into())
}
