//! What `receive()` and `send()` give to `await`.
//!
//! Each is a coroutine in all but name: `__await__` for `await`, `send`, `throw` and `close` so that
//! `asyncio.create_task(receive())` takes it, as it takes the coroutines of other servers.

use std::cell::RefCell;
use std::rc::Rc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyNone};

use super::talk::Talk;
use crate::handoff::LoopBound;

/// The exception that `throw` was given, in either of its forms.
fn thrown(kind: &Bound<'_, PyAny>, value: Option<&Bound<'_, PyAny>>) -> PyErr {
    match value.filter(|value| !value.is_none()) {
        Some(value) if value.is_instance_of::<pyo3::exceptions::PyBaseException>() => {
            PyErr::from_value(value.clone())
        }
        Some(value) => match kind.call1((value,)) {
            Ok(exception) => PyErr::from_value(exception),
            Err(error) => error,
        },
        None => PyErr::from_value(kind.clone()),
    }
}

/// Is over, with no value: one object for every `send()` that need not wait.
#[pyclass(frozen, module = "vase._core")]
pub(super) struct Done;

#[pymethods]
impl Done {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    // Typed as what it never gives: an end without a value needs no exception object.
    #[allow(clippy::unused_self)]
    fn __next__(&self) -> Option<Py<PyNone>> {
        None
    }

    #[allow(clippy::unused_self)]
    fn send(&self, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyStopIteration::new_err(()))
    }

    #[allow(clippy::unused_self)]
    #[pyo3(signature = (kind, value=None, _traceback=None))]
    fn throw(
        &self,
        kind: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        Err(thrown(kind, value))
    }

    #[allow(clippy::unused_self)]
    fn close(&self) {}
}

/// Is over, with a message.
#[pyclass(module = "vase._core")]
pub(super) struct Told(pub(super) Option<Py<PyAny>>);

#[pymethods]
impl Told {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self) -> PyResult<()> {
        match self.0.take() {
            Some(message) => Err(PyStopIteration::new_err((message,))),
            None => Err(PyRuntimeError::new_err(
                "what `receive()` gave is awaited twice",
            )),
        }
    }

    fn send(&mut self, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__next__()
    }

    #[pyo3(signature = (kind, value=None, _traceback=None))]
    fn throw(
        &mut self,
        kind: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.0 = None;
        Err(thrown(kind, value))
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// A message of the client.
    Message,
    /// Room for the next piece of the answer.
    Room,
}

/// Waits for the client. Whoever stops waiting loses nothing: messages stay until somebody takes them.
#[pyclass(frozen, module = "vase._core")]
pub(super) struct Waiting(LoopBound<Wait>);

struct Wait {
    talk: Rc<Talk>,
    event: Event,
    /// The iterator of the asyncio future that is waited on now.
    inner: RefCell<Option<Py<PyAny>>>,
}

impl Waiting {
    pub(super) fn new(talk: &Rc<Talk>, event: Event) -> Self {
        let wait = Wait {
            talk: Rc::clone(talk),
            event,
            inner: RefCell::new(None),
        };
        Self(LoopBound::new(wait, &talk.hub().pulse.graves))
    }
}

impl Wait {
    fn step(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        loop {
            let inner = self.inner.borrow_mut().take();
            if let Some(inner) = inner {
                let next = inner.bind(py).cast::<PyIterator>()?.clone().next();
                if let Some(future) = next {
                    *self.inner.borrow_mut() = Some(inner);
                    return future.map(|future| Some(future.unbind()));
                }
            }
            match self.event {
                Event::Message => {
                    if let Some(message) = self.talk.message(py)? {
                        return Err(PyStopIteration::new_err((message,)));
                    }
                }
                Event::Room if self.talk.has_room() => return Ok(None),
                Event::Room => {}
            }
            let future = self.talk.wait_for(py, self.event)?;
            let iterator = future.call_method0(intern!(py, "__await__"))?;
            *self.inner.borrow_mut() = Some(iterator.unbind());
        }
    }
}

#[pymethods]
impl Waiting {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.0.get()?.step(py)
    }

    fn send(&self, py: Python<'_>, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.__next__(py)?
            .ok_or_else(|| PyStopIteration::new_err(()))
    }

    #[pyo3(signature = (kind, value=None, _traceback=None))]
    fn throw(
        &self,
        kind: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.close();
        Err(thrown(kind, value))
    }

    fn close(&self) {
        if let Ok(wait) = self.0.get() {
            drop(wait.inner.borrow_mut().take());
        }
    }
}
