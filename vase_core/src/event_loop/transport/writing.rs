//! From the protocol to the socket.
#![allow(
    clippy::used_underscore_items,
    reason = "asyncio's own names begin with an underscore"
)]

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView};
use rustix::io::Errno;

use super::super::handle::is_fatal;
use super::super::raw::{self, View};
use super::super::registry::Side;
use super::super::shared::os_error;
use super::SocketTransport;
use super::state::State;
use crate::handoff;

/// How many writes after a connection was lost pass without a word.
const SILENT_WRITES: u32 = 5;

/// What a write came to.
enum Written {
    All,
    Some,
    Failed(Errno),
}

impl SocketTransport {
    /// The socket can be written: what waits goes out, in the context of the write that had to wait.
    pub(in super::super) fn on_writable(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let context = {
            let state = slf.get().state();
            if state.is_lost || state.pending.is_empty() {
                return Ok(());
            }
            let context = state.write_context.as_ref().unwrap_or(&state.context);
            context.bind(py).clone()
        };
        handoff::within_context(&context, || Self::write_pending(slf))
    }

    fn write_pending(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let outcome = this.state().pending.send(py, this.descriptor);
        match outcome {
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => {
                let waiter = {
                    let mut state = this.state();
                    state.pending.clear();
                    state.empty_waiter.as_ref().map(|w| w.clone_ref(py))
                };
                this.unwatch(Side::Write);
                let error = os_error(py, error).into_value(py);
                let message = "Fatal write error on socket transport";
                Self::_fatal_error(slf, error.bind(py).as_any(), message)?;
                if let Some(waiter) = waiter {
                    waiter.call_method1(py, intern!(py, "set_exception"), (error,))?;
                }
                return Ok(());
            }
            Ok(()) => {}
        }
        // May write again.
        Self::maybe_resume_protocol(slf)?;
        let (waiter, closing, eof) = {
            let state = this.state();
            if !state.pending.is_empty() {
                return Ok(());
            }
            let waiter = state.empty_waiter.as_ref().map(|w| w.clone_ref(py));
            (waiter, state.closing, state.eof)
        };
        this.unwatch(Side::Write);
        if let Some(waiter) = waiter {
            waiter.call_method1(py, intern!(py, "set_result"), (py.None(),))?;
        }
        if closing {
            Self::_call_connection_lost(slf, py.None().bind(py))
        } else if eof {
            raw::shutdown_write(this.descriptor).map_err(|error| os_error(py, error))
        } else {
            Ok(())
        }
    }

    pub(super) fn maybe_pause_protocol(slf: &Bound<'_, Self>) -> PyResult<()> {
        {
            let mut state = slf.get().state();
            if state.pending.size() <= state.high || state.protocol_paused {
                return Ok(());
            }
            state.protocol_paused = true;
        }
        Self::tell_protocol(slf, "pause_writing")
    }

    fn maybe_resume_protocol(slf: &Bound<'_, Self>) -> PyResult<()> {
        {
            let mut state = slf.get().state();
            if !state.protocol_paused || state.pending.size() > state.low {
                return Ok(());
            }
            state.protocol_paused = false;
        }
        Self::tell_protocol(slf, "resume_writing")
    }

