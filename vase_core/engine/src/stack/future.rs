use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures_util::future::LocalBoxFuture;
use http::{Request, Response, header};
use http_body::Body;
use pin_project_lite::pin_project;
use tower::Service;

use super::dispatch::drop_body;
use super::{Call, Exchange, Peer, Shared};
use crate::body::{RequestBody, ResponseBody};
use crate::layers::allowed_hosts;
use crate::layers::catch_panic::CatchPanic;
use crate::layers::timeout::{Ticket, Timeout};
use crate::layers::{HeadLayer, Layer};
use crate::problem::prefers_html;

pin_project! {
    /// The way of one request through a [`Stack`](super::Stack).
    ///
    /// The layers and the table have done their work when it is made; polling drives the inner future.
    #[must_use = "futures do nothing unless polled"]
    pub struct StackFuture<S>
    where
        S: Service<Call>,
    {
        shared: Rc<Shared>,
        exchange: Exchange,
        // How many layers have seen the request: these see the answer.
        depth: usize,
        is_answered: bool,
        // Set when the inner future had to wait, and only then.
        ticket: Option<Ticket>,
        #[pin]
        state: State<S, S::Future>,
    }

    impl<S> PinnedDrop for StackFuture<S>
    where
        S: Service<Call>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !*this.is_answered {
                this.exchange.finish(Instant::now());
                for layer in this.shared.layers.iter().take(*this.depth) {
                    if let Layer::AccessLog(log) = layer {
                        log.on_abandoned(this.exchange);
                    }
                }
            }
            this.shared.metrics.end(!*this.is_answered);
        }
    }
}

