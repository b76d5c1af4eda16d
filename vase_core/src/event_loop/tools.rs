//! What the loop takes from Python, looked up once for each loop.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

/// Python's side of the rare cases, and the classes that are asked for often.
pub(super) struct Tools {
    /// `vase.loop._reports`: what is written down when something goes wrong.
    reports: Py<PyModule>,
    pub(super) future: Py<PyAny>,
    pub(super) future_names: Py<PyTuple>,
    pub(super) handle_class: Py<PyAny>,
    pub(super) timer_class: Py<PyAny>,
    pub(super) transport_class: Py<PyAny>,
    pub(super) buffered_protocol: Py<PyAny>,
    pub(super) set_result: Py<PyAny>,
}

impl Tools {
    pub(super) fn new(py: Python<'_>) -> PyResult<Self> {
        let asyncio = py.import("asyncio")?;
        let get = |name: &str| asyncio.getattr(name).map(Bound::unbind);
        Ok(Self {
            reports: py.import("vase.loop._reports")?.unbind(),
            future: get("Future")?,
            future_names: PyTuple::new(py, [PyString::intern(py, "loop")])?.unbind(),
            handle_class: get("Handle")?,
            timer_class: get("TimerHandle")?,
            transport_class: py
                .import("asyncio.selector_events")?
                .getattr("_SelectorSocketTransport")?
                .unbind(),
            buffered_protocol: get("BufferedProtocol")?,
            set_result: py
                .import("asyncio.futures")?
                .getattr("_set_result_unless_cancelled")?
                .unbind(),
        })
    }

    /// Calls a function of `vase.loop._reports`.
    pub(super) fn report<'py, A>(
        &self,
        py: Python<'py>,
        name: &str,
        arguments: A,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        A: pyo3::call::PyCallArgs<'py>,
    {
        self.reports.bind(py).getattr(name)?.call1(arguments)
    }
}
