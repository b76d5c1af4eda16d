//! The loop: its queue, its timers, its turns.

#![allow(
    clippy::used_underscore_items,
    reason = "asyncio's own names begin with an underscore"
)]

use std::collections::VecDeque;
use std::os::fd::RawFd;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use super::handle::{Handle, TimerHandle};
use super::ready::Entry;
use super::registry::{Side, Source};
use super::shared::{Shared, now, os_error};
use crate::handoff;
use crate::reactor::Reactor;

/// The base class of `vase.loop.EventLoop`, before asyncio's selector loop in the order of its classes.
#[pyclass(frozen, subclass, module = "vase._core")]
pub(crate) struct EventLoopCore {
    pub(super) shared: Arc<Shared>,
    reactor: Mutex<Option<Py<Reactor>>>,
}

impl EventLoopCore {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Queues a callback in a copy of the current context, without debug mode's checks.
    pub(super) fn schedule<'py>(
        slf: &Bound<'py, Self>,
        callback: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyTuple>,
    ) -> PyResult<()> {
        let handle = Handle::new(slf, callback, arguments, None)?;
        let handle = Py::new(slf.py(), handle)?;
        slf.get().shared.push(Entry::Handle(handle));
        Ok(())
    }

    fn check_call(
        slf: &Bound<'_, Self>,
        callback: &Bound<'_, PyAny>,
        method: &str,
        is_threadsafe: bool,
    ) -> PyResult<()> {
        let shared = &slf.get().shared;
        shared.check_open()?;
        if shared.is_debug() {
            if !is_threadsafe {
                slf.call_method0(intern!(slf.py(), "_check_thread"))?;
            }
            slf.call_method1(intern!(slf.py(), "_check_callback"), (callback, method))?;
        }
        Ok(())
    }

    fn add_timer<'py>(
        slf: &Bound<'py, Self>,
        when: f64,
        callback: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, TimerHandle>> {
        Self::check_call(slf, callback, "call_at", false)?;
        let timer = TimerHandle::make(slf, when, callback, arguments, context)?;
        slf.get().shared.timers.push(when, timer.clone().unbind());
        Ok(timer)
    }

    /// Sets who is told of a descriptor; the one who was told before is cancelled.
    fn watch<'py>(
        slf: &Bound<'py, Self>,
        descriptor: RawFd,
        side: Side,
        callback: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, Handle>> {
        let py = slf.py();
        let shared = &slf.get().shared;
        shared.check_open()?;
        let handle = Bound::new(py, Handle::new(slf, callback, arguments, None)?)?;
        let source = Source::Handle(handle.clone().unbind());
        let previous = shared
            .registry
            .set(descriptor, side, Some(source))
            .map_err(|error| os_error(py, error))?;
        cancel(py, previous)?;
        Ok(handle)
    }

    fn unwatch(&self, py: Python<'_>, descriptor: RawFd, side: Side) -> PyResult<bool> {
        if self.shared.is_closed() {
            return Ok(false);
        }
        if descriptor < 0 {
            // A socket that was closed before its watch was ended no longer knows its number.
            let gone = self.shared.registry.take_closed(side);
            let was_watched = !gone.is_empty();
            for source in gone {
                cancel(py, Some(source))?;
            }
            return Ok(was_watched);
        }
        let previous = self
            .shared
            .registry
            .set(descriptor, side, None)
            .map_err(|error| os_error(py, error))?;
        let was_watched = previous.is_some();
        cancel(py, previous)?;
        Ok(was_watched)
    }

    /// The descriptor of a number or of an object that has one, if no transport owns it.
    fn free_descriptor(slf: &Bound<'_, Self>, object: &Bound<'_, PyAny>) -> PyResult<RawFd> {
        let py = slf.py();
        let number = descriptor_of(object)?;
        let transports = slf.getattr(intern!(py, "_transports"))?;
        let known = transports.getattr(intern!(py, "data"))?;
        if known
            .cast::<PyDict>()
            .map_err(PyErr::from)?
            .contains(number)?
        {
            slf.call_method1(intern!(py, "_ensure_fd_no_transport"), (object,))?;
        }
        Ok(number)
    }

    pub(super) fn reactor(&self, py: Python<'_>) -> Option<Py<Reactor>> {
        self.reactor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|reactor| reactor.clone_ref(py))
    }
}

