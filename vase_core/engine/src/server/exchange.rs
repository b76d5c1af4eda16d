//! One request and its answer, between hyper and the service.
//!
//! On the way in, hyper's body becomes a [`RequestBody`]. On the way out, the answer is made fit for the
//! wire: whatever a service returns, the client can tell where it ends.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;

use super::state::State;
use super::watch::Connection;
use crate::body::{BodyError, RequestBody, ResponseBody};
use crate::problem;

/// What hyper calls: the service of one connection.
pub(super) struct Exchanges<S> {
    service: RefCell<S>,
    connection: Rc<Connection>,
}

impl<S> Exchanges<S> {
    pub(super) const fn new(service: S, connection: Rc<Connection>) -> Self {
        Self {
            service: RefCell::new(service),
            connection,
        }
    }
}

impl<S> hyper::service::Service<Request<Incoming>> for Exchanges<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Exchange<S>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let state = &self.connection.state;
        let asked = Asked {
            is_head: request.method() == Method::HEAD,
            is_version_10: request.version() == Version::HTTP_10,
        };
        state.set_takes_interim(!asked.is_version_10);
        let progress = if let Some(refusal) = state.refusal() {
            Progress::Refused {
                answer: Some(refusal.answer()),
            }
        } else {
            let is_here = state.is_request_complete() && !state.is_chunked();
            let request = request.map(|body| {
                if is_here {
                    RequestBody::incoming(body)
                } else {
                    RequestBody::boxed(ArrivingBody::new(body, Arc::clone(state)))
                }
            });
            self.begin(request)
        };
        Exchange {
            progress,
            asked,
            connection: Rc::clone(&self.connection),
        }
    }
}

impl<S> Exchanges<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone,
{
    fn begin(&self, request: Request<RequestBody>) -> Progress<S, S::Future> {
        let mut service = self.service.borrow_mut();
        // Nearly every service is always ready: no clone then, and no second state to pass through.
        let mut context = Context::from_waker(Waker::noop());
        match service.poll_ready(&mut context) {
            Poll::Ready(_) => Progress::Running {
                future: service.call(request),
            },
            Poll::Pending => Progress::Waiting {
                service: service.clone(),
                request: Some(request),
            },
        }
    }
}

pin_project! {
    /// The future of one answer.
    pub(super) struct Exchange<S>
    where
        S: tower::Service<Request<RequestBody>>,
    {
        #[pin]
        progress: Progress<S, S::Future>,
        asked: Asked,
        connection: Rc<Connection>,
    }
}

pin_project! {
    #[project = ProgressProjection]
    enum Progress<S, F> {
        Refused { answer: Option<Response<ResponseBody>> },
        Waiting { service: S, request: Option<Request<RequestBody>> },
        Running { #[pin] future: F },
        Done,
    }
}

impl<S> Future for Exchange<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>,
{
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let answer = loop {
            match this.progress.as_mut().project() {
                ProgressProjection::Running { future } => {
                    let Ok(answer) = ready!(future.poll(context));
                    break Some(answer);
                }
                ProgressProjection::Refused { answer } => break answer.take(),
                ProgressProjection::Waiting { service, request } => {
                    let Ok(()) = ready!(service.poll_ready(context));
                    let Some(request) = request.take() else {
                        break None;
                    };
                    let future = service.call(request);
                    this.progress.set(Progress::Running { future });
                }
                ProgressProjection::Done => break None,
            }
        };
        // The future goes first: what it held of the request body counts as given up from here.
        this.progress.set(Progress::Done);
        let answer = answer.unwrap_or_else(fault);
        Poll::Ready(Ok(seal(answer, *this.asked, &this.connection.state)))
    }
}

/// What an answer must know of its request.
#[derive(Clone, Copy)]
struct Asked {
    is_head: bool,
    is_version_10: bool,
}

