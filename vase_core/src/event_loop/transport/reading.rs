//! From the socket to the protocol.
#![allow(
    clippy::used_underscore_items,
    reason = "asyncio's own names begin with an underscore"
)]

use std::sync::PoisonError;

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rustix::io::Errno;

use super::super::raw::{self, View};
use super::super::registry::Side;
use super::super::shared::{READ_SIZE, os_error};
use super::SocketTransport;
use super::state::Receiver;
use crate::handoff;

const RECEIVE_FAILED: &str = "Fatal error: protocol.data_received() call failed.";

impl SocketTransport {
    /// The socket can be read: one read, in the context of the connection.
    pub(in super::super) fn on_readable(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let (context, receiver) = {
            let state = this.state();
            if state.is_lost || !state.is_reading() {
                return Ok(());
            }
            let receiver = match &state.receiver {
                Some(Receiver::Data(data)) => Receiver::Data(data.clone_ref(py)),
                Some(Receiver::Buffer(get, updated)) => {
                    Receiver::Buffer(get.clone_ref(py), updated.clone_ref(py))
                }
                Some(Receiver::Missing) => Receiver::Missing,
                None => return Ok(()),
            };
            (state.context.bind(py).clone(), receiver)
        };
        handoff::within_context(&context, || match &receiver {
            Receiver::Data(data_received) => Self::read_data(slf, data_received.bind(py)),
            Receiver::Buffer(get_buffer, buffer_updated) => {
                Self::read_into(slf, get_buffer.bind(py), buffer_updated.bind(py))
            }
            Receiver::Missing => {
                // Asked for anew: the exception says what is missing, or a method was set since.
                let protocol = Self::get_protocol(this, py);
                match protocol.bind(py).getattr(intern!(py, "data_received")) {
                    Ok(data_received) => Self::read_data(slf, &data_received),
                    Err(error) => Self::fail(slf, error, RECEIVE_FAILED),
                }
            }
        })
    }

    fn read_data(slf: &Bound<'_, Self>, data_received: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let outcome = {
            let mut buffer = this
                .shared
                .read_buffer
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if buffer.is_empty() {
                buffer.resize(READ_SIZE, 0);
            }
            raw::receive(this.descriptor, &mut buffer)
                .map(|length| PyBytes::new(py, &buffer[..length]))
        };
        match outcome {
            Ok(data) if data.as_bytes().is_empty() => Self::on_eof(slf),
            Ok(data) => Self::guard(slf, data_received.call1((data,)).map(drop), RECEIVE_FAILED),
            Err(Errno::AGAIN) => Ok(()),
            Err(error) => {
                let error = os_error(py, error);
                Self::fail(slf, error, "Fatal read error on socket transport")
            }
        }
    }

    fn read_into(
        slf: &Bound<'_, Self>,
        get_buffer: &Bound<'_, PyAny>,
        buffer_updated: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        const GET_FAILED: &str = "Fatal error: protocol.get_buffer() call failed.";
        let py = slf.py();
        let this = slf.get();
        let buffer = get_buffer.call1((-1,)).and_then(|buffer| {
            if buffer.len()? == 0 {
                return Err(PyRuntimeError::new_err(
                    "get_buffer() returned an empty buffer",
                ));
            }
            Ok(buffer)
        });
        let buffer = match buffer {
            Ok(buffer) => buffer,
            Err(error) => return Self::guard(slf, Err(error), GET_FAILED),
        };
        let outcome = match View::write(&buffer) {
            Ok(mut view) => raw::receive(this.descriptor, view.as_mut_slice(py)),
            Err(error) => {
                return Self::guard(slf, Err(error), "Fatal read error on socket transport");
            }
        };
        match outcome {
            Ok(0) => Self::on_eof(slf),
            Ok(length) => Self::guard(
                slf,
                buffer_updated.call1((length,)).map(drop),
                "Fatal error: protocol.buffer_updated() call failed.",
            ),
            Err(Errno::AGAIN) => Ok(()),
            Err(error) => {
                let error = os_error(py, error);
                Self::fail(slf, error, "Fatal read error on socket transport")
            }
        }
    }

    fn on_eof(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        if this.shared.is_debug() {
            this.shared.tools.report(py, "received_eof", (slf,))?;
        }
        let protocol = this.state().protocol.as_ref().map(|p| p.clone_ref(py));
        let Some(protocol) = protocol else {
            return Ok(());
        };
        let keeps_open = protocol
            .call_method0(py, intern!(py, "eof_received"))
            .and_then(|answer| answer.is_truthy(py));
        match keeps_open {
            Ok(true) => {
                this.unwatch(Side::Read);
                Ok(())
            }
            Ok(false) => Self::close(slf),
            Err(error) => Self::guard(
                slf,
                Err(error),
                "Fatal error: protocol.eof_received() call failed.",
            ),
        }
    }
}
