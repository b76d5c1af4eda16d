//! The turn of the loop: the kernel, the timers, the callbacks.

use std::collections::VecDeque;

use pyo3::intern;
use pyo3::prelude::*;
use rustix::event::Timespec;
use rustix::io::Errno;

use super::core::EventLoopCore;
use super::handle::Handle;
use super::ready::Entry;
use super::registry::WAKE;
use super::shared::{now, os_error};
use super::transport::SocketTransport;

/// For how long a loop with callbacks ready goes on without asking the kernel, in seconds.
const BUSY_INTERVAL: f64 = 50e-6;

/// The longest wait that is asked of the kernel, in seconds: a day, as in asyncio.
const LONGEST_WAIT: f64 = 24.0 * 3600.0;

impl EventLoopCore {
    /// Asks the kernel, for `timeout` seconds at most (`None`: no bound), and queues whoever is told.
    fn poll(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let shared = &self.shared;
        if let Some(reactor) = self.reactor(py) {
            // The core's runtime waits, and watches the loop's epoll as one of its descriptors.
            shared.wake.begin_wait();
            let has_events = reactor.get().turn(py, timeout);
            shared.wake.end_wait();
            return if has_events? {
                self.collect(py, Some(0.0))
            } else {
                Ok(())
            };
        }
        shared.wake.begin_wait();
        let outcome = self.collect(py, timeout);
        shared.wake.end_wait();
        outcome
    }

    fn collect(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let shared = &self.shared;
        let timeout = timeout.map(timespec);
        let registry = &shared.registry;
        // The GIL is given up even when nothing has to be waited for: this is where other threads get it.
        match py.detach(|| registry.wait(timeout.as_ref())) {
            Ok(told) => {
                for (data, flags) in told {
                    if data == WAKE {
                        shared.wake.take();
                    } else {
                        registry.dispatch(py, data, flags, &shared.ready);
                    }
                }
                Ok(())
            }
            // Python's signal handlers run here; the next look at the queue sees what they queued.
            Err(Errno::INTR) => py.check_signals(),
            Err(error) => Err(os_error(py, error)),
        }
    }

    /// One turn: the kernel is asked, timers that are due are queued, and what was queued until then runs.
    ///
    /// Gives when the kernel was asked last.
    ///
    /// `batch` is empty before and after; it is the caller's so that its memory serves each turn.
    pub(super) fn turn(
        slf: &Bound<'_, Self>,
        asked: f64,
        batch: &mut VecDeque<Entry>,
    ) -> PyResult<f64> {
        let py = slf.py();
        let core = slf.get();
        let shared = &core.shared;
        drop(shared.timers.prune());
        let is_busy = !shared.ready_is_empty() || shared.is_stopping();
        let began = now();
        let mut asked = asked;
        if !(is_busy && began - asked < BUSY_INTERVAL) || shared.is_stopping() {
            let timeout = if is_busy {
                Some(0.0)
            } else {
                let earliest = shared.timers.earliest();
                (earliest < f64::INFINITY).then(|| (earliest - began).clamp(0.0, LONGEST_WAIT))
            };
            core.poll(py, timeout)?;
            asked = now();
        }
        let earliest = shared.timers.earliest();
        if earliest < f64::INFINITY {
            // A nanosecond is the clock's resolution, as asyncio adds it.
            let end = asked.max(now()) + 1e-9;
            if earliest < end {
                for timer in shared.timers.take_due(end) {
                    let handle = timer.into_bound(py).into_super().unbind();
                    shared.push(Entry::Handle(handle));
                }
            }
        }
        shared.ready.swap(batch);
        while let Some(entry) = batch.pop_front() {
            let outcome = if shared.is_debug() {
                Self::run_watched(slf, &entry)
            } else {
                run(py, &entry)
            };
            entry.release(py);
            if outcome.is_err() {
                shared.ready.put_back(batch);
                outcome?;
            }
        }
        Ok(asked)
    }

    /// Runs an entry as debug mode wants it: the handle is known, and a slow one is named.
    fn run_watched(slf: &Bound<'_, Self>, entry: &Entry) -> PyResult<()> {
        let py = slf.py();
        if is_cancelled(py, entry)? {
            return Ok(());
        }
        let name = intern!(py, "_current_handle");
        let object = entry.object().bind(py);
        if !matches!(entry, Entry::Read(_) | Entry::Write(_)) {
            // What reads and writes sockets is no handle to asyncio, which would ask it where it was made.
            slf.setattr(name, object)?;
        }
        let began = now();
        let outcome = run(py, entry);
        let took = now() - began;
        slf.setattr(name, py.None())?;
        outcome?;
        let limit: f64 = slf
            .getattr(intern!(py, "slow_callback_duration"))?
            .extract()?;
        if took >= limit {
            let tools = &slf.get().shared.tools;
            tools.report(py, "callback_was_slow", (object, took))?;
        }
        Ok(())
    }
}

fn is_cancelled(py: Python<'_>, entry: &Entry) -> PyResult<bool> {
    match entry {
        Entry::Handle(handle) => Ok(handle.get().is_cancelled()),
        Entry::Foreign(handle) => handle
            .bind(py)
            .call_method0(intern!(py, "cancelled"))?
            .is_truthy(),
        Entry::Read(_) | Entry::Write(_) => Ok(false),
    }
}

fn run(py: Python<'_>, entry: &Entry) -> PyResult<()> {
    match entry {
        Entry::Handle(handle) => Handle::run(handle.bind(py)),
        Entry::Read(transport) => SocketTransport::on_readable(transport.bind(py)),
        Entry::Write(transport) => SocketTransport::on_writable(transport.bind(py)),
        Entry::Foreign(handle) => {
            if !is_cancelled(py, entry)? {
                handle.bind(py).call_method0(intern!(py, "_run"))?;
            }
            Ok(())
        }
    }
}

/// A time-out for the kernel, rounded up to milliseconds as asyncio rounds it: timers are not early.
#[allow(
    clippy::cast_possible_truncation,
    reason = "bounded by a day's milliseconds"
)]
fn timespec(seconds: f64) -> Timespec {
    let milliseconds = (seconds.clamp(0.0, LONGEST_WAIT) * 1e3).ceil() as i64;
    Timespec {
        tv_sec: milliseconds / 1000,
        tv_nsec: (milliseconds % 1000) * 1_000_000,
    }
}
