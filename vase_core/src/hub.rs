//! What the loop thread shares between asyncio and tokio.
//!
//! One `Hub` belongs to one [`Reactor`](crate::reactor::Reactor), thus to one thread, one asyncio loop and one tokio runtime.
//! Everything here is cheap on purpose: a request touches it a handful of times.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::call::Queued;
use crate::event_loop::{EventLoopCore, Shared};
use crate::gil::Pulse;
use crate::handoff::LoopBound;
use crate::threads::Pool;

/// A future that lives on the loop thread.
pub(crate) type LocalFuture = Pin<Box<dyn Future<Output = ()>>>;

/// The hub, for objects that other threads may hold; only the loop thread gets at it.
pub(crate) type HubHandle = Arc<LoopBound<Rc<Hub>>>;

/// What had to wait until the runtime is entered again: a waker fired outside of it would take tokio's cross-thread path
/// and write an eventfd for each answer.
enum Deferred {
    Wake(Waker),
    Spawn(LocalFuture),
}

/// How many queued requests start in a turn although asyncio has callbacks ready.
const STARTS_BEFORE_CALLBACKS: usize = 8;

/// After so many turns a queued request starts even if asyncio has callbacks ready: nobody waits for ever.
const TURNS_TO_WAIT: u32 = 4;

/// The asyncio loop's parts that the reactor looks at.
pub(crate) struct LoopParts {
    pub(crate) event_loop: Py<PyAny>,
    queues: Queues,
}

/// Where the loop keeps what is ready and what waits for its time.
enum Queues {
    Ours(Arc<Shared>),
    Stock {
        ready: Py<PyAny>,
        scheduled: Py<PyList>,
    },
}

impl LoopParts {
    fn ready_is_empty(&self, py: Python<'_>) -> bool {
        match &self.queues {
            Queues::Ours(shared) => shared.ready_is_empty(),
            Queues::Stock { ready, .. } => ready.bind(py).len().unwrap_or(0) == 0,
        }
    }

    /// A number that is another one when a timer was set that may end the wait.
    fn timers(&self, py: Python<'_>) -> u64 {
        match &self.queues {
            Queues::Ours(shared) => shared.earliest_timer().to_bits(),
            Queues::Stock { scheduled, .. } => scheduled.bind(py).len() as u64,
        }
    }
}

/// The state that the loop thread shares between asyncio and tokio.
pub(crate) struct Hub {
    parts: RefCell<Option<Rc<LoopParts>>>,
    inside: Cell<bool>,
    root: RefCell<Option<Waker>>,
    deferred: RefCell<Vec<Deferred>>,
    queued: RefCell<VecDeque<Queued>>,
    starter: RefCell<Option<Waker>>,
    turns_waited: Cell<u32>,
    timers_at_entry: Cell<u64>,
    pool: OnceCell<Rc<Pool>>,
    pub(crate) pulse: Arc<Pulse>,
}

impl Hub {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Rc<Self> {
        Rc::new(Self {
            parts: RefCell::new(None),
            inside: Cell::new(false),
            root: RefCell::new(None),
            deferred: RefCell::new(Vec::new()),
            queued: RefCell::new(VecDeque::new()),
            starter: RefCell::new(None),
            turns_waited: Cell::new(0),
            timers_at_entry: Cell::new(0),
            pool: OnceCell::new(),
            pulse,
        })
    }

    /// Ties the hub to the asyncio loop whose selector it drives; the first loop stays.
    pub(crate) fn bind(&self, event_loop: &Bound<'_, PyAny>) -> PyResult<()> {
        let parts = LoopParts {
            event_loop: event_loop.clone().unbind(),
            queues: match event_loop.cast::<EventLoopCore>() {
                Ok(ours) => Queues::Ours(Arc::clone(ours.get().shared())),
                Err(_) => Queues::Stock {
                    ready: event_loop.getattr("_ready")?.unbind(),
                    scheduled: event_loop
                        .getattr("_scheduled")?
                        .cast_into::<PyList>()?
                        .unbind(),
                },
            },
        };
        *self.parts.borrow_mut() = Some(Rc::new(parts));
        Ok(())
    }

    /// The loop's parts, once bound.
    pub(crate) fn parts(&self) -> PyResult<Rc<LoopParts>> {
        self.parts
            .borrow()
            .clone()
            .ok_or_else(|| PyRuntimeError::new_err("the event loop is closed"))
    }

    /// Forgets the loop: it holds the selector, which holds this, and nobody could collect such a circle.
    pub(crate) fn unbind(&self) {
        *self.parts.borrow_mut() = None;
        // Wakers hold the runtime, whose park hooks hold the pulse: a circle, and two descriptors in it.
        *self.root.borrow_mut() = None;
        drop(self.pulse.root.take());
        self.deferred.borrow_mut().clear();
        self.queued.borrow_mut().clear();
        *self.starter.borrow_mut() = None;
    }

    /// The pool for `def` handlers, made by the first engine that needs it.
    pub(crate) fn pool_or_new(&self, most: usize) -> &Rc<Pool> {
        self.pool
            .get_or_init(|| Rc::new(Pool::new(Arc::clone(&self.pulse), most)))
    }

    pub(crate) fn pool(&self) -> Option<&Rc<Pool>> {
        self.pool.get()
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.inside.get()
    }

