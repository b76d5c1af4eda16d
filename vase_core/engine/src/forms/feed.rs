//! The body on its way into the multipart parser, in small pieces and on a budget.
//!
//! The parser buffers whatever it is given until it finds what it looks for. What it may be given for one step is
//! counted here, so that a part whose head never ends is an error instead of a buffer that grows to the limit of the body.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::Body;

use crate::body::{BodyError, RequestBody};

/// The parser gets so much at a time. It searches its whole buffer at each piece, thus not more.
const PIECE: usize = 32 * 1024;

/// What may come before the parser has something to show: the rest of a piece, and the head of a part.
pub(super) const STEP: usize = 2 * PIECE;

/// Why the parser's stream broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum FeedError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("a step took more than its budget")]
    OverBudget,
}

struct State {
    body: RequestBody,
    rest: Bytes,
    budget: usize,
    is_paused: bool,
}

/// The body of a request as the parser's stream; clones share it.
#[derive(Clone)]
pub(super) struct Feed(Arc<Mutex<State>>);

impl Feed {
    pub(super) fn new(body: RequestBody) -> Self {
        Self(Arc::new(Mutex::new(State {
            body,
            rest: Bytes::new(),
            budget: STEP,
            is_paused: false,
        })))
    }

    /// The parser made a step: what it buffered until now is its own matter no more.
    pub(super) fn allow_step(&self) {
        self.state().budget = STEP;
    }

    /// What follows the closing boundary is read and dropped, so that the connection can go on.
    pub(super) async fn finish(&self) -> Result<(), BodyError> {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            state.rest = Bytes::new();
            loop {
                match std::task::ready!(Pin::new(&mut state.body).poll_frame(context)) {
                    None => return Poll::Ready(Ok(())),
                    Some(Err(error)) => return Poll::Ready(Err(error)),
                    Some(Ok(_)) => {}
                }
            }
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, FeedError>>> {
        while self.rest.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Poll::Ready(match self.budget.checked_sub(piece.len()) {
            Some(left) => {
                self.budget = left;
                Some(Ok(piece))
            }
            None => Some(Err(FeedError::OverBudget)),
        })
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, FeedError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.state();
        // The parser asks until it is told to wait: one piece, a pause, and it works on what it has.
        if std::mem::take(&mut state.is_paused) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = state.poll_piece(context);
        state.is_paused = matches!(polled, Poll::Ready(Some(Ok(_))));
        polled
    }
}
