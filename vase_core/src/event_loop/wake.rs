//! Ending the loop's wait from another thread: one write for many calls, and none while the loop is awake.

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};

pub(super) struct Wake {
    event: OwnedFd,
    /// Set while the loop waits or is about to; whoever has queued something sees it and writes.
    waiting: AtomicBool,
    written: AtomicBool,
}

impl Wake {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            event: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            waiting: AtomicBool::new(false),
            written: AtomicBool::new(false),
        })
    }

    pub(super) fn descriptor(&self) -> &OwnedFd {
        &self.event
    }

    /// The loop waits from here on; it looks at its queue once more after this.
    pub(super) fn begin_wait(&self) {
        self.waiting.store(true, Ordering::SeqCst);
    }

    pub(super) fn end_wait(&self) {
        self.waiting.store(false, Ordering::SeqCst);
    }

    /// To be called after something was queued.
    pub(super) fn wake(&self) {
        if self.waiting.load(Ordering::SeqCst) && !self.written.swap(true, Ordering::SeqCst) {
            // A counter that is full wakes as well.
            let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
        }
    }

    /// Takes the wake-up in, when epoll has told of it.
    pub(super) fn take(&self) {
        self.written.store(false, Ordering::SeqCst);
        let _ = rustix::io::read(&self.event, &mut [0_u8; 8]);
    }
}
