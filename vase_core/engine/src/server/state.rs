//! What the parts of one connection tell each other.
//!
//! Everything runs on one thread; the atomics (all relaxed: plain loads and stores) are there because
//! the socket side must be `Send` for hyper to hand it over in an upgrade.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::refusal::Refusal;
use super::transport::Writer;

/// What all connections of a worker go by: whether it stops, and the time in milliseconds, as of the last tick.
#[derive(Debug)]
pub(super) struct Clock {
    epoch: Instant,
    now: AtomicU64,
    is_stopping: AtomicBool,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            epoch: Instant::now(),
            now: AtomicU64::new(1),
            is_stopping: AtomicBool::new(false),
        }
    }

    pub(super) fn now(&self) -> u64 {
        self.now.load(Relaxed)
    }

    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Relaxed)
    }

    pub(super) fn refresh(&self) -> u64 {
        // From 1, so that 0 can mean "never".
        let now = u64::try_from(self.epoch.elapsed().as_millis()).map_or(u64::MAX, |now| now + 1);
        self.now.store(now, Relaxed);
        now
    }
}

/// What a connection is doing; each phase has its own time-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Accepted, and silent since.
    FirstOctet,
    /// Some of a head is there.
    Head,
    /// A request is being read and answered.
    Exchange,
    /// Between two requests.
    Idle,
    /// Answered for the last time; what still arrives is thrown away.
    Lingering,
    /// Not HTTP any more.
    Upgraded,
}

/// What the watch asks the socket side to do when it runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Expiry {
    None,
    /// The head took too long: answer so.
    Head,
    /// The body came too slowly: let its reader know.
    Body,
}

/// The state of one connection, shared by socket, service and watch.
#[derive(Debug)]
pub(super) struct State {
    pub(super) writer: Writer,
    clock: Arc<Clock>,
    phase: AtomicU8,
    since: AtomicU64,
    exchanges: AtomicU32,
    received: AtomicU64,
    sent: AtomicU64,
    blocked_since: AtomicU64,
    expiry: AtomicU8,
    is_reading_body: AtomicBool,
    is_request_complete: AtomicBool,
    is_chunked: AtomicBool,
    is_body_abandoned: AtomicBool,
    is_answering: AtomicBool,
    takes_interim: AtomicBool,
    wants_upgrade: AtomicBool,
    is_upgraded: AtomicBool,
    refusal: OnceLock<Refusal>,
}

impl State {
    pub(super) fn new(writer: Writer, clock: Arc<Clock>) -> Self {
        let since = clock.refresh();
        Self {
            writer,
            clock,
            phase: AtomicU8::new(Phase::FirstOctet as u8),
            since: AtomicU64::new(since),
            exchanges: AtomicU32::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            blocked_since: AtomicU64::new(0),
            expiry: AtomicU8::new(Expiry::None as u8),
            is_reading_body: AtomicBool::new(false),
            is_request_complete: AtomicBool::new(true),
            is_chunked: AtomicBool::new(false),
            is_body_abandoned: AtomicBool::new(false),
            is_answering: AtomicBool::new(false),
            takes_interim: AtomicBool::new(false),
            wants_upgrade: AtomicBool::new(false),
            is_upgraded: AtomicBool::new(false),
            refusal: OnceLock::new(),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::FirstOctet,
            1 => Phase::Head,
            2 => Phase::Exchange,
            3 => Phase::Idle,
            4 => Phase::Lingering,
            _ => Phase::Upgraded,
        }
    }

    /// Enters a phase; entering the one it is in changes nothing, so that its time goes on.
    pub(super) fn enter(&self, phase: Phase) {
        if self.phase.load(Relaxed) != phase as u8 {
            self.phase.store(phase as u8, Relaxed);
            self.since.store(self.clock.now(), Relaxed);
        }
    }

