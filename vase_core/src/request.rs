//! The request as Python sees it: lazy and frozen. What nobody asks for is never built.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use vase_engine::forms::Form;
use vase_engine::routing::Params;
use vase_engine::websocket::Transport;
use vase_engine::{Call, Peer, RequestBody, RequestId};

use crate::arguments::{decode, pairs, value_object};
use crate::awaiting::{self, Then};
use crate::forms;
use crate::headers::Headers;
use crate::hub::Hub;
use crate::tools::Tools;
use crate::websocket::Socket;

/// How far the body has been read.
pub(crate) enum BodyState {
    /// Nobody has asked for it.
    Unread(RequestBody),
    /// Whole, in memory.
    Ready(Vec<Bytes>),
    /// Whole, as the Python object that was made of it.
    Object(Py<PyBytes>),
    /// Read as a form.
    Parsed(Form),
    /// Read as a form, as the Python object that was made of it.
    Form(Py<PyAny>),
    /// A stream or a reader has it.
    Taken,
}

/// Everything the engine knows of a request.
pub(crate) struct Exchange {
    pub(crate) parts: Parts,
    pub(crate) params: Params,
    pub(crate) peer: Peer,
    pub(crate) id: RequestId,
    pub(crate) route: u32,
    body: Mutex<BodyState>,
}

impl Exchange {
    pub(crate) fn new(call: Call) -> Self {
        Self {
            parts: call.request,
            params: call.params,
            peer: call.peer,
            id: call.id,
            route: call.route,
            body: Mutex::new(BodyState::Unread(call.body)),
        }
    }

    fn body(&self) -> MutexGuard<'_, BodyState> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or("")
    }

    /// Whether the content type is JSON, in the one spelling that nearly all clients use or with a parameter.
    pub(crate) fn is_json(&self) -> bool {
        self.parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| {
                let value = value.as_bytes();
                value == b"application/json" || value.starts_with(b"application/json;")
            })
    }

    /// Keeps the pieces of a body that was read before the call.
    pub(crate) fn set_body(&self, pieces: Vec<Bytes>) {
        *self.body() = BodyState::Ready(pieces);
    }

    /// Keeps the form that the body was.
    pub(crate) fn set_form(&self, form: Form) {
        *self.body() = BodyState::Parsed(form);
    }

    /// The form as a Python object, when it has been read or there is no body.
    pub(crate) fn form_object(&self, py: Python<'_>, tools: &Tools) -> Option<PyResult<Py<PyAny>>> {
        let mut state = self.body();
        let form = match std::mem::replace(&mut *state, BodyState::Taken) {
            BodyState::Form(object) => {
                *state = BodyState::Form(object.clone_ref(py));
                return Some(Ok(object));
            }
            BodyState::Parsed(form) => form,
            BodyState::Unread(body) if http_body::Body::is_end_stream(&body) => Form::default(),
            other => {
                *state = other;
                return None;
            }
        };
        let made = forms::form_object(py, form, tools);
        if let Ok(object) = &made {
            *state = BodyState::Form(object.clone_ref(py));
        }
        Some(made)
    }

    /// Gives back a body that nobody has read to its end.
    pub(crate) fn put_back(&self, body: RequestBody) {
        *self.body() = BodyState::Unread(body);
    }

    /// The body for a reader, who becomes its owner; `None` when it is whole already or somebody else's.
    pub(crate) fn take_unread(&self) -> Option<RequestBody> {
        let mut state = self.body();
        match std::mem::replace(&mut *state, BodyState::Taken) {
            BodyState::Unread(body) => Some(body),
            other => {
                *state = other;
                None
            }
        }
    }

    /// The whole body as one Python object, when it is in memory.
    pub(crate) fn body_object<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let mut state = self.body();
        let object = match &*state {
            BodyState::Object(object) => return Some(object.bind(py).clone()),
            BodyState::Ready(pieces) => join(py, pieces).ok()?,
            BodyState::Unread(body) if http_body::Body::is_end_stream(body) => {
                PyBytes::new(py, b"")
            }
            _ => return None,
        };
        *state = BodyState::Object(object.clone().unbind());
        Some(object)
    }
}

/// Joins the pieces with one copy, straight into the Python object.
fn join<'py>(py: Python<'py>, pieces: &[Bytes]) -> PyResult<Bound<'py, PyBytes>> {
    if let [piece] = pieces {
        return Ok(PyBytes::new(py, piece));
    }
    PyBytes::new_with(py, pieces.iter().map(Bytes::len).sum(), |mut target| {
        for piece in pieces {
            let (head, rest) = target.split_at_mut(piece.len());
            head.copy_from_slice(piece);
            target = rest;
        }
        Ok(())
    })
}

/// A request that has become a Python object only if somebody needed one.
pub(crate) enum Held {
    Plain(Box<Exchange>, Arc<Tools>),
    Object(Py<Request>),
    /// Between the two; never seen from outside.
    Moving,
}

impl Held {
    pub(crate) fn exchange(&self) -> &Exchange {
        match self {
            Self::Plain(exchange, ..) => exchange,
            Self::Object(request) => &request.get().exchange,
            Self::Moving => unreachable!("a request is moved without a stop"),
        }
    }

