//! What conversations have in common: made once for an engine, by the first application that is called.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use http::{HeaderName, HeaderValue};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::waiting::Done;

/// Values up to this length are kept for the next request that has the same.
const KEPT_LENGTH: usize = 160;

const WAYS: usize = 4;
const CLIENTS: usize = 64;

/// How many names [`repeated`] knows.
const REPEATED: usize = 8;

/// The number of a header that a client sends alike with each request, and that holds no secret.
fn repeated(name: &HeaderName) -> Option<usize> {
    Some(match name.as_str() {
        "host" => 0,
        "user-agent" => 1,
        "accept" => 2,
        "accept-encoding" => 3,
        "accept-language" => 4,
        "connection" => 5,
        "content-type" => 6,
        "cache-control" => 7,
        _ => return None,
    })
}

/// A kit that is not made before the first application asks for it.
pub(crate) struct LazyKit(PyOnceLock<Kit>);

impl LazyKit {
    pub(crate) const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    pub(super) fn get_or_init(&self, py: Python<'_>) -> &Kit {
        self.0.get_or_init(py, || Kit::new(py))
    }
}

/// Objects that many conversations share.
pub(crate) struct Kit {
    /// What every `send()` gives that need not wait; `None` if it could not be made.
    done: Option<Py<Done>>,
    memory: Mutex<Memory>,
}

/// Python objects of what came before and is likely to come again; each place is compared before it is used.
struct Memory {
    pairs: [Option<Py<PyTuple>>; REPEATED * WAYS],
    clients: [Option<(SocketAddr, Py<PyTuple>)>; CLIENTS],
}

impl Kit {
    fn new(py: Python<'_>) -> Self {
        Self {
            done: Py::new(py, Done).ok(),
            memory: Mutex::new(Memory {
                pairs: [const { None }; REPEATED * WAYS],
                clients: [const { None }; CLIENTS],
            }),
        }
    }

    /// An awaitable that is over.
    pub(super) fn done<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.done {
            Some(done) => Ok(done.bind(py).clone().into_any()),
            None => Ok(Bound::new(py, Done)?.into_any()),
        }
    }

    /// Calls `push` with a header as ASGI has it, a pair of bytes, for each header in order.
    pub(super) fn pairs<'py>(
        &self,
        py: Python<'py>,
        headers: &http::HeaderMap,
        mut push: impl FnMut(Bound<'py, PyTuple>) -> PyResult<()>,
    ) -> PyResult<()> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in headers {
            push(memory.pair(py, name, value)?)?;
        }
        Ok(())
    }

    /// A client's address as ASGI has it.
    pub(super) fn client<'py>(
        &self,
        py: Python<'py>,
        address: SocketAddr,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let place = &mut memory.clients[usize::from(address.port()) % CLIENTS];
        if let Some((known, object)) = place
            && *known == address
        {
            return Ok(object.bind(py).clone());
        }
        let object = (address.ip().to_string(), address.port()).into_pyobject(py)?;
        *place = Some((address, object.clone().unbind()));
        Ok(object)
    }
}

impl Memory {
    fn pair<'py>(
        &mut self,
        py: Python<'py>,
        name: &HeaderName,
        value: &HeaderValue,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let new = || {
            let name = PyBytes::new(py, name.as_str().as_bytes());
            PyTuple::new(py, [name, PyBytes::new(py, value.as_bytes())])
        };
        let Some(kind) = repeated(name).filter(|_| value.len() <= KEPT_LENGTH) else {
            return new();
        };
        let place = &mut self.pairs[kind * WAYS + value.len() % WAYS];
        if let Some(known) = place
            && has_value(known.bind(py), value)
        {
            return Ok(known.bind(py).clone());
        }
        let object = new()?;
        *place = Some(object.clone().unbind());
        Ok(object)
    }
}

fn has_value(pair: &Bound<'_, PyTuple>, value: &HeaderValue) -> bool {
    pair.get_borrowed_item(1).is_ok_and(|known| {
        known
            .cast::<PyBytes>()
            .is_ok_and(|known| known.as_bytes() == value.as_bytes())
    })
}

/// A shallow copy of a dict; where there is none, an empty one.
pub(super) fn copy_of<'py>(dict: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    match dict.cast::<PyDict>() {
        Ok(dict) => dict.copy(),
        Err(_) => Ok(PyDict::new(dict.py())),
    }
}
