//! `receive` and `send`: the two ends of an exchange that an application holds.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, Method, StatusCode};
use pyo3::exceptions::{PyConnectionResetError, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use vase_engine::{BodyError, RequestBody, problem};

use super::kit::Kit;
use super::messages::{body_message, bytes_of, declared_length, read_headers};
use super::waiting::{Event, Told, Waiting};
use crate::answer::{Answer, Full, Payload};
use crate::handoff::LoopBound;
use crate::hub::Hub;
use crate::request::Exchange;
use crate::slot::Slot;

/// Bytes that may wait for the client before the application has to.
const HIGH_WATER: usize = 64 * 1024;

/// What the client sends.
#[derive(Default)]
struct Incoming {
    /// All of it, as the one message that it becomes.
    whole: Option<Py<PyBytes>>,
    /// What is still arriving; absent while it is being read, and when there is nothing to read.
    body: Option<RequestBody>,
    pieces: VecDeque<Bytes>,
    has_ended: bool,
    is_reading: bool,
    is_told: bool,
}

/// How far the answer is.
enum Stage {
    /// Nothing has been said.
    Silent,
    /// The head is known and waits for the body, to leave with it.
    Started(StatusCode, HeaderMap),
    /// The head has left.
    Streaming,
    /// All has been said, or will not be.
    Complete,
}

/// Pieces on their way out.
#[derive(Default)]
struct Outgoing {
    pieces: VecDeque<Bytes>,
    waiting_bytes: usize,
    is_closed: bool,
    has_failed: bool,
    reader: Option<Waker>,
    /// What the declared length leaves.
    left: Option<u64>,
}

/// One exchange between a client and an application. Lives on the loop thread.
pub(super) struct Talk {
    hub: Rc<Hub>,
    done: Py<PyAny>,
    /// Whether an answer to this method has a body.
    is_head: bool,
    incoming: RefCell<Incoming>,
    stage: RefCell<Stage>,
    /// Whether the answer to this request has no body, whatever the application sends.
    is_bodiless: Cell<bool>,
    outgoing: RefCell<Outgoing>,
    answer: RefCell<Option<Answer>>,
    slot: RefCell<Option<Arc<Slot>>>,
    has_left: Cell<bool>,
    /// The application's first step, which runs inside the call.
    is_eager: Cell<bool>,
    is_gone: Cell<bool>,
    receivers: RefCell<Vec<Py<PyAny>>>,
    senders: RefCell<Vec<Py<PyAny>>>,
}

impl Talk {
    /// Begins the talk about a request, whose body is taken over.
    pub(super) fn open(py: Python<'_>, hub: &Rc<Hub>, kit: &Kit, exchange: &Exchange) -> Rc<Self> {
        let mut incoming = Incoming::default();
        if let Some(whole) = exchange.body_object(py) {
            incoming.whole = Some(whole.unbind());
        } else if let Some(body) = exchange.take_unread() {
            incoming.body = Some(body);
        }
        Rc::new(Self {
            hub: Rc::clone(hub),
            done: kit.done(py).map_or_else(|_| py.None(), Bound::unbind),
            is_head: exchange.parts.method == Method::HEAD,
            incoming: RefCell::new(incoming),
            stage: RefCell::new(Stage::Silent),
            is_bodiless: Cell::new(false),
            outgoing: RefCell::default(),
            answer: RefCell::new(None),
            slot: RefCell::new(None),
            has_left: Cell::new(false),
            is_eager: Cell::new(true),
            is_gone: Cell::new(false),
            receivers: RefCell::default(),
            senders: RefCell::default(),
        })
    }

    pub(super) fn hub(&self) -> &Rc<Hub> {
        &self.hub
    }

    /// Whether the application has given its whole answer.
    pub(super) fn is_complete(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Complete)
    }

    /// Whether the application has begun its answer.
    pub(super) fn has_started(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::Silent)
    }

    /// Whether the client has left.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.get()
    }

    /// The answer that was given before anybody waited for it.
    pub(super) fn take_answer(&self) -> Option<Answer> {
        self.answer.borrow_mut().take()
    }

    /// Where the answer goes that has not been given yet.
    pub(super) fn answer_into(&self, slot: Arc<Slot>) {
        *self.slot.borrow_mut() = Some(slot);
    }

    /// The application has suspended: a head that it has sent leaves now.
    pub(super) fn end_eager_part(self: &Rc<Self>, py: Python<'_>) {
        self.is_eager.set(false);
        self.let_head_leave(py);
    }

    fn deliver(&self, answer: Answer) {
        self.has_left.set(true);
        match self.slot.borrow_mut().take() {
            Some(slot) => {
                if let Some(waker) = slot.put(answer) {
                    self.hub.wake(waker);
                }
            }
            None => *self.answer.borrow_mut() = Some(answer),
        }
    }

    /// Ends the exchange for an application that did not: with this answer, or by breaking off what has left.
    pub(super) fn end_with(self: &Rc<Self>, py: Python<'_>, answer: Answer) {
        let was_complete = self.is_complete();
        *self.stage.borrow_mut() = Stage::Complete;
        if !self.has_left.get() {
            self.deliver(answer);
        } else if !was_complete {
            self.outgoing.borrow_mut().has_failed = true;
            self.wake_reader();
        }
        self.wake(py, Event::Message);
    }

    /// The client has left, or the server has ended the exchange.
    fn leave(&self) {
        if self.is_gone.replace(true) {
            return;
        }
        let mut outgoing = self.outgoing.borrow_mut();
        outgoing.pieces.clear();
        outgoing.waiting_bytes = 0;
        drop(outgoing);
        let _ = Python::try_attach(|py| {
            self.wake(py, Event::Message);
            self.wake(py, Event::Room);
            self.hub.after_python(py);
        });
    }

    // What the client says.

    /// The next message, if there is one.
    pub(super) fn message(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        if self.is_gone.get() || self.is_complete() {
            let message = PyDict::new(py);
            message.set_item(intern!(py, "type"), intern!(py, "http.disconnect"))?;
            return Ok(Some(message.into_any().unbind()));
        }
        let mut incoming = self.incoming.borrow_mut();
        if incoming.is_told {
            return Ok(None);
        }
        if let Some(whole) = incoming.whole.take() {
            incoming.is_told = true;
            return body_message(py, whole.bind(py), false).map(Some);
        }
        if let Some(piece) = incoming.pieces.pop_front() {
            let has_more = !incoming.has_ended || !incoming.pieces.is_empty();
            incoming.is_told = !has_more;
            return body_message(py, &PyBytes::new(py, &piece), has_more).map(Some);
        }
        if incoming.has_ended {
            incoming.is_told = true;
            return body_message(py, &PyBytes::new(py, b""), false).map(Some);
        }
        Ok(None)
    }

    /// An asyncio future that is done when `event` may have come.
    pub(super) fn wait_for<'py>(
        self: &Rc<Self>,
        py: Python<'py>,
        event: Event,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parts = self.hub.parts()?;
        let create = intern!(py, "create_future");
        let future = parts.event_loop.bind(py).call_method0(create)?;
        self.waiters(event)
            .borrow_mut()
            .push(future.clone().unbind());
        if event == Event::Message {
            self.read_on();
        }
        Ok(future)
    }

    fn waiters(&self, event: Event) -> &RefCell<Vec<Py<PyAny>>> {
        match event {
            Event::Message => &self.receivers,
            Event::Room => &self.senders,
        }
    }

    fn wake(&self, py: Python<'_>, event: Event) {
        let futures = std::mem::take(&mut *self.waiters(event).borrow_mut());
        for future in futures {
            let future = future.bind(py);
            let is_done = future
                .call_method0(intern!(py, "done"))
                .and_then(|done| done.is_truthy())
                .unwrap_or(true);
            if !is_done
                && let Err(error) = future.call_method1(intern!(py, "set_result"), (py.None(),))
            {
                error.write_unraisable(py, Some(future));
            }
        }
    }

    /// Reads the next piece of the body, unless that is under way or there is none.
    fn read_on(self: &Rc<Self>) {
        let mut incoming = self.incoming.borrow_mut();
        if incoming.is_reading || incoming.has_ended {
            return;
        }
        let Some(mut body) = incoming.body.take() else {
            return;
        };
        incoming.is_reading = true;
        drop(incoming);
        let talk = Rc::clone(self);
        self.hub.spawn(Box::pin(async move {
            let piece = body.next_piece().await;
            talk.take_piece(piece, body);
        }));
    }

    fn take_piece(&self, piece: Result<Option<Bytes>, BodyError>, body: RequestBody) {
        let mut incoming = self.incoming.borrow_mut();
        incoming.is_reading = false;
        match piece {
            Ok(piece) => {
                incoming.has_ended = piece.is_none() || http_body::Body::is_end_stream(&body);
                incoming.pieces.extend(piece);
                incoming.body = Some(body);
                drop(incoming);
            }
            Err(error) => {
                drop(incoming);
                self.refuse(&error);
            }
        }
        Python::attach(|py| {
            self.wake(py, Event::Message);
            self.hub.after_python(py);
        });
    }

    /// The body cannot be read: the client is told why, the application that its client has left.
    fn refuse(&self, error: &BodyError) {
        if !self.has_left.get() {
            let refusal = problem::respond(error.status(), error.code(), &error.to_string(), None);
            let (head, body) = refusal.into_parts();
            let body = Bytes::copy_from_slice(body.as_bytes().unwrap_or_default());
            self.deliver(full(head.status, head.headers, Payload::Bytes(body)));
        }
        self.leave();
    }

    // What the application says.

    fn say(self: &Rc<Self>, message: &Bound<'_, PyDict>) -> PyResult<bool> {
        let py = message.py();
        let kind = message
            .get_item(intern!(py, "type"))?
            .ok_or_else(|| PyValueError::new_err("an ASGI message has no `type`"))?;
        let kind = kind.cast::<PyString>()?;
        if self.is_gone.get() {
            return Err(PyConnectionResetError::new_err("the client has left"));
        }
        if self.is_complete() {
            return Err(PyRuntimeError::new_err(format!(
                "ASGI message `{}` after the response was complete",
                kind.to_str()?
            )));
        }
        let is_silent = matches!(*self.stage.borrow(), Stage::Silent);
        match kind.to_str()? {
            "http.response.start" if is_silent => self.start(message).map(|()| true),
            "http.response.body" if !is_silent => self.body(message),
            other => Err(PyRuntimeError::new_err(format!(
                "ASGI message `{other}` where `{}` was expected",
                if is_silent {
                    "http.response.start"
                } else {
                    "http.response.body"
                }
            ))),
        }
    }

    fn start(self: &Rc<Self>, message: &Bound<'_, PyDict>) -> PyResult<()> {
        let py = message.py();
        let code = message
            .get_item(intern!(py, "status"))?
            .ok_or_else(|| PyValueError::new_err("`http.response.start` has no `status`"))?;
        let code: u16 = code.extract()?;
        let status = StatusCode::from_u16(code)
            .ok()
            .filter(|status| !status.is_informational())
            .ok_or_else(|| PyValueError::new_err(format!("{code} is no status of a response")))?;
        let headers = match message.get_item(intern!(py, "headers"))? {
            Some(headers) => read_headers(&headers)?,
            None => HeaderMap::new(),
        };
        self.outgoing.borrow_mut().left = declared_length(&headers)?;
        let is_empty = matches!(status.as_u16(), 204 | 205 | 304);
        self.is_bodiless.set(self.is_head || is_empty);
        *self.stage.borrow_mut() = Stage::Started(status, headers);
        if !self.is_eager.get() {
            // The body nearly always follows in the same step; if it does not, the head must not wait for it.
            let head = Bound::new(
                py,
                LateHead(LoopBound::new(Rc::clone(self), &self.hub.pulse.graves)),
            )?;
            let parts = self.hub.parts()?;
            let later = intern!(py, "call_soon");
            parts.event_loop.bind(py).call_method1(later, (head,))?;
        }
        Ok(())
    }

    /// Takes a piece of the body; false means that the client has enough for now.
    fn body(self: &Rc<Self>, message: &Bound<'_, PyDict>) -> PyResult<bool> {
        let py = message.py();
        let has_more = match message.get_item(intern!(py, "more_body"))? {
            Some(has_more) => has_more.is_truthy()?,
            None => false,
        };
        let piece = match message.get_item(intern!(py, "body"))? {
            Some(body) => bytes_of(&body)?,
            None => Bytes::new(),
        };
        let piece = if self.is_bodiless.get() {
            Bytes::new()
        } else {
            self.count(&piece, has_more)?;
            piece
        };
        if has_more {
            self.let_head_leave(py);
            return Ok(self.push(piece));
        }
        let stage = self.stage.replace(Stage::Complete);
        if let Stage::Started(status, headers) = stage {
            self.deliver(full(status, headers, Payload::Bytes(piece)));
        } else {
            self.push(piece);
            self.outgoing.borrow_mut().is_closed = true;
            self.wake_reader();
        }
        self.wake(py, Event::Message);
        Ok(true)
    }

    /// Holds the body to the length that the head declares: the next answer on the connection begins after it.
    fn count(&self, piece: &Bytes, has_more: bool) -> PyResult<()> {
        let mut outgoing = self.outgoing.borrow_mut();
        let Some(left) = outgoing.left else {
            return Ok(());
        };
        let Some(left) = left.checked_sub(piece.len() as u64) else {
            return Err(PyRuntimeError::new_err(
                "the body of the response is longer than its `content-length`",
            ));
        };
        if !has_more && left > 0 {
            return Err(PyRuntimeError::new_err(
                "the body of the response is shorter than its `content-length`",
            ));
        }
        outgoing.left = Some(left);
        Ok(())
    }

    /// Lets a head leave before its body is whole.
    fn let_head_leave(self: &Rc<Self>, py: Python<'_>) {
        let mut stage = self.stage.borrow_mut();
        if !matches!(*stage, Stage::Started(..)) || self.is_gone.get() {
            return;
        }
        let Stage::Started(status, headers) = std::mem::replace(&mut *stage, Stage::Streaming)
        else {
            return;
        };
        drop(stage);
        let body = if self.is_bodiless.get() {
            Payload::Bytes(Bytes::new())
        } else {
            let pieces = Pieces(Rc::clone(self));
            Payload::Pieces(LoopBound::new(
                Cell::new(Some(pieces)),
                &self.hub.pulse.graves,
            ))
        };
        self.deliver(full(status, headers, body));
        self.hub.after_python(py);
    }

    fn push(&self, piece: Bytes) -> bool {
        if self.is_bodiless.get() {
            return true;
        }
        if !piece.is_empty() {
            let mut outgoing = self.outgoing.borrow_mut();
            outgoing.waiting_bytes += piece.len();
            outgoing.pieces.push_back(piece);
            drop(outgoing);
            self.wake_reader();
        }
        self.has_room()
    }

    /// Whether the application may send on.
    pub(super) fn has_room(&self) -> bool {
        self.is_gone.get() || self.outgoing.borrow().waiting_bytes < HIGH_WATER
    }

    fn wake_reader(&self) {
        let reader = self.outgoing.borrow_mut().reader.take();
        if let Some(reader) = reader {
            self.hub.wake(reader);
        }
    }
}

