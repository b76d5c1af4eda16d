use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::server::conn::http1::{Builder, UpgradeableConnection};
use pin_project_lite::pin_project;

use super::exchange::Exchanges;
use super::head::HeadLimits;
use super::io::Io;
use super::transport::Reader;
use super::watch::Registered;
use crate::body::{RequestBody, ResponseBody};
use crate::config::HttpConfig;

/// hyper's buffers grow up to this size, as long as a client fills them, or to that of the largest head.
const BUFFER_OCTETS: usize = 256 * 1024;

/// Header lines that hyper reads without a heap allocation for each request.
const FIELDS_ON_STACK: usize = 100;

/// How hyper is set up; the same for all connections of a worker.
#[derive(Debug, Clone)]
pub(super) struct Protocol {
    builder: Builder,
    limits: HeadLimits,
}

impl Protocol {
    pub(super) fn new(config: &HttpConfig) -> Self {
        let limits = HeadLimits {
            octets: config.max_header_bytes,
            fields: config.max_headers,
        };
        let mut builder = Builder::new();
        builder
            .half_close(true)
            .keep_alive(config.keep_alive)
            .header_read_timeout(None)
            // A head that passed our own limit must pass hyper's.
            .max_buf_size(BUFFER_OCTETS.max(limits.octets.saturating_add(4096)));
        if limits.fields > FIELDS_ON_STACK {
            builder.max_headers(limits.fields);
        }
        Self { builder, limits }
    }

    /// The task of one connection.
    pub(super) fn connect<S>(
        &self,
        reader: Reader,
        registered: Registered,
        service: S,
    ) -> ConnectionTask<S>
    where
        S: tower::Service<
                Request<RequestBody>,
                Response = Response<ResponseBody>,
                Error = Infallible,
            > + Clone,
    {
        let state = Arc::clone(&registered.connection.state);
        let exchanges = Exchanges::new(service, std::rc::Rc::clone(&registered.connection));
        let io = Io::new(reader, state, self.limits);
        ConnectionTask {
            http: self.builder.serve_connection(io, exchanges).with_upgrades(),
            registered,
            is_stopping: false,
        }
    }
}

pin_project! {
    /// A connection from its first octet to its last.
    pub(super) struct ConnectionTask<S>
    where
        S: tower::Service<
            Request<RequestBody>,
            Response = Response<ResponseBody>,
            Error = Infallible,
        >,
        S: Clone,
    {
        #[pin]
        http: UpgradeableConnection<Io, Exchanges<S>>,
        registered: Registered,
        is_stopping: bool,
    }
}

impl<S> Future for ConnectionTask<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        this.registered.connection.keep_waker(context.waker());
        loop {
            // An error here is the client's doing, and was answered where an answer could be sent.
            if this.http.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let registry = this.registered.registry();
            if *this.is_stopping
                || !registry.is_stopping()
                || !this.registered.connection.may_stop(registry.clock.now())
            {
                return Poll::Pending;
            }
            *this.is_stopping = true;
            this.http.as_mut().graceful_shutdown();
        }
    }
}
