//! The class `Socket`: one end of a WebSocket, before and after its handshake.

use std::cell::RefCell;
use std::rc::Rc;

use http::HeaderMap;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use vase_engine::websocket::{
    Close, Driver, Limits, Role, Session, Sessions, Transport, handshake, open,
};

use crate::awaiting;
use crate::handoff::LoopBound;
use crate::hub::Hub;

use super::waiting::Waiting;

/// A handshake that waits for its answer.
struct Asking {
    transport: Transport,
    headers: HeaderMap,
    sessions: Sessions,
    limits: Limits,
    compresses: bool,
}

/// An open socket.
struct Open {
    session: Session,
    waiting: Rc<Waiting>,
}

struct Core {
    hub: Rc<Hub>,
    asking: RefCell<Option<Asking>>,
    open: RefCell<Option<Rc<Open>>>,
}

/// One end of a WebSocket. It belongs to the loop's thread.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct Socket(LoopBound<Core>);

/// What the sockets of an engine have in common.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) sessions: Sessions,
    pub(crate) limits: Limits,
    pub(crate) compresses: bool,
}

/// A session whose driver is woken the way the loop wants it.
pub(super) fn start(
    hub: &Rc<Hub>,
    role: Role,
    limits: Limits,
    deflate: Option<vase_engine::websocket::Deflate>,
) -> (Session, Driver) {
    let waker_of = Rc::clone(hub);
    open(role, limits, deflate, move |waker| waker_of.wake(waker))
}

impl Socket {
    fn with(hub: &Rc<Hub>, asking: Option<Asking>, open: Option<Rc<Open>>) -> Self {
        let core = Core {
            hub: Rc::clone(hub),
            asking: RefCell::new(asking),
            open: RefCell::new(open),
        };
        Self(LoopBound::new(core, &hub.pulse.graves))
    }

    /// The socket of a handshake.
    pub(crate) fn asking(
        hub: &Rc<Hub>,
        transport: Transport,
        headers: HeaderMap,
        terms: Terms,
    ) -> Self {
        let Terms {
            sessions,
            limits,
            compresses,
        } = terms;
        let asking = Asking {
            transport,
            headers,
            sessions,
            limits,
            compresses,
        };
        Self::with(hub, Some(asking), None)
    }

    /// A socket that is open.
    pub(super) fn of(hub: &Rc<Hub>, session: Session) -> Self {
        let waiting = Waiting::new(hub, &session);
        Self::with(hub, None, Some(Rc::new(Open { session, waiting })))
    }

    fn open(&self) -> PyResult<Rc<Open>> {
        self.0.get()?.open.borrow().clone().ok_or_else(|| {
            PyRuntimeError::new_err("this socket is not open: its handshake has not been accepted")
        })
    }

    fn ended(&self) -> PyResult<Option<Close>> {
        let core = self.0.get()?;
        let open = core.open.borrow();
        Ok(open.as_ref().and_then(|open| open.session.ended()))
    }
}

#[pymethods]
impl Socket {
    /// The protocols that the client speaks, the one it likes best first.
    #[getter]
    fn subprotocols(&self) -> PyResult<Vec<String>> {
        let core = self.0.get()?;
        let asking = core.asking.borrow();
        let Some(asking) = &*asking else {
            return Ok(Vec::new());
        };
        Ok(handshake::protocols(&asking.headers)
            .map(str::to_owned)
            .collect())
    }

    /// Accepts the handshake; gives the fields of the answer, which is 101.
    #[pyo3(signature = (subprotocol=None))]
    fn accept(&self, subprotocol: Option<&str>) -> PyResult<Vec<(String, String)>> {
        let core = self.0.get()?;
        if let Some(name) = subprotocol.filter(|name| !handshake::is_token(name)) {
            return Err(PyValueError::new_err(format!(
                "`{name}` is no name of a protocol (RFC 6455 section 4.1)"
            )));
        }
        let Some(asking) = core.asking.borrow_mut().take() else {
            return Err(PyRuntimeError::new_err(
                "the handshake of this socket is answered already",
            ));
        };
        let accepted = handshake::accept(&asking.headers, subprotocol, asking.compresses);
        let (session, driver) = start(&core.hub, Role::Server, asking.limits, accepted.deflate);
        let waiting = Waiting::new(&core.hub, &session);
        let life = asking
            .sessions
            .run(session.clone(), driver, asking.transport);
        *core.open.borrow_mut() = Some(Rc::new(Open { session, waiting }));
        core.hub.spawn(Box::pin(life));
        Ok(accepted
            .headers
            .into_iter()
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect())
    }

    /// Gives the handshake up: whoever answers it answers with something else.
    fn refuse(&self) -> PyResult<()> {
        drop(self.0.get()?.asking.borrow_mut().take());
        Ok(())
    }

    /// The next message, `str` or `bytes`; `None` after the last. Awaitable, and at once when a message is there.
    fn receive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let open = self.open()?;
        if let Some(message) = open.waiting.next(py)? {
            return awaiting::ready(py, message);
        }
        open.waiting.wait_for_message(py)?.ok_or_else(|| {
            PyRuntimeError::new_err("another task waits for a message of this socket already")
        })
    }

    /// Sends a message: false when the peer should take something first, `None` when the socket is closed.
    fn send(&self, message: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
        let open = self.open()?;
        let sent = if let Ok(text) = message.cast::<PyString>() {
            open.session.send_text(text.to_str()?)
        } else if let Ok(bytes) = message.cast::<PyBytes>() {
            open.session.send_binary(bytes.as_bytes())
        } else if let Ok(bytes) = message.extract::<Vec<u8>>() {
            open.session.send_binary(&bytes)
        } else {
            return Err(PyTypeError::new_err(format!(
                "a socket sends str or bytes, not {}",
                message.get_type().name()?
            )));
        };
        Ok(sent.ok())
    }

    /// A future that is done when more may be sent.
    fn drained<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.open()?.waiting.wait_for_room(py)
    }

    /// Sends a ping; false when the socket is closed.
    fn ping(&self, payload: &Bound<'_, PyBytes>) -> PyResult<bool> {
        Ok(self.open()?.session.ping(payload.as_bytes()).is_ok())
    }

    /// Begins to close, without a code if there is `None`; nothing happens when the socket is closed already.
    #[pyo3(signature = (code=Some(1000), reason=""), text_signature = "($self, code=1000, reason='')")]
    fn close(&self, code: Option<u16>, reason: &str) -> PyResult<()> {
        if let Some(code) = code.filter(|code| !Close::may_be_sent(*code)) {
            return Err(PyValueError::new_err(format!(
                "{code} is no code that a close may carry (RFC 6455 section 7.4): use 1000 to 1003, 1007 to 1014 or 3000 to 4999"
            )));
        }
        let code = code.unwrap_or(Close::NO_STATUS);
        self.open()?.session.close(&Close::new(code, reason));
        Ok(())
    }

    /// Gives the connection up without a close: to the peer it is broken.
    fn abort(&self) -> PyResult<()> {
        self.open()?.session.abort();
        Ok(())
    }

    /// A future that is done when the connection is gone.
    fn closed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.open()?.waiting.wait_for_end(py)
    }

    /// The status code of the end, once there is one.
    #[getter]
    fn close_code(&self) -> PyResult<Option<u16>> {
        Ok(self.ended()?.map(|close| close.code))
    }

    /// The reason that was given.
    #[getter]
    fn close_reason(&self) -> PyResult<Option<String>> {
        Ok(self.ended()?.map(|close| close.reason))
    }
}
