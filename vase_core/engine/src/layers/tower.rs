//! A head layer as a tower layer, for towers other than the stack.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{Request, Response};
use tower::Service;

use super::HeadLayer;
use crate::body::{RequestBody, ResponseBody};
use crate::stack::{Exchange, Peer};

/// A [`tower::Layer`] made of a [`HeadLayer`].
///
/// The client is the [`Peer`] in the extensions of the request, if some outer service put one there.
///
/// ```
/// use tower::ServiceExt as _;
/// use vase_engine::layers::{Tower, body_limit::BodyLimit};
/// use vase_engine::{RequestBody, ResponseBody};
///
/// # futures_util::future::FutureExt::now_or_never(async {
/// let service = tower::ServiceBuilder::new()
///     .layer(Tower::new(BodyLimit::new(4)))
///     .service_fn(async |_request: http::Request<RequestBody>| {
///         Ok::<_, std::convert::Infallible>(http::Response::new(ResponseBody::from("read")))
///     });
/// let response = service.oneshot(http::Request::new(RequestBody::full("12345"))).await.unwrap();
/// assert_eq!(response.status(), 413);
/// # }).unwrap();
/// ```
pub struct Tower<L> {
    layer: Rc<L>,
}

impl<L> Tower<L> {
    /// Makes a tower layer of `layer`.
    pub fn new(layer: L) -> Self {
        Self {
            layer: Rc::new(layer),
        }
    }
}

impl<L> Clone for Tower<L> {
    fn clone(&self) -> Self {
        Self {
            layer: Rc::clone(&self.layer),
        }
    }
}

impl<L, S> tower::Layer<S> for Tower<L> {
    type Service = TowerService<L, S>;

    fn layer(&self, inner: S) -> TowerService<L, S> {
        TowerService {
            layer: Rc::clone(&self.layer),
            inner,
        }
    }
}

/// The service of [`Tower`].
pub struct TowerService<L, S> {
    layer: Rc<L>,
    inner: S,
}

impl<L, S: Clone> Clone for TowerService<L, S> {
    fn clone(&self) -> Self {
        Self {
            layer: Rc::clone(&self.layer),
            inner: self.inner.clone(),
        }
    }
}

impl<L, S> Service<Request<RequestBody>> for TowerService<L, S>
where
    L: HeadLayer,
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
{
    type Response = Response<ResponseBody>;
    type Error = S::Error;
    type Future = TowerFuture<L, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (mut head, mut body) = request.into_parts();
        let peer = head.extensions.get::<Peer>().cloned().unwrap_or_default();
        let mut exchange = Exchange::new(&head, peer);
        let layer = Rc::clone(&self.layer);
        let state = match layer.on_request(&mut head, &mut body, &mut exchange) {
            Some(response) => State::Answered {
                response: Some(response),
            },
            None => State::Passed {
                future: self.inner.call(Request::from_parts(head, body)),
            },
        };
        TowerFuture {
            layer,
            exchange,
            state,
        }
    }
}

pin_project_lite::pin_project! {
    /// The future of [`TowerService`].
    pub struct TowerFuture<L, F> {
        layer: Rc<L>,
        exchange: Exchange,
        #[pin]
        state: State<F>,
    }
}

pin_project_lite::pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Answered { response: Option<Response<ResponseBody>> },
        Passed { #[pin] future: F },
    }
}

impl<L, F, E> Future for TowerFuture<L, F>
where
    L: HeadLayer,
    F: Future<Output = Result<Response<ResponseBody>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.state.project() {
            StateProjection::Answered { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => Poll::Pending, // polled after its end, which the contract of futures leaves open
            },
            StateProjection::Passed { future } => {
                let mut response = ready!(future.poll(context))?;
                this.exchange.finish(Instant::now());
                this.layer.on_response(&mut response, this.exchange);
                Poll::Ready(Ok(response))
            }
        }
    }
}
