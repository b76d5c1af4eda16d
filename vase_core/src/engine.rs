//! The class `Engine`: an application's routes and layers, ready to serve sockets or single requests.

use std::cell::RefCell;
use std::io::Write as _;
use std::os::fd::RawFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tower::Service;
use vase_engine::config::Config;
use vase_engine::layers::access_log;
use vase_engine::metrics::{Counter, Metrics};
use vase_engine::routing::{RouteSpec, RouteTable};
use vase_engine::server::{self, ServerHandle};
use vase_engine::stack::{Hooks, Stack};
use vase_engine::websocket::{Close, Limits, Sessions};
use vase_engine::{Peer, RequestBody};

use crate::answered::readable;
use crate::awaiting::{future_of, pieces_of};
use crate::call::{App, PythonApp};
use crate::endpoint::PyEndpoint;
use crate::handoff::LoopBound;
use crate::hub::Hub;
use crate::passage::{Head, Passage};
use crate::reactor::Reactor;
use crate::tools::Tools;
use crate::websocket::{self, Terms};

/// Blocks of log lines that may wait for standard output; more are dropped and counted.
const BLOCKS_WAITING: usize = 64;

/// An application as the core sees it.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct Engine(LoopBound<Core>);

struct Core {
    hub: Rc<Hub>,
    config: Config,
    stack: Stack<PythonApp>,
    calls: Counter,
    terms: Terms,
    servers: Rc<RefCell<Vec<ServerHandle>>>,
}

fn parse_routes(routes: &str) -> PyResult<Vec<RouteSpec>> {
    serde_json::from_str(routes)
        .map_err(|error| PyValueError::new_err(format!("the route list is malformed: {error}")))
}

fn parse_config(config: &str) -> PyResult<Config> {
    serde_json::from_str(config)
        .map_err(|error| PyValueError::new_err(format!("the engine's configuration: {error}")))
}

/// A sink for the access log whose thread writes to standard output; the thread ends with the sink.
fn log_to_stdout() -> PyResult<access_log::Sink> {
    let (sink, lines) = access_log::channel(BLOCKS_WAITING);
    std::thread::Builder::new()
        .name("vase-access-log".to_owned())
        .spawn(move || {
            let mut output = std::io::stdout().lock();
            for block in lines {
                // A closed pipe ends the log, not the server.
                if output
                    .write_all(&block)
                    .and_then(|()| output.flush())
                    .is_err()
                {
                    return;
                }
            }
        })?;
    Ok(sink)
}

/// What is wrong with a list of routes: pairs of a route's id and a sentence.
#[pyfunction]
pub(crate) fn check_routes(routes: &str) -> PyResult<Vec<(u32, String)>> {
    Ok(match RouteTable::compile(&parse_routes(routes)?) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .into_iter()
            .map(|fault| (fault.route, fault.message))
            .collect(),
    })
}

/// The place of the first number of a JSON text that no float holds; see `_core.pyi`.
#[pyfunction]
#[pyo3(signature = (text, *, integers))]
pub(crate) fn find_unfit_number(text: &[u8], integers: bool) -> Option<usize> {
    vase_engine::json::find_unfit_number(text, integers)
}

