//! Datagram sockets of IPv4 and IPv6: what asyncio's transport does for each datagram that comes or goes.
//!
//! The rest is asyncio's own code: what waits because the kernel took it not, flow control, the end. Its transport
//! (`vase/loop/_datagrams.py`) has the two methods below as attributes, so that no Python runs before them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::RawFd;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use rustix::io::Errno;

use super::core::EventLoopCore;
use super::raw::{self, View};
use super::shared::{READ_SIZE, Shared, os_error};

/// How many datagrams are read when a socket is told to be ready, so that none keeps the loop from the others.
const READS: usize = 16;

/// An address, with what Python calls it.
type Known = (SocketAddr, Py<PyTuple>);

/// Reads and sends for a datagram transport of asyncio's.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct DatagramCore {
    shared: Arc<Shared>,
    transport: Py<PyAny>,
    /// The transport's `sendto` as asyncio has it, for whatever is not sent here.
    asyncios_sendto: Py<PyAny>,
    descriptor: RawFd,
    is_version_6: bool,
    is_connected: bool,
    has_address: bool,
    /// Who was heard or written to last: an answer goes where the question came from.
    last: Mutex<Option<Known>>,
}

impl DatagramCore {
    fn known(&self, py: Python<'_>) -> Option<Known> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (address, name) = last.as_ref()?;
        Some((*address, name.clone_ref(py)))
    }

    fn keep(&self, address: SocketAddr, name: &Bound<'_, PyTuple>) {
        let known = (address, name.clone().unbind());
        let previous = self
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(known);
        drop(previous);
    }

    /// What Python calls an address.
    fn name_of<'py>(&self, py: Python<'py>, address: SocketAddr) -> PyResult<Bound<'py, PyTuple>> {
        if let Some((known, name)) = self.known(py)
            && known == address
        {
            return Ok(name.into_bound(py));
        }
        let host = address.ip().to_string();
        let name = match address {
            SocketAddr::V4(_) => (host, address.port()).into_pyobject(py)?,
            SocketAddr::V6(six) => {
                (host, six.port(), six.flowinfo(), six.scope_id()).into_pyobject(py)?
            }
        };
        self.keep(address, &name);
        Ok(name)
    }

    /// The address that a tuple tells in figures; `None` for what only Python's `socket` understands, or refuses.
    fn address_of(&self, name: &Bound<'_, PyAny>) -> Option<SocketAddr> {
        let py = name.py();
        if let Some((address, known)) = self.known(py)
            && known.is(name)
        {
            return Some(address);
        }
        let name = name.cast_exact::<PyTuple>().ok()?;
        let host = name.get_item(0).ok()?;
        let host = host.cast_exact::<PyString>().ok()?.to_str().ok()?;
        let number = |index| name.get_item(index).ok()?.extract::<u32>().ok();
        let port = u16::try_from(number(1)?).ok()?;
        let address = match (self.is_version_6, name.len()) {
            (false, 2) => SocketAddrV4::new(host.parse::<Ipv4Addr>().ok()?, port).into(),
            (true, 2) => SocketAddrV6::new(host.parse::<Ipv6Addr>().ok()?, port, 0, 0).into(),
            (true, 4) => {
                let host = host.parse::<Ipv6Addr>().ok()?;
                SocketAddrV6::new(host, port, number(2)?, number(3)?).into()
            }
            _ => return None,
        };
        self.keep(address, name);
        Some(address)
    }

    /// Whether the transport has nothing in its way that has to go before, or that forbids to send.
    fn is_free(&self, py: Python<'_>) -> PyResult<bool> {
        let transport = self.transport.bind(py);
        Ok(transport.getattr(intern!(py, "_buffer"))?.is_empty()?
            && !transport.getattr(intern!(py, "_conn_lost"))?.is_truthy()?)
    }

    /// Gives a datagram to the kernel; `None` where that is for asyncio to do or to refuse.
    fn send(
        &self,
        data: &Bound<'_, PyAny>,
        addr: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<Result<usize, Errno>>> {
        let py = data.py();
        let address = match addr {
            None if self.is_connected => None,
            Some(name) if !self.is_connected && !self.has_address => {
                let Some(address) = self.address_of(name) else {
                    return Ok(None);
                };
                Some(address)
            }
            _ => return Ok(None),
        };
        let view;
        let content = if let Ok(bytes) = data.cast_exact::<PyBytes>() {
            bytes.as_bytes()
        } else if data.is_instance_of::<PyBytes>()
            || data.is_instance_of::<PyByteArray>()
            || data.is_instance_of::<PyMemoryView>()
        {
            view = View::read(data)?;
            view.as_slice(py)
        } else {
            return Ok(None);
        };
        // What is empty is a datagram from Python 3.13 on, and nothing before.
        if content.is_empty() || !self.is_free(py)? {
            return Ok(None);
        }
        Ok(Some(match address {
            None => raw::send(self.descriptor, content),
            Some(address) => raw::send_to(self.descriptor, content, address),
        }))
    }

    /// Tells the protocol of an error, which ends nothing.
    fn tell_error(&self, py: Python<'_>, error: Errno) -> PyResult<()> {
        let error = os_error(py, error).into_value(py);
        let protocol = self.transport.getattr(py, intern!(py, "_protocol"))?;
        protocol.call_method1(py, intern!(py, "error_received"), (error,))?;
        Ok(())
    }

    /// Reads one datagram and gives it to the protocol; says whether there was one.
    fn read(&self, transport: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = transport.py();
        let outcome = {
            let mut buffer = self
                .shared
                .read_buffer
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if buffer.is_empty() {
                buffer.resize(READ_SIZE, 0);
            }
            raw::receive_from(self.descriptor, &mut buffer)
                .map(|(length, sender)| (PyBytes::new(py, &buffer[..length]), sender))
        };
        let (data, sender) = match outcome {
            Ok(datagram) => datagram,
            Err(Errno::AGAIN) => return Ok(false),
            Err(error) => return self.tell_error(py, error).map(|()| false),
        };
        let sender = match sender {
            Some(address) => self.name_of(py, address)?.into_any(),
            None => py.None().into_bound(py),
        };
        let protocol = transport.getattr(intern!(py, "_protocol"))?;
        protocol.call_method1(intern!(py, "datagram_received"), (data, sender))?;
        Ok(true)
    }
}

