//! The watch over all connections of a worker: one task, one tick, every time-out.
//!
//! A timer for each request would be set and thrown away a hundred thousand times a second. Here a
//! connection only notes what it is doing and since when, which is a store or two, and the watch
//! looks at all of them four times a second. A time-out therefore acts up to half a second late, and
//! never early. Without connections the watch sleeps and wakes nobody.

use std::cell::{Cell, RefCell};
use std::io::IoSlice;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::state::{Clock, Expiry, Phase, State};
use crate::config::HttpConfig;

pub(super) const TICK: Duration = Duration::from_millis(250);
const TICK_MILLISECONDS: u64 = 250;

/// How long a connection lingers after its last answer.
const LINGER: u64 = 2_000;

/// How long a client that sent FIN is believed to be waiting for its answer, without being asked.
const HALF_CLOSED: u64 = 500;

/// How long it is believed when it has been asked: it may close the other half in the meantime, which nobody tells.
const ASKED_AGAIN: u64 = 5_000;

/// What a client is asked with: who waits drops it (RFC 9110 section 15.2.1), who has left answers with RST.
const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How long a connection that was just used is kept for one more request while the worker stops.
const LAST_CALL: u64 = 500;

/// The credit of a body never exceeds this many times the grace: who was fast may pause, not stop.
const CREDIT_GRACES: i64 = 6;

/// The time-outs, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    first_octet: u64,
    head: u64,
    idle: u64,
    write: u64,
    /// Octets of body that one tick of waiting costs, and those that the grace is worth.
    body_tick: i64,
    body_grace: i64,
}

impl Deadlines {
    pub(super) fn new(config: &HttpConfig) -> Self {
        let rate = i64::try_from(config.body_minimum_rate).unwrap_or(i64::MAX / 1_000_000);
        let grace = i64::try_from(milliseconds(config.body_grace)).unwrap_or(i64::MAX);
        Self {
            first_octet: milliseconds(config.first_byte_timeout),
            head: milliseconds(config.header_timeout),
            idle: milliseconds(config.idle_timeout),
            write: milliseconds(config.write_timeout),
            // In thousandths of an octet, so that low rates lose nothing to rounding.
            body_tick: rate.saturating_mul(TICK_MILLISECONDS.cast_signed()),
            body_grace: rate.saturating_mul(grace),
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates, NaN becomes 0
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0) as u64
}

/// A client that sent FIN: it has left, or it waits for its answer.
#[derive(Debug, Clone, Copy)]
struct HalfClosed {
    /// When that was seen, when something moved last, or when the client was asked.
    since: u64,
    /// How many octets had moved by then.
    moved: u64,
    is_asked: bool,
}

/// One connection, as the watch and its own task know it.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) state: Arc<State>,
    waker: RefCell<Option<Waker>>,
    task: RefCell<Option<AbortHandle>>,
    /// The exchange that the notes below are about.
    exchange: Cell<u32>,
    body_credit: Cell<i64>,
    body_received: Cell<u64>,
    half_closed: Cell<Option<HalfClosed>>,
}

impl Connection {
    pub(super) fn new(state: Arc<State>) -> Self {
        Self {
            state,
            waker: RefCell::new(None),
            task: RefCell::new(None),
            exchange: Cell::new(0),
            body_credit: Cell::new(0),
            body_received: Cell::new(0),
            half_closed: Cell::new(None),
        }
    }

    pub(super) fn set_task(&self, task: AbortHandle) {
        *self.task.borrow_mut() = Some(task);
    }

