//! The octets behind a handshake: those of a connection, or of a pipe within the process.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::Extensions;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Octets that a pipe holds, in each direction.
const PIPE_OCTETS: usize = 64 * 1024;

/// What a connection becomes when its handshake is answered with 101.
pub enum Transport {
    /// hyper gives the connection away once its answer is sent.
    Connection(OnUpgrade),
    /// There is no connection: a test talks through a pipe.
    Pipe(DuplexStream),
}

/// A pipe, as the extension of a request.
#[derive(Clone)]
struct PipeEnd(Arc<Mutex<Option<DuplexStream>>>);

impl Transport {
    /// Takes it from a request; `None` when that cannot become anything but HTTP.
    pub fn take(extensions: &mut Extensions) -> Option<Self> {
        if let Some(upgrade) = extensions.remove::<OnUpgrade>() {
            return Some(Self::Connection(upgrade));
        }
        let PipeEnd(pipe) = extensions.remove()?;
        let pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
        pipe.map(Self::Pipe)
    }

    /// Makes a request one that has a pipe behind it, and gives the client's end.
    pub fn pipe(extensions: &mut Extensions) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE_OCTETS);
        extensions.insert(PipeEnd(Arc::new(Mutex::new(Some(theirs)))));
        ours
    }

    /// Waits until the answer is sent.
    pub(super) async fn open(self) -> io::Result<Stream> {
        match self {
            Self::Connection(upgrade) => upgrade
                .await
                .map(|upgraded| Stream::Connection(TokioIo::new(upgraded)))
                .map_err(io::Error::other),
            Self::Pipe(pipe) => Ok(Stream::Pipe(pipe)),
        }
    }
}

/// An open transport.
pub(super) enum Stream {
    Connection(TokioIo<Upgraded>),
    Pipe(DuplexStream),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Connection(io) => Pin::new(io).poll_read(context, buffer),
            Self::Pipe(io) => Pin::new(io).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Connection(io) => Pin::new(io).poll_write(context, bytes),
            Self::Pipe(io) => Pin::new(io).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Connection(io) => Pin::new(io).poll_flush(context),
            Self::Pipe(io) => Pin::new(io).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Connection(io) => Pin::new(io).poll_shutdown(context),
            Self::Pipe(io) => Pin::new(io).poll_shutdown(context),
        }
    }
}