    /// The map of the request's fields, emptied, when nobody can ask for them any more.
    ///
    /// The fields of the answer take its room: the allocator is asked neither for theirs nor, since hyper keeps the map
    /// of an answer for the next head of the connection, for the next request's.
    pub(crate) fn spent_fields(&mut self) -> HeaderMap {
        let Self::Plain(exchange, ..) = self else {
            return HeaderMap::new();
        };
        let mut fields = std::mem::take(&mut exchange.parts.headers);
        fields.clear();
        fields
    }

    /// The socket that a handshake asks for, before anybody has seen the request; `None` for what is HTTP.
    pub(crate) fn socket(&mut self) -> PyResult<Option<Socket>> {
        let Self::Plain(exchange, tools) = self else {
            return Ok(None);
        };
        let Some(transport) = Transport::take(&mut exchange.parts.extensions) else {
            return Ok(None);
        };
        let headers = exchange.parts.headers.clone();
        let terms = tools.sockets.get()?.clone();
        Ok(Some(Socket::asking(
            tools.hub.get()?,
            transport,
            headers,
            terms,
        )))
    }

    /// What the loop thread shares; for that thread alone.
    pub(crate) fn hub(&self) -> PyResult<&Rc<Hub>> {
        match self {
            Self::Plain(_, tools) => tools.hub.get(),
            Self::Object(request) => request.get().hub(),
            Self::Moving => Err(PyRuntimeError::new_err("the request was lost")),
        }
    }

    /// The Python object, made on the first call.
    pub(crate) fn object(&mut self, py: Python<'_>) -> PyResult<&Py<Request>> {
        if let Self::Plain(..) = self {
            let Self::Plain(exchange, tools) = std::mem::replace(self, Self::Moving) else {
                unreachable!()
            };
            let request = Request {
                exchange: *exchange,
                tools,
                state: PyOnceLock::new(),
                headers: PyOnceLock::new(),
                query_params: PyOnceLock::new(),
                path_params: PyOnceLock::new(),
                cookies: PyOnceLock::new(),
            };
            *self = Self::Object(Py::new(py, request)?);
        }
        match self {
            Self::Object(request) => Ok(request),
            _ => Err(PyRuntimeError::new_err("the request was lost")),
        }
    }
}

/// An HTTP request. Its parts are made when they are asked for, and never change.
#[pyclass(frozen, module = "vase._core", weakref)]
pub(crate) struct Request {
    pub(crate) exchange: Exchange,
    pub(crate) tools: Arc<Tools>,
    state: PyOnceLock<Py<PyDict>>,
    headers: PyOnceLock<Py<Headers>>,
    query_params: PyOnceLock<Py<PyAny>>,
    path_params: PyOnceLock<Py<PyDict>>,
    cookies: PyOnceLock<Py<PyDict>>,
}

impl Request {
    pub(crate) fn path_value(
        py: Python<'_>,
        exchange: &Exchange,
        index: usize,
        tools: &Tools,
    ) -> PyResult<Py<PyAny>> {
        let value = exchange.params.get(index).ok_or_else(|| {
            PyRuntimeError::new_err(format!("the route has no path parameter {index}"))
        })?;
        value_object(py, value, tools)
    }

    pub(crate) fn hub(&self) -> PyResult<&Rc<Hub>> {
        self.tools.hub.get().map_err(|_| {
            PyRuntimeError::new_err("the body of a request is read on the event loop's thread; take it as a parameter instead")
        })
    }

    fn read<'py>(slf: &Bound<'py, Self>, then: Then) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        if let Some(body) = this.exchange.body_object(py) {
            return awaiting::ready(py, then.apply(py, body, &this.tools)?);
        }
        let hub = this.hub()?;
        let Some(body) = this.exchange.take_unread() else {
            return Err(PyRuntimeError::new_err(
                "the body of this request is already being read",
            ));
        };
        awaiting::collect(slf, hub, body, then)
    }
}

