//! What Python may await: values that are there already, and bodies that are still arriving.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vase_engine::{BodyError, RequestBody};

use crate::handoff::LoopBound;
use crate::hub::Hub;
use crate::request::Request;
use crate::tools::Tools;

pyo3::create_exception!(
    vase._core,
    RequestBodyError,
    pyo3::exceptions::PyException,
    "The body of a request could not be read; `args` are the status that answers it, a code and a sentence."
);

/// What is made of a body once it is whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then {
    Bytes,
    Text,
    Json,
}

impl Then {
    pub(crate) fn apply(
        self,
        py: Python<'_>,
        body: Bound<'_, PyBytes>,
        tools: &Tools,
    ) -> PyResult<Py<PyAny>> {
        match self {
            Self::Bytes => Ok(body.into_any().unbind()),
            Self::Text => Ok(body
                .call_method1(intern!(py, "decode"), ("utf-8",))?
                .unbind()),
            Self::Json => tools.parse_json.call1(py, (body,)),
        }
    }
}

/// An awaitable whose value is there already: awaiting it does not touch the loop.
#[pyclass(module = "vase._core")]
struct Ready(Option<Py<PyAny>>);

#[pymethods]
impl Ready {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self) -> PyResult<()> {
        match self.0.take() {
            Some(value) => Err(PyStopIteration::new_err((value,))),
            None => Err(PyRuntimeError::new_err("awaited twice")),
        }
    }
}

/// Wraps a value that is there already.
pub(crate) fn ready(py: Python<'_>, value: Py<PyAny>) -> PyResult<Bound<'_, PyAny>> {
    Ok(Bound::new(py, Ready(Some(value)))?.into_any())
}

/// The Python exception of a body that could not be read.
pub(crate) fn body_error(error: BodyError) -> PyErr {
    RequestBodyError::new_err((error.status().as_u16(), error.code(), error.to_string()))
}

fn new_future<'py>(py: Python<'py>, hub: &Hub) -> PyResult<Bound<'py, PyAny>> {
    hub.parts()?
        .event_loop
        .bind(py)
        .call_method0(intern!(py, "create_future"))
}

/// Resolves an asyncio future from inside a turn, unless somebody cancelled it.
fn resolve(py: Python<'_>, hub: &Hub, future: &Py<PyAny>, outcome: PyResult<Py<PyAny>>) {
    let future = future.bind(py);
    let done = future
        .call_method0(intern!(py, "done"))
        .and_then(|done| done.is_truthy())
        .unwrap_or(true);
    if !done {
        let told = match outcome {
            Ok(value) => future.call_method1(intern!(py, "set_result"), (value,)),
            Err(error) => {
                future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))
            }
        };
        if let Err(error) = told {
            error.write_unraisable(py, Some(future));
        }
    }
    hub.after_python(py);
}

/// Reads a body to its end and gives a future of what is made of it.
pub(crate) fn collect<'py>(
    request: &Bound<'py, Request>,
    hub: &Rc<Hub>,
    mut body: RequestBody,
    then: Then,
) -> PyResult<Bound<'py, PyAny>> {
    let py = request.py();
    let future = new_future(py, hub)?;
    let (waiting, keeper, request) = (
        future.clone().unbind(),
        Rc::clone(hub),
        request.clone().unbind(),
    );
    hub.spawn(Box::pin(async move {
        let pieces = read_all(&mut body).await;
        Python::attach(|py| {
            let outcome = pieces.map_err(body_error).and_then(|pieces| {
                let request = request.get();
                request.exchange.set_body(pieces);
                let body = request
                    .exchange
                    .body_object(py)
                    .ok_or_else(|| PyRuntimeError::new_err("the body was lost"))?;
                then.apply(py, body, &request.tools)
            });
            resolve(py, &keeper, &waiting, outcome);
        });
    }));
    Ok(future)
}

/// All pieces of a body; they are joined once, when Python's object is made.
pub(crate) async fn read_all(body: &mut RequestBody) -> Result<Vec<Bytes>, BodyError> {
    let mut pieces = Vec::new();
    while let Some(piece) = body.next_piece().await? {
        pieces.push(piece);
        if http_body::Body::is_end_stream(body) {
            break;
        }
    }
    Ok(pieces)
}

/// An async iterator over the pieces of a request body.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct BodyStream(LoopBound<Reading>);

struct Reading {
    hub: Rc<Hub>,
    body: Rc<RefCell<Option<RequestBody>>>,
}

#[pymethods]
impl BodyStream {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let reading = self.0.get()?;
        let Some(mut body) = reading.body.borrow_mut().take() else {
            return Err(PyRuntimeError::new_err(
                "this stream is being read by somebody else, or was given up",
            ));
        };
        let future = new_future(py, &reading.hub)?;
        let (waiting, hub, home) = (
            future.clone().unbind(),
            Rc::clone(&reading.hub),
            Rc::clone(&reading.body),
        );
        reading.hub.spawn(Box::pin(async move {
            let piece = body.next_piece().await;
            Python::attach(|py| {
                let outcome = match piece {
                    Ok(Some(piece)) => Ok(PyBytes::new(py, &piece).into_any().unbind()),
                    Ok(None) => Err(PyStopAsyncIteration::new_err(())),
                    Err(error) => Err(body_error(error)),
                };
                *home.borrow_mut() = Some(body);
                resolve(py, &hub, &waiting, outcome);
            });
        }));
        Ok(future)
    }
}

/// The pieces of a body as an async iterator.
pub(crate) fn pieces_of<'py>(
    py: Python<'py>,
    hub: &Rc<Hub>,
    body: RequestBody,
) -> PyResult<Bound<'py, PyAny>> {
    let reading = Reading {
        hub: Rc::clone(hub),
        body: Rc::new(RefCell::new(Some(body))),
    };
    let stream = BodyStream(LoopBound::new(reading, &hub.pulse.graves));
    Ok(Bound::new(py, stream)?.into_any())
}

/// Runs a Rust future on the loop thread and gives an asyncio future of its outcome.
pub(crate) fn future_of<'py>(
    py: Python<'py>,
    hub: &Rc<Hub>,
    work: impl Future<Output = PyResult<Py<PyAny>>> + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let future = new_future(py, hub)?;
    let (waiting, keeper) = (future.clone().unbind(), Rc::clone(hub));
    hub.spawn(Box::pin(async move {
        let outcome = work.await;
        Python::attach(|py| resolve(py, &keeper, &waiting, outcome));
    }));
    Ok(future)
}
