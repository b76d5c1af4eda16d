//! An answer that a test reads as if it were a body that arrives.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use vase_engine::{BodyError, RequestBody, ResponseBody};

use crate::handoff::LoopBound;
use crate::hub::Hub;

/// The body of an answer; it stays on the loop's thread, which bodies of requests need not.
struct Answered(LoopBound<RefCell<ResponseBody>>);

/// The body of an answer as one that Python can read piece by piece.
pub(crate) fn readable(hub: &Rc<Hub>, body: ResponseBody) -> RequestBody {
    RequestBody::boxed(Answered(LoopBound::new(
        RefCell::new(body),
        &hub.pulse.graves,
    )))
}

impl Body for Answered {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Ok(body) = self.0.get() else {
            return Poll::Ready(Some(Err(BodyError::Disconnected)));
        };
        Pin::new(&mut *body.borrow_mut())
            .poll_frame(context)
            .map_err(|_| BodyError::Disconnected)
    }
}
