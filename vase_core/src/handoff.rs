//! What pyo3 has no safe door for: with `event_loop/raw.rs` the only file that may say `unsafe`.
#![allow(unsafe_code)]

use std::any::Any;
use std::mem::ManuallyDrop;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Python's thread state, opaque here.
pub(crate) type ThreadState = ffi::PyThreadState;

/// Gives the GIL up on this thread and returns what [`restore_thread`] needs to take it back.
///
/// Only the park hooks call this pair, on the loop thread, inside a turn: the thread is attached, and between the two
/// calls nothing but tokio's park runs here.
pub(crate) fn save_thread() -> *mut ThreadState {
    // SAFETY: the caller holds the GIL (see above), which is all that `PyEval_SaveThread` asks.
    unsafe { ffi::PyEval_SaveThread() }
}

/// Takes the GIL back.
pub(crate) fn restore_thread(state: *mut ThreadState) {
    // SAFETY: `state` comes from `save_thread` on this same thread and is used once.
    unsafe { ffi::PyEval_RestoreThread(state) }
}

/// How a coroutine's first step ended.
pub(crate) enum Step<'py> {
    /// It ran to its end.
    Returned(Bound<'py, PyAny>),
    /// It suspended, which its bytecode had promised not to do.
    Suspended,
}

/// Runs a coroutine that never suspends, without raising `StopIteration`.
pub(crate) fn send_none<'py>(coroutine: &Bound<'py, PyAny>) -> PyResult<Step<'py>> {
    let py = coroutine.py();
    let mut result: *mut ffi::PyObject = std::ptr::null_mut();
    // SAFETY: both arguments are live borrowed references; `result` receives a new reference or null.
    unsafe {
        let status = ffi::PyIter_Send(coroutine.as_ptr(), ffi::Py_None(), &raw mut result);
        match status {
            ffi::PySendResult::PYGEN_RETURN => {
                Ok(Step::Returned(Bound::from_owned_ptr(py, result)))
            }
            ffi::PySendResult::PYGEN_NEXT => {
                drop(Bound::from_owned_ptr(py, result));
                Ok(Step::Suspended)
            }
            ffi::PySendResult::PYGEN_ERROR => Err(PyErr::fetch(py)),
        }
    }
}

/// A `contextvars.Context` that is a copy of `base`.
pub(crate) fn copy_context<'py>(base: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: `base` is a live context; the result is a new reference or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(base.py(), ffi::PyContext_Copy(base.as_ptr())) }
}

/// Runs `work` inside the context.
pub(crate) fn within_context<T>(
    context: &Bound<'_, PyAny>,
    work: impl FnOnce() -> PyResult<T>,
) -> PyResult<T> {
    let py = context.py();
    // SAFETY: `context` is a live context object and each successful enter is paired with an exit. An exception set by
    // `work` has been fetched into its `PyErr` before the exit runs.
    unsafe {
        if ffi::PyContext_Enter(context.as_ptr()) != 0 {
            return Err(PyErr::fetch(py));
        }
        let outcome = work();
        if ffi::PyContext_Exit(context.as_ptr()) != 0 {
            return Err(PyErr::fetch(py));
        }
        outcome
    }
}

/// Calls `callable(*positional, **named)` without building a dict: `names` are the keys of the last arguments.
pub(crate) fn vectorcall<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: &[*mut ffi::PyObject],
    names: Option<&Bound<'py, pyo3::types::PyTuple>>,
) -> PyResult<Bound<'py, PyAny>> {
    let keywords = names.map_or(0, pyo3::types::PyTupleMethods::len);
    debug_assert!(keywords <= arguments.len());
    // SAFETY: `arguments` are borrowed references that the caller keeps alive during the call; `names` is a tuple of
    // strings whose length is at most that of `arguments`.
    unsafe {
        Bound::from_owned_ptr_or_err(
            callable.py(),
            ffi::PyObject_Vectorcall(
                callable.as_ptr(),
                arguments.as_ptr(),
                arguments.len() - keywords,
                names.map_or(std::ptr::null_mut(), Bound::as_ptr),
            ),
        )
    }
}

