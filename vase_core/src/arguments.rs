//! Finds a call's arguments in a request: the fast way, which knows success only.
//!
//! Whatever is missing, odd or refused gives [`Refused`]; the caller then asks Python's complete binder, which either names
//! every fault of the request or accepts what this way was too strict for.

use percent_encoding::percent_decode;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};
use vase_engine::json::find_unfit_number;
use vase_engine::routing::Value;

use crate::endpoint::{Argument, Endpoint, Kind};
use crate::request::{Held, Request};
use crate::tools::Tools;
use crate::wsgi;

/// The fast way did not succeed; with what the reader of a JSON body said to it.
pub(crate) struct Refused(pub(crate) Option<PyErr>);

impl From<PyErr> for Refused {
    fn from(_: PyErr) -> Self {
        Self(None)
    }
}

/// The arguments of one call; most handlers have fewer than eight.
pub(crate) type Values = smallvec::SmallVec<[Py<PyAny>; 8]>;

/// Finds every argument of an endpoint.
pub(crate) fn bind(
    py: Python<'_>,
    endpoint: &Endpoint,
    held: &mut Held,
    tools: &Tools,
) -> Result<Values, Refused> {
    let mut values = Values::new();
    for argument in &endpoint.arguments {
        values.push(find(py, argument, held, tools)?);
    }
    Ok(values)
}

fn find(
    py: Python<'_>,
    argument: &Argument,
    held: &mut Held,
    tools: &Tools,
) -> Result<Py<PyAny>, Refused> {
    match argument {
        Argument::Request => Ok(held.object(py)?.clone_ref(py).into_any()),
        Argument::Value(value) => Ok(value.clone_ref(py)),
        Argument::Environ(template) => {
            let environ = wsgi::environ(template.bind(py), held.exchange(), held.hub()?)?;
            Ok(environ.into_any().unbind())
        }
        Argument::Path(index) => Ok(path_value(py, held, *index, tools)?),
        Argument::PathAs(index, converter) => {
            let value = path_value(py, held, *index, tools)?;
            Ok(converter.call1(py, (value,))?)
        }
        Argument::Query {
            name,
            kind,
            default,
        } => {
            let query = held.exchange().query();
            match find_pair(query, name) {
                Some(text) => convert(py, text, *kind),
                None => default
                    .as_ref()
                    .map(|value| value.clone_ref(py))
                    .ok_or(Refused(None)),
            }
        }
        Argument::QueryList {
            name,
            kind,
            default,
        } => {
            let found = pairs(held.exchange().query())
                .filter(|(key, _)| is_name(key, name))
                .map(|(_, text)| convert(py, text, *kind))
                .collect::<Result<Vec<_>, _>>()?;
            match default {
                Some(value) if found.is_empty() => Ok(value.clone_ref(py)),
                None if found.is_empty() => Err(Refused(None)),
                _ => Ok(PyList::new(py, found)?.into_any().unbind()),
            }
        }
        Argument::Header { name, default } => {
            let mut found = held.exchange().parts.headers.get_all(name).iter();
            match (found.next(), found.next()) {
                (Some(value), None) => {
                    let text = value.to_str().map_err(|_| Refused(None))?;
                    Ok(PyString::new(py, text).into_any().unbind())
                }
                (None, _) => default
                    .as_ref()
                    .map(|value| value.clone_ref(py))
                    .ok_or(Refused(None)),
                _ => Err(Refused(None)),
            }
        }
        Argument::Json { validate, integers } => {
            if !held.exchange().is_json() {
                return Err(Refused(None));
            }
            let body = held.exchange().body_object(py).ok_or(Refused(None))?;
            if let Some(integers) = *integers
                && find_unfit_number(body.as_bytes(), integers).is_some()
            {
                return Err(Refused(None));
            }
            // A large body with many faults takes a while to be read: once is enough.
            validate
                .call1(py, (body,))
                .map_err(|error| Refused(Some(error)))
        }
        Argument::Form => Ok(held
            .exchange()
            .form_object(py, tools)
            .ok_or(Refused(None))??),
        Argument::Socket => {
            let socket = held.socket()?.ok_or(Refused(None))?;
            Ok(Py::new(py, socket)?.into_any())
        }
        Argument::Body => held
            .exchange()
            .body_object(py)
            .map(|body| body.into_any().unbind())
            .ok_or(Refused(None)),
    }
}

