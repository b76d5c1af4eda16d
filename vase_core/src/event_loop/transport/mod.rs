//! Stream sockets: asyncio's `_SelectorSocketTransport`, read and written here.
//!
//! A socket is written at once; what the kernel does not take waits for it. One readiness is one read, so that no
//! connection keeps the loop from the others.

#![allow(
    clippy::used_underscore_items,
    reason = "asyncio's own names begin with an underscore"
)]

mod reading;
mod state;
mod writing;

use std::os::fd::RawFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use self::state::{Receiver, State};
use super::core::EventLoopCore;
use super::handle::is_fatal;
use super::pending::Pending;
use super::raw;
use super::registry::{Side, Source};
use super::shared::{Shared, os_error};

/// Above so many bytes that wait, the protocol is asked to pause.
const HIGH_WATER: usize = 64 * 1024;

/// A connected stream socket. To `isinstance` it is asyncio's own transport.
#[pyclass(frozen, weakref, module = "vase._core")]
pub(crate) struct SocketTransport {
    pub(super) event_loop: Py<EventLoopCore>,
    pub(super) shared: Arc<Shared>,
    pub(super) extra: Py<PyDict>,
    pub(super) descriptor: RawFd,
    state: Mutex<State>,
}

impl SocketTransport {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(slf: &Bound<'_, Self>, side: Side) -> PyResult<()> {
        let this = slf.get();
        let source = Source::Transport(slf.clone().unbind());
        let previous = this
            .shared
            .registry
            .set(this.descriptor, side, Some(source))
            .map_err(|error| os_error(slf.py(), error))?;
        drop(previous);
        Ok(())
    }

    fn unwatch(&self, side: Side) {
        if !self.shared.is_closed() {
            drop(self.shared.registry.set(self.descriptor, side, None));
        }
    }

    fn schedule(
        slf: &Bound<'_, Self>,
        method: &str,
        arguments: &Bound<'_, PyTuple>,
    ) -> PyResult<()> {
        let event_loop = slf.get().event_loop.bind(slf.py());
        EventLoopCore::schedule(event_loop, &slf.getattr(method)?, arguments)
    }

    /// What a protocol raised ends its connection; what ends the process passes.
    fn guard(slf: &Bound<'_, Self>, outcome: PyResult<()>, message: &str) -> PyResult<()> {
        match outcome {
            Err(error) if !is_fatal(slf.py(), &error) => Self::fail(slf, error, message),
            other => other,
        }
    }

    fn fail(slf: &Bound<'_, Self>, error: PyErr, message: &str) -> PyResult<()> {
        let py = slf.py();
        let error = error.into_value(py);
        Self::_fatal_error(slf, error.bind(py).as_any(), message)
    }

    fn size_of(value: Option<&Bound<'_, PyAny>>, name: &str) -> PyResult<Option<i64>> {
        match value {
            None => Ok(None),
            Some(value) => value.extract::<i64>().map(Some).map_err(|_| {
                PyValueError::new_err(format!("{name} must be a number of bytes, not {value:?}"))
            }),
        }
    }
}

#[pymethods]
impl SocketTransport {
    #[new]
    fn new(
        py: Python<'_>,
        event_loop: &Bound<'_, EventLoopCore>,
        socket: &Bound<'_, PyAny>,
        descriptor: RawFd,
        extra: &Bound<'_, PyDict>,
        server: Option<Py<PyAny>>,
        sendfile_mode: Py<PyAny>,
    ) -> PyResult<Self> {
        let shared = Arc::clone(event_loop.get().shared());
        let context = raw::current_context(py)?;
        Ok(Self {
            event_loop: event_loop.clone().unbind(),
            shared,
            extra: extra.clone().unbind(),
            descriptor,
            state: Mutex::new(State {
                socket: Some(socket.clone().unbind()),
                protocol: None,
                receiver: None,
                server,
                context,
                write_context: None,
                empty_waiter: None,
                sendfile_mode,
                pending: Pending::default(),
                high: HIGH_WATER,
                low: HIGH_WATER / 4,
                lost: 0,
                is_lost: false,
                closing: false,
                paused: false,
                eof: false,
                protocol_paused: false,
            }),
        })
    }

