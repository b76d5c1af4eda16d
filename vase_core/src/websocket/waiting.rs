//! Who in Python waits for a socket: at most one for a message, any number for room and for the end.

use std::cell::RefCell;
use std::rc::Rc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use vase_engine::websocket::{Listener, Message, Session};

use crate::hub::Hub;

/// The futures that the events of a session resolve.
pub(super) struct Waiting {
    hub: Rc<Hub>,
    session: Session,
    reader: RefCell<Option<Py<PyAny>>>,
    writers: RefCell<Vec<Py<PyAny>>>,
    leavers: RefCell<Vec<Py<PyAny>>>,
}

/// A message as Python's object.
pub(super) fn object(py: Python<'_>, message: &Message) -> PyResult<Py<PyAny>> {
    Ok(match message {
        Message::Text(text) => PyString::from_bytes(py, text)?.into_any().unbind(),
        Message::Binary(bytes) => PyBytes::new(py, bytes).into_any().unbind(),
    })
}

fn is_done(future: &Bound<'_, PyAny>) -> bool {
    future
        .call_method0(intern!(future.py(), "done"))
        .and_then(|done| done.is_truthy())
        .unwrap_or(true)
}

impl Waiting {
    pub(super) fn new(hub: &Rc<Hub>, session: &Session) -> Rc<Self> {
        let waiting = Rc::new(Self {
            hub: Rc::clone(hub),
            session: session.clone(),
            reader: RefCell::default(),
            writers: RefCell::default(),
            leavers: RefCell::default(),
        });
        session.set_listener(Rc::clone(&waiting) as Rc<dyn Listener>);
        waiting
    }

    /// The next message, `None` after the last, or nothing yet.
    pub(super) fn next(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match self.session.take() {
            Some(message) => object(py, &message).map(Some),
            None if self.session.ended().is_some() => Ok(Some(py.None())),
            None => Ok(None),
        }
    }

    fn future<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.hub
            .parts()?
            .event_loop
            .bind(py)
            .call_method0(intern!(py, "create_future"))
    }

    /// A future of the next message; `None` when another one waits for it already.
    pub(super) fn wait_for_message<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let is_taken = self
            .reader
            .borrow()
            .as_ref()
            .is_some_and(|reader| !is_done(reader.bind(py)));
        if is_taken {
            return Ok(None);
        }
        let future = self.future(py)?;
        *self.reader.borrow_mut() = Some(future.clone().unbind());
        Ok(Some(future))
    }

    /// A future that is done when the peer has taken enough.
    pub(super) fn wait_for_room<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.wait(py, &self.writers, self.session.has_room())
    }

    /// A future that is done when the connection is gone.
    pub(super) fn wait_for_end<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.wait(py, &self.leavers, self.session.is_gone())
    }

    fn wait<'py>(
        &self,
        py: Python<'py>,
        among: &RefCell<Vec<Py<PyAny>>>,
        is_over: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let future = self.future(py)?;
        if is_over {
            future.call_method1(intern!(py, "set_result"), (py.None(),))?;
        } else {
            among.borrow_mut().push(future.clone().unbind());
        }
        Ok(future)
    }

    fn release(&self, among: &RefCell<Vec<Py<PyAny>>>) {
        let futures = std::mem::take(&mut *among.borrow_mut());
        if futures.is_empty() || self.hub.parts().is_err() {
            return; // nobody waits, or the loop is closed
        }
        // The interpreter may be going down when a last connection is dropped.
        let _ = Python::try_attach(|py| {
            for future in futures {
                Self::resolve(future.bind(py), py.None());
            }
            self.hub.after_python(py);
        });
    }

    fn resolve(future: &Bound<'_, PyAny>, value: Py<PyAny>) {
        if !is_done(future)
            && let Err(error) = future.call_method1(intern!(future.py(), "set_result"), (value,))
        {
            error.write_unraisable(future.py(), Some(future));
        }
    }
}

impl Listener for Waiting {
    fn received(&self) {
        let Some(reader) = self.reader.borrow_mut().take() else {
            return;
        };
        if self.hub.parts().is_err() {
            return; // the loop is closed
        }
        let _ = Python::try_attach(|py| {
            let future = reader.bind(py);
            // Who gave up waiting must not lose a message to nobody.
            if is_done(future) {
                return;
            }
            match self.next(py) {
                Ok(Some(value)) => Self::resolve(future, value),
                Ok(None) => *self.reader.borrow_mut() = Some(reader),
                Err(error) => error.write_unraisable(py, None),
            }
            self.hub.after_python(py);
        });
    }

    fn drained(&self) {
        self.release(&self.writers);
    }

    fn gone(&self) {
        self.release(&self.leavers);
    }
}
