//! A real server on a thread of its own.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use http::{Request, Response};
use tokio::sync::oneshot;
use vase_engine::config::HttpConfig;
use vase_engine::{Peer, RequestBody, ResponseBody, server};

use crate::app::{Counters, answer};

/// A server that stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) counters: Arc<Counters>,
    connections: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<Duration>>,
    thread: Option<JoinHandle<usize>>,
}

impl Server {
    /// A server of the small application.
    pub(crate) fn start(config: HttpConfig) -> Self {
        Self::start_with(config, |counters| {
            let counters = Arc::clone(counters);
            let service = tower::service_fn(move |request| answer(Arc::clone(&counters), request));
            move |_peer| service.clone()
        })
    }

    /// A server of whatever `build` gives for each connection.
    pub(crate) fn start_with<B, C, S>(config: HttpConfig, build: B) -> Self
    where
        B: FnOnce(&Arc<Counters>) -> C + Send + 'static,
        C: FnMut(Peer) -> S + 'static,
        S: tower::Service<
                Request<RequestBody>,
                Response = Response<ResponseBody>,
                Error = Infallible,
            > + Clone
            + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let counters = Arc::new(Counters::default());
        let connections = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let (counters, connections) = (Arc::clone(&counters), Arc::clone(&connections));
            move || {
                run(
                    listener,
                    &config,
                    || build(&counters),
                    &connections,
                    stopped,
                )
            }
        });
        Self {
            address,
            counters,
            connections,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn start_default() -> Self {
        Self::start(HttpConfig::default())
    }

    /// Connections that are open, as the server counts them.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Starts to stop; [`join`](Self::join) tells how many connections were aborted.
    pub(crate) fn begin_drain(&mut self, grace: Duration) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(grace);
        }
    }

    pub(crate) fn join(mut self) -> usize {
        self.begin_drain(Duration::ZERO);
        let thread = self.thread.take().expect("joined once");
        thread.join().expect("the server does not panic")
    }

    /// Waits until something holds; fails after five seconds.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(
                start.elapsed() < Duration::from_secs(8),
                "not in 8 s: {what}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.begin_drain(Duration::ZERO);
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            assert!(
                result.is_ok() || std::thread::panicking(),
                "the server panicked"
            );
        }
    }
}

fn run<C, S>(
    listener: TcpListener,
    config: &HttpConfig,
    connect: impl FnOnce() -> C,
    connections: &AtomicUsize,
    stopped: oneshot::Receiver<Duration>,
) -> usize
where
    C: FnMut(Peer) -> S + 'static,
    S: tower::Service<Request<RequestBody>, Response = Response<ResponseBody>, Error = Infallible>
        + Clone
        + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(tokio::runtime::LocalOptions::default())
        .expect("a runtime");
    runtime.block_on(async {
        let handle =
            server::serve(listener, connect(), config).expect("the listener is registered");
        let mut stopped = std::pin::pin!(stopped);
        loop {
            connections.store(handle.connections(), Ordering::SeqCst);
            let pause = tokio::time::sleep(Duration::from_millis(5));
            tokio::select! {
                grace = &mut stopped => break handle.drain(grace.unwrap_or_default()).await,
                () = pause => {}
            }
        }
    })
}