/// A value that is made and used on the loop thread only, inside an object that other threads may hold.
///
/// Access from another thread is an error of the caller's, reported, not undefined. A drop on another thread, as
/// Python's garbage collector may make it anywhere, hands the value to the loop thread to be dropped there.
pub(crate) struct LoopBound<T: 'static> {
    owner: ThreadId,
    value: ManuallyDrop<T>,
    graves: Arc<Graves>,
}

// SAFETY: `get` hands the value out on the owner's thread alone, and it is dropped there alone.
unsafe impl<T> Send for LoopBound<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for LoopBound<T> {}

impl<T: 'static> LoopBound<T> {
    pub(crate) fn new(value: T, graves: &Arc<Graves>) -> Self {
        let graves = Arc::clone(graves);
        Self {
            owner: std::thread::current().id(),
            value: ManuallyDrop::new(value),
            graves,
        }
    }

    /// The value, when called on the thread that made it.
    pub(crate) fn get(&self) -> PyResult<&T> {
        if std::thread::current().id() == self.owner {
            Ok(&self.value)
        } else {
            Err(PyRuntimeError::new_err(
                "this object belongs to the event loop's thread and was used on another one",
            ))
        }
    }
}

impl<T> Drop for LoopBound<T> {
    fn drop(&mut self) {
        // SAFETY: taken once, here, and used as a whole no more.
        let value = unsafe { ManuallyDrop::take(&mut self.value) };
        if std::thread::current().id() == self.owner {
            drop(value);
        } else {
            self.graves.bury(Box::new(value));
        }
    }
}

/// Values of the loop thread that another thread let go of.
#[derive(Default)]
pub(crate) struct Graves {
    is_filled: AtomicBool,
    buried: Mutex<Vec<Buried>>,
}

/// A value on its way to the loop thread. What is never fetched, because the loop has ended, is leaked.
struct Buried(ManuallyDrop<Box<dyn Any>>);

// SAFETY: the box is only moved until `Graves::empty` drops it on the loop thread.
unsafe impl Send for Buried {}

impl Graves {
    fn bury(&self, value: Box<dyn Any>) {
        self.buried
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Buried(ManuallyDrop::new(value)));
        self.is_filled.store(true, Ordering::Release);
    }

    /// Drops what was let go of elsewhere; to be called on the loop thread.
    pub(crate) fn empty(&self) {
        if self.is_filled.swap(false, Ordering::Acquire) {
            let buried =
                std::mem::take(&mut *self.buried.lock().unwrap_or_else(PoisonError::into_inner));
            for Buried(value) in buried {
                drop(ManuallyDrop::into_inner(value));
            }
        }
    }
}

/// Registers a copy of a descriptor with the runtime that is entered, to be told when it becomes readable.
pub(crate) fn watch(descriptor: RawFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: the caller holds `descriptor` open during this call, and the registration owns its own copy.
    unsafe {
        let copy = BorrowedFd::borrow_raw(descriptor).try_clone_to_owned()?;
        AsyncFd::register_with_interest(copy, Interest::READABLE).map_err(Into::into)
    }
}

/// A listening socket whose descriptor the caller gives away.
pub(crate) fn listener(descriptor: RawFd) -> std::net::TcpListener {
    // SAFETY: `vase.server` hands over a descriptor it has duplicated for this purpose.
    unsafe { std::net::TcpListener::from_raw_fd(descriptor) }
}

/// The `__dict__` of an object, past the hooks that its class may put before its attributes; `None` if it has none.
pub(crate) fn instance_dict<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: the object is alive, and what comes back is a reference of ours or null with an exception set.
    let dict = unsafe {
        Bound::from_owned_ptr_or_err(
            object.py(),
            ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut()),
        )
    };
    dict.ok()?.cast_into_exact().ok()
}
