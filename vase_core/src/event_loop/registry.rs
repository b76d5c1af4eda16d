//! The descriptors that the loop watches, level-triggered, in an epoll of its own.

use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use rustix::event::Timespec;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::io::Errno;
use smallvec::SmallVec;

use super::handle::Handle;
use super::raw;
use super::ready::{Entry, Ready};
use super::transport::SocketTransport;

/// Who is told that a descriptor is ready.
pub(super) enum Source {
    Handle(Py<Handle>),
    Transport(Py<SocketTransport>),
}

impl Source {
    fn is_cancelled(&self) -> bool {
        match self {
            Self::Handle(handle) => handle.get().is_cancelled(),
            Self::Transport(_) => false,
        }
    }

    fn object(&self) -> &Py<PyAny> {
        match self {
            Self::Handle(handle) => handle.as_any(),
            Self::Transport(transport) => transport.as_any(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Read,
    Write,
}

#[derive(Default)]
struct Sources {
    reader: Option<Source>,
    writer: Option<Source>,
}

impl Sources {
    fn side(&mut self, side: Side) -> &mut Option<Source> {
        match side {
            Side::Read => &mut self.reader,
            Side::Write => &mut self.writer,
        }
    }

    fn flags(&self) -> EventFlags {
        let mut flags = EventFlags::empty();
        flags.set(EventFlags::IN, self.reader.is_some());
        flags.set(EventFlags::OUT, self.writer.is_some());
        flags
    }
}

pub(super) struct Registry {
    epoll: OwnedFd,
    /// By descriptor; the kernel gives the smallest free number, so this stays short.
    sources: Mutex<Vec<Sources>>,
}

/// How many descriptors the kernel tells of at once.
const EVENTS: usize = 128;

/// The data and the flags of events.
pub(super) type Told = SmallVec<[(u64, EventFlags); 16]>;

/// The data of the loop's own wake-up; no descriptor has this number.
pub(super) const WAKE: u64 = u64::MAX;

impl Registry {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            sources: Mutex::default(),
        })
    }

    pub(super) fn descriptor(&self) -> RawFd {
        self.epoll.as_raw_fd()
    }

    pub(super) fn watch_wake(&self, event: &OwnedFd) -> std::io::Result<()> {
        epoll::add(&self.epoll, event, EventData::new_u64(WAKE), EventFlags::IN)?;
        Ok(())
    }

    fn sources(&self) -> MutexGuard<'_, Vec<Sources>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets or removes who is told; gives back who was told before.
    pub(super) fn set(
        &self,
        descriptor: RawFd,
        side: Side,
        source: Option<Source>,
    ) -> Result<Option<Source>, Errno> {
        let index = usize::try_from(descriptor).map_err(|_| Errno::BADF)?;
        let mut all = self.sources();
        if all.len() <= index {
            if source.is_none() {
                return Ok(None);
            }
            all.resize_with(index + 1, Sources::default);
        }
        let sources = &mut all[index];
        let before = sources.flags();
        let is_removal = source.is_none();
        let previous = std::mem::replace(sources.side(side), source);
        if is_removal && previous.is_none() {
            return Ok(None);
        }
        let after = sources.flags();
        match self.tell_kernel(descriptor, before, after) {
            Ok(()) => Ok(previous),
            // What is closed is not watched any more: that is what was asked for.
            Err(_) if is_removal => Ok(previous),
            Err(error) => {
                let refused = std::mem::replace(sources.side(side), previous);
                drop(all);
                drop(refused);
                Err(error)
            }
        }
    }

    /// The kernel forgets a descriptor that is closed; its number may have come back since.
    fn tell_kernel(
        &self,
        descriptor: RawFd,
        before: EventFlags,
        after: EventFlags,
    ) -> Result<(), Errno> {
        let data = EventData::new_u64(u64::from(descriptor.unsigned_abs()));
        if after.is_empty() {
            return raw::epoll_delete(&self.epoll, descriptor);
        }
        if before.is_empty() {
            return match raw::epoll_add(&self.epoll, descriptor, data, after) {
                Err(Errno::EXIST) => raw::epoll_modify(&self.epoll, descriptor, data, after),
                other => other,
            };
        }
        match raw::epoll_modify(&self.epoll, descriptor, data, after) {
            Err(Errno::NOENT) => raw::epoll_add(&self.epoll, descriptor, data, after),
            other => other,
        }
    }

