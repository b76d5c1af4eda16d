//! The whole tower as one service: the only place that knows the order of things.
//!
//! A request walks the layers in the order of the configuration, then the platform endpoints, the
//! static files and the route table, and is handed to the inner service as a [`Call`]. The answer walks
//! back through the layers it passed, in reverse.
//! All of it is one concrete future: a plain request is neither boxed nor queued, and layers are steps of a
//! list (see [`layers`]), not futures around futures.
//!
//! ```
//! use std::convert::Infallible;
//! use tower::{ServiceExt as _, service_fn};
//! use vase_engine::routing::{RouteSpec, RouteTable};
//! use vase_engine::stack::{Hooks, Stack};
//! use vase_engine::{Call, Config, RequestBody, ResponseBody};
//!
//! let routes: Vec<RouteSpec> = serde_json::from_str(
//!     r#"[{"id": 0, "methods": ["GET"], "path": "/", "segments": [{"literal": "/"}]}]"#,
//! ).unwrap();
//! let table = RouteTable::compile(&routes).unwrap();
//! let inner = service_fn(async |call: Call| {
//!     assert_eq!(call.route, 0);
//!     Ok::<_, Infallible>(http::Response::new(ResponseBody::from("hello")))
//! });
//! let stack = Stack::new(&Config::default(), table, inner, Hooks::default()).unwrap();
//!
//! let request = http::Request::get("/").header("host", "example.com").body(RequestBody::empty()).unwrap();
//! let response = futures_util::future::FutureExt::now_or_never(stack.oneshot(request)).unwrap().unwrap();
//! assert_eq!(response.body().as_bytes(), Some(&b"hello"[..]));
//! ```

mod call;
mod dispatch;
mod exchange;
mod future;
mod mounts;
#[cfg(test)]
mod tests;
mod throttles;

use std::convert::Infallible;
use std::fmt;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Method, Request, Response};
use tower::Service;

pub use call::{Call, Peer, RequestId};
pub use exchange::Exchange;
pub use future::StackFuture;

use crate::body::{RequestBody, ResponseBody};
use crate::config::{Config, WebSocketConfig};
use crate::error::{ConfigError, Faults};
use crate::files::StaticFiles;
use crate::layers::body_limit::BodyLimit;
use crate::layers::{self, Layer, access_log};
use crate::metrics::Metrics;
use crate::platform::{Platform, Readiness};
use crate::routing::RouteTable;

/// What an embedder may connect to a stack.
#[derive(Default)]
pub struct Hooks {
    /// Takes the lines of the access log. Without it the layer `access_log` does nothing.
    pub access_log: Option<access_log::Sink>,
    /// The counters to use; a set of its own by default.
    pub metrics: Metrics,
    /// The readiness to tell; always ready by default.
    pub readiness: Readiness,
}

/// The whole tower over an inner service.
///
/// A clone costs a count and a clone of the inner service, and shares everything else. A stack does not leave its
/// thread. It is always ready: an inner service that is not is waited for inside the future.
pub struct Stack<S> {
    shared: Rc<Shared>,
    inner: S,
    peer: Peer,
}

/// What all clones of a stack have in common.
struct Shared {
    layers: Box<[Layer]>,
    /// Those that touch answers, innermost first.
    outward: Box<[usize]>,
    /// Where the layer stands around whose inside panics are caught.
    catch_panic: Option<usize>,
    /// Where the layer stands whose inside is waited for so long.
    timeout: Option<usize>,
    /// How many headers the layers may add: room for them is made once.
    extra_headers: usize,
    server_header: Option<HeaderValue>,
    default_body_limit: BodyLimit,
    platform: Platform,
    files: Option<StaticFiles>,
    table: RouteTable,
    mounts: mounts::Mounts,
    throttles: Option<throttles::Throttles>,
    /// What a 404 says.
    not_found: Box<str>,
    socket_method: Method,
    websocket: WebSocketConfig,
    metrics: Metrics,
    readiness: Readiness,
}

