//! The one crossing of a request: `PythonApp` is the tower service behind which Python lives.

use std::convert::Infallible;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Response, header};
use pyo3::intern;
use pyo3::prelude::*;
use vase_engine::forms::FormError;
use vase_engine::metrics::Counter;
use vase_engine::{BodyError, Call, RequestBody, ResponseBody, problem};

use crate::answer::{Answer, Later};
use crate::arguments::{self, Refused, Values};
use crate::asgi::{self, Glance, Seen};
use crate::endpoint::{Endpoint, Mode};
use crate::forms::{self, Parsing};
use crate::handoff::{self, LoopBound, Step};
use crate::hub::Hub;
use crate::request::{Exchange, Held};
use crate::respond;
use crate::slot::Slot;
use crate::tools::Tools;

/// Calls Python. Lives on the loop thread; a clone is one count.
#[derive(Clone)]
pub(crate) struct PythonApp(Rc<App>);

/// What every call of an application needs.
pub(crate) struct App {
    pub(crate) hub: Rc<Hub>,
    pub(crate) tools: Arc<Tools>,
    pub(crate) calls: Counter,
    pub(crate) threads_max: usize,
}

impl Deref for PythonApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl PythonApp {
    pub(crate) fn new(app: App) -> Self {
        Self(Rc::new(app))
    }
}

impl tower::Service<Call> for PythonApp {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = PythonFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call) -> PythonFuture {
        let endpoint = self.tools.endpoints.get(call.route as usize);
        let collects = endpoint.is_some_and(|endpoint| endpoint.collects);
        let glances = endpoint.is_some_and(|endpoint| endpoint.glances);
        let has_body = (collects || glances) && !http_body::Body::is_end_stream(&call.body);
        if has_body && glances && Glance::is_worth(&call.request, &call.body) {
            return self.glance(call);
        }
        if has_body && collects {
            let exchange = Box::new(Exchange::new(call));
            let Some(body) = exchange.take_unread() else {
                unreachable!("nobody else has seen it")
            };
            let is_form = self.tools.endpoints[exchange.route as usize].takes_form;
            let state = if is_form {
                let parsing = forms::parse(&exchange, body, &self.tools);
                State::Parsing { exchange, parsing }
            } else {
                State::Collecting {
                    exchange,
                    body,
                    pieces: Vec::new(),
                }
            };
            return PythonFuture {
                app: self.clone(),
                state,
            };
        }
        let state = self.start(Box::new(Exchange::new(call)));
        PythonFuture {
            app: self.clone(),
            state,
        }
    }
}

/// A request on its way through Python. Dropping it tells the handler that the client left.
pub(crate) struct PythonFuture {
    app: PythonApp,
    state: State,
}

enum State {
    Collecting {
        exchange: Box<Exchange>,
        body: RequestBody,
        pieces: Vec<Bytes>,
    },
    Parsing {
        exchange: Box<Exchange>,
        parsing: Parsing,
    },
    Glancing(Box<(Exchange, Glance)>),
    Waiting(Arc<Slot>),
    // Boxed, like the next, for they are rare and an answer is large.
    Answered(Box<Answer>),
    Refused(Box<Response<ResponseBody>>),
    Done,
}

impl State {
    /// The answer to a body that cannot be read.
    fn refused(error: &BodyError, exchange: &Exchange) -> Self {
        let accept = exchange.parts.headers.get(header::ACCEPT);
        let response = problem::respond(error.status(), error.code(), &error.to_string(), accept);
        Self::Refused(Box::new(response))
    }
}