pin_project! {
    /// What is waited for.
    #[project = StateProjection]
    pub(super) enum State<S, F> {
        // Boxed, like the next: both are rare, and what they hold is large.
        Answered { response: Option<Box<Response<ResponseBody>>> },
        Waiting { waiting: Option<Box<(S, Call)>> },
        Running { #[pin] future: F },
        Engine { future: LocalBoxFuture<'static, Response<ResponseBody>> },
        Done,
    }
}

impl<S, F> State<S, F> {
    pub(super) fn answered(response: Response<ResponseBody>) -> Self {
        Self::Answered {
            response: Some(Box::new(response)),
        }
    }
}

/// Runs `work`, and reports a panic as `None` where the layer `catch_panic` asks for it.
fn guarded<T>(catches: bool, work: impl FnOnce() -> T) -> Option<T> {
    // What is behind a panic is dropped unseen, so no broken invariant can be observed.
    if catches {
        catch_unwind(AssertUnwindSafe(work)).ok()
    } else {
        Some(work())
    }
}

impl<S> StackFuture<S>
where
    S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
{
    pub(super) fn start(
        shared: &Rc<Shared>,
        inner: &mut S,
        peer: Peer,
        request: Request<RequestBody>,
    ) -> Self {
        // A slot, so that the parts are moved once: from here into the call.
        let mut slot = None;
        let (head, body) = slot.insert(request.into_parts());
        allowed_hosts::adopt_target(head);
        shared.metrics.begin(body.size_hint().lower());
        let mut future = Self {
            shared: Rc::clone(shared),
            exchange: Exchange::new(head, peer),
            depth: shared.layers.len(),
            is_answered: false,
            ticket: None,
            state: State::Done,
        };
        future.exchange.endpoint = shared.platform.find(head.uri.path());
        for (index, layer) in shared.layers.iter().enumerate() {
            if let Some(response) = layer.on_request(head, body, &mut future.exchange) {
                future.depth = index;
                future.state = State::answered(response);
                return future;
            }
        }
        if shared.catch_panic.is_some() || shared.timeout.is_some() {
            future.exchange.prefers_html = prefers_html(head.headers.get(header::ACCEPT));
        }
        let (state, exchange) = (&mut future.state, &mut future.exchange);
        let done = guarded(shared.catch_panic.is_some(), || {
            shared.dispatch(&mut slot, exchange, inner, state);
        });
        if done.is_none() {
            future.depth = shared.catch_panic.unwrap_or_default();
            future.state = State::answered(CatchPanic::answer(&future.exchange));
        }
        future
    }
}

impl<S> State<S, S::Future>
where
    S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
{
    /// Polls what is waited for, and puts its answer into a place of the caller: answers are large to move.
    fn poll_answer(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        answer: &mut Option<Response<ResponseBody>>,
    ) -> Poll<()> {
        loop {
            let future = match self.as_mut().project() {
                StateProjection::Running { future } => match ready!(future.poll(context)) {
                    Ok(response) => {
                        *answer = Some(response);
                        break;
                    }
                    Err(never) => match never {},
                },
                StateProjection::Answered { response } => {
                    *answer = response.take().map(|response| *response);
                    break;
                }
                StateProjection::Engine { future } => {
                    *answer = Some(ready!(future.as_mut().poll(context)));
                    break;
                }
                StateProjection::Waiting { waiting } => {
                    if let Some((inner, _)) = waiting.as_deref_mut() {
                        match ready!(inner.poll_ready(context)) {
                            Ok(()) => {}
                            Err(never) => match never {},
                        }
                    }
                    waiting.take().map(|waiting| {
                        let (mut inner, call) = *waiting;
                        inner.call(call)
                    })
                }
                StateProjection::Done => None,
            };
            match future {
                Some(future) => self.set(Self::Running { future }),
                // Polled after its end, which the contract of futures leaves open.
                None => return Poll::Pending,
            }
        }
        // What ran inside ends before its answer goes out.
        self.set(Self::Done);
        Poll::Ready(())
    }
}

/// Waits until a running request has taken as long as the layer `timeout` allows; tells where that layer stands.
fn poll_late(
    shared: &Shared,
    exchange: &Exchange,
    ticket: &mut Option<Ticket>,
    context: &mut Context<'_>,
) -> Poll<usize> {
    let Some(index) = shared.timeout else {
        return Poll::Pending;
    };
    match &shared.layers[index] {
        Layer::Timeout(timeout) => timeout.poll_late(exchange, ticket, context).map(|()| index),
        _ => Poll::Pending,
    }
}

impl<S> Future for StackFuture<S>
where
    S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
{
    type Output = Result<Response<ResponseBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let shared = &**this.shared;
        let catches = shared.catch_panic.is_some();
        let mut answer = None;
        let polled = guarded(catches, || {
            this.state.as_mut().poll_answer(context, &mut answer)
        });
        let depth = match polled {
            Some(Poll::Ready(())) => *this.depth,
            Some(Poll::Pending) => {
                let index = ready!(poll_late(shared, this.exchange, this.ticket, context));
                answer = Some(Timeout::answer(this.exchange));
                index
            }
            None => {
                answer = Some(CatchPanic::answer(this.exchange));
                shared.catch_panic.unwrap_or_default()
            }
        };
        if !matches!(polled, Some(Poll::Ready(()))) {
            // A second panic, of what is dropped, changes nothing.
            let _ = guarded(catches, || this.state.set(State::Done));
        }
        let Some(mut response) = answer else {
            return Poll::Pending;
        };
        shared.finish(&mut response, this.exchange, depth);
        *this.is_answered = true;
        Poll::Ready(Ok(response))
    }
}

impl Shared {
    /// Leads an answer out through the layers that its request passed.
    fn finish(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange, depth: usize) {
        exchange.finish(Instant::now());
        response.headers_mut().reserve(self.extra_headers);
        for &index in self.outward.iter().skip_while(|index| **index >= depth) {
            self.layers[index].on_response(response, exchange);
        }
        if let Some(server) = &self.server_header {
            response
                .headers_mut()
                .insert(header::SERVER, server.clone());
        }
        drop_body(&exchange.method, response);
        let bytes = response.body().length().unwrap_or(0);
        self.metrics
            .answer(&exchange.method, response.status(), exchange.took(), bytes);
    }
}
