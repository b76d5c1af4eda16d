//! Callbacks that are to be called: what `call_soon` and `call_at` give back.

#![allow(
    clippy::used_underscore_items,
    reason = "asyncio's own names begin with an underscore"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::IntoPyObjectExt;
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};

use super::core::EventLoopCore;
use super::raw::{self, CallSlot};
use crate::handoff;

/// What only debug mode keeps.
#[derive(Default)]
struct Trace {
    created_at: Option<Py<PyAny>>,
    repr: Option<Py<PyAny>>,
}

/// A callback with its arguments and its context. To `isinstance` it is an `asyncio.Handle`.
#[pyclass(frozen, subclass, weakref, module = "vase._core")]
pub(crate) struct Handle {
    call: CallSlot,
    context: Py<PyAny>,
    event_loop: Py<EventLoopCore>,
    cancelled: AtomicBool,
    trace: Option<Mutex<Trace>>,
}

/// A callback with the moment at which it is due. To `isinstance` it is an `asyncio.TimerHandle`.
#[pyclass(frozen, extends = Handle, weakref, module = "vase._core")]
pub(crate) struct TimerHandle {
    when: f64,
    cancelled: AtomicBool,
    scheduled: AtomicBool,
}

impl Handle {
    pub(super) fn new(
        event_loop: &Bound<'_, EventLoopCore>,
        callback: &Bound<'_, PyAny>,
        arguments: &Bound<'_, PyTuple>,
        context: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = event_loop.py();
        let shared = event_loop.get().shared();
        let context = match context {
            Some(context) => context.clone().unbind(),
            None => raw::current_context(py)?,
        };
        let trace = if shared.is_debug() {
            let stack = shared.tools.report(py, "stack", ())?;
            Some(Mutex::new(Trace {
                created_at: Some(stack.unbind()),
                repr: None,
            }))
        } else {
            None
        };
        Ok(Self {
            call: CallSlot::new(callback.clone().unbind(), arguments.clone().unbind()),
            context,
            event_loop: event_loop.clone().unbind(),
            cancelled: AtomicBool::new(false),
            trace,
        })
    }

    fn trace(&self) -> Option<MutexGuard<'_, Trace>> {
        let trace = self.trace.as_ref()?;
        Some(trace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Calls the callback in its context; what it raises goes to the loop's exception handler.
    pub(super) fn run(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.get();
        let Some((callback, arguments)) = this.call.get(slf) else {
            return Ok(());
        };
        match handoff::within_context(this.context.bind(py), || callback.call1(&arguments)) {
            Ok(_) => Ok(()),
            Err(error) if is_fatal(py, &error) => Err(error),
            Err(error) => {
                let core = this.event_loop.bind(py).get();
                core.shared()
                    .tools
                    .report(py, "callback_failed", (slf, error.into_value(py)))?;
                Ok(())
            }
        }
    }
}

/// Whether an exception ends the loop instead of being reported.
pub(super) fn is_fatal(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PySystemExit>(py) || error.is_instance_of::<PyKeyboardInterrupt>(py)
}

#[pymethods]
impl Handle {
    /// Takes the callback back: it will not be called.
    fn cancel(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        if this.cancelled.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        if this.event_loop.get().shared().is_debug() {
            let repr = slf.repr()?.into_any().unbind();
            if let Some(mut trace) = this.trace() {
                trace.repr = Some(repr);
            }
        }
        let call = this.call.take(slf);
        drop(call);
        Ok(())
    }

    /// Whether it was cancelled.
    fn cancelled(&self) -> bool {
        self.is_cancelled()
    }

    /// The context in which the callback is called.
    fn get_context(&self, py: Python<'_>) -> Py<PyAny> {
        self.context.clone_ref(py)
    }

    fn _run(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::run(slf)
    }

    fn _repr_info<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let tools = &slf.get().event_loop.get().shared().tools;
        tools
            .handle_class
            .bind(py)
            .call_method1(intern!(py, "_repr_info"), (slf,))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let tools = &slf.get().event_loop.get().shared().tools;
        tools
            .handle_class
            .bind(py)
            .call_method1(intern!(py, "__repr__"), (slf,))
    }

    #[getter(__class__)]
    fn class(&self, py: Python<'_>) -> Py<PyAny> {
        let tools = &self.event_loop.get().shared().tools;
        tools.handle_class.clone_ref(py)
    }

