//! One request through the stack with bodies that stream both ways: what an application that is a guest on another
//! server goes through, and any caller that does not want to hold whole bodies.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use pyo3::exceptions::{PyConnectionResetError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::sync::{mpsc, oneshot};
use tower::Service as _;
use vase_engine::stack::Stack;
use vase_engine::{BodyError, Peer, RequestBody, ResponseBody};

use crate::answer::to_bytes;
use crate::awaiting::future_of;
use crate::call::PythonApp;
use crate::handoff::LoopBound;
use crate::hub::Hub;

/// Pieces of a request body that may wait before whoever feeds it has to.
const PIECES_WAITING: usize = 4;

type Piece = Result<Bytes, BodyError>;

/// A body that somebody feeds.
struct Fed(mpsc::Receiver<Piece>);

impl Body for Fed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0
            .poll_recv(cx)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A request on its way through the stack.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct Passage(LoopBound<Passing>);

struct Passing {
    hub: Rc<Hub>,
    stack: Stack<PythonApp>,
    request: RefCell<Option<Request<RequestBody>>>,
    feed: RefCell<Option<mpsc::Sender<Piece>>>,
    answer: Rc<RefCell<Option<ResponseBody>>>,
    leave: RefCell<Option<oneshot::Sender<()>>>,
}

/// What a request is made of, as bytes.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) target: &'a [u8],
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Passage {
    /// Prepares a request; a body of `None` is fed piece by piece.
    pub(crate) fn open(
        hub: &Rc<Hub>,
        stack: Stack<PythonApp>,
        head: Head<'_>,
        body: Option<&Bound<'_, PyBytes>>,
    ) -> PyResult<Self> {
        let (body, feed) = if let Some(body) = body {
            (RequestBody::full(to_bytes(body)), None)
        } else {
            let (sender, receiver) = mpsc::channel(PIECES_WAITING);
            (RequestBody::boxed(Fed(receiver)), Some(sender))
        };
        let mut request = Request::builder().method(head.method).uri(head.target);
        for (name, value) in head.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(body)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let passing = Passing {
            hub: Rc::clone(hub),
            stack,
            request: RefCell::new(Some(request)),
            feed: RefCell::new(feed),
            answer: Rc::default(),
            leave: RefCell::new(None),
        };
        Ok(Self(LoopBound::new(passing, &hub.pulse.graves)))
    }

    /// The peer of a client that another server speaks with.
    pub(crate) fn peer(client: Option<(String, u16)>, is_secure: bool) -> Peer {
        let address = client.and_then(|(host, port)| {
            let address = host.parse().ok()?;
            Some(std::net::SocketAddr::new(address, port))
        });
        let mut peer = address.map_or_else(Peer::local, Peer::tcp);
        peer.is_secure = is_secure;
        peer
    }
}

#[pymethods]
impl Passage {
    /// Sends the request through the stack; awaitable, gives `(status, headers, body)`.
    ///
    /// The body is `None` when it comes in pieces, from `next`.
    fn answer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let passing = self.0.get()?;
        let request = passing.request.borrow_mut().take();
        let request =
            request.ok_or_else(|| PyRuntimeError::new_err("this request has been sent already"))?;
        let (leave, left) = oneshot::channel();
        *passing.leave.borrow_mut() = Some(leave);
        let (mut stack, home) = (passing.stack.clone(), Rc::clone(&passing.answer));
        future_of(py, &passing.hub, async move {
            let response = tokio::select! {
                response = stack.call(request) => match response {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
                Ok(()) = left => return Err(PyConnectionResetError::new_err("the client has left")),
            };
            Python::attach(|py| shown(py, response, &home))
        })
    }

    /// Gives the next piece of the request's body; awaitable, done when there is room for more.
    fn push<'py>(
        &self,
        py: Python<'py>,
        piece: &Bound<'py, PyBytes>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let passing = self.0.get()?;
        let (feed, piece) = (passing.feed.borrow().clone(), to_bytes(piece));
        future_of(py, &passing.hub, async move {
            if let Some(feed) = feed {
                // Nobody reads it any more: the answer has been given without.
                let _ = feed.send(Ok(piece)).await;
            }
            Python::attach(|py| Ok(py.None()))
        })
    }

    /// Ends the request's body.
    fn end(&self) -> PyResult<()> {
        self.0.get()?.feed.borrow_mut().take();
        Ok(())
    }

    /// The next piece of the answer's body; awaitable, gives `None` at the end.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let passing = self.0.get()?;
        let home = Rc::clone(&passing.answer);
        future_of(py, &passing.hub, async move {
            let Some(mut body) = home.borrow_mut().take() else {
                return Python::attach(|py| Ok(py.None()));
            };
            while let Some(frame) = body.frame().await {
                if let Ok(piece) = frame?.into_data() {
                    *home.borrow_mut() = Some(body);
                    return Python::attach(|py| Ok(PyBytes::new(py, &piece).into_any().unbind()));
                }
            }
            Python::attach(|py| Ok(py.None()))
        })
    }

    /// The client has left: the handler is told, what is under way is dropped.
    fn close(&self) -> PyResult<()> {
        let passing = self.0.get()?;
        if let Some(feed) = passing.feed.borrow_mut().take() {
            let _ = feed.try_send(Err(BodyError::Disconnected));
        }
        if let Some(leave) = passing.leave.borrow_mut().take() {
            let _ = leave.send(());
        }
        drop(passing.answer.borrow_mut().take());
        Ok(())
    }
}

/// A response as Python takes it; a body that is not here yet is kept for `next`.
fn shown(
    py: Python<'_>,
    response: Response<ResponseBody>,
    home: &RefCell<Option<ResponseBody>>,
) -> PyResult<Py<PyAny>> {
    let (head, body) = response.into_parts();
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| {
            let name = PyBytes::new(py, name.as_str().as_bytes());
            (name, PyBytes::new(py, value.as_bytes()))
        })
        .collect();
    let whole = body.as_bytes().map(|bytes| PyBytes::new(py, bytes));
    if whole.is_none() {
        *home.borrow_mut() = Some(body);
    }
    Ok((head.status.as_u16(), headers, whole)
        .into_pyobject(py)?
        .into_any()
        .unbind())
}
