//! Request headers as a case-insensitive mapping.

use http::HeaderValue;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::request::Request;

/// The headers of a request: names in any case, values decoded as Latin-1 (RFC 9110 section 5.5).
#[pyclass(frozen, mapping, module = "vase._core")]
pub(crate) struct Headers {
    request: Py<Request>,
}

impl Headers {
    pub(crate) fn of(request: &Bound<'_, Request>) -> Self {
        Self {
            request: request.clone().unbind(),
        }
    }

    fn map(&self) -> &http::HeaderMap {
        &self.request.get().exchange.parts.headers
    }
}

fn text<'py>(py: Python<'py>, value: &HeaderValue) -> Bound<'py, PyString> {
    match value.to_str() {
        Ok(ascii) => PyString::new(py, ascii),
        Err(_) => PyString::new(
            py,
            &value
                .as_bytes()
                .iter()
                .map(|&byte| char::from(byte))
                .collect::<String>(),
        ),
    }
}

#[pymethods]
impl Headers {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyString>> {
        self.map()
            .get(name)
            .map(|value| text(py, value))
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>()
            .is_ok_and(|name| self.map().contains_key(name))
    }

    fn __len__(&self) -> usize {
        self.map().keys_len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.keys(py)?.try_iter()?.into_any())
    }

    /// The value of a header, or `default`; of several the first.
    #[pyo3(signature = (name, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> Option<Bound<'py, PyAny>> {
        self.map()
            .get(name)
            .map(|value| text(py, value).into_any())
            .or(default)
    }

    /// All values of a header, in the order in which they came.
    fn getlist<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        PyList::new(
            py,
            self.map()
                .get_all(name)
                .iter()
                .map(|value| text(py, value))
                .collect::<Vec<_>>(),
        )
    }

    /// The names, in lower case, each once.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(
            py,
            self.map()
                .keys()
                .map(|name| PyString::new(py, name.as_str()))
                .collect::<Vec<_>>(),
        )
    }

    /// All values, repeated headers included.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(
            py,
            self.map()
                .values()
                .map(|value| text(py, value))
                .collect::<Vec<_>>(),
        )
    }

    /// All pairs, repeated headers included.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pairs: Vec<_> = self
            .map()
            .iter()
            .map(|(name, value)| (PyString::new(py, name.as_str()), text(py, value)))
            .collect();
        PyList::new(py, pairs)
    }

    fn __repr__(&self) -> String {
        format!("Headers({:?})", self.map())
    }
}
