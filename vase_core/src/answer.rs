//! What a handler returned → what the engine sends.
//!
//! An [`Answer`] is made wherever the handler ran, in a pool thread or on the loop; turning it into a response, with files
//! and streams opened, is the loop thread's work.

use std::borrow::Cow;
use std::cell::Cell;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use pyo3::{PyTypeInfo, intern};

use crate::asgi::Pieces;
use crate::endpoint::Endpoint;
use crate::handoff::LoopBound;
use crate::late::Late;
use crate::request::{Held, Request};
use crate::tools::Tools;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Below this size a copy is cheaper than keeping the Python object alive until the bytes have left.
const COPY_BELOW: usize = 4096;

/// An answer that is ready to be sent, in a form that may cross threads.
pub(crate) enum Answer {
    /// One piece with at most a content type: nearly every answer.
    Plain {
        status: StatusCode,
        content_type: Option<HeaderValue>,
        body: Bytes,
        /// An empty map with room in it, for the fields of the response.
        fields: HeaderMap,
    },
    /// Anything else.
    Full(Box<Full>),
    /// A coroutine makes it: an exception handler that is an `async def`.
    Later(Later),
}

/// A coroutine that returns a `vase.http.Response`, and the request that it is about.
pub(crate) struct Later {
    coroutine: Option<Py<PyAny>>,
    request: Py<Request>,
}

impl Later {
    /// The coroutine, for a task to run, and the request.
    pub(crate) fn take(mut self, py: Python<'_>) -> (Option<Py<PyAny>>, Held) {
        (
            self.coroutine.take(),
            Held::Object(self.request.clone_ref(py)),
        )
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        // Nobody waits for the answer any more: what was never begun is closed, or Python warns of it.
        if let Some(coroutine) = self.coroutine.take() {
            let _ = Python::try_attach(|py| {
                if let Err(error) = coroutine.call_method0(py, intern!(py, "close")) {
                    error.write_unraisable(py, None);
                }
            });
        }
    }
}

/// An answer with headers of its own.
pub(crate) struct Full {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
    /// The request's head, kept for files alone: ranges and conditions need it.
    pub(crate) request: Option<Parts>,
    /// What is to be done when the answer has left.
    pub(crate) late: Option<Late>,
}

/// The body of a [`Full`] answer.
pub(crate) enum Payload {
    Bytes(Bytes),
    /// A file that the engine sends, with ranges and conditions.
    File {
        path: String,
        download_name: Option<String>,
    },
    /// An object with `__aiter__`.
    Stream(Py<PyAny>),
    /// What an ASGI application sends, taken by the loop thread.
    Pieces(LoopBound<Cell<Option<Pieces>>>),
}

impl Answer {
    /// Reads what a handler returned.
    pub(crate) fn from_value(
        value: &Bound<'_, PyAny>,
        endpoint: &Endpoint,
        tools: &Tools,
    ) -> PyResult<Self> {
        let py = value.py();
        if let Some(answer) = Self::from_simple(value, endpoint)? {
            return Ok(answer);
        }
        if let Some(body) = endpoint.shape.as_ref().and_then(|shape| shape.write(value)) {
            let status = endpoint.status.unwrap_or(StatusCode::OK);
            return Ok(Self::plain(status, Some(JSON), body.into()));
        }
        if value.is_instance(tools.response_class.bind(py))? {
            return Self::from_response(value, tools);
        }
        let Some(encode) = &endpoint.encode else {
            return Err(PyTypeError::new_err(format!(
                "`{}` returned {}, which its route cannot encode",
                endpoint.name,
                value.get_type().name()?,
            )));
        };
        let encoded = encode.bind(py).call1((value,))?;
        if let Ok(encoded) = encoded.cast_exact::<PyBytes>() {
            let status = endpoint.status.unwrap_or(StatusCode::OK);
            return Ok(Self::plain(status, Some(JSON), to_bytes(encoded)));
        }
        if encoded.is_instance(tools.response_class.bind(py))? {
            return Self::from_response(&encoded, tools);
        }
        Err(PyTypeError::new_err(format!(
            "the encoder of `{}` returned {}, not bytes or a Response",
            endpoint.name,
            encoded.get_type().name()?,
        )))
    }

    /// Text, bytes and `None`, where the handler's annotation allows them; elsewhere the encoder refuses them.
    fn from_simple(value: &Bound<'_, PyAny>, endpoint: &Endpoint) -> PyResult<Option<Self>> {
        let kind = value.get_type_ptr();
        let py = value.py();
        let (content_type, body) = if endpoint.takes_text && kind == PyString::type_object_raw(py) {
            (
                TEXT,
                Bytes::copy_from_slice(value.cast::<PyString>()?.to_str()?.as_bytes()),
            )
        } else if endpoint.takes_text && kind == PyBytes::type_object_raw(py) {
            (BINARY, to_bytes(value.cast::<PyBytes>()?))
        } else if endpoint.takes_none && value.is_none() {
            let status = endpoint.status.unwrap_or(StatusCode::NO_CONTENT);
            return Ok(Some(Self::plain(status, None, Bytes::new())));
        } else {
            return Ok(None);
        };
        let status = endpoint.status.unwrap_or(StatusCode::OK);
        Ok(Some(Self::plain(status, Some(content_type), body)))
    }

    /// Takes what the answer can use of its request: the head for a file, the room of its fields for a plain answer.
    pub(crate) fn with_request(mut self, held: &mut Held) -> Self {
        match &mut self {
            Self::Plain { fields, .. } => *fields = held.spent_fields(),
            Self::Full(full) if matches!(full.body, Payload::File { .. }) => {
                full.request = Some(held.exchange().parts.clone());
            }
            Self::Full(_) | Self::Later(_) => {}
        }
        self
    }

