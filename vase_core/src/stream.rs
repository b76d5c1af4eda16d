//! Answers that leave piece by piece, with back-pressure: Python waits when the client does not read.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::Stream;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::answer::to_bytes;
use crate::handoff::LoopBound;
use crate::hub::Hub;

/// Bytes that may wait for the client before the handler has to.
const HIGH_WATER: usize = 64 * 1024;

#[derive(Default)]
struct Channel {
    pieces: VecDeque<Bytes>,
    waiting_bytes: usize,
    closed: bool,
    failed: bool,
    gone: bool,
    reader: Option<Waker>,
    writer: Option<Py<PyAny>>,
    task: Option<Py<PyAny>>,
}

/// The writing end, which Python's pump holds.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct BodySender(LoopBound<Writing>);

pub(crate) struct Writing {
    hub: Rc<Hub>,
    channel: Rc<RefCell<Channel>>,
}

impl Writing {
    fn wake_reader(&self) {
        let reader = self.channel.borrow_mut().reader.take();
        if let Some(reader) = reader {
            self.hub.wake(reader);
        }
    }
}

#[pymethods]
impl BodySender {
    /// Hands a piece over; false means: wait for `drained()` before the next one.
    fn push(&self, piece: &Bound<'_, PyAny>) -> PyResult<bool> {
        let bytes = if let Ok(bytes) = piece.cast_exact::<PyBytes>() {
            to_bytes(bytes)
        } else if let Ok(text) = piece.cast::<PyString>() {
            Bytes::copy_from_slice(text.to_str()?.as_bytes())
        } else if let Ok(buffer) = piece.extract::<Vec<u8>>() {
            Bytes::from(buffer)
        } else {
            return Err(PyTypeError::new_err(format!(
                "a streamed body gave {}; give bytes or str",
                piece.get_type().name()?
            )));
        };
        let writing = self.0.get()?;
        let has_room = {
            let mut channel = writing.channel.borrow_mut();
            if !bytes.is_empty() {
                channel.waiting_bytes += bytes.len();
                channel.pieces.push_back(bytes);
            }
            channel.waiting_bytes < HIGH_WATER
        };
        writing.wake_reader();
        Ok(has_room)
    }

    /// A future that is done when the client has taken enough.
    fn drained<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let writing = self.0.get()?;
        let future = writing
            .hub
            .parts()?
            .event_loop
            .bind(py)
            .call_method0(intern!(py, "create_future"))?;
        let mut channel = writing.channel.borrow_mut();
        if channel.waiting_bytes < HIGH_WATER || channel.gone {
            future.call_method1(intern!(py, "set_result"), (py.None(),))?;
        } else {
            channel.writer = Some(future.clone().unbind());
        }
        Ok(future)
    }

    /// Ends the body.
    fn close(&self) -> PyResult<()> {
        let writing = self.0.get()?;
        writing.channel.borrow_mut().closed = true;
        writing.wake_reader();
        Ok(())
    }

    /// Breaks the body off: the client sees that it is not whole.
    fn fail(&self) -> PyResult<()> {
        let writing = self.0.get()?;
        writing.channel.borrow_mut().failed = true;
        writing.wake_reader();
        Ok(())
    }
}

/// The reading end, which the connection holds.
pub(crate) struct BodyReceiver {
    hub: Rc<Hub>,
    channel: Rc<RefCell<Channel>>,
}

/// A channel whose writing end is for Python.
pub(crate) fn channel(hub: &Rc<Hub>) -> (BodySender, BodyReceiver) {
    let channel = Rc::new(RefCell::new(Channel::default()));
    let writing = Writing {
        hub: Rc::clone(hub),
        channel: Rc::clone(&channel),
    };
    let sender = BodySender(LoopBound::new(writing, &hub.pulse.graves));
    (
        sender,
        BodyReceiver {
            hub: Rc::clone(hub),
            channel,
        },
    )
}

impl BodyReceiver {
    /// The task that fills the channel; it is cancelled when the client leaves.
    pub(crate) fn set_task(&self, task: Py<PyAny>) {
        self.channel.borrow_mut().task = Some(task);
    }
}

impl Stream for BodyReceiver {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut channel = self.channel.borrow_mut();
        if let Some(piece) = channel.pieces.pop_front() {
            channel.waiting_bytes -= piece.len();
            let writer = if channel.waiting_bytes < HIGH_WATER {
                channel.writer.take()
            } else {
                None
            };
            drop(channel);
            if let Some(writer) = writer {
                self.release(&writer);
            }
            return Poll::Ready(Some(Ok(piece)));
        }
        if channel.failed {
            return Poll::Ready(Some(Err(io::Error::other(
                "the handler failed while it streamed its answer",
            ))));
        }
        if channel.closed {
            return Poll::Ready(None);
        }
        channel.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl BodyReceiver {
    fn release(&self, writer: &Py<PyAny>) {
        Python::attach(|py| {
            let writer = writer.bind(py);
            let done = writer
                .call_method0(intern!(py, "done"))
                .and_then(|done| done.is_truthy())
                .unwrap_or(true);
            if !done
                && let Err(error) = writer.call_method1(intern!(py, "set_result"), (py.None(),))
            {
                error.write_unraisable(py, Some(writer));
            }
            self.hub.after_python(py);
        });
    }
}

impl Drop for BodyReceiver {
    fn drop(&mut self) {
        let (task, closed) = {
            let mut channel = self.channel.borrow_mut();
            channel.gone = true;
            channel.pieces.clear();
            (channel.task.take(), channel.closed || channel.failed)
        };
        let Some(task) = task.filter(|_| !closed) else {
            return;
        };
        let _ = Python::try_attach(|py| {
            if let Err(error) = task.call_method0(py, intern!(py, "cancel")) {
                error.write_unraisable(py, None);
            }
            self.hub.after_python(py);
        });
    }
}
