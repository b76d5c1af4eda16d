//! What a transport remembers.

use pyo3::prelude::*;

use super::super::pending::Pending;

/// How the protocol takes what was read.
pub(super) enum Receiver {
    /// `data_received`
    Data(Py<PyAny>),
    /// `get_buffer`, `buffer_updated`
    Buffer(Py<PyAny>, Py<PyAny>),
    /// Not at all: a fault when something comes, and not before.
    Missing,
}

#[allow(
    clippy::struct_excessive_bools,
    reason = "asyncio's transport has these independent marks"
)]
pub(super) struct State {
    pub(super) socket: Option<Py<PyAny>>,
    pub(super) protocol: Option<Py<PyAny>>,
    pub(super) receiver: Option<Receiver>,
    pub(super) server: Option<Py<PyAny>>,
    /// Where reads run; that of the last `resume_reading`.
    pub(super) context: Py<PyAny>,
    /// Where the rest of a write runs; that of the write.
    pub(super) write_context: Option<Py<PyAny>>,
    pub(super) empty_waiter: Option<Py<PyAny>>,
    pub(super) sendfile_mode: Py<PyAny>,
    pub(super) pending: Pending,
    pub(super) high: usize,
    pub(super) low: usize,
    pub(super) lost: u32,
    pub(super) is_lost: bool,
    pub(super) closing: bool,
    pub(super) paused: bool,
    pub(super) eof: bool,
    pub(super) protocol_paused: bool,
}

impl State {
    pub(super) fn is_reading(&self) -> bool {
        !self.closing && !self.paused
    }
}
