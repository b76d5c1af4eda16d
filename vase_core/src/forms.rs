//! Forms on their way to Python: read before the call where nothing may refuse it first, else when Python asks.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::os::fd::IntoRawFd;
use std::pin::Pin;
use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use vase_engine::RequestBody;
use vase_engine::forms::{self, Content, FileRules, Form, FormError, Item, Upload};

use crate::awaiting::{self, RequestBodyError};
use crate::request::{Exchange, Request};
use crate::tools::Tools;

/// A form that is being read.
pub(crate) type Parsing = Pin<Box<dyn Future<Output = Result<Form, FormError>>>>;

/// What an endpoint says of files: the fields that are kept (`None` keeps all), and their largest sizes.
#[derive(FromPyObject)]
pub(crate) struct Rules {
    #[pyo3(item)]
    names: Option<HashSet<String>>,
    #[pyo3(item)]
    max_sizes: HashMap<String, u64>,
}

impl From<Rules> for Arc<FileRules> {
    fn from(rules: Rules) -> Self {
        Self::new(FileRules {
            names: rules.names,
            max_sizes: rules.max_sizes,
        })
    }
}

/// Reads the form of a request whose body is handed over.
pub(crate) fn parse(exchange: &Exchange, body: RequestBody, tools: &Tools) -> Parsing {
    let headers = exchange.parts.headers.clone();
    let endpoint = tools.endpoints.get(exchange.route as usize);
    let rules = endpoint.and_then(|endpoint| endpoint.form.clone());
    let config = Arc::clone(&tools.forms);
    Box::pin(async move {
        let rules = rules.unwrap_or_default();
        forms::read(&headers, body, &config, &rules).await
    })
}

/// The Python exception of a form that could not be read.
pub(crate) fn form_error(error: &FormError) -> PyErr {
    RequestBodyError::new_err((error.status().as_u16(), error.code(), error.to_string()))
}

/// The form as a Python object.
pub(crate) fn form_object(py: Python<'_>, form: Form, tools: &Tools) -> PyResult<Py<PyAny>> {
    let items = PyList::empty(py);
    for item in form.items {
        match item {
            Item::Text(name, value) => items.append((name, value))?,
            Item::File(upload) => {
                let name = upload.name.clone();
                items.append((name, upload_object(py, upload, tools)?))?;
            }
        }
    }
    tools.form_data_class.call1(py, (items,))
}

fn upload_object(py: Python<'_>, upload: Upload, tools: &Tools) -> PyResult<Py<PyAny>> {
    let content = match upload.content {
        Content::Memory(bytes) => PyBytes::new(py, &bytes).into_any(),
        // Python closes it: the class opens its file around the descriptor as the first thing it does.
        Content::Disk(file) => file.into_raw_fd().into_pyobject(py)?.into_any(),
    };
    let class = &tools.upload_file_class;
    let (name, filename) = (upload.name, upload.filename);
    class.call_method1(
        py,
        "received",
        (content, name, filename, upload.size, upload.headers),
    )
}

/// `request.form()`: there already, or a future of it.
pub(crate) fn read<'py>(request: &Bound<'py, Request>) -> PyResult<Bound<'py, PyAny>> {
    let (py, this) = (request.py(), request.get());
    if let Some(form) = this.exchange.form_object(py, &this.tools) {
        return awaiting::ready(py, form?);
    }
    let hub = this.hub()?;
    let body = match this.exchange.body_object(py) {
        Some(bytes) => RequestBody::full(bytes.as_bytes().to_vec()),
        None => this.exchange.take_unread().ok_or_else(|| {
            PyRuntimeError::new_err("the body of this request is already being read")
        })?,
    };
    let parsing = parse(&this.exchange, body, &this.tools);
    let request = request.clone().unbind();
    awaiting::future_of(py, hub, async move {
        let outcome = parsing.await;
        Python::attach(|py| {
            let this = request.get();
            this.exchange
                .set_form(outcome.map_err(|error| form_error(&error))?);
            match this.exchange.form_object(py, &this.tools) {
                Some(form) => form,
                None => Err(PyRuntimeError::new_err("the form was lost")),
            }
        })
    })
}
