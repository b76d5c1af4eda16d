//! The bridge: what Python sees of the engine, as the module `vase._core`.
//!
//! - [`reactor`]: asyncio's `select()` drives tokio; [`hub`], [`gil`]: what both share.
//! - [`event_loop`]: the hot parts of the asyncio loop itself.
//! - [`call`]: the one crossing of a request; [`endpoint`], [`arguments`], [`answer`], [`shape`]: in and out.
//! - [`request`], [`headers`], [`awaiting`], [`forms`], [`stream`]: what a handler holds.
//! - [`late`]: what happens when an answer has left; [`throttle`]: who asks too often, by name.
//! - [`websocket`]: sockets, from the handshake to the close.
//! - [`asgi`], [`wsgi`]: other people's applications.
//! - [`passage`]: a request whose bodies stream both ways, without a socket.
//! - [`allocator`]: who gives the core its memory.
//! - [`threads`]: the pool for `def` handlers; [`engine`]: an application's tower, sockets and test door.

mod allocator;
mod answer;
mod answered;
mod arguments;
mod asgi;
mod awaiting;
mod call;
mod endpoint;
mod engine;
mod event_loop;
mod fields;
mod forms;
mod gil;
mod handoff;
mod headers;
mod hub;
mod late;
mod passage;
mod reactor;
mod request;
mod respond;
mod shape;
mod slot;
mod stream;
mod threads;
mod throttle;
mod tools;
mod websocket;
mod wsgi;

/// Vase's HTTP core.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use crate::awaiting::RequestBodyError;
    #[pymodule_export]
    use crate::endpoint::PyEndpoint;
    #[pymodule_export]
    use crate::engine::{Engine, check_routes, find_unfit_number};
    #[pymodule_export]
    use crate::event_loop::{DatagramCore, EventLoopCore, Handle, SocketTransport, TimerHandle};
    #[pymodule_export]
    use crate::fields::FieldList;
    #[pymodule_export]
    use crate::gil::PyPulse;
    #[pymodule_export]
    use crate::headers::Headers;
    #[pymodule_export]
    use crate::passage::Passage;
    #[pymodule_export]
    use crate::reactor::Reactor;
    #[pymodule_export]
    use crate::request::Request;
    #[pymodule_export]
    use crate::throttle::PyThrottle;
    #[pymodule_export]
    use crate::websocket::Socket;
    #[pymodule_export]
    use crate::wsgi::wsgi_environ;
}
