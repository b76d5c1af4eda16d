//! Threads for `def` handlers: an elastic pool whose threads keep their Python thread state.
//!
//! One thread drains the queue while the others sleep; a second is woken only when the first makes no progress, which is
//! what a blocking call looks like from outside. So handlers that never block share one warm thread and one hand-over of
//! the GIL a batch, and handlers that block get as many threads as they need, up to the bound.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

use crate::gil::Pulse;
use crate::hub::Hub;
use crate::slot::Slot;

/// A call for the pool; it puts its answer into its slot.
pub(crate) type Job = Box<dyn FnOnce(Python<'_>) -> Arc<Slot> + Send>;

/// How long the queue may stand still before another thread is woken.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(1);

/// How long a thread without work stays.
const IDLE_LIFE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    /// Threads that were called and have not woken yet; they are not idle any more.
    called: usize,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    finished: Mutex<Vec<Arc<Slot>>>,
    started: AtomicU64,
    pulse: Arc<Pulse>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pool of one loop.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    most: usize,
    watched: Rc<std::cell::Cell<bool>>,
}

impl Pool {
    pub(crate) fn new(pulse: Arc<Pulse>, most: usize) -> Self {
        let shared = Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            finished: Mutex::default(),
            started: AtomicU64::new(0),
            pulse,
        };
        Self {
            shared: Arc::new(shared),
            most: most.max(1),
            watched: Rc::default(),
        }
    }

    /// Queues a job and sees to it that somebody takes it.
    pub(crate) fn submit(self: &Rc<Self>, hub: &Hub, job: Job) {
        let mut state = self.shared.state();
        state.jobs.push_back(job);
        let nobody_works = state.threads == state.idle;
        if nobody_works {
            self.add_worker(&mut state, 1);
        }
        drop(state);
        if !self.watched.replace(true) {
            hub.spawn(Box::pin(Rc::clone(self).watch()));
        }
    }

    /// Wakes or starts up to `count` threads.
    fn add_worker(&self, state: &mut State, count: usize) {
        for _ in 0..count {
            if state.idle > 0 {
                state.idle -= 1;
                state.called += 1;
                self.shared.work.notify_one();
            } else if state.threads < self.most {
                let shared = Arc::clone(&self.shared);
                let name = format!("vase-handler-{}", state.threads);
                if std::thread::Builder::new()
                    .name(name)
                    .spawn(move || work(&shared))
                    .is_ok()
                {
                    state.threads += 1;
                }
            } else {
                return;
            }
        }
    }

    /// Looks at the queue while it has jobs: no progress in an interval means that the working threads block.
    async fn watch(self: Rc<Self>) {
        let mut seen = self.shared.started.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(PROGRESS_INTERVAL).await;
            let mut state = self.shared.state();
            if state.jobs.is_empty() {
                self.watched.set(false);
                return;
            }
            let started = self.shared.started.load(Ordering::Relaxed);
            if started == seen {
                // Doubling: a burst of blocking handlers is served after a few intervals.
                let busy = state.threads - state.idle;
                let more = busy.max(1).min(state.jobs.len());
                self.add_worker(&mut state, more);
            }
            seen = started;
        }
    }

    /// Lets the threads end after what they are doing.
    pub(crate) fn close(&self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.jobs.clear();
        self.shared.work.notify_all();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

/// Wakes the connections whose answers the pool has finished. Runs first in each look of the root future.
pub(crate) fn collect(hub: &Hub) {
    let Some(pool) = hub.pool() else { return };
    let finished = std::mem::take(
        &mut *pool
            .shared
            .finished
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    for slot in finished {
        slot.wake();
    }
}

/// A pool thread: attached for its whole life, detached only while it waits.
fn work(shared: &Shared) {
    let done = Python::try_attach(|py| {
        loop {
            let job = shared.state().jobs.pop_front();
            if let Some(job) = job {
                shared.started.fetch_add(1, Ordering::Relaxed);
                let slot = job(py);
                let mut finished = shared
                    .finished
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                finished.push(slot);
                let first = finished.len() == 1;
                drop(finished);
                if first {
                    shared.pulse.root.wake();
                }
            } else if !py.detach(|| wait(shared)) {
                return;
            }
        }
    });
    if done.is_none() {
        // The interpreter is going down: nobody will ask for this thread again.
        shared.state().closed = true;
    }
}

/// Sleeps until there is work; false when the thread should end.
fn wait(shared: &Shared) -> bool {
    let mut state = shared.state();
    if !state.jobs.is_empty() {
        return true;
    }
    state.idle += 1;
    loop {
        let (guard, timeout) = shared
            .work
            .wait_timeout(state, IDLE_LIFE)
            .unwrap_or_else(PoisonError::into_inner);
        state = guard;
        if state.called > 0 {
            state.called -= 1;
            return true;
        }
        if state.closed || timeout.timed_out() {
            state.idle -= 1;
            state.threads -= 1;
            return false;
        }
    }
}