    /// Tells the protocol of the connection, then reads, then ends the wait of whoever made it.
    fn _begin(slf: &Bound<'_, Self>, waiter: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        // Small writes go out without waiting for the other side's acknowledgement.
        raw::set_nodelay(this.descriptor);
        let event_loop = this.event_loop.bind(py);
        let protocol = Self::get_protocol(this, py);
        let made = protocol.bind(py).getattr(intern!(py, "connection_made"))?;
        EventLoopCore::schedule(event_loop, &made, &PyTuple::new(py, [slf])?)?;
        Self::schedule(slf, "_start_reading", &PyTuple::empty(py))?;
        if !waiter.is_none() {
            let set_result = this.shared.tools.set_result.bind(py);
            let arguments = PyTuple::new(py, [waiter.clone(), py.None().into_bound(py)])?;
            EventLoopCore::schedule(event_loop, set_result, &arguments)?;
        }
        Ok(())
    }

    fn _start_reading(slf: &Bound<'_, Self>) -> PyResult<()> {
        let is_reading = slf.get().state().is_reading();
        if is_reading {
            Self::watch(slf, Side::Read)?;
        }
        Ok(())
    }

    /// Sends bytes; what the socket does not take now waits.
    fn write(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        Self::write_data(slf, data)
    }

    /// Sends many pieces in one call to the kernel.
    fn writelines(slf: &Bound<'_, Self>, list_of_data: &Bound<'_, PyAny>) -> PyResult<()> {
        Self::write_pieces(slf, list_of_data)
    }

    /// Ends the writing side after what waits; the other side still can be read.
    fn write_eof(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        let is_empty = {
            let mut state = this.state();
            if state.closing || state.eof {
                return Ok(());
            }
            state.eof = true;
            state.pending.is_empty()
        };
        if is_empty {
            raw::shutdown_write(this.descriptor).map_err(|error| os_error(slf.py(), error))?;
        }
        Ok(())
    }

    #[allow(clippy::unused_self, reason = "a method of Python's")]
    fn can_write_eof(&self) -> bool {
        true
    }

    /// Closes after what waits has been written.
    fn close(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        let is_empty = {
            let mut state = this.state();
            if state.closing {
                return Ok(());
            }
            state.closing = true;
            if state.pending.is_empty() {
                state.is_lost = true;
            }
            state.pending.is_empty()
        };
        this.unwatch(Side::Read);
        if is_empty {
            this.unwatch(Side::Write);
            let py = slf.py();
            let arguments = PyTuple::new(py, [py.None()])?;
            Self::schedule(slf, "_call_connection_lost", &arguments)?;
        }
        Ok(())
    }

    /// Closes at once; what waits is lost.
    fn abort(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::_force_close(slf, slf.py().None().bind(slf.py()))
    }

    fn _force_close(slf: &Bound<'_, Self>, exc: &Bound<'_, PyAny>) -> PyResult<()> {
        let this = slf.get();
        {
            let mut state = this.state();
            if state.is_lost {
                return Ok(());
            }
            state.pending.clear();
            state.closing = true;
            state.is_lost = true;
        }
        this.unwatch(Side::Write);
        this.unwatch(Side::Read);
        let arguments = PyTuple::new(slf.py(), [exc])?;
        Self::schedule(slf, "_call_connection_lost", &arguments)
    }

