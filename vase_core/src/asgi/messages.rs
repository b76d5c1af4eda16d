//! The messages of ASGI: what is in them, and what may be.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::answer::to_bytes;

/// The message of a piece of the request's body.
pub(super) fn body_message(
    py: Python<'_>,
    body: &Bound<'_, PyBytes>,
    has_more: bool,
) -> PyResult<Py<PyAny>> {
    let message = PyDict::new(py);
    message.set_item(intern!(py, "type"), intern!(py, "http.request"))?;
    message.set_item(intern!(py, "body"), body)?;
    message.set_item(intern!(py, "more_body"), has_more)?;
    Ok(message.into_any().unbind())
}

/// The bytes of a piece of the answer's body.
pub(super) fn bytes_of(body: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    if let Ok(bytes) = body.cast_exact::<PyBytes>() {
        return Ok(to_bytes(bytes));
    }
    match body.extract::<Vec<u8>>() {
        Ok(buffer) if !body.is_instance_of::<PyString>() => Ok(Bytes::from(buffer)),
        _ => Err(PyTypeError::new_err(format!(
            "the `body` of an ASGI message is {}, not bytes",
            body.get_type().name()?
        ))),
    }
}

/// The headers of an answer. How the body is framed is the server's to say: `transfer-encoding` is left out.
pub(super) fn read_headers(headers: &Bound<'_, PyAny>) -> PyResult<HeaderMap> {
    let mut map = HeaderMap::with_capacity(headers.len().unwrap_or(8));
    for pair in headers.try_iter()? {
        let pair = pair?;
        if let Ok(pair) = pair.cast_exact::<PyTuple>() {
            let (name, value) = (pair.get_borrowed_item(0)?, pair.get_borrowed_item(1)?);
            add_header(&mut map, &name, &value)?;
        } else {
            add_header(&mut map, &pair.get_item(0)?, &pair.get_item(1)?)?;
        }
    }
    Ok(map)
}

fn add_header(
    map: &mut HeaderMap,
    name: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let wrong = |what: &Bound<'_, PyAny>| {
        PyTypeError::new_err(format!("a header must be of bytes, not {what:?}"))
    };
    let name = name.cast::<PyBytes>().map_err(|_| wrong(name))?.as_bytes();
    let value = value
        .cast::<PyBytes>()
        .map_err(|_| wrong(value))?
        .as_bytes();
    let shown = || String::from_utf8_lossy(name).into_owned();
    let name = HeaderName::from_bytes(name)
        .map_err(|_| PyValueError::new_err(format!("`{}` is no header name", shown())))?;
    if name == header::TRANSFER_ENCODING {
        return Ok(());
    }
    let value = HeaderValue::from_bytes(value).map_err(|_| {
        PyValueError::new_err(format!(
            "the value of header `{name}` holds a control character"
        ))
    })?;
    map.append(name, value);
    Ok(())
}

/// The length that the head of an answer declares.
pub(super) fn declared_length(headers: &HeaderMap) -> PyResult<Option<u64>> {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let Some(first) = lengths.next() else {
        return Ok(None);
    };
    if lengths.any(|other| other != first) {
        return Err(PyValueError::new_err("two different `content-length`"));
    }
    let length = first.to_str().ok().and_then(|text| text.parse().ok());
    length
        .map(Some)
        .ok_or_else(|| PyValueError::new_err(format!("{first:?} is no value of `content-length`")))
}
