use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::BodyError;

/// What a client sends after the head, counted against a limit while it is read.
///
/// The limit is none until [`limit`](Self::limit) sets one; the stack does so for every request.
pub struct RequestBody {
    source: Source,
    limit: u64,
    read: u64,
}

enum Source {
    Done,
    Full(Bytes),
    Incoming(Incoming),
    // `Send` because readers outside the engine may keep a body in an object that must be `Send`.
    Boxed(Pin<Box<dyn Body<Data = Bytes, Error = BodyError> + Send>>),
}

impl RequestBody {
    /// No body.
    pub const fn empty() -> Self {
        Self::from_source(Source::Done)
    }

    /// A body that is already in memory.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::from_source(if bytes.is_empty() {
            Source::Done
        } else {
            Source::Full(bytes)
        })
    }

    /// A body that arrives on a connection.
    pub fn incoming(incoming: Incoming) -> Self {
        Self::from_source(if incoming.is_end_stream() {
            Source::Done
        } else {
            Source::Incoming(incoming)
        })
    }

    /// Any other body, at the price of one allocation: a paced one, a decoded one.
    pub fn boxed<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error = BodyError> + Send + 'static,
    {
        Self::from_source(if body.is_end_stream() {
            Source::Done
        } else {
            Source::Boxed(Box::pin(body))
        })
    }

    const fn from_source(source: Source) -> Self {
        Self {
            source,
            limit: u64::MAX,
            read: 0,
        }
    }

    /// Refuses bytes past `bytes`, counted from the first byte of the body.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// [`limit`](Self::limit) in place.
    pub fn set_limit(&mut self, bytes: u64) {
        self.limit = bytes;
    }

    /// Lowers the limit to `bytes`; a lower one stays.
    pub fn tighten_limit(&mut self, bytes: u64) {
        self.limit = self.limit.min(bytes);
    }

    /// The bytes handed out so far.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Reads the whole body into one piece; a body of one frame is handed on without a copy.
    ///
    /// Memory is bounded by the limit. Trailers are dropped.
    pub async fn collect(mut self) -> Result<Bytes, BodyError> {
        let Some(first) = self.next_piece().await? else {
            return Ok(Bytes::new());
        };
        if self.is_end_stream() {
            return Ok(first);
        }
        let Some(second) = self.next_piece().await? else {
            return Ok(first);
        };
        // Grown by need and not by the declared length: a client that declares 8 MiB has sent none yet.
        let mut whole = BytesMut::with_capacity((first.len() + second.len()).next_power_of_two());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        drop((first, second));
        while let Some(piece) = self.next_piece().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The next piece of data, or `None` at the end; trailers are dropped.
    pub async fn next_piece(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            let frame = poll_fn(|context| Pin::new(&mut *self).poll_frame(context)).await;
            match frame.transpose()?.map(Frame::into_data) {
                Some(Ok(data)) if data.is_empty() => {}
                Some(Ok(data)) => return Ok(Some(data)),
                Some(Err(_trailers)) => {}
                None => return Ok(None),
            }
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = match &mut this.source {
            Source::Done => None,
            Source::Full(bytes) => Some(Ok(Frame::data(std::mem::take(bytes)))),
            Source::Incoming(body) => ready!(Pin::new(body).poll_frame(context))
                .map(|frame| frame.map_err(BodyError::from)),
            Source::Boxed(body) => ready!(body.as_mut().poll_frame(context)),
        };
        if matches!(this.source, Source::Full(_)) || matches!(frame, None | Some(Err(_))) {
            this.source = Source::Done;
        }
        if let Some(data) = frame
            .as_ref()
            .and_then(|frame| frame.as_ref().ok())
            .and_then(Frame::data_ref)
        {
            this.read = this.read.saturating_add(data.len() as u64);
            if this.read > this.limit {
                this.source = Source::Done;
                return Poll::Ready(Some(Err(BodyError::TooLarge { limit: this.limit })));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Done => true,
            Source::Full(_) => false,
            Source::Incoming(body) => body.is_end_stream(),
            Source::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Done => SizeHint::with_exact(0),
            Source::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Source::Incoming(body) => body.size_hint(),
            Source::Boxed(body) => body.size_hint(),
        }
    }
}

impl Default for RequestBody {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestBody")
            .field("size", &self.size_hint())
            .field("limit", &self.limit)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}
