//! Sockets of both kinds behind one pair of halves.
//!
//! A socket is split so that hyper's side owns the reading half, while the writing half is shared with
//! the watch, which looks at the readiness of connections and never reads.
//! The reading half is the owned one of tokio because only that one notices by a short read that the
//! socket is empty, and saves the second `recv` of every request.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smallvec::SmallVec;
use socket2::SockRef;
use tokio::io::{AsyncRead, Interest, ReadBuf, Ready};
use tokio::net::tcp;
#[cfg(unix)]
use tokio::net::unix;

/// Octets that may wait in the kernel unsent: beyond them a socket is not writable.
///
/// Small, so that writability follows the client's reading closely: the kernel's default reports a slow
/// reader's progress only once in about a megabyte, which no write time-out could tell from a standstill.
const UNSENT_OCTETS: u32 = 64 * 1024;

/// Up to here a head and its body are copied together: one `send` of a few hundred octets costs less than a `writev`,
/// which goes through the file system's layer of the kernel.
const JOINED_OCTETS: usize = 1024;

/// A listening socket, as the embedder opened or inherited it.
#[derive(Debug)]
pub enum Listener {
    /// TCP, version 4 or 6.
    Tcp(std::net::TcpListener),
    /// A Unix socket.
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener),
}

impl From<std::net::TcpListener> for Listener {
    fn from(listener: std::net::TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

#[cfg(unix)]
impl From<std::os::unix::net::UnixListener> for Listener {
    fn from(listener: std::os::unix::net::UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// A listener that is registered with the runtime.
pub(super) enum Acceptor {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
}

impl Acceptor {
    pub(super) fn new(listener: Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                tokio::net::TcpListener::from_std(listener).map(Self::Tcp)
            }
            #[cfg(unix)]
            Listener::Unix(listener) => {
                listener.set_nonblocking(true)?;
                tokio::net::UnixListener::from_std(listener).map(Self::Unix)
            }
        }
    }

    /// The next connection, with the address of the client where it has one.
    pub(super) async fn accept(&self) -> io::Result<(Reader, Writer, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                // Not on the listener, which would hand them down on some systems: connections that wait
                // since before this server was started would do without.
                set_options(&SockRef::from(&stream));
                let (reader, writer) = stream.into_split();
                Ok((Reader::Tcp(reader), Writer::Tcp(writer), Some(address)))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let (reader, writer) = stream.into_split();
                Ok((Reader::Unix(reader), Writer::Unix(writer), None))
            }
        }
    }
}

/// Both are improvements and no needs: a socket that refuses them serves all the same.
fn set_options(socket: &SockRef<'_>) {
    let _ = socket.set_tcp_nodelay(true);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_notsent_lowat(UNSENT_OCTETS);
}

/// The half that hyper's side reads from.
#[derive(Debug)]
pub(super) enum Reader {
    Tcp(tcp::OwnedReadHalf),
    #[cfg(unix)]
    Unix(unix::OwnedReadHalf),
}

impl Reader {
    pub(super) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => Pin::new(half).poll_read(context, buffer),
            #[cfg(unix)]
            Self::Unix(half) => Pin::new(half).poll_read(context, buffer),
        }
    }
}

/// The reading half, and how many octets one call took out of it.
pub(super) struct Counted<'a> {
    pub(super) reader: &'a mut Reader,
    pub(super) octets: usize,
}

impl AsyncRead for Counted<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = self.reader.poll_read(context, buffer);
        self.octets += buffer.filled().len() - before;
        outcome
    }
}

/// The half that is written to, and through which the watch looks at the socket.
#[derive(Debug)]
pub(super) enum Writer {
    Tcp(tcp::OwnedWriteHalf),
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
}

impl Writer {
    pub(super) fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let octets: usize = pieces.iter().map(|piece| piece.len()).sum();
        if pieces.len() > 1 && octets <= JOINED_OCTETS {
            let mut joined = SmallVec::<[u8; JOINED_OCTETS]>::new();
            for piece in pieces {
                joined.extend_from_slice(piece);
            }
            return self.try_write(&[IoSlice::new(&joined)]);
        }
        match (self, pieces) {
            (Self::Tcp(half), [piece]) => half.try_write(piece),
            (Self::Tcp(half), _) => half.try_write_vectored(pieces),
            #[cfg(unix)]
            (Self::Unix(half), [piece]) => half.try_write(piece),
            #[cfg(unix)]
            (Self::Unix(half), _) => half.try_write_vectored(pieces),
        }
    }

    pub(super) fn poll_writable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => half.as_ref().poll_write_ready(context),
            #[cfg(unix)]
            Self::Unix(half) => half.as_ref().poll_write_ready(context),
        }
    }

    /// What the runtime knows of the socket now; it asks nobody and wakes nobody.
    pub(super) fn readiness(&self) -> Ready {
        const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);
        match self {
            Self::Tcp(half) => poll_once(half.ready(BOTH)),
            #[cfg(unix)]
            Self::Unix(half) => poll_once(half.ready(BOTH)),
        }
    }

    /// Sends FIN once everything that was written is sent.
    pub(super) fn finish(&self) {
        // It fails when the other side is gone already, which is as good.
        let _ = self.socket().shutdown(std::net::Shutdown::Write);
    }

    /// Lets the socket end in RST when it closes, so that the kernel keeps nothing for a client that takes nothing.
    pub(super) fn forget_unsent(&self) {
        let _ = self.socket().set_linger(Some(Duration::ZERO));
    }

    fn socket(&self) -> SockRef<'_> {
        match self {
            Self::Tcp(half) => SockRef::from(half.as_ref()),
            #[cfg(unix)]
            Self::Unix(half) => SockRef::from(half.as_ref()),
        }
    }
}

fn poll_once(ready: impl Future<Output = io::Result<Ready>>) -> Ready {
    let mut context = Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(ready).poll(&mut context) {
        Poll::Ready(Ok(ready)) => ready,
        Poll::Ready(Err(_)) => Ready::ALL,
        Poll::Pending => Ready::EMPTY,
    }
}