    fn tell_protocol(slf: &Bound<'_, Self>, method: &str) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let protocol = this.state().protocol.as_ref().map(|p| p.clone_ref(py));
        let Some(protocol) = protocol else {
            return Ok(());
        };
        match protocol.call_method0(py, method) {
            Err(error) if !is_fatal(py, &error) => {
                let arguments = (slf, method, error.into_value(py));
                this.shared
                    .tools
                    .report(py, "flow_control_failed", arguments)?;
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Gives the kernel what it takes of `data` when nothing waits before it.
    fn send_now(&self, state: &State, data: &[u8]) -> (usize, Written) {
        if !state.pending.is_empty() {
            return (0, Written::Some);
        }
        match raw::send(self.descriptor, data) {
            Ok(sent) if sent == data.len() => (sent, Written::All),
            Ok(sent) => (sent, Written::Some),
            Err(Errno::AGAIN) => (0, Written::Some),
            Err(error) => (0, Written::Failed(error)),
        }
    }

    /// Whether a write may go on; a lost connection swallows it.
    fn may_write(state: &State) -> PyResult<bool> {
        if state.eof {
            return Err(PyRuntimeError::new_err(
                "Cannot call write() after write_eof()",
            ));
        }
        if state.empty_waiter.is_some() {
            return Err(PyRuntimeError::new_err(
                "unable to write; sendfile is in progress",
            ));
        }
        Ok(!state.is_lost)
    }

    /// The rest of a write waits for the socket.
    fn wait_for_socket(slf: &Bound<'_, Self>, had_to_wait: bool) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        if !had_to_wait {
            let context = raw::current_context(py)?;
            let previous = this.state().write_context.replace(context);
            drop(previous);
            Self::watch(slf, Side::Write)?;
        }
        Self::maybe_pause_protocol(slf)
    }

    fn after_lost_write(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        let count = {
            let mut state = this.state();
            state.lost += 1;
            state.lost
        };
        if count > SILENT_WRITES {
            this.shared.tools.report(slf.py(), "wrote_to_nobody", ())?;
        }
        Ok(())
    }

    /// Sends bytes; what the socket does not take now waits.
    pub(super) fn write_data(slf: &Bound<'_, Self>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let bytes = data.cast_exact::<PyBytes>().ok();
        let view = if bytes.is_some() {
            None
        } else if data.is_instance_of::<PyBytes>()
            || data.is_instance_of::<PyByteArray>()
            || data.is_instance_of::<PyMemoryView>()
        {
            Some(View::read(data)?)
        } else {
            return Err(PyTypeError::new_err(format!(
                "data argument must be a bytes-like object, not '{}'",
                data.get_type().name()?
            )));
        };
        let content = match (&bytes, &view) {
            (Some(bytes), _) => bytes.as_bytes(),
            (None, Some(view)) => view.as_slice(py),
            (None, None) => &[],
        };
        let (written, had_to_wait) = {
            let mut state = this.state();
            let may_write = Self::may_write(&state)?;
            if content.is_empty() {
                return Ok(());
            }
            if !may_write {
                drop(state);
                return Self::after_lost_write(slf);
            }
            let had_to_wait = !state.pending.is_empty();
            let (sent, written) = this.send_now(&state, content);
            if matches!(written, Written::Some) {
                match &bytes {
                    Some(bytes) => state.pending.push_shared(bytes, sent),
                    None => state.pending.push_copy(&content[sent..]),
                }
            }
            (written, had_to_wait)
        };
        match written {
            Written::All => Ok(()),
            Written::Some => Self::wait_for_socket(slf, had_to_wait),
            Written::Failed(error) => {
                let error = os_error(py, error);
                Self::fail(slf, error, "Fatal write error on socket transport")
            }
        }
    }

    /// Sends many pieces in one call to the kernel.
    pub(super) fn write_pieces(
        slf: &Bound<'_, Self>,
        list_of_data: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let mut pieces = Vec::new();
        for piece in list_of_data.try_iter()? {
            let piece = piece?;
            if !piece.is_exact_instance_of::<PyBytes>() {
                pieces.push((None, Some(View::read(&piece)?)));
                continue;
            }
            pieces.push((Some(piece.cast_into::<PyBytes>()?), None));
        }
        let (outcome, had_to_wait) = {
            let mut state = this.state();
            let may_write = Self::may_write(&state).map_err(|_| {
                PyRuntimeError::new_err(if state.eof {
                    "Cannot call writelines() after write_eof()"
                } else {
                    "unable to writelines; sendfile is in progress"
                })
            })?;
            if pieces.is_empty() {
                return Ok(());
            }
            if !may_write {
                drop(state);
                return Self::after_lost_write(slf);
            }
            let had_to_wait = !state.pending.is_empty();
            for (bytes, view) in &pieces {
                match (bytes, view) {
                    (Some(bytes), _) if !bytes.as_bytes().is_empty() => {
                        state.pending.push_shared(bytes, 0);
                    }
                    (None, Some(view)) if !view.as_slice(py).is_empty() => {
                        state.pending.push_copy(view.as_slice(py));
                    }
                    _ => {}
                }
            }
            let outcome = if had_to_wait {
                Ok(())
            } else {
                state.pending.send(py, this.descriptor)
            };
            (outcome, had_to_wait)
        };
        match outcome {
            Ok(()) | Err(Errno::AGAIN) => {
                let waits = !this.state().pending.is_empty();
                if waits {
                    Self::wait_for_socket(slf, had_to_wait)?;
                }
                Ok(())
            }
            Err(error) => {
                this.state().pending.clear();
                let error = os_error(py, error);
                Self::fail(slf, error, "Fatal write error on socket transport")
            }
        }
    }
}
