//! The header fields of an answer: what a `vase.http.Response` keeps as a list of pairs, seen as a mapping.
//!
//! Middleware sets a field or two on nearly every answer, so this way is short; what is unusual (a name in capitals, a
//! value that may be refused) is asked of Python, which has the rules and the words of the errors.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

/// A view over a list of `(name, value)`, names in lower case; `vase.http` makes mappings of it.
#[pyclass(frozen, subclass, mapping, module = "vase._core")]
pub(crate) struct FieldList {
    pairs: Py<PyList>,
}

/// The place and the value of the first field of a name, at or after `start`.
fn find<'py>(
    pairs: &Bound<'py, PyList>,
    name: &str,
    start: usize,
) -> PyResult<Option<(usize, Bound<'py, PyAny>)>> {
    for index in start..pairs.len() {
        let pair = pairs.get_item(index)?;
        let pair = pair.cast::<PyTuple>()?;
        let known = pair.get_borrowed_item(0)?;
        if known
            .cast::<PyString>()?
            .to_str()?
            .eq_ignore_ascii_case(name)
        {
            return Ok(Some((index, pair.get_item(1)?)));
        }
    }
    Ok(None)
}

/// Whether a field may be taken as it is: a name of lower-case token characters, a value of visible ASCII and spaces.
fn is_plain(name: &str, value: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        && value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

#[pymethods]
impl FieldList {
    /// Sees `pairs`, which are known to be well-formed; changes go to that very list.
    #[new]
    fn new(pairs: Bound<'_, PyList>) -> Self {
        Self {
            pairs: pairs.unbind(),
        }
    }

    /// The list itself.
    #[getter]
    fn _pairs(&self, py: Python<'_>) -> Py<PyList> {
        self.pairs.clone_ref(py)
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        find(self.pairs.bind(py), name, 0)?
            .map(|(_, value)| value)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(name) = name.cast::<PyString>() else {
            return Ok(false);
        };
        Ok(find(self.pairs.bind(name.py()), name.to_str()?, 0)?.is_some())
    }

    /// Replaces all fields of a name by one, at the place of the first.
    fn _set(&self, name: &Bound<'_, PyString>, value: &Bound<'_, PyString>) -> PyResult<()> {
        let py = name.py();
        let pairs = self.pairs.bind(py);
        let is_plain = matches!((name.to_str(), value.to_str()), (Ok(name), Ok(value)) if is_plain(name, value));
        let field = if is_plain {
            PyTuple::new(py, [name, value])?
        } else {
            py.import("vase.http._headers")?
                .getattr("check_header")?
                .call1((name, value))?
                .cast_into::<PyTuple>()?
        };
        let name = field.get_item(0)?;
        let name = name.cast::<PyString>()?.to_str()?;
        let Some((first, _)) = find(pairs, name, 0)? else {
            return pairs.append(field);
        };
        pairs.set_item(first, &field)?;
        while let Some((again, _)) = find(pairs, name, first + 1)? {
            pairs.del_item(again)?;
        }
        Ok(())
    }
}