impl Future for PythonFuture {
    type Output = Result<Response<ResponseBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            // Nearly every request comes by here twice: it is looked at where it lies, the others are moved out and in.
            if let State::Waiting(slot) = &self.state {
                let answer = std::task::ready!(slot.poll(cx));
                self.state = State::Done;
                if let Answer::Later(later) = answer {
                    self.state = self.app.finish(later);
                    continue;
                }
                return Poll::Ready(Ok(respond::respond(answer, &self.app)));
            }
            match std::mem::replace(&mut self.state, State::Done) {
                State::Answered(answer) => match *answer {
                    Answer::Later(later) => self.state = self.app.finish(later),
                    answer => return Poll::Ready(Ok(respond::respond(answer, &self.app))),
                },
                State::Refused(response) => return Poll::Ready(Ok(*response)),
                State::Collecting {
                    exchange,
                    mut body,
                    mut pieces,
                } => match poll_collect(&mut body, &mut pieces, cx) {
                    Poll::Pending => {
                        self.state = State::Collecting {
                            exchange,
                            body,
                            pieces,
                        };
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(())) => {
                        exchange.set_body(pieces);
                        self.state = self.app.start(exchange);
                    }
                    Poll::Ready(Err(error)) => self.state = State::refused(&error, &exchange),
                },
                State::Glancing(mut glancing) => match glancing.1.poll(cx) {
                    Poll::Pending => {
                        self.state = State::Glancing(glancing);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => self.state = State::refused(&error, &glancing.0),
                    Poll::Ready(Ok(seen)) => {
                        match seen {
                            Seen::Whole(pieces) => glancing.0.set_body(pieces),
                            Seen::Rest(body) => glancing.0.put_back(body),
                        }
                        self.state = self.app.start(Box::new(glancing.0));
                    }
                },
                State::Parsing {
                    exchange,
                    mut parsing,
                } => match parsing.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.state = State::Parsing { exchange, parsing };
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(form)) => {
                        exchange.set_form(form);
                        self.state = self.app.start(exchange);
                    }
                    Poll::Ready(Err(error)) => {
                        self.state = self.app.refuse_form(exchange, &error);
                    }
                },
                State::Waiting(_) | State::Done => {
                    unreachable!("a future is not polled after its end")
                }
            }
        }
    }
}