#[pymethods]
impl Engine {
    /// Builds the tower; `hooks` has the Python callables that the core needs, see `_core.pyi`.
    #[new]
    #[pyo3(signature = (reactor, *, config, routes, endpoints, hooks, threads_max=40, access_log=false))]
    fn new(
        reactor: &Reactor,
        config: &str,
        routes: &str,
        endpoints: Vec<PyRef<'_, PyEndpoint>>,
        hooks: &Bound<'_, PyAny>,
        threads_max: usize,
        access_log: bool,
    ) -> PyResult<Self> {
        let hub = reactor.hub()?;
        let config = parse_config(config)?;
        let table = RouteTable::compile(&parse_routes(routes)?).map_err(|faults| {
            PyValueError::new_err(
                faults
                    .iter()
                    .map(|fault| fault.message.clone())
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        })?;
        let endpoints = endpoints
            .iter()
            .map(|endpoint| Arc::clone(&endpoint.0))
            .collect();
        let terms = Terms {
            sessions: Sessions::default(),
            limits: Limits::new(&config.websocket, &config.http),
            compresses: config.websocket.compression,
        };
        let sockets = LoopBound::new(terms.clone(), &hub.pulse.graves);
        let handle = Arc::new(LoopBound::new(Rc::clone(hub), &hub.pulse.graves));
        let tools = Tools::new(handle, endpoints, hooks, &config.forms, sockets)?;
        let metrics = Metrics::default();
        let calls = metrics.counter("vase_python_calls_total", "Requests that reached Python.");
        let app = PythonApp::new(App {
            hub: Rc::clone(hub),
            tools: Arc::new(tools),
            calls: calls.clone(),
            threads_max,
        });
        let log = access_log.then(log_to_stdout).transpose()?;
        let stack = Stack::new(
            &config,
            table,
            app,
            Hooks {
                access_log: log,
                metrics,
                ..Hooks::default()
            },
        )
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let core = Core {
            hub: Rc::clone(hub),
            config,
            stack,
            calls,
            terms,
            servers: Rc::default(),
        };
        Ok(Self(LoopBound::new(core, &hub.pulse.graves)))
    }

    /// Calls into Python so far; what the engine answers alone does not count.
    #[getter]
    fn python_calls(&self) -> PyResult<u64> {
        Ok(self.0.get()?.calls.get())
    }

    /// Everything that this engine counts, as Prometheus reads it.
    fn metrics(&self) -> PyResult<String> {
        Ok(self.0.get()?.stack.metrics().render())
    }

    /// Connections that are open now.
    #[getter]
    fn connections(&self) -> PyResult<usize> {
        let core = self.0.get()?;
        let servers = core.servers.borrow();
        let http: usize = servers.iter().map(ServerHandle::connections).sum();
        Ok(http + core.terms.sessions.len())
    }

    /// Accepts connections on a listening socket; the descriptor becomes the engine's.
    fn serve(&self, descriptor: RawFd) -> PyResult<()> {
        let core = self.0.get()?;
        let listener = crate::handoff::listener(descriptor);
        let (stack, config, servers) = (
            core.stack.clone(),
            core.config.http.clone(),
            Rc::clone(&core.servers),
        );
        core.hub.spawn(Box::pin(async move {
            match server::serve(listener, move |peer| stack.with_peer(peer), &config) {
                Ok(handle) => servers.borrow_mut().push(handle),
                Err(error) => Python::attach(|py| PyErr::from(error).write_unraisable(py, None)),
            }
        }));
        Ok(())
    }

    /// Stops accepting, lets running requests finish for at most `grace` seconds; awaitable.
    fn drain<'py>(&self, py: Python<'py>, grace: f64) -> PyResult<Bound<'py, PyAny>> {
        let core = self.0.get()?;
        let servers = std::mem::take(&mut *core.servers.borrow_mut());
        let grace = Duration::try_from_secs_f64(grace)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let sessions = core.terms.sessions.clone();
        future_of(py, &core.hub, async move {
            for handle in &servers {
                handle.stop_accepting();
            }
            // Sockets have no request to finish: they are told at once to come back.
            sessions.close(&Close::new(1012, "the server restarts"));
            let began = tokio::time::Instant::now();
            for handle in servers {
                handle.drain(grace).await;
            }
            let left = grace.saturating_sub(began.elapsed());
            let _ = tokio::time::timeout(left, sessions.emptied()).await;
            Python::attach(|py| Ok(py.None()))
        })
    }

    /// Stops accepting at once; running requests go on.
    fn stop_accepting(&self) -> PyResult<()> {
        for handle in self.0.get()?.servers.borrow().iter() {
            handle.stop_accepting();
        }
        Ok(())
    }

    /// One request through the same stack as a socket's, with bodies in pieces; see `_core.pyi`.
    #[pyo3(signature = (method, target, headers, body, client=None, *, is_secure=false))]
    fn open(
        &self,
        method: &[u8],
        target: &[u8],
        headers: Vec<(Vec<u8>, Vec<u8>)>,
        body: Option<&Bound<'_, PyBytes>>,
        client: Option<(String, u16)>,
        is_secure: bool,
    ) -> PyResult<Passage> {
        let core = self.0.get()?;
        let stack = core.stack.with_peer(Passage::peer(client, is_secure));
        let head = Head {
            method,
            target,
            headers,
        };
        Passage::open(&core.hub, stack, head, body)
    }

    /// One request through the same stack as a socket's; awaitable, gives `(status, headers, body)`.
    #[pyo3(signature = (method, target, headers, body, client=None))]
    fn handle<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &Bound<'py, PyBytes>,
        client: Option<(String, u16)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (request, peer) = request_of(method, target, &headers, body, client)?;
        let core = self.0.get()?;
        let mut stack = core.stack.with_peer(peer);
        future_of(py, &core.hub, async move {
            let Ok(response) = stack.call(request).await;
            let (head, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes)?;
            Python::attach(|py| {
                let headers = header_pairs(&head.headers);
                Ok((head.status.as_u16(), headers, PyBytes::new(py, &body))
                    .into_pyobject(py)?
                    .into_any()
                    .unbind())
            })
        })
    }

    /// One request whose answer is read while it is made; awaitable, gives `(status, headers, pieces)`.
    #[pyo3(signature = (method, target, headers, body, client=None))]
    fn stream<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &Bound<'py, PyBytes>,
        client: Option<(String, u16)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (request, peer) = request_of(method, target, &headers, body, client)?;
        let core = self.0.get()?;
        let mut stack = core.stack.with_peer(peer);
        let hub = Rc::clone(&core.hub);
        future_of(py, &core.hub, async move {
            let Ok(response) = stack.call(request).await;
            let (head, body) = response.into_parts();
            let body = readable(&hub, body);
            Python::attach(|py| {
                let pieces = pieces_of(py, &hub, body)?;
                Ok((head.status.as_u16(), header_pairs(&head.headers), pieces)
                    .into_pyobject(py)?
                    .into_any()
                    .unbind())
            })
        })
    }

    /// One handshake through the same stack as a socket's; awaitable, gives `(status, headers, body, socket)`.
    #[pyo3(signature = (target, headers, client=None, *, is_secure=false, compresses=true))]
    fn connect<'py>(
        &self,
        py: Python<'py>,
        target: &str,
        headers: Vec<(String, String)>,
        client: Option<(String, u16)>,
        is_secure: bool,
        compresses: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let body = PyBytes::new(py, b"");
        let (request, mut peer) = request_of("GET", target, &headers, &body, client)?;
        peer.is_secure = is_secure;
        let core = self.0.get()?;
        let stack = core.stack.with_peer(peer);
        let mut terms = core.terms.clone();
        terms.compresses &= compresses;
        websocket::connect(py, &core.hub, stack, request, terms)
    }
}

/// A request that comes from no connection, and who sends it.
fn request_of(
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &Bound<'_, PyBytes>,
    client: Option<(String, u16)>,
) -> PyResult<(http::Request<RequestBody>, Peer)> {
    let mut request = http::Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let body = RequestBody::full(Bytes::copy_from_slice(body.as_bytes()));
    let request = request
        .body(body)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    let peer = match client {
        Some((host, port)) => Peer::tcp(std::net::SocketAddr::new(
            host.parse()
                .map_err(|_| PyValueError::new_err(format!("no IP address: {host}")))?,
            port,
        )),
        None => Peer::local(),
    };
    Ok((request, peer))
}

/// Header fields as Python takes them.
pub(crate) fn header_pairs(headers: &http::HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            // What is not ASCII is told as it is written: a character for each octet.
            let text = match value.to_str() {
                Ok(text) => text.to_owned(),
                Err(_) => value
                    .as_bytes()
                    .iter()
                    .map(|octet| char::from(*octet))
                    .collect(),
            };
            (name.as_str().to_owned(), text)
        })
        .collect()
}
