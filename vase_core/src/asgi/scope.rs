//! The scope: what an application is told of a request before it starts.

use http::{Method, Version};
use percent_encoding::percent_decode_str;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use super::kit::{Kit, copy_of};
use crate::request::Exchange;

/// Copies the template and writes what differs from request to request.
///
/// `before` is what a proxy in front has taken off every path: ASGI wants the path as the client sees it.
pub(super) fn scope<'py>(
    template: &Bound<'py, PyDict>,
    before: Option<&Bound<'py, PyString>>,
    exchange: &Exchange,
    kit: &Kit,
) -> PyResult<Bound<'py, PyDict>> {
    let py = template.py();
    let scope = template.copy()?;
    let head = &exchange.parts;
    scope.set_item(intern!(py, "method"), method(py, &head.method))?;
    match head.version {
        Version::HTTP_11 => {}
        Version::HTTP_10 => scope.set_item(intern!(py, "http_version"), intern!(py, "1.0"))?,
        _ => scope.set_item(intern!(py, "http_version"), intern!(py, "2"))?,
    }
    if exchange.peer.is_secure {
        scope.set_item(intern!(py, "scheme"), intern!(py, "https"))?;
    }
    let raw = head.uri.path();
    match before {
        None => {
            scope.set_item(intern!(py, "path"), path(py, raw))?;
            scope.set_item(intern!(py, "raw_path"), PyBytes::new(py, raw.as_bytes()))?;
        }
        Some(before) => {
            let before = before.to_str()?;
            let whole = [before, raw].concat();
            let decoded = [before, &percent_decode_str(raw).decode_utf8_lossy()].concat();
            scope.set_item(intern!(py, "path"), decoded)?;
            scope.set_item(intern!(py, "raw_path"), PyBytes::new(py, whole.as_bytes()))?;
        }
    }
    let query = exchange.query().as_bytes();
    scope.set_item(intern!(py, "query_string"), PyBytes::new(py, query))?;
    let headers = PyList::empty(py);
    kit.pairs(py, &head.headers, |pair| headers.append(pair))?;
    scope.set_item(intern!(py, "headers"), headers)?;
    match exchange.peer.client {
        Some(address) => scope.set_item(intern!(py, "client"), kit.client(py, address)?)?,
        None => scope.set_item(intern!(py, "client"), py.None())?,
    }
    // Each request has a state of its own; what the lifespan put in is shared.
    if let Some(state) = template.get_item(intern!(py, "state"))? {
        scope.set_item(intern!(py, "state"), copy_of(&state)?)?;
    }
    Ok(scope)
}

fn method<'py>(py: Python<'py>, method: &Method) -> Bound<'py, PyString> {
    match *method {
        Method::GET => intern!(py, "GET").clone(),
        Method::POST => intern!(py, "POST").clone(),
        Method::HEAD => intern!(py, "HEAD").clone(),
        Method::PUT => intern!(py, "PUT").clone(),
        Method::DELETE => intern!(py, "DELETE").clone(),
        Method::PATCH => intern!(py, "PATCH").clone(),
        Method::OPTIONS => intern!(py, "OPTIONS").clone(),
        _ => PyString::new(py, method.as_str()),
    }
}

fn path<'py>(py: Python<'py>, raw: &str) -> Bound<'py, PyString> {
    if raw.contains('%') {
        PyString::new(py, &percent_decode_str(raw).decode_utf8_lossy())
    } else {
        PyString::new(py, raw)
    }
}