#[pymethods]
impl DatagramCore {
    #[new]
    fn new(
        event_loop: &Bound<'_, EventLoopCore>,
        transport: Py<PyAny>,
        asyncios_sendto: Py<PyAny>,
        descriptor: RawFd,
        is_version_6: bool,
        has_address: bool,
    ) -> Self {
        Self {
            shared: Arc::clone(event_loop.get().shared()),
            transport,
            asyncios_sendto,
            descriptor,
            is_version_6,
            is_connected: raw::is_connected(descriptor),
            has_address,
            last: Mutex::default(),
        }
    }

    /// The socket can be read: asyncio's `_read_ready`, for as many datagrams as there are, within a bound.
    fn read_ready(&self, py: Python<'_>) -> PyResult<()> {
        let transport = self.transport.bind(py);
        for _ in 0..READS {
            let stops = transport.getattr(intern!(py, "_closing"))?.is_truthy()?
                || transport.getattr(intern!(py, "_paused"))?.is_truthy()?;
            if stops || !self.read(transport)? {
                break;
            }
        }
        Ok(())
    }

    /// Sends a datagram: asyncio's `sendto`.
    #[pyo3(signature = (data, addr = None))]
    fn sendto(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        addr: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        match self.send(data, addr)? {
            Some(Ok(_)) => Ok(()),
            None | Some(Err(Errno::AGAIN)) => {
                self.asyncios_sendto.call1(py, (data, addr)).map(drop)
            }
            Some(Err(error)) => self.tell_error(py, error),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.transport)?;
        visit.call(&self.asyncios_sendto)
    }
}