fn full(status: StatusCode, headers: HeaderMap, body: Payload) -> Answer {
    Answer::Full(Box::new(Full {
        status,
        headers,
        body,
        request: None,
        late: None,
    }))
}

/// Sends a head off whose body did not follow at once.
#[pyclass(frozen, module = "vase._core")]
struct LateHead(LoopBound<Rc<Talk>>);

#[pymethods]
impl LateHead {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        self.0.get()?.let_head_leave(py);
        Ok(())
    }
}

/// What an application is called with beside its scope: `receive` and `send`.
#[pyclass(frozen, module = "vase._core")]
pub(super) struct Conversation(LoopBound<Rc<Talk>>);

impl Conversation {
    pub(super) fn of(talk: &Rc<Talk>) -> Self {
        Self(LoopBound::new(Rc::clone(talk), &talk.hub.pulse.graves))
    }
}

#[pymethods]
impl Conversation {
    /// The next message of the client; awaitable.
    fn receive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let talk = self.0.get()?;
        match talk.message(py)? {
            Some(message) => Ok(Bound::new(py, Told(Some(message)))?.into_any()),
            None => Ok(Bound::new(py, Waiting::new(talk, Event::Message))?.into_any()),
        }
    }

    /// Says something to the client; awaitable.
    fn send<'py>(&self, message: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
        let py = message.py();
        let talk = self.0.get()?;
        if talk.say(message)? {
            return Ok(talk.done.bind(py).clone());
        }
        Ok(Bound::new(py, Waiting::new(talk, Event::Room))?.into_any())
    }

    /// Tells the application that the client has left.
    fn cancel(&self) -> PyResult<()> {
        self.0.get()?.leave();
        Ok(())
    }
}

/// The end of a streamed answer that the connection holds.
pub(crate) struct Pieces(Rc<Talk>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let talk = &self.0;
        let mut outgoing = talk.outgoing.borrow_mut();
        if let Some(piece) = outgoing.pieces.pop_front() {
            outgoing.waiting_bytes -= piece.len();
            let has_room = outgoing.waiting_bytes < HIGH_WATER;
            drop(outgoing);
            if has_room && !talk.senders.borrow().is_empty() {
                Python::attach(|py| {
                    talk.wake(py, Event::Room);
                    talk.hub.after_python(py);
                });
            }
            return Poll::Ready(Some(Ok(piece)));
        }
        if outgoing.has_failed {
            return Poll::Ready(Some(Err(io::Error::other(
                "the application failed while it streamed its answer",
            ))));
        }
        if outgoing.is_closed {
            return Poll::Ready(None);
        }
        outgoing.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let is_over = {
            let outgoing = self.0.outgoing.borrow();
            outgoing.is_closed && outgoing.pieces.is_empty() || outgoing.has_failed
        };
        if !is_over {
            self.0.leave();
        }
    }
}
