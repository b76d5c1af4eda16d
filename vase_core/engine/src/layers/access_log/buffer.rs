use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clock::Clock;
use crate::metrics::Counter;

/// Where lines go: takes a block of whole lines at once, or returns false and drops it.
pub type Sink = Box<dyn Fn(Vec<u8>) -> bool + Send>;

/// A sink whose blocks are read from another thread; it drops blocks while `capacity` are waiting.
pub fn channel(capacity: usize) -> (Sink, Receiver<Vec<u8>>) {
    let (sender, receiver) = sync_channel(capacity);
    (
        Box::new(move |lines| sender.try_send(lines).is_ok()),
        receiver,
    )
}

/// A block goes out when it has this many bytes: a few hundred lines, one write.
const BLOCK: usize = 32 * 1024;

/// How long a line may wait for company.
const PATIENCE: Duration = Duration::from_millis(100);

/// The lines that have not gone out yet.
///
/// The lock is taken by one thread alone and so never waited for; it is there because the task that
/// flushes later is spawned on the runtime, which asks for `Send`.
#[derive(Clone)]
pub(super) struct Buffer {
    state: Arc<Mutex<State>>,
}

struct State {
    lines: Vec<u8>,
    count: u64,
    is_flush_due: bool,
    sink: Sink,
    dropped: Counter,
    clock: Clock,
}

impl Buffer {
    pub(super) fn new(sink: Sink, dropped: Counter) -> Self {
        let state = State {
            lines: Vec::new(),
            count: 0,
            is_flush_due: false,
            sink,
            dropped,
            clock: Clock::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Adds one line, which `write` ends itself.
    pub(super) fn add(&self, finished: Instant, write: impl FnOnce(&[u8], &mut Vec<u8>)) {
        let mut state = self.lock();
        let state = &mut *state;
        if state.lines.capacity() == 0 {
            state.lines.reserve(BLOCK + 1024);
        }
        write(state.clock.text(finished), &mut state.lines);
        state.count += 1;
        if state.lines.len() >= BLOCK {
            state.flush();
        } else if !state.is_flush_due {
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => {
                    state.is_flush_due = true;
                    let buffer = self.clone();
                    runtime.spawn(async move {
                        tokio::time::sleep(PATIENCE).await;
                        let mut state = buffer.lock();
                        state.is_flush_due = false;
                        state.flush();
                    });
                }
                // Without a runtime there is nobody who would come back.
                Err(_) => state.flush(),
            }
        }
    }

    pub(super) fn flush(&self) {
        self.lock().flush();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn flush(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        if !(self.sink)(std::mem::take(&mut self.lines)) {
            self.dropped.add(self.count);
        }
        self.count = 0;
    }
}
