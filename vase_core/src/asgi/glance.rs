//! A look at a body before the call: what has come with the head needs no waiting in `receive()`.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header;
use http::request::Parts;
use http_body::{Body, Frame, SizeHint};
use vase_engine::{BodyError, RequestBody};

/// Larger bodies are left to the application from the start.
const SMALL: u64 = 64 * 1024;

/// How often a body is asked that has nothing to give. The first time is what makes the connection read it.
const LOOKS: u8 = 2;

/// A body that is looked at, and what it has given so far.
pub(crate) struct Glance {
    body: RequestBody,
    pieces: Vec<Bytes>,
    looks: u8,
}

/// What became of the look.
pub(crate) enum Seen {
    /// All of it.
    Whole(Vec<Bytes>),
    /// The client takes its time: the application is called, and waits itself.
    Rest(RequestBody),
}

impl Glance {
    /// Whether a look is worth it: a client that waits for `100 Continue` sends nothing before the application asks.
    pub(crate) fn is_worth(head: &Parts, body: &RequestBody) -> bool {
        body.size_hint().upper().is_none_or(|size| size <= SMALL)
            && !head.headers.contains_key(header::EXPECT)
    }

    pub(crate) fn new(body: RequestBody) -> Self {
        Self {
            body,
            pieces: Vec::new(),
            looks: 0,
        }
    }

    /// Looks once. Pending means: again in the same turn.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Seen, BodyError>> {
        loop {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(Ok(self.whole())),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(Some(Ok(frame))) => {
                    self.pieces.extend(frame.into_data().ok());
                    if self.body.is_end_stream() {
                        return Poll::Ready(Ok(self.whole()));
                    }
                    // Nobody has said how long it is.
                    if self.body.bytes_read() > SMALL {
                        return Poll::Ready(Ok(self.rest()));
                    }
                }
                Poll::Pending => {
                    self.looks += 1;
                    if self.looks >= LOOKS {
                        return Poll::Ready(Ok(self.rest()));
                    }
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    fn whole(&mut self) -> Seen {
        Seen::Whole(std::mem::take(&mut self.pieces))
    }

    fn rest(&mut self) -> Seen {
        let body = std::mem::take(&mut self.body);
        let pieces = std::mem::take(&mut self.pieces);
        Seen::Rest(if pieces.is_empty() {
            body
        } else {
            RequestBody::boxed(Continued {
                pieces: pieces.into(),
                body,
            })
        })
    }
}

/// A body whose first pieces have been read already.
struct Continued {
    pieces: std::collections::VecDeque<Bytes>,
    body: RequestBody,
}

impl Body for Continued {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.pieces.pop_front() {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None => Pin::new(&mut self.body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let waiting: u64 = self.pieces.iter().map(|piece| piece.len() as u64).sum();
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + waiting);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + waiting);
        }
        hint
    }
}
