//! The turn of the loop: asyncio's `select()` drives tokio.
//!
//! asyncio calls `Reactor.turn(timeout)` where it would wait in epoll. Inside, tokio runs accept, hyper, tower and the
//! requests' calls into Python; asyncio's own descriptors stay in their own epoll, which tokio watches as one descriptor.
//! A turn ends when asyncio has something to do: its epoll has events, its ready queue is not empty, a timer is due.

use std::cell::RefCell;
use std::os::fd::{OwnedFd, RawFd};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rustix::event::{PollFd, PollFlags};
use tokio::io::unix::AsyncFd;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::time::Sleep;

use crate::gil::{ParkHooks, Pulse, PyPulse};
use crate::handoff::{self, LoopBound};
use crate::hub::{Hub, Starter};

/// Drives tokio from asyncio's selector. One per loop, used on the loop's thread alone.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct Reactor(LoopBound<Core>);

struct Core {
    hub: Rc<Hub>,
    hooks: ParkHooks,
    runtime: RefCell<Option<Rc<LocalRuntime>>>,
    inner: Rc<RefCell<Option<AsyncFd<OwnedFd>>>>,
}

impl Reactor {
    /// What the loop thread shares between asyncio and tokio.
    pub(crate) fn hub(&self) -> PyResult<&Rc<Hub>> {
        Ok(&self.0.get()?.hub)
    }
}

impl Core {
    /// The runtime, or the error that says the loop is closed.
    fn runtime(&self) -> PyResult<Rc<LocalRuntime>> {
        self.runtime
            .borrow()
            .clone()
            .ok_or_else(|| PyRuntimeError::new_err("the event loop is closed"))
    }
}

#[pymethods]
impl Reactor {
    /// Makes the runtime; `descriptor` is the epoll in which asyncio keeps its own descriptors.
    #[new]
    fn new(descriptor: RawFd) -> PyResult<Self> {
        let pulse = Arc::new(Pulse::default());
        let hooks = ParkHooks::new(Arc::clone(&pulse));
        let (park, unpark) = (hooks.clone(), hooks.clone());
        let runtime = Builder::new_current_thread()
            .enable_all()
            .on_thread_park(move || park.park())
            .on_thread_unpark(move || unpark.unpark())
            .build_local(LocalOptions::default())?;
        let inner = {
            let _guard = runtime.enter();
            handoff::watch(descriptor)?
        };
        let graves = Arc::clone(&pulse.graves);
        let hub = Hub::new(pulse);
        hub.spawn(Box::pin(Starter(Rc::clone(&hub))));
        let core = Core {
            hub,
            hooks,
            runtime: RefCell::new(Some(Rc::new(runtime))),
            inner: Rc::new(RefCell::new(Some(inner))),
        };
        Ok(Self(LoopBound::new(core, &graves)))
    }

    /// Ties the reactor to the loop whose selector it drives.
    fn bind(&self, event_loop: &Bound<'_, PyAny>) -> PyResult<()> {
        self.hub()?.bind(event_loop)
    }

    /// The loop's sign of life, for a watching thread.
    fn pulse(&self) -> PyResult<PyPulse> {
        Ok(PyPulse(Arc::clone(&self.hub()?.pulse)))
    }

    /// Runs tokio until asyncio has something to do or `timeout` seconds are over (`None`: no bound).
    ///
    /// Returns whether asyncio's own epoll has events.
    pub(crate) fn turn(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let core = self.0.get()?;
        if core.hub.is_inside() {
            // A nested loop inside a handler: tokio cannot be entered twice, asyncio's descriptors still can be polled.
            return Ok(true);
        }
        let runtime = core.runtime()?;
        let pulse = Arc::clone(&core.hub.pulse);
        pulse.beat();
        core.hub.note_timers(py);
        let root = Root {
            hub: &core.hub,
            inner: &core.inner,
            timeout: timeout.map(|seconds| {
                Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
            }),
            sleep: None,
            polled: false,
        };
        core.hub.set_inside(true);
        core.hooks.set_entered(true);
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(root)));
        core.hooks.set_entered(false);
        core.hub.set_inside(false);
        if let Some(error) = pulse.take_raised() {
            return Err(error);
        }
        outcome.map_err(|_| {
            PyRuntimeError::new_err("the HTTP engine panicked; this is a fault of Vase")
        })
    }

    /// Ends the runtime and everything that runs in it.
    fn close(&self) -> PyResult<()> {
        let core = self.0.get()?;
        drop(core.inner.borrow_mut().take());
        let runtime = core.runtime.borrow_mut().take();
        core.hub.unbind();
        if let Some(Ok(runtime)) = runtime.map(Rc::try_unwrap) {
            runtime.shutdown_background();
        }
        core.hub.pulse.graves.empty();
        Ok(())
    }
}

/// The future that tokio runs everything else beside: it ends the turn.
struct Root<'a> {
    hub: &'a Rc<Hub>,
    inner: &'a Rc<RefCell<Option<AsyncFd<OwnedFd>>>>,
    timeout: Option<Duration>,
    sleep: Option<Pin<Box<Sleep>>>,
    polled: bool,
}

impl Root<'_> {
    /// Whether asyncio's epoll has events. Its outer registration is edge-triggered, so it is cleared only when empty.
    fn inner_is_ready(&self, cx: &mut Context<'_>) -> bool {
        let inner = self.inner.borrow();
        let Some(inner) = inner.as_ref() else {
            return false;
        };
        while let Poll::Ready(Ok(mut guard)) = inner.poll_read_ready(cx) {
            if is_readable(inner.get_ref()) {
                return true;
            }
            guard.clear_ready();
        }
        false
    }

    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        match self.timeout {
            None => false,
            Some(Duration::ZERO) => self.polled,
            Some(timeout) => {
                let sleep = self
                    .sleep
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                sleep.as_mut().poll(cx).is_ready()
            }
        }
    }
}

impl Future for Root<'_> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        self.hub.set_root(cx.waker());
        self.hub.pulse.root.register(cx.waker());
        self.hub.run_deferred();
        self.hub.pulse.graves.empty();
        Python::attach(|py| {
            crate::threads::collect(self.hub);
            if !self.polled {
                self.hub.count_turn();
            }
            if self.hub.has_queued() {
                self.hub.wake_starter();
            }
            if self.inner_is_ready(cx) {
                return Poll::Ready(true);
            }
            if self.hub.loop_has_work(py) && self.polled || self.is_late(cx) {
                return Poll::Ready(false);
            }
            if self.timeout == Some(Duration::ZERO) || self.hub.loop_has_work(py) {
                // One pass over what tokio has ready, then back.
                cx.waker().wake_by_ref();
            }
            self.polled = true;
            Poll::Pending
        })
    }
}

fn is_readable(descriptor: &OwnedFd) -> bool {
    let now = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut watched = [PollFd::new(descriptor, PollFlags::IN)];
    matches!(rustix::event::poll(&mut watched, Some(&now)), Ok(1..))
}