fn path_value(py: Python<'_>, held: &Held, index: usize, tools: &Tools) -> PyResult<Py<PyAny>> {
    Request::path_value(py, held.exchange(), index, tools)
}

/// A converted path parameter as the Python object of its converter.
pub(crate) fn value_object(py: Python<'_>, value: &Value, tools: &Tools) -> PyResult<Py<PyAny>> {
    Ok(match value {
        Value::Int(number) => PyInt::new(py, *number).into_any().unbind(),
        Value::BigInt(digits) => py.get_type::<PyInt>().call1((digits.as_str(),))?.unbind(),
        Value::Float(number) => PyFloat::new(py, *number).into_any().unbind(),
        Value::Decimal(text) => tools.decimal_class.call1(py, (text.as_str(),))?,
        Value::Uuid(bits) => {
            let named = pyo3::types::PyDict::new(py);
            named.set_item(pyo3::intern!(py, "int"), *bits)?;
            tools.uuid_class.call(py, (), Some(&named))?
        }
        Value::Date { y, m, d } => pyo3::types::PyDate::new(py, i32::from(*y), *m, *d)?
            .into_any()
            .unbind(),
        Value::DateTime(text) => tools.parse_datetime.call1(py, (text.as_str(),))?,
        Value::Text(text) => PyString::new(py, text).into_any().unbind(),
    })
}

/// The pairs of a query string, still encoded.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The last value of a name, as Django and `FastAPI` choose.
fn find_pair<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    pairs(query)
        .filter(|(key, _)| is_name(key, name))
        .last()
        .map(|(_, value)| value)
}

fn is_name(encoded: &str, name: &str) -> bool {
    encoded == name
        || (needs_decoding(encoded) && decode(encoded).is_some_and(|decoded| decoded == name))
}

fn needs_decoding(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'%' || byte == b'+')
}

/// Decodes `application/x-www-form-urlencoded` text; `None` when it is no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    if !needs_decoding(text) {
        return Some(text.to_owned());
    }
    let spaced: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    String::from_utf8(percent_decode(&spaced).collect()).ok()
}

/// Converts canonical text; everything that Pydantic would also take, in other spellings, is left to Pydantic.
fn convert(py: Python<'_>, text: &str, kind: Kind) -> Result<Py<PyAny>, Refused> {
    match kind {
        Kind::Text if !needs_decoding(text) => Ok(PyString::new(py, text).into_any().unbind()),
        Kind::Text => Ok(PyString::new(py, &decode(text).ok_or(Refused(None))?)
            .into_any()
            .unbind()),
        Kind::Int => Ok(PyInt::new(py, canonical_int(text).ok_or(Refused(None))?)
            .into_any()
            .unbind()),
        Kind::Float => Ok(
            PyFloat::new(py, canonical_float(text).ok_or(Refused(None))?)
                .into_any()
                .unbind(),
        ),
        Kind::Bool => match text {
            "true" | "1" => Ok(PyBool::new(py, true).to_owned().into_any().unbind()),
            "false" | "0" => Ok(PyBool::new(py, false).to_owned().into_any().unbind()),
            _ => Err(Refused(None)),
        },
    }
}

fn canonical_int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=18).contains(&digits.len()).then_some(())?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn canonical_float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (plain && digits.starts_with(|first: char| first.is_ascii_digit()) && digits.len() <= 32)
        .then(|| text.parse().ok())?
}