    /// Remembers how to wake the task; nothing but a comparison after the first time.
    pub(super) fn keep_waker(&self, waker: &Waker) {
        let mut kept = self.waker.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Ends the task, and with it whatever the service was doing for this client.
    fn abort(&self) {
        if let Some(task) = &*self.task.borrow() {
            task.abort();
        }
    }

    /// The same, with RST: what the client did not take is thrown away.
    fn reset(&self) {
        self.state.writer.forget_unsent();
        self.abort();
    }

    fn expire(&self, expiry: Expiry) {
        self.state.expire(expiry);
        self.wake();
    }

    fn sweep(&self, now: u64, deadlines: &Deadlines) {
        let state = &self.state;
        if let Some(since) = state.blocked_since() {
            if is_over(now, since, deadlines.write) {
                self.reset();
            }
            return;
        }
        let since = state.since();
        match state.phase() {
            Phase::FirstOctet if is_over(now, since, deadlines.first_octet) => self.abort(),
            Phase::Idle if is_over(now, since, deadlines.idle) => self.abort(),
            Phase::Head if is_over(now, since, deadlines.head) => self.expire(Expiry::Head),
            Phase::Lingering if is_over(now, since, LINGER) => self.abort(),
            Phase::Exchange => self.sweep_exchange(now, deadlines),
            _ => {}
        }
    }

    fn sweep_exchange(&self, now: u64, deadlines: &Deadlines) {
        let state = &self.state;
        if self.exchange.replace(state.exchanges()) != state.exchanges() {
            self.body_credit.set(deadlines.body_grace);
            self.half_closed.set(None);
        }
        if state.is_reading_body() {
            self.sweep_body(deadlines);
        }
        if now > state.since() {
            self.sweep_presence(now);
        }
    }

    /// The minimum rate of a body, as credit: octets earn it, waiting costs it. Only time in which
    /// somebody wants to read and nothing is there counts: a slow handler is not the client's fault.
    fn sweep_body(&self, deadlines: &Deadlines) {
        let received = self.state.received();
        let earned = received - self.body_received.replace(received);
        let earned = i64::try_from(earned).map_or(i64::MAX, |octets| octets.saturating_mul(1000));
        let most = deadlines.body_grace.saturating_mul(CREDIT_GRACES);
        let credit = self.body_credit.get().saturating_add(earned).min(most) - deadlines.body_tick;
        self.body_credit.set(credit);
        if credit >= 0 || deadlines.body_tick == 0 {
            return;
        }
        if self.state.is_answering() {
            self.reset();
        } else {
            self.expire(Expiry::Body);
        }
    }

    /// Whether the client is still there. hyper does not look while a service works, because a client
    /// may close its sending half and wait. RST ends the exchange at once. After FIN, when nothing was
    /// sent to that client, nor read of what it left, for half a second, it is asked; who cannot be is gone.
    fn sweep_presence(&self, now: u64) {
        let state = &self.state;
        let readiness = state.writer.readiness();
        if readiness.is_write_closed() || readiness.is_error() {
            self.abort();
        } else if readiness.is_read_closed() {
            let moved = state.sent() + state.received();
            let seen = HalfClosed {
                since: now,
                moved,
                is_asked: false,
            };
            match self.half_closed.get() {
                Some(known) if known.moved == moved => self.sweep_half_closed(now, known),
                _ => self.half_closed.set(Some(seen)),
            }
        }
    }

    fn sweep_half_closed(&self, now: u64, known: HalfClosed) {
        let patience = if known.is_asked {
            ASKED_AGAIN
        } else {
            HALF_CLOSED
        };
        if now - known.since < patience {
            return;
        }
        if self.ask() {
            self.half_closed.set(Some(HalfClosed {
                since: now,
                moved: self.state.sent() + self.state.received(),
                is_asked: true,
            }));
        } else {
            self.abort();
        }
    }

    /// Sends an interim answer, where one may be sent. TCP has no other question: FIN of a client that
    /// closed and of one that half-closed are the same, until something is sent to it.
    fn ask(&self) -> bool {
        let state = &self.state;
        if !state.takes_interim() || !state.is_request_complete() || state.is_answering() {
            return false;
        }
        match state.writer.try_write(&[IoSlice::new(INTERIM)]) {
            Ok(octets) => {
                state.add_sent(octets);
                octets == INTERIM.len()
            }
            Err(_) => false,
        }
    }

    /// Whether a stopping worker may end this connection once its present work is done.
    ///
    /// Not in the middle of a head, which becomes a request soon or times out; and not at once after
    /// an answer, when the next request may be under way.
    pub(super) fn may_stop(&self, now: u64) -> bool {
        match self.state.phase() {
            Phase::Head => false,
            Phase::Idle | Phase::FirstOctet => now >= self.state.since() + LAST_CALL,
            _ => true,
        }
    }
}

/// The clock is up to one tick behind when a phase begins: one more tick, and nothing ends early.
const fn is_over(now: u64, since: u64, deadline: u64) -> bool {
    now.saturating_sub(since) >= deadline.saturating_add(TICK_MILLISECONDS)
}

/// All connections of one worker.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) clock: Arc<Clock>,
    slots: RefCell<Vec<Option<Rc<Connection>>>>,
    free: RefCell<Vec<usize>>,
    length: Cell<usize>,
    accepted: Cell<u64>,
    arrival: Notify,
    emptied: Notify,
}

