//! Listeners, connections, time-outs, graceful shutdown.
//!
//! [`serve`] accepts connections on the current thread and answers each with a service; see
//! [`ServerHandle`] for how it stops. HTTP itself is hyper's work; this module decides what reaches it.
//!
#![doc = include_str!("README.md")]

mod chunks;
mod connection;
mod exchange;
mod head;
mod io;
mod refusal;
mod state;
#[cfg(test)]
mod tests;
mod transport;
mod watch;

use std::convert::Infallible;
use std::fmt;
use std::io::Result;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use tokio::task::{AbortHandle, spawn_local};

use self::connection::Protocol;
use self::state::{Phase, State};
use self::transport::Acceptor;
pub use self::transport::Listener;
use self::watch::{Connection, Deadlines, Registry, TICK};
use crate::body::{RequestBody, ResponseBody};
use crate::config::HttpConfig;
use crate::stack::Peer;

/// Serves the connections of a listener, on this thread, until the handle says otherwise.
///
/// `connect` is called once for each connection and gives the service that answers its requests, so
/// that who asks is known without a word in every request. The service need not be `Send`.
///
/// # Errors
///
/// The listener cannot be registered with the runtime.
///
/// # Panics
///
/// Outside a [`LocalRuntime`](tokio::runtime::LocalRuntime) whose I/O and time are enabled.
///
/// # Example
///
/// ```
/// use std::convert::Infallible;
/// use std::time::Duration;
///
/// use http::{Request, Response};
/// use vase_engine::config::HttpConfig;
/// use vase_engine::{RequestBody, ResponseBody, server};
///
/// let runtime = tokio::runtime::Builder::new_current_thread()
///     .enable_all()
///     .build_local(Default::default())?;
/// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// runtime.block_on(async {
///     let hello = tower::service_fn(|_request: Request<RequestBody>| async {
///         Ok::<_, Infallible>(Response::new(ResponseBody::from("hello")))
///     });
///     let server = server::serve(listener, move |_peer| hello, &HttpConfig::default())?;
///     server.drain(Duration::from_secs(1)).await;
///     Ok::<_, std::io::Error>(())
/// })?;
/// # Ok::<_, std::io::Error>(())
/// ```
pub fn serve<L, C, S>(listener: L, connect: C, config: &HttpConfig) -> Result<ServerHandle>
where
    L: Into<Listener>,
    C: FnMut(Peer) -> S + 'static,
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone
        + 'static,
{
    let acceptor = Acceptor::new(listener.into())?;
    let registry = Rc::new(Registry::new());
    let watch = spawn_local(Rc::clone(&registry).watch(Deadlines::new(config)));
    let accept = accept(
        acceptor,
        connect,
        Protocol::new(config),
        Rc::clone(&registry),
    );
    Ok(ServerHandle {
        registry,
        accept: spawn_local(accept).abort_handle(),
        watch: watch.abort_handle(),
    })
}

async fn accept<C, S>(
    acceptor: Acceptor,
    mut connect: C,
    protocol: Protocol,
    registry: Rc<Registry>,
) where
    C: FnMut(Peer) -> S,
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone
        + 'static,
{
    loop {
        let Ok((reader, writer, address)) = acceptor.accept().await else {
            // Out of file descriptors, most likely: a connection that ends makes room.
            tokio::time::sleep(TICK).await;
            continue;
        };
        let state = State::new(writer, Arc::clone(&registry.clock));
        let registered = registry.add(Connection::new(Arc::new(state)));
        let connection = Rc::clone(&registered.connection);
        let service = connect(address.map_or_else(Peer::local, Peer::tcp));
        let task = spawn_local(protocol.connect(reader, registered, service));
        connection.set_task(task.abort_handle());
    }
}

/// A running server. Dropping the handle leaves the server running.
pub struct ServerHandle {
    registry: Rc<Registry>,
    accept: AbortHandle,
    watch: AbortHandle,
}

impl ServerHandle {
    /// Closes the listener; connections that are there live on.
    pub fn stop_accepting(&self) {
        self.accept.abort();
    }

    /// Stops: no new connections, idle ones closed, running requests finished with
    /// `Connection: close`, and what is left after `grace` aborted. Says how many that were.
    ///
    /// A connection that was in use half a second ago gets one more request, because it may be under way.
    pub async fn drain(&self, grace: Duration) -> usize {
        self.stop_accepting();
        self.registry.stop();
        let is_drained = tokio::time::timeout(grace, self.registry.emptied()).await;
        let aborted = if is_drained.is_ok() {
            0
        } else {
            self.registry.abort()
        };
        self.registry.emptied().await;
        self.watch.abort();
        aborted
    }

    /// Connections that are open now.
    pub fn connections(&self) -> usize {
        self.registry.len()
    }

    /// Connections on which a request is being read or answered now.
    pub fn active_connections(&self) -> usize {
        self.registry.count(|phase| phase == Phase::Exchange)
    }

    /// Connections that were ever accepted.
    pub fn accepted_connections(&self) -> u64 {
        self.registry.accepted()
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerHandle")
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