/// The handle that a descriptor had before is not called any more.
fn cancel(py: Python<'_>, previous: Option<Source>) -> PyResult<()> {
    match previous {
        Some(Source::Handle(handle)) => {
            handle.call_method0(py, intern!(py, "cancel"))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The number of a descriptor, or of an object that has one.
fn descriptor_of(object: &Bound<'_, PyAny>) -> PyResult<RawFd> {
    object
        .extract()
        .or_else(|_| {
            object
                .call_method0(intern!(object.py(), "fileno"))?
                .extract()
        })
        .map_err(|_: PyErr| PyValueError::new_err(format!("Invalid file object: {object:?}")))
}

#[pymethods]
impl EventLoopCore {
    #[new]
    #[pyo3(signature = (*_arguments, **_named))]
    fn new(
        py: Python<'_>,
        _arguments: &Bound<'_, PyTuple>,
        _named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        Ok(Self {
            shared: Arc::new(Shared::new(py)?),
            reactor: Mutex::default(),
        })
    }

    /// Arranges for a callback to be called as soon as possible, after those that were arranged before.
    #[pyo3(signature = (callback, *args, context=None))]
    fn call_soon<'py>(
        slf: &Bound<'py, Self>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<Handle>> {
        Self::check_call(slf, callback, "call_soon", false)?;
        let handle = Py::new(slf.py(), Handle::new(slf, callback, args, context)?)?;
        slf.get()
            .shared
            .push(Entry::Handle(handle.clone_ref(slf.py())));
        Ok(handle)
    }

    /// `call_soon` from any thread.
    #[pyo3(signature = (callback, *args, context=None))]
    fn call_soon_threadsafe<'py>(
        slf: &Bound<'py, Self>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<Handle>> {
        Self::check_call(slf, callback, "call_soon_threadsafe", true)?;
        let handle = Py::new(slf.py(), Handle::new(slf, callback, args, context)?)?;
        slf.get()
            .shared
            .push_and_wake(Entry::Handle(handle.clone_ref(slf.py())));
        Ok(handle)
    }

    /// Arranges for a callback to be called after `delay` seconds.
    #[pyo3(signature = (delay, callback, *args, context=None))]
    fn call_later<'py>(
        slf: &Bound<'py, Self>,
        delay: Option<f64>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, TimerHandle>> {
        let delay = delay.ok_or_else(|| PyTypeError::new_err("delay must not be None"))?;
        Self::add_timer(slf, now() + delay, callback, args, context)
    }

    /// Arranges for a callback to be called at a moment of the loop's clock.
    #[pyo3(signature = (when, callback, *args, context=None))]
    fn call_at<'py>(
        slf: &Bound<'py, Self>,
        when: Option<f64>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, TimerHandle>> {
        let when = when.ok_or_else(|| PyTypeError::new_err("when cannot be None"))?;
        Self::add_timer(slf, when, callback, args, context)
    }

    /// The loop's clock, in seconds.
    #[allow(clippy::unused_self, reason = "a method of Python's")]
    fn time(&self) -> f64 {
        now()
    }

    /// A future of this loop.
    fn create_future<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let tools = &slf.get().shared.tools;
        handoff::vectorcall(
            tools.future.bind(py),
            &[slf.as_ptr()],
            Some(tools.future_names.bind(py)),
        )
    }

    /// Ends `run_forever` after the turn that runs.
    fn stop(&self) {
        self.shared.set_stopping(true);
    }

    fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    fn _check_closed(&self) -> PyResult<()> {
        self.shared.check_open()
    }

    fn get_debug(&self) -> bool {
        self.shared.is_debug()
    }

    /// Calls back when a descriptor can be read, as long as it can.
    #[pyo3(signature = (fd, callback, *args))]
    fn add_reader<'py>(
        slf: &Bound<'py, Self>,
        fd: &Bound<'py, PyAny>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
    ) -> PyResult<()> {
        let descriptor = Self::free_descriptor(slf, fd)?;
        Self::watch(slf, descriptor, Side::Read, callback, args).map(drop)
    }

    /// Stops `add_reader`; says whether there was one.
    fn remove_reader(slf: &Bound<'_, Self>, fd: &Bound<'_, PyAny>) -> PyResult<bool> {
        let descriptor = Self::free_descriptor(slf, fd)?;
        slf.get().unwatch(slf.py(), descriptor, Side::Read)
    }

    /// Calls back when a descriptor can be written, as long as it can.
    #[pyo3(signature = (fd, callback, *args))]
    fn add_writer<'py>(
        slf: &Bound<'py, Self>,
        fd: &Bound<'py, PyAny>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
    ) -> PyResult<()> {
        let descriptor = Self::free_descriptor(slf, fd)?;
        Self::watch(slf, descriptor, Side::Write, callback, args).map(drop)
    }

    /// Stops `add_writer`; says whether there was one.
    fn remove_writer(slf: &Bound<'_, Self>, fd: &Bound<'_, PyAny>) -> PyResult<bool> {
        let descriptor = Self::free_descriptor(slf, fd)?;
        slf.get().unwatch(slf.py(), descriptor, Side::Write)
    }

    #[pyo3(signature = (fd, callback, *args))]
    fn _add_reader<'py>(
        slf: &Bound<'py, Self>,
        fd: &Bound<'py, PyAny>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, Handle>> {
        Self::watch(slf, descriptor_of(fd)?, Side::Read, callback, args)
    }

    fn _remove_reader(&self, fd: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.unwatch(fd.py(), descriptor_of(fd)?, Side::Read)
    }

    #[pyo3(signature = (fd, callback, *args))]
    fn _add_writer<'py>(
        slf: &Bound<'py, Self>,
        fd: &Bound<'py, PyAny>,
        callback: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, Handle>> {
        Self::watch(slf, descriptor_of(fd)?, Side::Write, callback, args)
    }

    fn _remove_writer(&self, fd: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.unwatch(fd.py(), descriptor_of(fd)?, Side::Write)
    }

    /// Whether a descriptor is watched for reading, for writing.
    fn _watched(&self, fd: RawFd) -> (bool, bool) {
        self.shared.registry.watched(fd)
    }

    /// Queues a handle that exists, one of the standard library's own included.
    fn _add_callback(&self, handle: &Bound<'_, PyAny>) {
        let entry = match handle.cast::<Handle>() {
            Ok(handle) => Entry::Handle(handle.clone().unbind()),
            Err(_) => Entry::Foreign(handle.clone().unbind()),
        };
        self.shared.push_and_wake(entry);
    }

    /// One turn.
    fn _run_once(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::turn(slf, f64::NEG_INFINITY, &mut VecDeque::new()).map(drop)
    }

    /// Turns until `stop` is called.
    fn _run_until_stopped(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut asked = f64::NEG_INFINITY;
        let mut batch = VecDeque::new();
        loop {
            asked = Self::turn(slf, asked, &mut batch)?;
            if slf.get().shared.is_stopping() {
                return Ok(());
            }
        }
    }

    /// The descriptor of the loop's epoll.
    fn _epoll(&self) -> RawFd {
        self.shared.registry.descriptor()
    }

    /// From here on the core's runtime does the waiting.
    fn _drive(&self, reactor: Py<Reactor>) {
        let previous = self
            .reactor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(reactor);
        drop(previous);
    }

    /// Lets go of everything that waits.
    fn _let_go(&self) {
        drop(self.shared.ready.take());
        drop(self.shared.timers.take());
        drop(self.shared.registry.take());
        let reactor = self
            .reactor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(reactor);
    }

    #[getter]
    fn _debug(&self) -> bool {
        self.shared.is_debug()
    }

    #[setter(_debug)]
    fn set_debug_flag(&self, debug: &Bound<'_, PyAny>) -> PyResult<()> {
        self.shared.set_debug(debug.is_truthy()?);
        Ok(())
    }

    #[getter]
    fn _stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    #[setter(_stopping)]
    fn set_stopping_flag(&self, stopping: bool) {
        self.shared.set_stopping(stopping);
    }

    #[getter]
    fn _closed(&self) -> bool {
        self.shared.is_closed()
    }

    #[setter(_closed)]
    fn set_closed_flag(&self, closed: bool) {
        self.shared.set_closed(closed);
    }

    /// A copy of what waits for the next turn; the queue itself is not Python's.
    #[getter]
    fn _ready(&self, py: Python<'_>) -> Vec<Py<PyAny>> {
        self.shared.ready.objects(py)
    }

    #[setter(_ready)]
    #[allow(clippy::unused_self, reason = "asyncio's constructor sets its own")]
    fn set_ready(&self, _queue: &Bound<'_, PyAny>) {}

    /// A copy of the timers, in no order.
    #[getter]
    fn _scheduled(&self, py: Python<'_>) -> Vec<Py<TimerHandle>> {
        self.shared.timers.objects(py)
    }

    #[setter(_scheduled)]
    #[allow(clippy::unused_self, reason = "asyncio's constructor sets its own")]
    fn set_scheduled(&self, _heap: &Bound<'_, PyAny>) {}

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.shared.ready.traverse(&visit)?;
        self.shared.timers.traverse(&visit)?;
        self.shared.registry.traverse(&visit)?;
        if let Ok(reactor) = self.reactor.try_lock() {
            visit.call(&*reactor)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        self._let_go();
    }
}
