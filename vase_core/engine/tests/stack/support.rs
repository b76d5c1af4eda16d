//! A small application behind a stack, and requests for it.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::Service;
use vase_engine::routing::{RouteSpec, RouteTable};
use vase_engine::{Call, Config, ConfigError, Hooks, RequestBody, ResponseBody, Stack};

const ROUTES: &str = r#"[
    {"id": 0, "methods": ["GET"], "path": "/", "segments": [{"literal": "/"}]},
    {"id": 1, "methods": ["POST"], "path": "/echo", "segments": [{"literal": "/echo"}]},
    {"id": 2, "methods": ["GET"], "path": "/panic", "segments": [{"literal": "/panic"}]},
    {"id": 3, "methods": ["GET"], "path": "/panic-later", "segments": [{"literal": "/panic-later"}]},
    {"id": 4, "methods": ["GET"], "path": "/never", "segments": [{"literal": "/never"}]},
    {"id": 5, "methods": ["GET"], "path": "/slow", "segments": [{"literal": "/slow"}]},
    {"id": 6, "methods": ["GET"], "path": "/folder/", "segments": [{"literal": "/folder/"}]},
    {"id": 7, "methods": ["GET"], "path": "/stream", "segments": [{"literal": "/stream"}]},
    {"id": 8, "methods": ["GET", "HEAD"], "path": "/own-head", "segments": [{"literal": "/own-head"}]},
    {"id": 10, "methods": ["POST"], "path": "/small", "max_body": 4, "segments": [{"literal": "/small"}]},
    {"id": 11, "methods": ["POST"], "path": "/large", "max_body": 64, "segments": [{"literal": "/large"}]},
    {"id": 12, "methods": ["GET"], "path": "/rare", "throttle": [{"requests": 1, "seconds": 60}],
     "segments": [{"literal": "/rare"}]},
    {"id": 9, "methods": ["GET"], "path": "/users/{id:int}",
     "segments": [{"literal": "/users/"}, {"parameter": "id", "converter": "int"}]}
]"#;

type Answer = Result<Response<ResponseBody>, Infallible>;

/// The inner service: it notes its calls, and whether what it started was dropped unfinished.
#[derive(Clone, Default)]
pub(crate) struct App {
    pub(crate) calls: Rc<RefCell<Vec<String>>>,
    pub(crate) dropped: Rc<Cell<u32>>,
    /// How often `poll_ready` says no before it says yes.
    pub(crate) busy: Rc<Cell<u32>>,
}

/// Counts when it goes without having been disarmed.
struct Alarm(Option<Rc<Cell<u32>>>);

impl Alarm {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(dropped) = self.0.take() {
            dropped.set(dropped.get() + 1);
        }
    }
}

impl Service<Call> for App {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Answer>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.busy.get() {
            0 => Poll::Ready(Ok(())),
            left => {
                self.busy.set(left - 1);
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn call(&mut self, call: Call) -> Self::Future {
        self.calls.borrow_mut().push(format!(
            "{} {} {:?} id={} client={:?} scheme={}",
            call.route,
            call.request.method,
            call.params.as_slice(),
            call.id,
            call.peer.client,
            call.peer.scheme()
        ));
        assert_ne!(call.route, 2, "a handler panics in place");
        let alarm = Alarm(Some(Rc::clone(&self.dropped)));
        Box::pin(async move {
            let response = answer(call).await;
            alarm.disarm();
            Ok(response)
        })
    }
}

async fn answer(call: Call) -> Response<ResponseBody> {
    match call.route {
        1 => match call.body.collect().await {
            Ok(bytes) => Response::new(ResponseBody::full(bytes)),
            Err(error) => Response::builder()
                .status(error.status())
                .body(error.code().into())
                .unwrap(),
        },
        3 => {
            tokio::time::sleep(Duration::from_millis(10)).await;
            panic!("a handler panics after waiting")
        }
        4 => pending().await,
        5 => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Response::new("slow".into())
        }
        7 => {
            let pieces = [Ok(Bytes::from_static(b"a")), Ok(Bytes::from_static(b"b"))];
            Response::new(ResponseBody::from_stream(futures_util::stream::iter(
                pieces,
            )))
        }
        8 => Response::builder()
            .header("content-length", "77")
            .body(ResponseBody::empty())
            .unwrap(),
        _ => Response::builder()
            .header("content-type", "text/plain")
            .body("hello".into())
            .unwrap(),
    }
}

/// A stack over the application, with a configuration in JSON.
pub(crate) fn build(config: &str, app: App, hooks: Hooks) -> Result<Stack<App>, ConfigError> {
    let config: Config = serde_json::from_str(config).unwrap();
    let routes: Vec<RouteSpec> = serde_json::from_str(ROUTES).unwrap();
    Stack::new(&config, RouteTable::compile(&routes).unwrap(), app, hooks)
}

pub(crate) fn stack(config: &str) -> (Stack<App>, App) {
    let app = App::default();
    (build(config, app.clone(), Hooks::default()).unwrap(), app)
}

/// A stack with these layers, outermost first, and nothing else.
pub(crate) fn layered(layers: &str) -> (Stack<App>, App) {
    stack(&format!(r#"{{"layers": [{layers}]}}"#))
}

/// `METHOD /target`, with a good host and other headers.
pub(crate) fn request(line: &str, headers: &[(&str, &str)]) -> Request<RequestBody> {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", "example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(RequestBody::empty()).unwrap()
}

/// The answer of a stack that need not wait.
pub(crate) fn now(stack: &Stack<App>, request: Request<RequestBody>) -> Response<ResponseBody> {
    let mut future = Box::pin(stack.handle(request));
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(Ok(response)) => response,
        Poll::Ready(Err(never)) => match never {},
        Poll::Pending => panic!("the answer should be there at once"),
    }
}

pub(crate) fn get(stack: &Stack<App>, target: &str) -> Response<ResponseBody> {
    now(stack, request(&format!("GET {target}"), &[]))
}

pub(crate) async fn text(response: Response<ResponseBody>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The code of a problem.
pub(crate) async fn code(response: Response<ResponseBody>) -> String {
    let problem: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

pub(crate) fn header<'a>(response: &'a Response<ResponseBody>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}