    pub(crate) fn set_inside(&self, inside: bool) {
        self.inside.set(inside);
    }

    pub(crate) fn set_root(&self, waker: &Waker) {
        let mut root = self.root.borrow_mut();
        match &mut *root {
            Some(known) if known.will_wake(waker) => {}
            other => *other = Some(waker.clone()),
        }
    }

    /// Has the root future looked at again before the runtime parks.
    pub(crate) fn wake_root(&self) {
        if let Some(root) = &*self.root.borrow() {
            root.wake_by_ref();
        }
    }

    /// Fires a waker now when the runtime is entered, else as the first thing of the next turn.
    pub(crate) fn wake(&self, waker: Waker) {
        if self.inside.get() {
            waker.wake();
        } else {
            self.deferred.borrow_mut().push(Deferred::Wake(waker));
        }
    }

    /// Starts a future on the loop thread, now or as the first thing of the next turn.
    pub(crate) fn spawn(&self, future: LocalFuture) {
        if self.inside.get() {
            tokio::task::spawn_local(future);
        } else {
            self.deferred.borrow_mut().push(Deferred::Spawn(future));
        }
    }

    /// Does what was put off while the runtime was not entered.
    pub(crate) fn run_deferred(&self) {
        loop {
            let batch = std::mem::take(&mut *self.deferred.borrow_mut());
            if batch.is_empty() {
                return;
            }
            for item in batch {
                match item {
                    Deferred::Wake(waker) => waker.wake(),
                    Deferred::Spawn(future) => drop(tokio::task::spawn_local(future)),
                }
            }
        }
    }

    /// Queues a new request; the [`Starter`] calls Python for all that came together.
    pub(crate) fn queue(&self, call: Queued) {
        let mut queued = self.queued.borrow_mut();
        queued.push_back(call);
        if queued.len() == 1 {
            drop(queued);
            self.wake_starter();
        }
    }

    /// Has the starter look at the queue once more.
    pub(crate) fn wake_starter(&self) {
        if let Some(starter) = &*self.starter.borrow() {
            starter.wake_by_ref();
        }
    }

    /// To be called once a turn: those that wait now have waited a turn longer.
    pub(crate) fn count_turn(&self) {
        let waited = if self.has_queued() {
            self.turns_waited.get() + 1
        } else {
            0
        };
        self.turns_waited.set(waited);
    }

    /// Starts queued requests while asyncio has nothing ready, and a few of them after some turns in any case.
    fn start_queued(&self, py: Python<'_>) -> Started {
        let began = Moment::now();
        let mut started = 0;
        loop {
            if !self.ready_is_empty(py)
                && (self.turns_waited.get() < TURNS_TO_WAIT || started >= STARTS_BEFORE_CALLBACKS)
            {
                return Started::CallbacksFirst;
            }
            let Some(call) = self.queued.borrow_mut().pop_front() else {
                return Started::All;
            };
            call.begin(py);
            started += 1;
            if Moment::now() != began {
                return Started::Long;
            }
        }
    }

    pub(crate) fn has_queued(&self) -> bool {
        !self.queued.borrow().is_empty()
    }

    /// Remembers how many timers asyncio has, to see later whether a handler added one.
    pub(crate) fn note_timers(&self, py: Python<'_>) {
        if let Some(parts) = &*self.parts.borrow() {
            self.timers_at_entry.set(parts.timers(py));
        }
    }

    /// True when asyncio has something to do that it did not have when the turn began.
    pub(crate) fn loop_has_work(&self, py: Python<'_>) -> bool {
        let parts = self.parts.borrow();
        let Some(parts) = &*parts else { return false };
        !parts.ready_is_empty(py) || parts.timers(py) != self.timers_at_entry.get()
    }

    /// To be called after Python ran inside a turn: asyncio gets its turn if it was given work.
    pub(crate) fn after_python(&self, py: Python<'_>) {
        if self.loop_has_work(py) {
            self.wake_root();
        }
    }

    fn ready_is_empty(&self, py: Python<'_>) -> bool {
        self.parts
            .borrow()
            .as_ref()
            .is_none_or(|parts| parts.ready_is_empty(py))
    }
}

/// Why a batch of requests ended.
enum Started {
    /// The queue is empty.
    All,
    /// Callbacks that were ready before go first.
    CallbacksFirst,
    /// The batch took long: what is answered is sent before the rest begins.
    Long,
}

/// A reading of the kernel's coarse clock, which moves each 1 to 4 ms and costs next to nothing.
#[derive(PartialEq, Eq)]
struct Moment(Timespec);

impl Moment {
    fn now() -> Self {
        Self(clock_gettime(ClockId::MonotonicCoarse))
    }
}

/// The task that calls Python for new requests.
///
/// Connections that became readable together are parsed one after the other, then their handlers run one after the other,
/// then their answers are written: each kind of code finds its own instructions and data in the processor's caches.
pub(crate) struct Starter(pub(crate) Rc<Hub>);

impl Future for Starter {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let hub = &self.0;
        if hub.starter.borrow().is_none() {
            *hub.starter.borrow_mut() = Some(cx.waker().clone());
        }
        Python::attach(|py| {
            match hub.start_queued(py) {
                Started::All => {}
                Started::CallbacksFirst => hub.wake_root(),
                Started::Long => hub.wake_starter(),
            }
            hub.after_python(py);
        });
        Poll::Pending
    }
}