impl<S> Stack<S>
where
    S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
{
    /// Builds the tower, or says all that is wrong with its configuration.
    pub fn new(
        config: &Config,
        table: RouteTable,
        inner: S,
        hooks: Hooks,
    ) -> Result<Self, ConfigError> {
        let shared = Shared::new(config, table, hooks)?;
        Ok(Self {
            shared: Rc::new(shared),
            inner,
            peer: Peer::local(),
        })
    }

    /// Answers a request without `&mut`: what a connection calls that has one stack for all its requests.
    pub fn handle(&self, request: Request<RequestBody>) -> StackFuture<S> {
        StackFuture::start(
            &self.shared,
            &mut self.inner.clone(),
            self.peer.clone(),
            request,
        )
    }
}

impl<S> Stack<S> {
    /// The same stack for requests of one connection.
    #[must_use]
    pub fn with_peer(&self, peer: Peer) -> Self
    where
        S: Clone,
    {
        Self {
            shared: Rc::clone(&self.shared),
            inner: self.inner.clone(),
            peer,
        }
    }

    /// The counters of this stack.
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// What `/readyz` tells; the embedder sets it.
    pub fn readiness(&self) -> &Readiness {
        &self.shared.readiness
    }

    /// The routes.
    pub fn table(&self) -> &RouteTable {
        &self.shared.table
    }
}

impl Shared {
    fn new(config: &Config, table: RouteTable, hooks: Hooks) -> Result<Self, ConfigError> {
        let mut faults = Faults::default();
        let Hooks {
            access_log,
            metrics,
            readiness,
        } = hooks;
        let mut layers = layers::build(config, access_log, &metrics, &mut faults);
        for layer in &mut layers {
            if let (Layer::BodyLimit(limit), Some(largest)) = (layer, table.largest_max_body()) {
                limit.raise_ceiling(largest);
            }
        }
        let platform = Platform::new(
            &config.platform,
            metrics.clone(),
            readiness.clone(),
            &mut faults,
        );
        let files = StaticFiles::new(&config.static_files)
            .map_err(|error| faults.absorb(error))
            .ok()
            // Who edits a file looks at it within the second.
            .map(|files| {
                if config.debug {
                    files.recheck_after(Duration::ZERO)
                } else {
                    files
                }
            })
            .filter(|files| !files.is_empty());
        faults.enter("");
        let mounts = mounts::Mounts::new(&config.mounts, &mut faults);
        let server_header = config.server_header.as_ref().and_then(|value| {
            let parsed = HeaderValue::try_from(value).ok();
            if parsed.is_none() {
                faults.add(
                    "server_header",
                    format!("`{}` is no header value", value.escape_debug()),
                );
            }
            parsed
        });
        faults.finish()?;
        Ok(Self {
            catch_panic: layers
                .iter()
                .position(|layer| matches!(layer, Layer::CatchPanic(_))),
            timeout: layers
                .iter()
                .position(|layer| matches!(layer, Layer::Timeout(_))),
            outward: (0..layers.len())
                .rev()
                .filter(|index| layers[*index].touches_answers())
                .collect(),
            extra_headers: layers.iter().map(Layer::most_headers).sum::<usize>()
                + usize::from(server_header.is_some()),
            layers: layers.into_boxed_slice(),
            server_header,
            default_body_limit: BodyLimit::new(config.http.max_body_bytes),
            platform,
            files,
            mounts,
            throttles: throttles::Throttles::new(&table),
            not_found: dispatch::describe_not_found(&table, config.debug),
            socket_method: Method::from_bytes(crate::websocket::METHOD.as_bytes())
                .unwrap_or_default(),
            websocket: config.websocket.clone(),
            table: table.append_slash(config.append_slash),
            metrics,
            readiness,
        })
    }
}

impl<S: Clone> Clone for Stack<S> {
    fn clone(&self) -> Self {
        self.with_peer(self.peer.clone())
    }
}

impl<S> fmt::Debug for Stack<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stack")
            .field("layers", &self.shared.layers.len())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

impl<S> Service<Request<RequestBody>> for Stack<S>
where
    S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = StackFuture<S>;

    /// Always ready: health endpoints and static files do not wait for the inner service.
    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> StackFuture<S> {
        StackFuture::start(&self.shared, &mut self.inner, self.peer.clone(), request)
    }
}