    #[getter]
    fn _callback<'py>(slf: &Bound<'py, Self>) -> Option<Bound<'py, PyAny>> {
        slf.get().call.get(slf).map(|(callback, _)| callback)
    }

    #[getter]
    fn _args<'py>(slf: &Bound<'py, Self>) -> Option<Bound<'py, PyTuple>> {
        slf.get().call.get(slf).map(|(_, arguments)| arguments)
    }

    #[getter]
    fn _cancelled(&self) -> bool {
        self.is_cancelled()
    }

    #[getter]
    fn _context(&self, py: Python<'_>) -> Py<PyAny> {
        self.context.clone_ref(py)
    }

    #[getter]
    fn _loop(&self, py: Python<'_>) -> Py<EventLoopCore> {
        self.event_loop.clone_ref(py)
    }

    #[getter]
    fn _source_traceback(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.trace()?
            .created_at
            .as_ref()
            .map(|stack| stack.clone_ref(py))
    }

    #[getter]
    fn _repr(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.trace()?.repr.as_ref().map(|repr| repr.clone_ref(py))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.context)?;
        visit.call(&self.event_loop)?;
        self.call.traverse(&visit)
    }

    fn __clear__(slf: &Bound<'_, Self>) {
        let call = slf.get().call.take(slf);
        drop(call);
    }
}

impl TimerHandle {
    pub(super) fn make<'py>(
        event_loop: &Bound<'py, EventLoopCore>,
        when: f64,
        callback: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyTuple>,
        context: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let handle = Handle::new(event_loop, callback, arguments, context)?;
        let timer = Self {
            when,
            cancelled: AtomicBool::new(false),
            scheduled: AtomicBool::new(true),
        };
        Bound::new(
            event_loop.py(),
            PyClassInitializer::from(handle).add_subclass(timer),
        )
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn set_scheduled(&self, scheduled: bool) {
        self.scheduled.store(scheduled, Ordering::Relaxed);
    }
}

#[pymethods]
impl TimerHandle {
    /// Takes the timer back.
    fn cancel(slf: &Bound<'_, Self>) -> PyResult<()> {
        let this = slf.get();
        if !this.cancelled.swap(true, Ordering::Relaxed) && this.scheduled.load(Ordering::Relaxed) {
            let event_loop = &slf.as_super().get().event_loop;
            event_loop.get().shared().timers.note_cancelled();
        }
        Handle::cancel(slf.as_super())
    }

    /// When it is due, on the loop's clock.
    fn when(&self) -> f64 {
        self.when
    }

    #[getter]
    fn _when(&self) -> f64 {
        self.when
    }

    #[getter]
    fn _scheduled(&self) -> bool {
        self.scheduled.load(Ordering::Relaxed)
    }

    #[getter(__class__)]
    fn class(slf: &Bound<'_, Self>) -> Py<PyAny> {
        let tools = &slf.as_super().get().event_loop.get().shared().tools;
        tools.timer_class.clone_ref(slf.py())
    }

    fn _repr_info<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let tools = &slf.as_super().get().event_loop.get().shared().tools;
        tools
            .timer_class
            .bind(py)
            .call_method1(intern!(py, "_repr_info"), (slf,))
    }

    fn __hash__(&self) -> u64 {
        self.when.to_bits()
    }

    fn __richcmp__(
        slf: &Bound<'_, Self>,
        other: &Bound<'_, PyAny>,
        operator: CompareOp,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let Ok(other) = other.cast::<Self>() else {
            return Ok(py.NotImplemented());
        };
        let (left, right) = (slf.get().when, other.get().when);
        let is_equal = || -> PyResult<bool> {
            if slf.is(other) {
                return Ok(true);
            }
            let (one, two) = (slf.as_super().get(), other.as_super().get());
            #[allow(clippy::float_cmp, reason = "the same moment, not a near one")]
            let same_moment = left == right;
            Ok(same_moment
                && one.is_cancelled() == two.is_cancelled()
                && one
                    .call
                    .get(slf.as_super())
                    .into_bound_py_any(py)?
                    .eq(two.call.get(other.as_super()))?)
        };
        let answer = match operator {
            CompareOp::Lt => left < right,
            CompareOp::Gt => left > right,
            CompareOp::Le => left < right || is_equal()?,
            CompareOp::Ge => left > right || is_equal()?,
            CompareOp::Eq => is_equal()?,
            CompareOp::Ne => !is_equal()?,
        };
        Ok(pyo3::types::PyBool::new(py, answer)
            .to_owned()
            .into_any()
            .unbind())
    }
}
