//! What happens when an answer has left: dependencies that stay open until then are closed.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pyo3::prelude::*;
use vase_engine::ResponseBody;

use crate::hub::Hub;
use crate::tools::Tools;

/// Hands a `vase.http.LateBody` to the application's hook once, when it is dropped: sent, broken off, or never begun.
pub(crate) struct Late {
    body: Py<PyAny>,
    finish: Py<PyAny>,
}

impl Late {
    pub(crate) fn new(body: &Bound<'_, PyAny>, tools: &Tools) -> Self {
        Self {
            body: body.clone().unbind(),
            finish: tools.finish.clone_ref(body.py()),
        }
    }

    /// Lets the answer's own body carry it.
    pub(crate) fn wrap(self, body: ResponseBody, hub: &Rc<Hub>) -> ResponseBody {
        ResponseBody::boxed(LateBody {
            body,
            late: Some(self),
            hub: Rc::clone(hub),
        })
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        let _ = Python::try_attach(|py| {
            if let Err(error) = self.finish.call1(py, (&self.body,)) {
                error.write_unraisable(py, None);
            }
        });
    }
}

struct LateBody {
    body: ResponseBody,
    late: Option<Late>,
    hub: Rc<Hub>,
}

impl Body for LateBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for LateBody {
    fn drop(&mut self) {
        self.late = None;
        // The hook has given asyncio something to do.
        let _ = Python::try_attach(|py| self.hub.after_python(py));
    }
}
