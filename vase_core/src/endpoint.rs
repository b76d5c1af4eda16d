//! What a route leads to: a Python callable and how its arguments are found.

use std::sync::Arc;

use http::StatusCode;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use vase_engine::forms::FileRules;

use crate::forms::Rules;
use crate::shape::Shape;

/// How a handler is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In place, on the loop thread: a `def` that never blocks.
    Inline,
    /// In place: an `async def` whose bytecode cannot suspend, driven without a Task.
    Coroutine,
    /// An eager `asyncio.Task`.
    Task,
    /// In the pool of threads.
    Thread,
    /// An ASGI application, in an eager task.
    Asgi,
}

/// A type that the core converts a query parameter to when the text is canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Float,
    Bool,
}

/// Where an argument comes from. Arguments are passed by position, in the order of this list.
pub(crate) enum Argument {
    Request,
    Path(usize),
    PathAs(usize, Py<PyAny>),
    Query {
        name: String,
        kind: Kind,
        default: Option<Py<PyAny>>,
    },
    QueryList {
        name: String,
        kind: Kind,
        default: Option<Py<PyAny>>,
    },
    Header {
        name: http::HeaderName,
        default: Option<Py<PyAny>>,
    },
    Json {
        validate: Py<PyAny>,
        /// Whether numbers must be ones that a float holds, and whether integers are among them.
        integers: Option<bool>,
    },
    Body,
    Form,
    /// The socket that a handshake asks for.
    Socket,
    Value(Py<PyAny>),
    /// The environ of a WSGI application, from its template.
    Environ(Py<PyDict>),
}

/// A Python handler and the plan of its call; made once at start by `vase.binding`.
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub(crate) struct Endpoint {
    pub(crate) handler: Py<PyAny>,
    pub(crate) mode: Mode,
    pub(crate) arguments: Vec<Argument>,
    /// Writes what is exactly of it, before `encode` is asked.
    pub(crate) shape: Option<Shape>,
    pub(crate) encode: Option<Py<PyAny>>,
    pub(crate) explain: Option<Py<PyAny>>,
    pub(crate) status: Option<StatusCode>,
    /// Whether the body is read before the call.
    pub(crate) collects: bool,
    /// Whether the body is read as a form before the call.
    pub(crate) takes_form: bool,
    /// What becomes of the files of a form.
    pub(crate) form: Option<Arc<FileRules>>,
    /// Whether a body that is there already is read before the call.
    pub(crate) glances: bool,
    /// Whether text and bytes are answers as they are.
    pub(crate) takes_text: bool,
    /// Whether `None` is an answer.
    pub(crate) takes_none: bool,
    pub(crate) name: String,
    pub(crate) route: String,
    /// The names of the path's parameters, in order.
    pub(crate) parameters: Vec<String>,
}

/// The Python face of an endpoint.
#[pyclass(frozen, name = "Endpoint", module = "vase._core")]
pub(crate) struct PyEndpoint(pub(crate) Arc<Endpoint>);

#[pymethods]
impl PyEndpoint {
    /// Describes how `handler` is called; see `_core.pyi`.
    #[new]
    #[pyo3(signature = (handler, *, mode, arguments=None, shape=None, encode=None, explain=None, status=None, collects=false, form=None, takes_text=true, takes_none=true, name=String::new(), route=String::new(), parameters=Vec::new()))]
    #[allow(clippy::too_many_arguments, clippy::fn_params_excessive_bools)]
    fn new(
        handler: Py<PyAny>,
        mode: &str,
        arguments: Option<Vec<Bound<'_, PyTuple>>>,
        shape: Option<Bound<'_, PyTuple>>,
        encode: Option<Py<PyAny>>,
        explain: Option<Py<PyAny>>,
        status: Option<u16>,
        collects: bool,
        form: Option<Rules>,
        takes_text: bool,
        takes_none: bool,
        name: String,
        route: String,
        parameters: Vec<String>,
    ) -> PyResult<Self> {
        let mode = match mode {
            "inline" => Mode::Inline,
            "coroutine" => Mode::Coroutine,
            "task" => Mode::Task,
            "thread" => Mode::Thread,
            "asgi" => Mode::Asgi,
            other => return Err(PyValueError::new_err(format!("unknown mode: {other}"))),
        };
        let arguments = arguments
            .unwrap_or_default()
            .iter()
            .map(Argument::parse)
            .collect::<PyResult<Vec<_>>>()?;
        let wants_body = arguments.iter().any(|argument| {
            matches!(
                argument,
                Argument::Json { .. } | Argument::Body | Argument::Form
            )
        });
        let takes_form = arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Form));
        let glances = mode == Mode::Asgi
            || arguments
                .iter()
                .any(|argument| matches!(argument, Argument::Environ(_)));
        let status = status.map(StatusCode::from_u16).transpose().map_err(|_| {
            PyValueError::new_err(format!("{name}: no HTTP status code: {status:?}"))
        })?;
        Ok(Self(Arc::new(Endpoint {
            handler,
            mode,
            arguments,
            shape: shape.as_ref().map(Shape::parse).transpose()?,
            encode,
            explain,
            status,
            collects: collects || wants_body,
            takes_form,
            form: form.map(Into::into),
            glances,
            takes_text,
            takes_none,
            name,
            route,
            parameters,
        })))
    }
}

impl Argument {
    fn parse(source: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let word: String = source.get_item(0)?.extract()?;
        let name = || source.get_item(1)?.extract::<String>();
        let object = |index: usize| source.get_item(index).map(Bound::unbind);
        Ok(match word.as_str() {
            "request" => Self::Request,
            "path" => Self::Path(source.get_item(1)?.extract()?),
            "path_as" => Self::PathAs(source.get_item(1)?.extract()?, object(2)?),
            "query" => Self::Query {
                name: name()?,
                kind: kind(source)?,
                default: default(source, 3)?,
            },
            "query_list" => Self::QueryList {
                name: name()?,
                kind: kind(source)?,
                default: default(source, 3)?,
            },
            "header" => Self::Header {
                name: http::HeaderName::from_bytes(name()?.to_lowercase().as_bytes())
                    .map_err(|error| PyValueError::new_err(error.to_string()))?,
                default: default(source, 2)?,
            },
            "json" => Self::Json {
                validate: object(1)?,
                integers: (source.len() > 2)
                    .then(|| source.get_item(2)?.extract())
                    .transpose()?,
            },
            "body" => Self::Body,
            "form" => Self::Form,
            "socket" => Self::Socket,
            "value" => Self::Value(object(1)?),
            "environ" => Self::Environ(source.get_item(1)?.cast_into::<PyDict>()?.unbind()),
            other => {
                return Err(PyValueError::new_err(format!(
                    "unknown source of an argument: {other}"
                )));
            }
        })
    }
}

fn kind(source: &Bound<'_, PyTuple>) -> PyResult<Kind> {
    match source.get_item(2)?.extract::<String>()?.as_str() {
        "str" => Ok(Kind::Text),
        "int" => Ok(Kind::Int),
        "float" => Ok(Kind::Float),
        "bool" => Ok(Kind::Bool),
        other => Err(PyValueError::new_err(format!(
            "unknown kind of a query parameter: {other}"
        ))),
    }
}

/// The default at a place of the tuple; `...` or nothing means that the parameter is required.
fn default(source: &Bound<'_, PyTuple>, index: usize) -> PyResult<Option<Py<PyAny>>> {
    if source.len() <= index {
        return Ok(None);
    }
    let value = source.get_item(index)?;
    Ok((!value.is(value.py().Ellipsis())).then(|| value.unbind()))
}