    #[pyo3(signature = (exc, message = "Fatal error on transport"))]
    fn _fatal_error(slf: &Bound<'_, Self>, exc: &Bound<'_, PyAny>, message: &str) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        if !exc.is_instance_of::<PyOSError>() || this.shared.is_debug() {
            this.shared
                .tools
                .report(py, "transport_failed", (slf, exc, message))?;
        }
        Self::_force_close(slf, exc)
    }

    fn _call_connection_lost(slf: &Bound<'_, Self>, exc: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let protocol = this.state().protocol.as_ref().map(|p| p.clone_ref(py));
        let outcome = match protocol {
            Some(protocol) => protocol
                .call_method1(py, intern!(py, "connection_lost"), (exc,))
                .map(drop),
            None => Ok(()),
        };
        let (socket, protocol, receiver, server, waiter) = {
            let mut state = this.state();
            state.is_lost = true;
            (
                state.socket.take(),
                state.protocol.take(),
                state.receiver.take(),
                state.server.take(),
                state.empty_waiter.as_ref().map(|w| w.clone_ref(py)),
            )
        };
        drop((protocol, receiver));
        if let Some(socket) = socket {
            socket.call_method0(py, intern!(py, "close"))?;
        }
        if let Some(server) = server {
            this.shared.tools.report(py, "detach", (server, slf))?;
        }
        outcome?;
        if let Some(waiter) = waiter {
            let lost = pyo3::exceptions::PyConnectionError::new_err("Connection is closed by peer");
            waiter.call_method1(py, intern!(py, "set_exception"), (lost,))?;
        }
        Ok(())
    }

    fn is_closing(&self) -> bool {
        self.state().closing
    }

    fn is_reading(&self) -> bool {
        self.state().is_reading()
    }

    /// No `data_received` until `resume_reading`.
    fn pause_reading(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        {
            let mut state = this.state();
            if !state.is_reading() {
                return Ok(());
            }
            state.paused = true;
        }
        this.unwatch(Side::Read);
        if this.shared.is_debug() {
            this.shared
                .tools
                .report(slf.py(), "paused_reading", (slf,))?;
        }
        Ok(())
    }

    /// Undoes `pause_reading`.
    fn resume_reading(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        let context = raw::current_context(slf.py())?;
        let previous = {
            let mut state = this.state();
            if state.closing || !state.paused {
                return Ok(());
            }
            state.paused = false;
            std::mem::replace(&mut state.context, context)
        };
        drop(previous);
        Self::watch(slf, Side::Read)?;
        if this.shared.is_debug() {
            this.shared
                .tools
                .report(slf.py(), "resumed_reading", (slf,))?;
        }
        Ok(())
    }

    /// Gives the connection to another protocol.
    fn set_protocol(&self, py: Python<'_>, protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        let buffered = self.shared.tools.buffered_protocol.bind(py);
        let receiver = if protocol.is_instance(buffered)? {
            Receiver::Buffer(
                protocol.getattr(intern!(py, "get_buffer"))?.unbind(),
                protocol.getattr(intern!(py, "buffer_updated"))?.unbind(),
            )
        } else {
            match protocol.getattr_opt(intern!(py, "data_received"))? {
                Some(data_received) => Receiver::Data(data_received.unbind()),
                None => Receiver::Missing,
            }
        };
        let previous = {
            let mut state = self.state();
            (
                state.protocol.replace(protocol.clone().unbind()),
                state.receiver.replace(receiver),
            )
        };
        drop(previous);
        Ok(())
    }

    fn get_protocol(&self, py: Python<'_>) -> Py<PyAny> {
        let state = self.state();
        state
            .protocol
            .as_ref()
            .map_or_else(|| py.None(), |protocol| protocol.clone_ref(py))
    }

    /// What is known of the connection: `socket`, `sockname`, `peername`.
    #[pyo3(signature = (name, default = None))]
    fn get_extra_info<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.extra.bind(py).get_item(name)?.or(default))
    }

    fn get_write_buffer_size(&self) -> usize {
        self.state().pending.size()
    }

    /// The low and the high mark.
    fn get_write_buffer_limits(&self) -> (usize, usize) {
        let state = self.state();
        (state.low, state.high)
    }

    /// Sets at how many waiting bytes the protocol pauses, and at how many it goes on.
    #[pyo3(signature = (high = None, low = None))]
    fn set_write_buffer_limits(
        slf: &Bound<'_, Self>,
        high: Option<&Bound<'_, PyAny>>,
        low: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (asked_high, asked_low) = (Self::size_of(high, "high")?, Self::size_of(low, "low")?);
        let high = asked_high.unwrap_or_else(|| asked_low.map_or(65_536, |low| low * 4));
        let low = asked_low.unwrap_or(high / 4);
        let marks = (usize::try_from(high), usize::try_from(low));
        let (Ok(high_mark), Ok(low_mark)) = marks else {
            return Err(refused_marks(high, low));
        };
        if high_mark < low_mark {
            return Err(refused_marks(high, low));
        }
        {
            let mut state = slf.get().state();
            state.high = high_mark;
            state.low = low_mark;
        }
        Self::maybe_pause_protocol(slf)
    }

    fn _make_empty_waiter<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let this = slf.get();
        let is_taken = this.state().empty_waiter.is_some();
        if is_taken {
            return Err(PyRuntimeError::new_err("Empty waiter is already set"));
        }
        let event_loop = this.event_loop.bind(py);
        let waiter = event_loop.call_method0(intern!(py, "create_future"))?;
        let is_empty = {
            let mut state = this.state();
            state.empty_waiter = Some(waiter.clone().unbind());
            state.pending.is_empty()
        };
        if is_empty {
            waiter.call_method1(intern!(py, "set_result"), (py.None(),))?;
        }
        Ok(waiter)
    }

    fn _reset_empty_waiter(&self) {
        let previous = self.state().empty_waiter.take();
        drop(previous);
    }

    #[getter(__class__)]
    fn class(&self, py: Python<'_>) -> Py<PyAny> {
        self.shared.tools.transport_class.clone_ref(py)
    }

    #[getter]
    #[allow(clippy::unused_self, reason = "an attribute of Python's")]
    fn _start_tls_compatible(&self) -> bool {
        true
    }

    #[getter]
    fn _sendfile_compatible(&self, py: Python<'_>) -> Py<PyAny> {
        self.state().sendfile_mode.clone_ref(py)
    }

    #[setter(_sendfile_compatible)]
    fn set_sendfile_compatible(&self, mode: Py<PyAny>) {
        let previous = std::mem::replace(&mut self.state().sendfile_mode, mode);
        drop(previous);
    }

    #[getter]
    fn _sock(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.state().socket.as_ref().map(|s| s.clone_ref(py))
    }

    #[getter]
    fn _sock_fd(&self) -> RawFd {
        self.descriptor
    }

    #[getter]
    fn _server(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.state().server.as_ref().map(|s| s.clone_ref(py))
    }

    #[getter]
    fn _extra(&self, py: Python<'_>) -> Py<PyDict> {
        self.extra.clone_ref(py)
    }

    #[getter]
    fn _loop(&self, py: Python<'_>) -> Option<Py<EventLoopCore>> {
        let is_open = self.state().socket.is_some();
        is_open.then(|| self.event_loop.clone_ref(py))
    }

    #[getter]
    fn _protocol(&self, py: Python<'_>) -> Py<PyAny> {
        self.get_protocol(py)
    }

    #[getter]
    fn _protocol_paused(&self) -> bool {
        self.state().protocol_paused
    }

    #[getter]
    fn _closing(&self) -> bool {
        self.state().closing
    }

    #[getter]
    fn _paused(&self) -> bool {
        self.state().paused
    }

    #[getter]
    fn _eof(&self) -> bool {
        self.state().eof
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let class = slf.get().shared.tools.transport_class.bind(py);
        class.call_method1(intern!(py, "__repr__"), (slf,))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event_loop)?;
        visit.call(&self.extra)?;
        if let Ok(state) = self.state.try_lock() {
            visit.call(&state.socket)?;
            visit.call(&state.protocol)?;
            visit.call(&state.server)?;
            visit.call(&state.context)?;
            visit.call(&state.write_context)?;
            visit.call(&state.empty_waiter)?;
            match &state.receiver {
                Some(Receiver::Data(data)) => visit.call(data)?,
                Some(Receiver::Buffer(get, updated)) => {
                    visit.call(get)?;
                    visit.call(updated)?;
                }
                Some(Receiver::Missing) | None => {}
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let left = {
            let mut state = self.state();
            (
                state.protocol.take(),
                state.receiver.take(),
                state.empty_waiter.take(),
            )
        };
        drop(left);
    }
}

impl Drop for SocketTransport {
    /// A transport that nobody closed is named, and its socket is closed.
    fn drop(&mut self) {
        let (socket, server) = {
            let mut state = self.state();
            (state.socket.take(), state.server.take())
        };
        let Some(socket) = socket else { return };
        let _ = Python::try_attach(|py| {
            let arguments = (self.descriptor, socket, server);
            if let Err(error) = self.shared.tools.report(py, "unclosed", arguments) {
                error.write_unraisable(py, None);
            }
        });
    }
}

fn refused_marks(high: i64, low: i64) -> PyErr {
    PyValueError::new_err(format!("high ({high}) must be >= low ({low}) must be >= 0"))
}
