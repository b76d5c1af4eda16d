//! An [`Answer`] → the engine's response, on the loop thread: files are opened and streams started here.

use std::cell::Cell;
use std::io::ErrorKind;
use std::path::Path;

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use pyo3::prelude::*;
use vase_engine::files::FileAnswer;
use vase_engine::{ResponseBody, problem};

use crate::answer::{Answer, Full, Payload};
use crate::call::PythonApp;
use crate::stream;

/// Makes the response.
pub(crate) fn respond(answer: Answer, app: &PythonApp) -> Response<ResponseBody> {
    match answer {
        Answer::Plain {
            status,
            content_type,
            body,
            mut fields,
        } => {
            if let Some(content_type) = content_type {
                fields.insert(header::CONTENT_TYPE, content_type);
            }
            let mut response = Response::new(ResponseBody::full(body));
            *response.status_mut() = status;
            *response.headers_mut() = fields;
            response
        }
        Answer::Full(mut full) => {
            let late = full.late.take();
            let response = respond_full(*full, app);
            match late {
                None => response,
                Some(late) => response.map(|body| late.wrap(body, &app.hub)),
            }
        }
        Answer::Later(_) => unreachable!("a coroutine is run before it is an answer"),
    }
}

fn respond_full(full: Full, app: &PythonApp) -> Response<ResponseBody> {
    let Full {
        status,
        headers,
        body,
        request,
        late: _,
    } = full;
    let body = match body {
        Payload::Bytes(bytes) => ResponseBody::full(bytes),
        Payload::File {
            path,
            download_name,
        } => {
            return respond_file(
                &path,
                download_name.as_deref(),
                &headers,
                status,
                request.as_ref(),
            );
        }
        Payload::Pieces(pieces) => match pieces.get().ok().and_then(Cell::take) {
            Some(pieces) => ResponseBody::from_stream(pieces),
            None => ResponseBody::empty(),
        },
        Payload::Stream(iterator) => match start_stream(&iterator, app) {
            Ok(body) => body,
            Err(error) => {
                Python::attach(|py| error.write_unraisable(py, None));
                return problem::respond(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "http.stream",
                    "the answer could not be started",
                    None,
                );
            }
        },
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Starts the task that pulls a Python iterator, and gives its other end.
fn start_stream(iterator: &Py<PyAny>, app: &PythonApp) -> PyResult<ResponseBody> {
    Python::attach(|py| {
        let (sender, receiver) = stream::channel(&app.hub);
        let coroutine = app
            .tools
            .pump
            .bind(py)
            .call1((Bound::new(py, sender)?, iterator))?;
        let task = app.new_task(&coroutine)?;
        receiver.set_task(task.unbind());
        app.hub.after_python(py);
        Ok(ResponseBody::from_stream(receiver))
    })
}

/// Sends a file: the engine knows ranges and conditions, Python never reads it.
fn respond_file(
    path: &str,
    download_name: Option<&str>,
    headers: &HeaderMap<HeaderValue>,
    status: StatusCode,
    request: Option<&http::request::Parts>,
) -> Response<ResponseBody> {
    let answer = match FileAnswer::open(Path::new(path)) {
        Ok(answer) => answer,
        Err(error) => {
            let status = match error.kind() {
                ErrorKind::NotFound | ErrorKind::IsADirectory => StatusCode::NOT_FOUND,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let accept = request.and_then(|head| head.headers.get(header::ACCEPT));
            return problem::respond(
                status,
                "http.file",
                "the file of this answer cannot be opened",
                accept,
            );
        }
    };
    let answer = answer.status(status).headers(headers);
    let answer = match download_name {
        Some(name) => answer.download_name(name),
        None => answer,
    };
    match request {
        Some(head) => answer.respond(&head.method, &head.headers),
        None => answer.respond(&Method::GET, &HeaderMap::new()),
    }
}