fn poll_collect(
    body: &mut RequestBody,
    pieces: &mut Vec<Bytes>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), BodyError>> {
    use http_body::Body as _;
    loop {
        match std::task::ready!(Pin::new(&mut *body).poll_frame(cx)) {
            None => return Poll::Ready(Ok(())),
            Some(Err(error)) => return Poll::Ready(Err(error)),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    pieces.push(data);
                }
                if body.is_end_stream() {
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl Drop for PythonFuture {
    fn drop(&mut self) {
        let State::Waiting(slot) = &self.state else {
            return;
        };
        let Some(task) = slot.abandon() else { return };
        let _ = Python::try_attach(|py| {
            if let Err(error) = task.call_method0(py, intern!(py, "cancel")) {
                error.write_unraisable(py, None);
            }
            self.app.hub.after_python(py);
        });
    }
}

/// A request that waits for Python's turn.
pub(crate) struct Queued {
    app: PythonApp,
    held: Held,
    slot: Arc<Slot>,
}

impl Queued {
    /// Calls Python, unless the client has left.
    pub(crate) fn begin(self, py: Python<'_>) {
        let Self {
            app,
            mut held,
            slot,
        } = self;
        if slot.is_abandoned() {
            return;
        }
        app.hub.pulse.beat();
        if let Began::Answered(answer) = app.begin(py, &mut held, &slot) {
            app.fill(&slot, answer.with_request(&mut held));
        }
    }
}

/// How a call began.
pub(crate) enum Began {
    Answered(Answer),
    Pending,
}

impl PythonApp {
    /// Answers a form that cannot be read. What is the server's own fault is for its log, which is Python's.
    fn refuse_form(&self, exchange: Box<Exchange>, error: &FormError) -> State {
        if error.status().is_server_error() {
            return State::Answered(Box::new(Python::attach(|py| {
                let mut held = Held::Plain(exchange, Arc::clone(&self.tools));
                Answer::from_error(py, forms::form_error(error), &mut held, &self.tools)
            })));
        }
        let accept = exchange.parts.headers.get(header::ACCEPT);
        State::Refused(Box::new(problem::respond(
            error.status(),
            error.code(),
            &error.to_string(),
            accept,
        )))
    }

    /// Looks whether the body is there already, before an application is called.
    fn glance(&self, call: Call) -> PythonFuture {
        let exchange = Exchange::new(call);
        let body = exchange.take_unread().unwrap_or_default();
        PythonFuture {
            app: self.clone(),
            state: State::Glancing(Box::new((exchange, Glance::new(body)))),
        }
    }

    /// Queues the handler's call; see [`Starter`](crate::hub::Starter).
    fn start(&self, exchange: Box<Exchange>) -> State {
        self.calls.add(1);
        let held = Held::Plain(exchange, Arc::clone(&self.tools));
        let slot = Slot::new();
        self.hub.queue(Queued {
            app: self.clone(),
            held,
            slot: Arc::clone(&slot),
        });
        State::Waiting(slot)
    }

    /// Runs what makes the answer to an exception, where that takes waiting: on the loop, wherever the handler ran.
    fn finish(&self, later: Later) -> State {
        Python::attach(|py| {
            let (coroutine, mut held) = later.take(py);
            let route = held.exchange().route as usize;
            let (Some(coroutine), Some(endpoint)) =
                (coroutine, self.tools.endpoints.get(route).cloned())
            else {
                return State::Answered(Box::new(Answer::failure()));
            };
            let slot = Slot::new();
            let began = self.run_task(py, coroutine.bind(py), &endpoint, &mut held, &slot);
            self.hub.after_python(py);
            match began {
                Began::Answered(answer) => {
                    State::Answered(Box::new(answer.with_request(&mut held)))
                }
                Began::Pending => State::Waiting(slot),
            }
        })
    }

    fn fill(&self, slot: &Slot, answer: Answer) {
        if let Some(waker) = slot.put(answer) {
            self.hub.wake(waker);
        }
    }

    /// Finds the arguments and calls the handler in its mode. An answer that comes later goes to `slot`.
    fn begin(&self, py: Python<'_>, held: &mut Held, slot: &Arc<Slot>) -> Began {
        let route = held.exchange().route as usize;
        let Some(endpoint) = self.tools.endpoints.get(route) else {
            let missing =
                pyo3::exceptions::PyRuntimeError::new_err(format!("route {route} has no endpoint"));
            return Began::Answered(Answer::from_error(py, missing, held, &self.tools));
        };
        let values = match arguments::bind(py, endpoint, held, &self.tools) {
            Ok(values) => values,
            Err(refused) => return self.begin_explaining(py, endpoint, refused, held, slot),
        };
        let outcome = match endpoint.mode {
            Mode::Inline => self.call_inline(py, endpoint, &values),
            Mode::Coroutine => self.call_coroutine(py, endpoint, &values),
            Mode::Task => {
                let coroutine = call_handler(py, &endpoint.handler, &values);
                return match coroutine {
                    Ok(coroutine) => self.run_task(py, &coroutine, endpoint, held, slot),
                    Err(error) => Began::Answered(Answer::from_error(py, error, held, &self.tools)),
                };
            }
            Mode::Thread => return self.call_in_thread(Arc::clone(endpoint), values, held, slot),
            Mode::Asgi => return asgi::begin(self, py, endpoint, &values, held, slot),
        };
        Began::Answered(
            outcome.unwrap_or_else(|error| Answer::from_error(py, error, held, &self.tools)),
        )
    }

    fn call_inline(
        &self,
        py: Python<'_>,
        endpoint: &Endpoint,
        values: &Values,
    ) -> PyResult<Answer> {
        let context = handoff::copy_context(self.tools.base_context.bind(py))?;
        handoff::within_context(&context, || {
            let value = call_handler(py, &endpoint.handler, values)?;
            Answer::from_value(&value, endpoint, &self.tools)
        })
    }

    fn call_coroutine(
        &self,
        py: Python<'_>,
        endpoint: &Endpoint,
        values: &Values,
    ) -> PyResult<Answer> {
        let context = handoff::copy_context(self.tools.base_context.bind(py))?;
        handoff::within_context(&context, || {
            let coroutine = call_handler(py, &endpoint.handler, values)?;
            match handoff::send_none(&coroutine)? {
                Step::Returned(value) => Answer::from_value(&value, endpoint, &self.tools),
                Step::Suspended => Err(pyo3::exceptions::PyRuntimeError::new_err(format!(
                    "`{}` suspended although its bytecode cannot; this is a fault of Vase",
                    endpoint.name
                ))),
            }
        })
    }

    /// Asks Python's complete binder, which names every fault or calls the handler itself.
    fn begin_explaining(
        &self,
        py: Python<'_>,
        endpoint: &Arc<Endpoint>,
        refused: Refused,
        held: &mut Held,
        slot: &Arc<Slot>,
    ) -> Began {
        let known = refused.0.map(|error| error.into_value(py));
        let coroutine = match &endpoint.explain {
            Some(explain) => held
                .object(py)
                .map(|request| request.clone_ref(py))
                .and_then(|request| explain.bind(py).call1((request, known))),
            None => Err(pyo3::exceptions::PyValueError::new_err(format!(
                "the request does not fit `{}`",
                endpoint.name
            ))),
        };
        match coroutine {
            Ok(coroutine) => self.run_task(py, &coroutine, endpoint, held, slot),
            Err(error) => Began::Answered(Answer::from_error(py, error, held, &self.tools)),
        }
    }

    /// Runs a coroutine in an eager task; most are done when this returns.
    fn run_task(
        &self,
        py: Python<'_>,
        coroutine: &Bound<'_, PyAny>,
        endpoint: &Arc<Endpoint>,
        held: &mut Held,
        slot: &Arc<Slot>,
    ) -> Began {
        let task = match self.new_task(coroutine) {
            Ok(task) => task,
            Err(error) => return Began::Answered(Answer::from_error(py, error, held, &self.tools)),
        };
        let is_done = task
            .call_method0(intern!(py, "done"))
            .and_then(|done| done.is_truthy())
            .unwrap_or(false);
        if is_done {
            let outcome = task
                .call_method0(intern!(py, "result"))
                .and_then(|value| Answer::from_value(&value, endpoint, &self.tools));
            return Began::Answered(
                outcome.unwrap_or_else(|error| Answer::from_error(py, error, held, &self.tools)),
            );
        }
        slot.set_task(task.clone().unbind());
        let pending = Pending {
            app: self.clone(),
            endpoint: Arc::clone(endpoint),
            held: std::mem::replace(held, Held::Moving).into(),
            slot: Arc::clone(slot),
        };
        let completion = Completion(LoopBound::new(pending, &self.hub.pulse.graves));
        let told = Bound::new(py, completion).and_then(|completion| {
            task.call_method1(intern!(py, "add_done_callback"), (completion,))
        });
        if let Err(error) = told {
            error.write_unraisable(py, Some(&task));
        }
        Began::Pending
    }

    /// An eager `asyncio.Task` in a context of its own.
    pub(crate) fn new_task<'py>(
        &self,
        coroutine: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = coroutine.py();
        let context = handoff::copy_context(self.tools.base_context.bind(py))?;
        let parts = self.hub.parts()?;
        let eager = pyo3::types::PyBool::new(py, true);
        let arguments = [
            coroutine.as_ptr(),
            parts.event_loop.as_ptr(),
            eager.as_ptr(),
            context.as_ptr(),
        ];
        handoff::vectorcall(
            self.tools.task_class.bind(py),
            &arguments,
            Some(self.tools.task_names.bind(py)),
        )
    }

    fn call_in_thread(
        &self,
        endpoint: Arc<Endpoint>,
        values: Values,
        held: &mut Held,
        slot: &Arc<Slot>,
    ) -> Began {
        let (waiting, tools) = (Arc::clone(slot), Arc::clone(&self.tools));
        let mut held = std::mem::replace(held, Held::Moving);
        let job = Box::new(move |py: Python<'_>| {
            if waiting.is_abandoned() {
                return waiting;
            }
            let outcome = handoff::copy_context(tools.base_context.bind(py)).and_then(|context| {
                handoff::within_context(&context, || {
                    let value = call_handler(py, &endpoint.handler, &values)?;
                    Answer::from_value(&value, &endpoint, &tools)
                })
            });
            drop(values);
            let answer =
                outcome.unwrap_or_else(|error| Answer::from_error(py, error, &mut held, &tools));
            waiting.leave(answer.with_request(&mut held));
            waiting
        });
        self.hub
            .pool_or_new(self.threads_max)
            .submit(&self.hub, job);
        Began::Pending
    }
}

fn call_handler<'py>(
    py: Python<'py>,
    handler: &Py<PyAny>,
    values: &Values,
) -> PyResult<Bound<'py, PyAny>> {
    let pointers: smallvec::SmallVec<[*mut pyo3::ffi::PyObject; 8]> =
        values.iter().map(Py::as_ptr).collect();
    handoff::vectorcall(handler.bind(py), &pointers, None)
}

/// asyncio's done callback of a task that suspended: the answer goes to the connection that waits for it.
#[pyclass(frozen, module = "vase._core")]
struct Completion(LoopBound<Pending>);

struct Pending {
    app: PythonApp,
    endpoint: Arc<Endpoint>,
    held: std::cell::RefCell<Held>,
    slot: Arc<Slot>,
}

#[pymethods]
impl Completion {
    fn __call__(&self, py: Python<'_>, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let pending = self.0.get()?;
        let mut held = pending.held.borrow_mut();
        let outcome = task.call_method0(intern!(py, "result"));
        if !pending.slot.is_abandoned() {
            let answer = outcome
                .and_then(|value| Answer::from_value(&value, &pending.endpoint, &pending.app.tools))
                .unwrap_or_else(|error| {
                    Answer::from_error(py, error, &mut held, &pending.app.tools)
                });
            pending
                .app
                .fill(&pending.slot, answer.with_request(&mut held));
        }
        Ok(())
    }
}
