//! The `unsafe` of the loop: descriptors that Python owns, Python's buffers, contexts, and what the GIL guards.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};
use rustix::event::epoll;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown};

use super::handle::Handle;

/// A descriptor for the length of one system call.
///
/// A number that is not open (any more) gives `EBADF`, as it does to Python, which has numbers only.
fn borrow<'a>(descriptor: RawFd) -> Result<BorrowedFd<'a>, Errno> {
    if descriptor < 0 {
        return Err(Errno::BADF);
    }
    // SAFETY: the number is not -1, and the borrow ends with the system call it is made for; nothing is closed here.
    Ok(unsafe { BorrowedFd::borrow_raw(descriptor) })
}

pub(super) fn epoll_add(
    epoll: &OwnedFd,
    descriptor: RawFd,
    data: epoll::EventData,
    events: epoll::EventFlags,
) -> Result<(), Errno> {
    epoll::add(epoll, borrow(descriptor)?, data, events)
}

pub(super) fn epoll_modify(
    epoll: &OwnedFd,
    descriptor: RawFd,
    data: epoll::EventData,
    events: epoll::EventFlags,
) -> Result<(), Errno> {
    epoll::modify(epoll, borrow(descriptor)?, data, events)
}

pub(super) fn epoll_delete(epoll: &OwnedFd, descriptor: RawFd) -> Result<(), Errno> {
    epoll::delete(epoll, borrow(descriptor)?)
}

pub(super) fn receive(descriptor: RawFd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let socket = borrow(descriptor)?;
    retry_on_intr(|| rustix::net::recv(socket, &mut *buffer, RecvFlags::empty()).map(|(n, _)| n))
}

pub(super) fn send(descriptor: RawFd, data: &[u8]) -> Result<usize, Errno> {
    let socket = borrow(descriptor)?;
    retry_on_intr(|| rustix::net::send(socket, data, SendFlags::NOSIGNAL))
}

pub(super) fn send_vectored(descriptor: RawFd, data: &[IoSlice<'_>]) -> Result<usize, Errno> {
    let socket = borrow(descriptor)?;
    retry_on_intr(|| {
        let mut control = SendAncillaryBuffer::default();
        rustix::net::sendmsg(socket, data, &mut control, SendFlags::NOSIGNAL)
    })
}

/// A datagram, and who sent it if that has an address of IPv4 or IPv6.
pub(super) fn receive_from(
    descriptor: RawFd,
    buffer: &mut [u8],
) -> Result<(usize, Option<SocketAddr>), Errno> {
    let socket = borrow(descriptor)?;
    let (length, _, sender) =
        retry_on_intr(|| rustix::net::recvfrom(socket, &mut *buffer, RecvFlags::empty()))?;
    Ok((length, sender.and_then(|sender| sender.try_into().ok())))
}

pub(super) fn send_to(descriptor: RawFd, data: &[u8], to: SocketAddr) -> Result<usize, Errno> {
    let socket = borrow(descriptor)?;
    retry_on_intr(|| rustix::net::sendto(socket, data, SendFlags::NOSIGNAL, &to))
}

pub(super) fn is_connected(descriptor: RawFd) -> bool {
    borrow(descriptor).is_ok_and(|socket| rustix::net::getpeername(socket).is_ok())
}

pub(super) fn shutdown_write(descriptor: RawFd) -> Result<(), Errno> {
    rustix::net::shutdown(borrow(descriptor)?, Shutdown::Write)
}

/// What is not TCP refuses, and needs it not.
pub(super) fn set_nodelay(descriptor: RawFd) {
    if let Ok(socket) = borrow(descriptor) {
        let _ = rustix::net::sockopt::set_tcp_nodelay(socket, true);
    }
}

/// A copy of the context that is current.
pub(super) fn current_context(py: Python<'_>) -> PyResult<Py<PyAny>> {
    // SAFETY: the GIL is held; the call gives a new reference or an exception.
    let context = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyContext_CopyCurrent()) }?;
    Ok(context.unbind())
}

