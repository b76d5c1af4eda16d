use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};

/// What is sent back after the head.
///
/// It need not be `Send`: a connection lives on the one thread of its worker.
#[derive(Default)]
pub enum ResponseBody {
    /// Nothing.
    #[default]
    Empty,
    /// One piece that is already in memory.
    Full(Bytes),
    /// Anything that leaves piece by piece; it is polled only when the client can take more.
    Boxed(Pin<Box<dyn Body<Data = Bytes, Error = io::Error>>>),
}

impl ResponseBody {
    /// No body.
    pub const fn empty() -> Self {
        Self::Empty
    }

    /// A body that is already in memory.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Full(bytes)
        }
    }

    /// Any other body, at the price of one allocation.
    pub fn boxed<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error = io::Error> + 'static,
    {
        Self::Boxed(Box::pin(body))
    }

    /// A body of pieces; the stream is asked for the next one only when the last has left.
    pub fn from_stream<S>(stream: S) -> Self
    where
        S: Stream<Item = io::Result<Bytes>> + 'static,
    {
        Self::boxed(StreamBody { stream })
    }

    /// The whole body, when it is known before sending.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Empty => Some(&[]),
            Self::Full(bytes) => Some(bytes),
            Self::Boxed(_) => None,
        }
    }

    /// The length in bytes, when it is known before sending.
    pub fn length(&self) -> Option<u64> {
        self.size_hint().exact()
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        match this {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *this = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Boxed(body) => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(_) => false,
            Self::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Boxed(body) => body.size_hint(),
        }
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self::full(bytes)
    }
}

impl From<&'static str> for ResponseBody {
    fn from(text: &'static str) -> Self {
        Self::full(Bytes::from_static(text.as_bytes()))
    }
}

impl From<String> for ResponseBody {
    fn from(text: String) -> Self {
        Self::full(text)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ResponseBody")
            .field("size", &self.size_hint())
            .finish()
    }
}

pin_project_lite::pin_project! {
    struct StreamBody<S> {
        #[pin]
        stream: S,
    }
}

impl<S: Stream<Item = io::Result<Bytes>>> Body for StreamBody<S> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.project()
            .stream
            .poll_next(context)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