#[pymethods]
impl Request {
    /// The method, in capitals: `GET`.
    #[getter]
    fn method<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.exchange.parts.method.as_str())
    }

    /// The path, percent-decoded.
    #[getter]
    fn path(&self) -> String {
        let raw = self.exchange.parts.uri.path();
        percent_encoding::percent_decode_str(raw)
            .decode_utf8_lossy()
            .into_owned()
    }

    /// The path as it came, still encoded.
    #[getter]
    fn raw_path(&self) -> &str {
        self.exchange.parts.uri.path()
    }

    /// What follows the question mark, still encoded; empty when there is none.
    #[getter]
    fn query_string(&self) -> &str {
        self.exchange.query()
    }

    /// `http` or `https`, as the client sees it.
    #[getter]
    fn scheme(&self) -> &'static str {
        self.exchange.peer.scheme()
    }

    /// The host the client asked for, with its port; empty for HTTP/1.0 without `Host`.
    #[getter]
    fn host(&self) -> &str {
        let exchange = &self.exchange;
        let named = exchange
            .peer
            .forwarded_host
            .as_deref()
            .or_else(|| exchange.parts.headers.get(header::HOST));
        named.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The whole URL.
    #[getter]
    fn url(&self) -> String {
        let target = self
            .exchange
            .parts
            .uri
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        format!("{}://{}{target}", self.scheme(), self.host())
    }

    /// The client's address and port, or `None` on a Unix socket.
    #[getter]
    fn client(&self) -> Option<(String, u16)> {
        self.exchange
            .peer
            .client
            .map(|address| (address.ip().to_string(), address.port()))
    }

    /// The protocol's version: `1.1`.
    #[getter]
    fn http_version(&self) -> &'static str {
        match self.exchange.parts.version {
            http::Version::HTTP_10 => "1.0",
            http::Version::HTTP_2 => "2",
            _ => "1.1",
        }
    }

    /// The id of this request, as in the log and in `X-Request-ID`; empty without that layer.
    #[getter]
    fn id(&self) -> &str {
        self.exchange.id.as_str()
    }

    /// The application that answers.
    #[getter]
    fn app(&self, py: Python<'_>) -> Py<PyAny> {
        self.tools.app.clone_ref(py)
    }

    /// The pattern of the route that matched.
    #[getter]
    fn route(&self) -> &str {
        self.tools
            .endpoints
            .get(self.exchange.route as usize)
            .map_or("", |endpoint| endpoint.route.as_str())
    }

    /// The headers, a case-insensitive mapping.
    #[getter]
    fn headers(slf: &Bound<'_, Self>) -> PyResult<Py<Headers>> {
        let py = slf.py();
        let headers = slf
            .get()
            .headers
            .get_or_try_init(py, || Py::new(py, Headers::of(slf)))?;
        Ok(headers.clone_ref(py))
    }

    /// The parameters of the query string.
    #[getter]
    fn query_params(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let made = self.query_params.get_or_try_init(py, || {
            let list = PyList::empty(py);
            for (name, value) in pairs(self.exchange.query()) {
                let text = |encoded: &str| decode(encoded).unwrap_or_else(|| encoded.to_owned());
                list.append((text(name), text(value)))?;
            }
            self.tools.query_params_class.call1(py, (list,))
        })?;
        Ok(made.clone_ref(py))
    }

    /// The parameters of the path by name, converted.
    #[getter]
    fn path_params(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        let made = self
            .path_params
            .get_or_try_init(py, || -> PyResult<Py<PyDict>> {
                let dict = PyDict::new(py);
                let endpoint = self.tools.endpoints.get(self.exchange.route as usize);
                for (index, name) in endpoint
                    .map(|endpoint| endpoint.parameters.as_slice())
                    .unwrap_or_default()
                    .iter()
                    .enumerate()
                {
                    dict.set_item(
                        name,
                        Self::path_value(py, &self.exchange, index, &self.tools)?,
                    )?;
                }
                Ok(dict.unbind())
            })?;
        Ok(made.clone_ref(py))
    }

    /// The cookies by name; of two with one name the first wins (RFC 6265 section 5.4 sends the longer path first).
    #[getter]
    fn cookies(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        let made = self
            .cookies
            .get_or_try_init(py, || -> PyResult<Py<PyDict>> {
                let mut seen = HashSet::new();
                let dict = PyDict::new(py);
                for line in self.exchange.parts.headers.get_all(header::COOKIE) {
                    let Ok(line) = std::str::from_utf8(line.as_bytes()) else {
                        continue;
                    };
                    for (name, value) in line
                        .split(';')
                        .filter_map(|pair| pair.trim().split_once('='))
                    {
                        let value = value
                            .strip_prefix('"')
                            .and_then(|inner| inner.strip_suffix('"'))
                            .unwrap_or(value);
                        if seen.insert(name) {
                            dict.set_item(name, value)?;
                        }
                    }
                }
                Ok(dict.unbind())
            })?;
        Ok(made.clone_ref(py))
    }

    /// A dict for what middlewares leave for handlers; the one part that may change.
    #[getter]
    fn state(&self, py: Python<'_>) -> Py<PyDict> {
        self.state
            .get_or_init(py, || PyDict::new(py).unbind())
            .clone_ref(py)
    }

    /// The whole body.
    fn body<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::read(slf, Then::Bytes)
    }

    /// The whole body as text in UTF-8.
    fn text<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::read(slf, Then::Text)
    }

    /// The whole body parsed as JSON.
    fn json<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::read(slf, Then::Json)
    }

    /// The body as a form.
    fn form<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        forms::read(slf)
    }

    /// The body piece by piece, as it arrives; the client is slowed down when nobody reads.
    fn stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(body) = self.exchange.body_object(py) {
            return awaiting::pieces_of(
                py,
                self.hub()?,
                RequestBody::full(body.as_bytes().to_vec()),
            );
        }
        let Some(body) = self.exchange.take_unread() else {
            return Err(PyRuntimeError::new_err(
                "the body of this request is already being read",
            ));
        };
        awaiting::pieces_of(py, self.hub()?, body)
    }

    fn __repr__(&self) -> String {
        format!(
            "<Request {} {}>",
            self.exchange.parts.method, self.exchange.parts.uri
        )
    }
}
