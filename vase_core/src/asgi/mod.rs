//! Other people's applications: the ASGI side of the crossing.
//!
//! - [`scope`]: the dict that tells an application of a request; [`kit`]: what of it is made once.
//! - [`talk`]: `receive` and `send`, and what both know of the exchange; [`messages`]: what they take and give;
//!   [`waiting`]: what they give to `await`.
//! - [`glance`]: bodies that are there already are read before the call, so that `receive()` need not wait.
//!
//! An application runs in an eager task, like any handler. When it neither waits for its body nor for its client,
//! `receive()` and `send()` touch no loop at all, and the answer is ready when the call returns.

mod glance;
mod kit;
mod messages;
mod scope;
mod talk;
mod waiting;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

pub(crate) use glance::{Glance, Seen};
pub(crate) use kit::LazyKit;
pub(crate) use talk::Pieces;

use crate::answer::Answer;
use crate::arguments::Values;
use crate::call::{Began, PythonApp};
use crate::endpoint::Endpoint;
use crate::handoff::{self, LoopBound};
use crate::request::Held;
use crate::slot::Slot;
use crate::tools::Tools;
use talk::{Conversation, Talk};

/// Calls an application; `values` are the template of its scope and what stands before every path, or nothing.
pub(crate) fn begin(
    app: &PythonApp,
    py: Python<'_>,
    endpoint: &Endpoint,
    values: &Values,
    held: &mut Held,
    slot: &Arc<Slot>,
) -> Began {
    let started = start(app, py, endpoint, values, held);
    let (talk, conversation, running) = match started {
        Ok(started) => started,
        Err(error) => return Began::Answered(Answer::from_error(py, error, held, &app.tools)),
    };
    let is_done = running
        .call_method0(intern!(py, "done"))
        .and_then(|done| done.is_truthy())
        .unwrap_or(false);
    if is_done {
        conclude(py, &talk, &running, held, &app.tools);
        return talk.take_answer().map_or(Began::Pending, Began::Answered);
    }
    talk.end_eager_part(py);
    let answer = talk.take_answer();
    if answer.is_none() {
        // Cancelling a conversation tells the application that the client left.
        slot.set_task(conversation.into_any().unbind());
        talk.answer_into(Arc::clone(slot));
    }
    let ended = Ended(LoopBound::new(
        Running {
            talk,
            held: RefCell::new(std::mem::replace(held, Held::Moving)),
            tools: Arc::clone(&app.tools),
        },
        &app.hub.pulse.graves,
    ));
    let told = Bound::new(py, ended)
        .and_then(|ended| running.call_method1(intern!(py, "add_done_callback"), (ended,)));
    if let Err(error) = told {
        error.write_unraisable(py, Some(&running));
    }
    answer.map_or(Began::Pending, Began::Answered)
}

type Started<'py> = (Rc<Talk>, Bound<'py, Conversation>, Bound<'py, PyAny>);

fn start<'py>(
    app: &PythonApp,
    py: Python<'py>,
    endpoint: &Endpoint,
    values: &Values,
    held: &Held,
) -> PyResult<Started<'py>> {
    let [template, before @ ..] = values.as_slice() else {
        return Err(PyTypeError::new_err("an application has no scope"));
    };
    let exchange = held.exchange();
    let kit = app.tools.asgi.get_or_init(py);
    let scope = scope::scope(
        template.bind(py).cast::<PyDict>()?,
        before
            .first()
            .map(|before| before.bind(py).cast::<PyString>())
            .transpose()?,
        exchange,
        kit,
    )?;
    let talk = Talk::open(py, &app.hub, kit, exchange);
    let conversation = Bound::new(py, Conversation::of(&talk))?;
    let receive = conversation.getattr(intern!(py, "receive"))?;
    let send = conversation.getattr(intern!(py, "send"))?;
    let arguments = [scope.as_ptr(), receive.as_ptr(), send.as_ptr()];
    let coroutine = handoff::vectorcall(endpoint.handler.bind(py), &arguments, None)?;
    let running = app.new_task(&coroutine)?;
    Ok((talk, conversation, running))
}

/// What an application has left to do when its first step did not end it.
#[pyclass(frozen, module = "vase._core")]
struct Ended(LoopBound<Running>);

struct Running {
    talk: Rc<Talk>,
    held: RefCell<Held>,
    tools: Arc<Tools>,
}

#[pymethods]
impl Ended {
    fn __call__(&self, py: Python<'_>, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let running = self.0.get()?;
        let mut held = running.held.borrow_mut();
        conclude(py, &running.talk, task, &mut held, &running.tools);
        Ok(())
    }
}

/// Looks at how an application ended: an answer that it owes is given for it, one that it broke off is broken off.
fn conclude(
    py: Python<'_>,
    talk: &Rc<Talk>,
    running: &Bound<'_, PyAny>,
    held: &mut Held,
    tools: &Tools,
) {
    let error = match running.call_method0(intern!(py, "result")) {
        Ok(_) if talk.is_complete() || talk.is_gone() => return,
        Ok(_) => PyRuntimeError::new_err(if talk.has_started() {
            "the ASGI application returned without completing its response"
        } else {
            "the ASGI application returned without starting its response"
        }),
        Err(error) => error,
    };
    if talk.is_gone() && is_about_client(py, &error) {
        return;
    }
    // Making the answer also tells the error to the log and to whoever observes.
    let answer = Answer::from_error(py, error, held, tools);
    talk.end_with(py, answer);
}

/// Whether an exception only says that the client left.
fn is_about_client(py: Python<'_>, error: &PyErr) -> bool {
    let kind = error.get_type(py);
    let is_cancelled = kind
        .name()
        .is_ok_and(|name| name == "CancelledError" || name == "ClientDisconnect");
    is_cancelled || error.is_instance_of::<PyOSError>(py)
}
