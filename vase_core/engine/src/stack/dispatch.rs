//! What is inside the layers: platform endpoints, static files, the route table.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tower::Service;

use super::future::State;
use super::mounts::{Ids, Place};
use super::{Call, Exchange, Shared};
use crate::body::{RequestBody, ResponseBody};
use crate::layers::HeadLayer;
use crate::layers::body_limit::BodyLimit;
use crate::routing::{Found, Params, RouteTable};
use crate::websocket::{Refusal, handshake};

impl Shared {
    /// Finds who answers, and sets it going.
    ///
    /// A call is large. It is put together where it is handed over, so that it is moved once.
    pub(super) fn dispatch<S>(
        &self,
        slot: &mut Option<(Parts, RequestBody)>,
        exchange: &mut Exchange,
        inner: &mut S,
        state: &mut State<S, S::Future>,
    ) where
        S: Service<Call, Response = Response<ResponseBody>, Error = Infallible> + Clone,
    {
        let Some((head, body)) = slot else { return };
        if exchange.is_platform() {
            let request = slot
                .take()
                .map(|(head, body)| Request::from_parts(head, body));
            let future = self.platform.call(request.unwrap_or_default());
            *state = State::Engine { future };
            return;
        }
        if let Some(files) = &self.files
            && let Some(response) = files.respond(head)
        {
            *state = State::answered(response);
            return;
        }
        // Only a request that may become something else than HTTP carries an extension: others pay a comparison.
        let found = if head.extensions.is_empty() {
            None
        } else {
            self.find_socket(head, exchange)
        };
        let found = match found {
            Some(Ok(found)) => found,
            Some(Err(response)) => {
                *state = State::answered(response);
                return;
            }
            None => self.table.find(&head.method, head.uri.path()),
        };
        let (route, params) = match found {
            Found::Route { id, params } => (id, params),
            found => match self.mounted(&found, head, exchange) {
                Ok(id) => (id, Params::new()),
                Err(answer) => {
                    let response = answer.map_or_else(
                        || self.answer_unrouted(found, head, exchange),
                        |answer| *answer,
                    );
                    *state = State::answered(response);
                    return;
                }
            },
        };
        if let Some(throttles) = &self.throttles
            && let Some(response) = throttles.refuse(route, head, exchange)
        {
            *state = State::answered(response);
            return;
        }
        if !http_body::Body::is_end_stream(body)
            && let Some(response) = self
                .body_limit(route, exchange)
                .on_request(head, body, exchange)
        {
            *state = State::answered(response);
            return;
        }
        let (peer, id) = (exchange.peer.clone(), exchange.id);
        let Some((request, body)) = slot.take() else {
            return;
        };
        let call = Call {
            request,
            body,
            route,
            params,
            peer,
            id,
        };
        // Nearly every service is ready at once, and then needs no clone of its own.
        *state = match inner.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => State::Running {
                future: inner.call(call),
            },
            Poll::Pending => State::Waiting {
                waiting: Some(Box::new((inner.clone(), call))),
            },
        };
    }

    /// How large the body of a request to this route may be: the route's word, the layer's, that of the configuration.
    fn body_limit(&self, route: u32, exchange: &Exchange) -> BodyLimit {
        let own = self.table.max_body(route).or(exchange.max_body);
        own.map_or(self.default_body_limit, BodyLimit::new)
    }

    /// The socket that a handshake asks for, or the answer that refuses it; `None` for what is HTTP.
    fn find_socket(
        &self,
        head: &Parts,
        exchange: &Exchange,
    ) -> Option<Result<Found, Response<ResponseBody>>> {
        if !handshake::is_requested(head) {
            return None;
        }
        let found = self.table.find(&self.socket_method, head.uri.path());
        if !matches!(found, Found::Route { .. }) {
            return None;
        }
        Some(
            match handshake::check(head, &exchange.peer, &self.websocket) {
                Ok(()) => Ok(found),
                Err(refusal) => Err(refuse_socket(refusal, head, exchange)),
            },
        )
    }

    /// Whether a path is there for sockets alone.
    fn is_socket(&self, head: &Parts) -> bool {
        let found = self.table.find(&self.socket_method, head.uri.path());
        head.method == Method::GET && matches!(found, Found::Route { .. })
    }

    /// The application below whose prefix a request lies that no route takes, or what is answered instead: a redirect
    /// to it, the refusal of a bad handshake.
    fn mounted(
        &self,
        found: &Found,
        head: &Parts,
        exchange: &Exchange,
    ) -> Result<u32, Option<Box<Response<ResponseBody>>>> {
        // A path whose routes take other methods answers OPTIONS itself; all else is the application's.
        if matches!(found, Found::Options { .. }) {
            return Err(None);
        }
        match self.mounts.find(&head.uri) {
            Place::Inside(Ids { route, socket }) => match socket {
                Some(socket) if !head.extensions.is_empty() && handshake::is_requested(head) => {
                    handshake::check(head, &exchange.peer, &self.websocket)
                        .map(|()| socket)
                        .map_err(|refusal| Some(Box::new(refuse_socket(refusal, head, exchange))))
                }
                _ => Ok(route),
            },
            // A path that is a route's, too, keeps the answer that the route gives.
            Place::AtDoor if matches!(found, Found::NotFound) => {
                let location = format!("{}/", head.uri.path());
                let (status, location) =
                    RouteTable::redirect(&head.method, &location, head.uri.query());
                let mut response = empty(status);
                response.headers_mut().insert(header::LOCATION, location);
                Err(Some(Box::new(response)))
            }
            Place::AtDoor | Place::Outside => Err(None),
        }
    }

    /// What the table says when it has no route to call.
    fn answer_unrouted(
        &self,
        found: Found,
        head: &Parts,
        exchange: &Exchange,
    ) -> Response<ResponseBody> {
        match found {
            Found::MethodNotAllowed { .. } if self.is_socket(head) => {
                refuse_socket(handshake::UPGRADE_REQUIRED, head, exchange)
            }
            Found::MethodNotAllowed { allow } => {
                let detail = "this path does not answer the method of the request";
                let mut response = exchange.refuse(
                    head,
                    StatusCode::METHOD_NOT_ALLOWED,
                    "route.method_not_allowed",
                    detail,
                );
                response.headers_mut().insert(header::ALLOW, allow);
                response
            }
            Found::Options { allow } => {
                let mut response = empty(StatusCode::NO_CONTENT);
                response.headers_mut().insert(header::ALLOW, allow);
                response
            }
            Found::Redirect { location } => {
                let (status, location) =
                    RouteTable::redirect(&head.method, &location, head.uri.query());
                let mut response = empty(status);
                response.headers_mut().insert(header::LOCATION, location);
                response
            }
            Found::BadRequest => {
                let detail = "the path is not UTF-8 after decoding";
                exchange.refuse(
                    head,
                    StatusCode::BAD_REQUEST,
                    "route.malformed_path",
                    detail,
                )
            }
            Found::NotFound | Found::Route { .. } => exchange.refuse(
                head,
                StatusCode::NOT_FOUND,
                "route.not_found",
                &self.not_found,
            ),
        }
    }
}