/// A view of an object's memory, given back when dropped.
pub(super) struct View {
    // Boxed: exporters may keep the address of the struct.
    view: Box<ffi::Py_buffer>,
}

impl View {
    fn new(object: &Bound<'_, PyAny>, flags: std::ffi::c_int) -> PyResult<Self> {
        let mut view = Box::new(ffi::Py_buffer::new());
        // SAFETY: `object` is live and `view` is writable; on success the view is released once, in `drop`.
        if unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut *view, flags) } == -1 {
            return Err(PyErr::fetch(object.py()));
        }
        Ok(Self { view })
    }

    /// The object's bytes, whatever its items are.
    pub(super) fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::new(object, ffi::PyBUF_SIMPLE)
    }

    /// Memory to be written into.
    pub(super) fn write(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::new(object, ffi::PyBUF_WRITABLE)
    }

    fn len(&self) -> usize {
        usize::try_from(self.view.len).unwrap_or(0)
    }

    pub(super) fn as_slice<'a>(&'a self, _py: Python<'_>) -> &'a [u8] {
        if self.view.buf.is_null() {
            return &[];
        }
        // SAFETY: the exporter keeps `len` bytes at `buf` until the view is released. The GIL is held, and the slice is
        // copied or sent before Python code runs again, so nobody writes meanwhile.
        unsafe { std::slice::from_raw_parts(self.view.buf.cast::<u8>(), self.len()) }
    }

    pub(super) fn as_mut_slice<'a>(&'a mut self, _py: Python<'_>) -> &'a mut [u8] {
        if self.view.buf.is_null() {
            return &mut [];
        }
        // SAFETY: as above, and the view was asked for as writable.
        unsafe { std::slice::from_raw_parts_mut(self.view.buf.cast::<u8>(), self.len()) }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // Views live inside calls from Python, thus attached; `try_attach` costs a thread-local look.
        let _ = Python::try_attach(|_| {
            // SAFETY: the view was filled by `PyObject_GetBuffer` and is released once.
            unsafe { ffi::PyBuffer_Release(&raw mut *self.view) }
        });
    }
}

/// What a handle calls: nothing any more after it was cancelled.
///
/// It is looked at under the lock of the handle that holds it, which is the GIL where there is one: a mutex would cost as
/// much as the rest of a callback's way through the queue.
pub(super) struct CallSlot(UnsafeCell<Option<(Py<PyAny>, Py<PyTuple>)>>);

// SAFETY: every access is within the critical section of the one object that holds the slot, but for `traverse`, which
// the collector calls while nobody else runs.
unsafe impl Sync for CallSlot {}

impl CallSlot {
    pub(super) fn new(callback: Py<PyAny>, arguments: Py<PyTuple>) -> Self {
        Self(UnsafeCell::new(Some((callback, arguments))))
    }

    /// The callback and its arguments; `holder` is the handle that holds this.
    pub(super) fn get<'py>(
        &self,
        holder: &Bound<'py, Handle>,
    ) -> Option<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = holder.py();
        with_critical_section(holder.as_any(), || {
            // SAFETY: see `Sync`; counting a reference runs no Python code, so nobody takes the value meanwhile.
            let call = unsafe { &*self.0.get() };
            call.as_ref().map(|(callback, arguments)| {
                (callback.bind(py).clone(), arguments.bind(py).clone())
            })
        })
    }

    /// Takes it out, for the caller to drop.
    pub(super) fn take(&self, holder: &Bound<'_, Handle>) -> Option<(Py<PyAny>, Py<PyTuple>)> {
        with_critical_section(holder.as_any(), || {
            // SAFETY: see `Sync`; the value is moved out and dropped by the caller, after the borrow has ended.
            unsafe { &mut *self.0.get() }.take()
        })
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        // SAFETY: see `Sync`.
        if let Some((callback, arguments)) = unsafe { &*self.0.get() } {
            visit.call(callback)?;
            visit.call(arguments)?;
        }
        Ok(())
    }
}