/// Makes an answer fit for the wire.
fn seal(
    mut answer: Response<ResponseBody>,
    asked: Asked,
    state: &Arc<State>,
) -> Response<AnswerBody> {
    state.begin_answer();
    let status = answer.status();
    if status.is_informational() {
        if status == StatusCode::SWITCHING_PROTOCOLS && state.wants_upgrade() {
            state.upgrade();
            return answer.map(AnswerBody::new);
        }
        answer = fault();
    }
    // RFC 9110 sections 15.3.5, 15.3.6 and 8.6: no content, and no length of it.
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT) {
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        *answer.body_mut() = ResponseBody::empty();
    }
    // The coding of the transfer is the server's business (RFC 9112 section 6.1).
    if answer.headers().contains_key(header::TRANSFER_ENCODING) {
        answer.headers_mut().remove(header::TRANSFER_ENCODING);
    }
    let declared = declared_length(answer.headers());
    if matches!(declared, Declared::Nonsense) {
        answer = fault();
    }
    if asked.is_head && matches!(declared, Declared::Length(_)) {
        // hyper would compare the body that is not sent with the length that is.
        *answer.body_mut() = ResponseBody::empty();
    }
    if state.is_last_answer() {
        // The rest of the request is not read, or the worker stops: the client should know
        // (RFC 9112 section 9.6).
        answer
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer.map(|body| {
        let length = body.length();
        let mut body = AnswerBody::new(body);
        match (declared, length) {
            // hyper believes a body that knows its length and writes what the header says: a lie would
            // leave the client reading the next answer. Told nothing, it counts, cuts and closes.
            (Declared::Length(declared), length) if length != Some(declared) => {
                body.left = Some(declared);
            }
            (Declared::Nothing, None) if asked.is_version_10 => {
                body.ends_connection = Some(Arc::clone(state));
            }
            _ => {}
        }
        body
    })
}

enum Declared {
    Nothing,
    Length(u64),
    Nonsense,
}

fn declared_length(headers: &HeaderMap) -> Declared {
    let Some(value) = headers.get(header::CONTENT_LENGTH) else {
        return Declared::Nothing;
    };
    let mut values = headers.get_all(header::CONTENT_LENGTH).iter();
    if values.any(|other| other != value) {
        return Declared::Nonsense;
    }
    let digits = value.to_str().ok();
    digits
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .map_or(Declared::Nonsense, Declared::Length)
}

/// A service that breaks the protocol is a fault of the server.
fn fault() -> Response<ResponseBody> {
    problem::respond(
        StatusCode::INTERNAL_SERVER_ERROR,
        "http.invalid_answer",
        "The application gave an answer that cannot be sent.",
        None,
    )
}

/// A body on its way out.
pub(super) struct AnswerBody {
    body: ResponseBody,
    /// What the head promises and is not sent yet, where the body itself promises something else.
    left: Option<u64>,
    /// Nothing but the end of the connection ends this body: a failure must not look like one.
    ends_connection: Option<Arc<State>>,
    failure: Option<io::Error>,
}

impl AnswerBody {
    const fn new(body: ResponseBody) -> Self {
        Self {
            body,
            left: None,
            ends_connection: None,
            failure: None,
        }
    }

    /// Tells of a failure at the next poll, and not at once: hyper drops what it has not yet written
    /// when it hears of one, and the client should see how far the answer came.
    fn fail(
        &mut self,
        failure: io::Error,
        context: &Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.failure = Some(failure);
        self.body = ResponseBody::empty();
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        if let Some(failure) = this.failure.take() {
            if let Some(state) = &this.ends_connection {
                state.writer.forget_unsent();
            }
            return Poll::Ready(Some(Err(failure)));
        }
        match ready!(Pin::new(&mut this.body).poll_frame(context)) {
            Some(Err(failure)) => this.fail(failure, context),
            None if this.left.is_some_and(|left| left > 0) => {
                this.fail(io::ErrorKind::UnexpectedEof.into(), context)
            }
            frame => {
                if let (Some(left), Some(Ok(frame))) = (&mut this.left, &frame) {
                    let octets = frame.data_ref().map_or(0, Bytes::len);
                    *left = left.saturating_sub(octets as u64);
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.failure.is_none() && self.left.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.left.is_some() || self.failure.is_some() {
            SizeHint::default()
        } else {
            self.body.size_hint()
        }
    }
}

/// A request body that had not all arrived when the service was called: it notes when somebody waits
/// for it, which is when the client can be too slow, and when it is given up.
struct ArrivingBody {
    body: Incoming,
    state: Arc<State>,
    exchange: u32,
    is_read: bool,
}

impl ArrivingBody {
    fn new(body: Incoming, state: Arc<State>) -> Self {
        Self {
            body,
            exchange: state.exchanges(),
            state,
            is_read: false,
        }
    }
}

impl Body for ArrivingBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if this.exchange == this.state.exchanges() {
            this.state.set_reading_body(frame.is_pending());
        }
        let frame = ready!(frame);
        this.is_read |= frame.is_none() || this.body.is_end_stream();
        Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ArrivingBody {
    fn drop(&mut self) {
        // It may outlive its exchange in the hands of a service; then it says nothing about the next.
        if !self.is_read && self.exchange == self.state.exchanges() {
            self.state.abandon_body();
        }
    }
}
