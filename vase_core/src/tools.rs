//! The Python objects that the bridge uses, looked up once when an engine is made.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use vase_engine::config::FormsConfig;

use crate::asgi::LazyKit;
use crate::endpoint::Endpoint;
use crate::handoff::LoopBound;
use crate::hub::HubHandle;
use crate::websocket::Terms;

/// Names of the keyword arguments of `asyncio.Task` as the bridge passes them.
const TASK_NAMES: [&str; 3] = ["loop", "eager_start", "context"];

/// What the bridge needs of Python. Shared with pool threads, thus `Send` and `Sync`.
pub(crate) struct Tools {
    /// For the loop thread alone.
    pub(crate) hub: HubHandle,
    pub(crate) endpoints: Vec<Arc<Endpoint>>,
    pub(crate) response_class: Py<PyAny>,
    pub(crate) file_body_class: Py<PyAny>,
    pub(crate) late_body_class: Py<PyAny>,
    pub(crate) finish: Py<PyAny>,
    pub(crate) on_error: Py<PyAny>,
    pub(crate) pump: Py<PyAny>,
    pub(crate) parse_json: Py<PyAny>,
    pub(crate) task_class: Py<PyAny>,
    pub(crate) task_names: Py<PyTuple>,
    pub(crate) base_context: Py<PyAny>,
    pub(crate) uuid_class: Py<PyAny>,
    pub(crate) decimal_class: Py<PyAny>,
    pub(crate) parse_datetime: Py<PyAny>,
    pub(crate) query_params_class: Py<PyAny>,
    pub(crate) form_data_class: Py<PyAny>,
    pub(crate) upload_file_class: Py<PyAny>,
    pub(crate) forms: Arc<FormsConfig>,
    pub(crate) app: Py<PyAny>,
    /// What all sockets have in common.
    pub(crate) sockets: LoopBound<Terms>,
    pub(crate) asgi: LazyKit,
}

impl Tools {
    /// Looks everything up; `hooks` is the object that `vase.application` passes to `Engine`.
    pub(crate) fn new(
        hub: HubHandle,
        endpoints: Vec<Arc<Endpoint>>,
        hooks: &Bound<'_, PyAny>,
        forms: &FormsConfig,
        sockets: LoopBound<Terms>,
    ) -> PyResult<Self> {
        let py = hooks.py();
        let hook = |name: &str| hooks.getattr(name).map(Bound::unbind);
        let named = |module: &str, name: &str| py.import(module)?.getattr(name).map(Bound::unbind);
        let datetime = py.import("datetime")?;
        Ok(Self {
            hub,
            endpoints,
            sockets,
            response_class: hook("response_class")?,
            file_body_class: hook("file_body_class")?,
            late_body_class: hook("late_body_class")?,
            finish: hook("finish")?,
            on_error: hook("on_error")?,
            pump: hook("pump")?,
            parse_json: hook("parse_json")?,
            query_params_class: hook("query_params_class")?,
            form_data_class: hook("form_data_class")?,
            upload_file_class: hook("upload_file_class")?,
            forms: Arc::new(forms.clone()),
            app: hook("app")?,
            asgi: LazyKit::new(),
            task_class: named("asyncio", "Task")?,
            task_names: PyTuple::new(py, TASK_NAMES)?.unbind(),
            base_context: py
                .import("contextvars")?
                .call_method0("copy_context")?
                .unbind(),
            uuid_class: named("uuid", "UUID")?,
            decimal_class: named("decimal", "Decimal")?,
            parse_datetime: datetime
                .getattr("datetime")?
                .getattr("fromisoformat")?
                .unbind(),
        })
    }
}