fn refuse_socket(refusal: Refusal, head: &Parts, exchange: &Exchange) -> Response<ResponseBody> {
    let mut response = exchange.refuse(head, refusal.status, refusal.code, refusal.detail);
    refusal.add_headers(response.headers_mut());
    response
}

/// What a 404 says: while developing, also which paths there are.
pub(super) fn describe_not_found(table: &RouteTable, is_debug: bool) -> Box<str> {
    let mut text = "no route has this path".to_owned();
    if is_debug {
        let mut paths: Vec<String> = table
            .describe()
            .into_iter()
            .map(|route| route.path)
            .collect();
        paths.dedup();
        text.push_str(if paths.is_empty() {
            "; there are no routes"
        } else {
            "; the routes are: "
        });
        text.push_str(&paths.join(", "));
    }
    text.into_boxed_str()
}

fn empty(status: StatusCode) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = status;
    response
}

/// Makes an answer one to HEAD: no body, and the length that the body has.
pub(super) fn drop_body(method: &Method, response: &mut Response<ResponseBody>) {
    if method != Method::HEAD {
        return;
    }
    let length = std::mem::take(response.body_mut()).length();
    // An empty answer says nothing of the length: a handler of HEAD may not have counted.
    if let Some(length) = length.filter(|length| *length > 0) {
        response
            .headers_mut()
            .entry(header::CONTENT_LENGTH)
            .or_insert_with(|| HeaderValue::from(length));
    }
}