    /// Waits for events; gives the data and the flags of each.
    pub(super) fn wait(&self, timeout: Option<&Timespec>) -> Result<Told, Errno> {
        let mut events = [const { MaybeUninit::<epoll::Event>::uninit() }; EVENTS];
        let (told, _) = epoll::wait(&self.epoll, &mut events, timeout)?;
        Ok(told
            .iter()
            .map(|event| (event.data.u64(), event.flags))
            .collect())
    }

    /// What is watched: whether for reading, for writing.
    pub(super) fn watched(&self, descriptor: RawFd) -> (bool, bool) {
        usize::try_from(descriptor)
            .ok()
            .and_then(|index| {
                let all = self.sources();
                all.get(index)
                    .map(|sources| (sources.reader.is_some(), sources.writer.is_some()))
            })
            .unwrap_or_default()
    }

    /// Queues whoever waits for an event that epoll told.
    pub(super) fn dispatch(
        &self,
        py: Python<'_>,
        descriptor: u64,
        flags: EventFlags,
        ready: &Ready,
    ) {
        let Ok(index) = usize::try_from(descriptor) else {
            return;
        };
        let mut cancelled = (false, false);
        {
            let all = self.sources();
            let Some(sources) = all.get(index) else {
                return;
            };
            // An error or a hang-up is told to both sides: reading or writing finds out which.
            if let Some(reader) = &sources.reader
                && flags.intersects(EventFlags::OUT.complement())
            {
                if reader.is_cancelled() {
                    cancelled.0 = true;
                } else {
                    ready.push(match reader {
                        Source::Handle(handle) => Entry::Handle(handle.clone_ref(py)),
                        Source::Transport(transport) => Entry::Read(transport.clone_ref(py)),
                    });
                }
            }
            if let Some(writer) = &sources.writer
                && flags.intersects(EventFlags::IN.complement())
            {
                if writer.is_cancelled() {
                    cancelled.1 = true;
                } else {
                    ready.push(match writer {
                        Source::Handle(handle) => Entry::Handle(handle.clone_ref(py)),
                        Source::Transport(transport) => Entry::Write(transport.clone_ref(py)),
                    });
                }
            }
        }
        let Ok(descriptor) = RawFd::try_from(descriptor) else {
            return;
        };
        if cancelled.0 {
            drop(self.set(descriptor, Side::Read, None));
        }
        if cancelled.1 {
            drop(self.set(descriptor, Side::Write, None));
        }
    }

    /// Forgets who waits on one side of descriptors that are closed; the caller drops them.
    pub(super) fn take_closed(&self, side: Side) -> Vec<Source> {
        let mut all = self.sources();
        let mut gone = Vec::new();
        for (index, sources) in all.iter_mut().enumerate() {
            let flags = sources.flags();
            let Ok(descriptor) = RawFd::try_from(index) else {
                continue;
            };
            let data = EventData::new_u64(u64::from(descriptor.unsigned_abs()));
            if !flags.is_empty() && raw::epoll_modify(&self.epoll, descriptor, data, flags).is_err()
            {
                gone.extend(sources.side(side).take());
            }
        }
        gone
    }

    /// Forgets everybody; the caller drops them.
    pub(super) fn take(&self) -> Vec<Source> {
        let all = std::mem::take(&mut *self.sources());
        let mut left = Vec::new();
        for (index, sources) in all.into_iter().enumerate() {
            if !sources.flags().is_empty()
                && let Ok(descriptor) = RawFd::try_from(index)
            {
                let _ = raw::epoll_delete(&self.epoll, descriptor);
            }
            left.extend(sources.reader);
            left.extend(sources.writer);
        }
        left
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(all) = self.sources.try_lock() {
            for sources in &*all {
                for source in [&sources.reader, &sources.writer].into_iter().flatten() {
                    visit.call(source.object())?;
                }
            }
        }
        Ok(())
    }
}