    fn plain(status: StatusCode, content_type: Option<HeaderValue>, body: Bytes) -> Self {
        Self::Plain {
            status,
            content_type,
            body,
            fields: HeaderMap::new(),
        }
    }

    /// The answer to an exception: the application's own handling decides; if that fails, a bare 500.
    pub(crate) fn from_error(py: Python<'_>, error: PyErr, held: &mut Held, tools: &Tools) -> Self {
        let handled = held
            .object(py)
            .map(|request| request.clone_ref(py))
            .and_then(|request| tools.on_error.bind(py).call1((request, error.value(py))))
            .and_then(|response| {
                if !response.hasattr(intern!(py, "send"))? {
                    return Self::from_response(&response, tools);
                }
                Ok(Self::Later(Later {
                    coroutine: Some(response.unbind()),
                    request: held.object(py)?.clone_ref(py),
                }))
            });
        handled.unwrap_or_else(|second| {
            error.write_unraisable(py, None);
            second.write_unraisable(py, None);
            Self::failure()
        })
    }

    /// What is said when not even the handling of an error worked.
    pub(crate) fn failure() -> Self {
        let body = Bytes::from_static(b"Internal Server Error");
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR, Some(TEXT), body)
    }

    /// Reads a `vase.http.Response`.
    pub(crate) fn from_response(response: &Bound<'_, PyAny>, tools: &Tools) -> PyResult<Self> {
        let py = response.py();
        let code: u16 = response.getattr(intern!(py, "status_code"))?.extract()?;
        let status = StatusCode::from_u16(code)
            .map_err(|_| PyValueError::new_err(format!("{code} is no HTTP status code")))?;
        let raw = response.getattr(intern!(py, "raw_headers"))?;
        let raw = raw.cast::<PyList>()?;
        let mut headers = HeaderMap::with_capacity(raw.len());
        for pair in raw.iter() {
            let pair = pair.cast::<PyTuple>()?;
            let (name, value) = (pair.get_borrowed_item(0)?, pair.get_borrowed_item(1)?);
            let (name, value) = (name.cast::<PyString>()?, value.cast::<PyString>()?);
            let (name, value) = (name.to_str()?, value.to_str()?);
            headers.append(header_name(name)?, header_value(name, value)?);
        }
        let (body, late) = Self::payload(&response.getattr(intern!(py, "body"))?, tools)?;
        Ok(Self::Full(Box::new(Full {
            status,
            headers,
            body,
            request: None,
            late,
        })))
    }

    fn payload(body: &Bound<'_, PyAny>, tools: &Tools) -> PyResult<(Payload, Option<Late>)> {
        let py = body.py();
        if let Ok(bytes) = body.cast_exact::<PyBytes>() {
            return Ok((Payload::Bytes(to_bytes(bytes)), None));
        }
        if let Ok(text) = body.cast_exact::<PyString>() {
            let bytes = Bytes::copy_from_slice(text.to_str()?.as_bytes());
            return Ok((Payload::Bytes(bytes), None));
        }
        if body.is_none() {
            return Ok((Payload::Bytes(Bytes::new()), None));
        }
        if body.is_instance(tools.file_body_class.bind(py))? {
            let file = Payload::File {
                path: body.getattr(intern!(py, "path"))?.str()?.extract()?,
                download_name: body.getattr(intern!(py, "download_name"))?.extract()?,
            };
            return Ok((file, None));
        }
        if body.is_instance(tools.late_body_class.bind(py))? {
            // Made first: whatever is wrong with the body inside, what it keeps open is closed.
            let late = Late::new(body, tools);
            let (inside, _) = Self::payload(&body.getattr(intern!(py, "body"))?, tools)?;
            return Ok((inside, Some(late)));
        }
        Ok((Payload::Stream(body.clone().unbind()), None))
    }
}

fn header_name(name: &str) -> PyResult<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        PyValueError::new_err(format!("`{name}` is no header name (RFC 9110 section 5.1)"))
    })
}

fn header_value(name: &str, value: &str) -> PyResult<HeaderValue> {
    if name == header::CONTENT_TYPE.as_str() && value == "application/json" {
        return Ok(JSON);
    }
    let octets = octets(value).ok_or_else(|| {
        PyValueError::new_err(format!(
            "the value of header `{name}` holds a character past Latin-1, which no field can carry"
        ))
    })?;
    HeaderValue::from_bytes(&octets).map_err(|_| {
        PyValueError::new_err(format!(
            "the value of header `{name}` holds a line break or another control character"
        ))
    })
}

/// The octets that a field carries (RFC 9110 section 5.5). Those of hosted applications need not be ASCII, and then
/// each stands in the text as the character of its number (PEP 3333, "Unicode Issues").
fn octets(value: &str) -> Option<Cow<'_, [u8]>> {
    if value.is_ascii() {
        return Some(Cow::Borrowed(value.as_bytes()));
    }
    let octets: Result<_, _> = value.chars().map(u8::try_from).collect();
    octets.ok().map(Cow::Owned)
}

/// The bytes of a Python object: copied when small, shared when large.
pub(crate) fn to_bytes(object: &Bound<'_, PyBytes>) -> Bytes {
    let data = object.as_bytes();
    if data.len() < COPY_BELOW {
        return Bytes::copy_from_slice(data);
    }
    Bytes::from_owner(PyBackedBytes::from(object.clone()))
}