    /// When the present phase began.
    pub(super) fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }

    /// A checked head is on its way to the service.
    pub(super) fn begin_exchange(&self, is_chunked: bool, wants_upgrade: bool) {
        self.exchanges
            .store(self.exchanges().wrapping_add(1), Relaxed);
        self.phase.store(Phase::Exchange as u8, Relaxed);
        self.since.store(self.clock.now(), Relaxed);
        self.is_request_complete.store(false, Relaxed);
        self.is_chunked.store(is_chunked, Relaxed);
        self.is_body_abandoned.store(false, Relaxed);
        self.is_reading_body.store(false, Relaxed);
        self.is_answering.store(false, Relaxed);
        self.wants_upgrade.store(wants_upgrade, Relaxed);
    }

    /// How many exchanges began: the number of the present one.
    pub(super) fn exchanges(&self) -> u32 {
        self.exchanges.load(Relaxed)
    }

    pub(super) fn add_received(&self, octets: usize) {
        self.received
            .store(self.received() + octets as u64, Relaxed);
    }

    pub(super) fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    pub(super) fn add_sent(&self, octets: usize) {
        self.sent.store(self.sent() + octets as u64, Relaxed);
        self.blocked_since.store(0, Relaxed);
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// The client takes nothing more for now.
    pub(super) fn block(&self) {
        if self.blocked_since.load(Relaxed) == 0 {
            self.blocked_since.store(self.clock.now(), Relaxed);
        }
    }

    /// Since when the client has taken nothing of what waits for it.
    pub(super) fn blocked_since(&self) -> Option<u64> {
        Some(self.blocked_since.load(Relaxed)).filter(|since| *since != 0)
    }

    pub(super) fn expire(&self, expiry: Expiry) {
        self.expiry.store(expiry as u8, Relaxed);
    }

    pub(super) fn take_expiry(&self) -> Expiry {
        let expiry = match self.expiry.load(Relaxed) {
            0 => return Expiry::None,
            1 => Expiry::Head,
            _ => Expiry::Body,
        };
        self.expiry.store(Expiry::None as u8, Relaxed);
        expiry
    }

    /// Whether somebody waits for more of the body, and none is there.
    pub(super) fn set_reading_body(&self, is_reading: bool) {
        self.is_reading_body.store(is_reading, Relaxed);
    }

    pub(super) fn is_reading_body(&self) -> bool {
        self.is_reading_body.load(Relaxed)
    }

    /// The last octet of the request was handed on.
    pub(super) fn complete_request(&self) {
        self.is_request_complete.store(true, Relaxed);
    }

    pub(super) fn is_request_complete(&self) -> bool {
        self.is_request_complete.load(Relaxed)
    }

    pub(super) fn is_chunked(&self) -> bool {
        self.is_chunked.load(Relaxed)
    }

    /// Nobody will read the rest of the body.
    pub(super) fn abandon_body(&self) {
        self.is_body_abandoned.store(true, Relaxed);
    }

    /// The head of the answer is made.
    pub(super) fn begin_answer(&self) {
        self.is_answering.store(true, Relaxed);
    }

    pub(super) fn is_answering(&self) -> bool {
        self.is_answering.load(Relaxed)
    }

    /// Whether the client's version knows answers that are none yet (RFC 9110 section 15.2).
    pub(super) fn set_takes_interim(&self, takes_interim: bool) {
        self.takes_interim.store(takes_interim, Relaxed);
    }

    pub(super) fn takes_interim(&self) -> bool {
        self.takes_interim.load(Relaxed)
    }

    /// Whether the answer that is made now is the last on its connection.
    pub(super) fn is_last_answer(&self) -> bool {
        self.is_body_abandoned.load(Relaxed) || self.clock.is_stopping()
    }

    pub(super) fn wants_upgrade(&self) -> bool {
        self.wants_upgrade.load(Relaxed)
    }

    /// The answer is 101: what follows is not HTTP.
    pub(super) fn upgrade(&self) {
        self.is_upgraded.store(true, Relaxed);
        self.enter(Phase::Upgraded);
    }

    pub(super) fn is_upgraded(&self) -> bool {
        self.is_upgraded.load(Relaxed)
    }

    /// The next request that the service sees stands for one that was refused.
    pub(super) fn refuse(&self, refusal: Refusal) {
        // Only ever set once: nothing is read after a refusal.
        let _ = self.refusal.set(refusal);
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.refusal.get().copied()
    }
}
