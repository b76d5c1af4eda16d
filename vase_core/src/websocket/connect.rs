//! The client of tests: a handshake through the stack, and a pipe in place of a connection.

use std::rc::Rc;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tower::Service;
use vase_engine::RequestBody;
use vase_engine::stack::Stack;
use vase_engine::websocket::{Role, Transport, handshake};

use crate::awaiting::future_of;
use crate::call::PythonApp;
use crate::hub::Hub;

use super::socket::{Socket, Terms, start};

/// Sends a handshake; awaitable, gives status, headers, body and the socket of the client, or `None` after a refusal.
pub(crate) fn connect<'py>(
    py: Python<'py>,
    hub: &Rc<Hub>,
    mut stack: Stack<PythonApp>,
    mut request: Request<RequestBody>,
    terms: Terms,
) -> PyResult<Bound<'py, PyAny>> {
    for (name, value) in handshake::request_headers(terms.compresses) {
        let value = http::HeaderValue::from_static(value);
        request.headers_mut().entry(name).or_insert(value);
    }
    let keeper = Rc::clone(hub);
    future_of(py, hub, async move {
        let pipe = Transport::pipe(request.extensions_mut());
        let Ok(response) = stack.call(request).await;
        let (head, body) = response.into_parts();
        let is_open = head.status == StatusCode::SWITCHING_PROTOCOLS;
        let body = if is_open {
            Bytes::new()
        } else {
            body.collect().await?.to_bytes()
        };
        let socket = is_open.then(|| {
            let deflate = handshake::agreed_by_client(&head.headers);
            let (session, driver) = start(&keeper, Role::Client, terms.limits, deflate);
            // Not among the sessions of the server: it is not told when that stops, but hears it.
            tokio::task::spawn_local(driver.run(pipe));
            Socket::of(&keeper, session)
        });
        Python::attach(|py| {
            let headers = crate::engine::header_pairs(&head.headers);
            Ok((
                head.status.as_u16(),
                headers,
                PyBytes::new(py, &body),
                socket,
            )
                .into_pyobject(py)?
                .into_any()
                .unbind())
        })
    })
}