impl Registry {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(Clock::start()),
            slots: RefCell::default(),
            free: RefCell::default(),
            length: Cell::new(0),
            accepted: Cell::new(0),
            arrival: Notify::new(),
            emptied: Notify::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.length.get()
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.get()
    }

    pub(super) fn count(&self, is_counted: impl Fn(Phase) -> bool) -> usize {
        let slots = self.slots.borrow();
        let connections = slots.iter().flatten();
        connections
            .filter(|connection| is_counted(connection.state.phase()))
            .count()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.clock.is_stopping()
    }

    /// Takes a connection in, until what is returned is dropped.
    pub(super) fn add(self: &Rc<Self>, connection: Connection) -> Registered {
        let connection = Rc::new(connection);
        let mut slots = self.slots.borrow_mut();
        let index = self.free.borrow_mut().pop().unwrap_or_else(|| {
            slots.push(None);
            slots.len() - 1
        });
        slots[index] = Some(Rc::clone(&connection));
        self.length.set(self.length.get() + 1);
        self.accepted.set(self.accepted.get() + 1);
        self.arrival.notify_one();
        Registered {
            registry: Rc::clone(self),
            connection,
            index,
        }
    }

    /// Looks at the connections until it is aborted.
    pub(super) async fn watch(self: Rc<Self>, deadlines: Deadlines) {
        loop {
            if self.len() == 0 {
                self.arrival.notified().await;
            }
            tokio::time::sleep(TICK).await;
            self.sweep(&deadlines);
        }
    }

    fn sweep(&self, deadlines: &Deadlines) {
        let now = self.clock.refresh();
        for connection in self.slots.borrow().iter().flatten() {
            connection.sweep(now, deadlines);
            if self.is_stopping() && connection.may_stop(now) {
                connection.wake();
            }
        }
    }

    /// Tells every connection to end after its present work.
    pub(super) fn stop(&self) {
        self.clock.stop();
        self.clock.refresh();
        for connection in self.slots.borrow().iter().flatten() {
            connection.wake();
        }
    }

    /// Ends every connection now; says how many there were.
    pub(super) fn abort(&self) -> usize {
        for connection in self.slots.borrow().iter().flatten() {
            connection.abort();
        }
        self.len()
    }

    /// Waits until the last connection is gone.
    pub(super) async fn emptied(&self) {
        while self.len() > 0 {
            self.emptied.notified().await;
        }
    }
}

/// The place of a connection in the registry; it is given up when this is dropped.
#[derive(Debug)]
pub(super) struct Registered {
    registry: Rc<Registry>,
    pub(super) connection: Rc<Connection>,
    index: usize,
}

impl Registered {
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let registry = &self.registry;
        if let Some(slot) = registry.slots.borrow_mut().get_mut(self.index) {
            *slot = None;
        }
        registry.free.borrow_mut().push(self.index);
        registry.length.set(registry.len() - 1);
        if registry.len() == 0 {
            registry.emptied.notify_waiters();
            registry.emptied.notify_one();
        }
    }
}
