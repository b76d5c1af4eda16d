//! The class `Engine`: an application's routes and layers, ready to serve sockets or single requests.

use std::cell::{Cell, RefCell};
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
use vase_engine::routing::{RouteSpec, RouteTable};
use vase_engine::server::{self, ServerHandle};
use vase_engine::stack::Stack;
use vase_engine::{Peer, RequestBody};

use crate::call::PythonApp;
use crate::endpoint::PyEndpoint;
use crate::handoff::LoopBound;
use crate::hub::Hub;
use crate::reactor::Reactor;
use crate::tools::Tools;

/// An application as the core sees it.
#[pyclass(unsendable, module = "vase._core")]
pub(crate) struct Engine {
    hub: Rc<Hub>,
    config: Config,
    stack: Stack<PythonApp>,
    calls: Rc<Cell<u64>>,
    servers: Rc<RefCell<Vec<ServerHandle>>>,
}

fn parse_routes(routes: &str) -> PyResult<Vec<RouteSpec>> {
    serde_json::from_str(routes).map_err(|error| PyValueError::new_err(format!("the route list is malformed: {error}")))
}

fn parse_config(config: &str) -> PyResult<Config> {
    serde_json::from_str(config).map_err(|error| PyValueError::new_err(format!("the engine's configuration: {error}")))
}

/// What is wrong with a list of routes: pairs of a route's id and a sentence.
#[pyfunction]
pub(crate) fn check_routes(routes: &str) -> PyResult<Vec<(u32, String)>> {
    Ok(match RouteTable::compile(&parse_routes(routes)?) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.route, fault.message)).collect(),
    })
}

#[pymethods]
impl Engine {
    /// Builds the tower; `hooks` has the Python callables that the core needs, see `_core.pyi`.
    #[new]
    #[pyo3(signature = (reactor, *, config, routes, endpoints, hooks, threads_max=40))]
    fn new(
        reactor: &Reactor,
        config: &str,
        routes: &str,
        endpoints: Vec<PyRef<'_, PyEndpoint>>,
        hooks: &Bound<'_, PyAny>,
        threads_max: usize,
    ) -> PyResult<Self> {
        let config = parse_config(config)?;
        let table = RouteTable::compile(&parse_routes(routes)?).map_err(|faults| {
            PyValueError::new_err(faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("\n"))
        })?;
        let endpoints = endpoints.iter().map(|endpoint| Arc::clone(&endpoint.0)).collect();
        let tools = Arc::new(Tools::new(endpoints, hooks)?);
        let calls = Rc::new(Cell::new(0));
        let app = PythonApp {
            hub: Rc::clone(&reactor.hub),
            handle: Arc::new(LoopBound::new(Rc::clone(&reactor.hub))),
            tools,
            calls: Rc::clone(&calls),
            threads_max,
        };
        let stack = Stack::new(&config, table, app, vase_engine::stack::Hooks::default()).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self { hub: Rc::clone(&reactor.hub), config, stack, calls, servers: Rc::default() })
    }

    /// Calls into Python so far; what the engine answers alone does not count.
    #[getter]
    fn python_calls(&self) -> u64 {
        self.calls.get()
    }

    /// Connections that are open now.
    #[getter]
    fn connections(&self) -> usize {
        self.servers.borrow().iter().map(ServerHandle::connections).sum()
    }

    /// Accepts connections on a listening socket; the descriptor becomes the engine's.
    fn serve(&self, descriptor: RawFd) {
        let listener = crate::handoff::listener(descriptor);
        let (stack, config, servers) = (self.stack.clone(), self.config.http.clone(), Rc::clone(&self.servers));
        self.hub.spawn(Box::pin(async move {
            match server::serve(listener, move |peer| stack.with_peer(peer), &config) {
                Ok(handle) => servers.borrow_mut().push(handle),
                Err(error) => Python::attach(|py| PyErr::from(error).write_unraisable(py, None)),
            }
        }));
    }

    /// Stops accepting, lets running requests finish for at most `grace` seconds; awaitable.
    fn drain<'py>(&self, py: Python<'py>, grace: f64) -> PyResult<Bound<'py, PyAny>> {
        let servers = std::mem::take(&mut *self.servers.borrow_mut());
        let grace = Duration::try_from_secs_f64(grace).map_err(|error| PyValueError::new_err(error.to_string()))?;
        self.future(py, async move {
            for handle in &servers {
                handle.stop_accepting();
            }
            for handle in servers {
                handle.drain(grace).await;
            }
            Ok(Python::attach(|py| py.None()))
        })
    }

    /// Stops accepting at once; running requests go on.
    fn stop_accepting(&self) {
        for handle in self.servers.borrow().iter() {
            handle.stop_accepting();
        }
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
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let body = RequestBody::full(Bytes::copy_from_slice(body.as_bytes()));
        let request = request.body(body).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let peer = match client {
            Some((host, port)) => Peer::tcp(std::net::SocketAddr::new(
                host.parse().map_err(|_| PyValueError::new_err(format!("no IP address: {host}")))?,
                port,
            )),
            None => Peer::local(),
        };
        let mut stack = self.stack.with_peer(peer);
        self.future(py, async move {
            let Ok(response) = stack.call(request).await;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map(http_body_util::Collected::to_bytes)?;
            Python::attach(|py| {
                let headers: Vec<_> = head
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                    .collect();
                Ok((head.status.as_u16(), headers, PyBytes::new(py, &body)).into_pyobject(py)?.into_any().unbind())
            })
        })
    }
}

impl Engine {
    /// Runs a Rust future on the loop thread and gives an asyncio future of its outcome.
    fn future<'py>(
        &self,
        py: Python<'py>,
        work: impl Future<Output = PyResult<Py<PyAny>>> + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        crate::awaiting::future_of(py, &self.hub, work)
    }
}
