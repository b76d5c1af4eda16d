//! What is inside the layers: platform endpoints, static files, the route table.

use futures_util::future::LocalBoxFuture;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use super::{Call, Exchange, Shared};
use crate::body::{RequestBody, ResponseBody};
use crate::layers::HeadLayer;
use crate::routing::{Found, RouteTable};

/// Who answers.
pub(super) enum Destination {
    /// The inner service.
    Inner(Call),
    /// Nobody further in: this is the answer.
    Answered(Response<ResponseBody>),
    /// The engine, after some waiting.
    Engine(LocalBoxFuture<'static, Response<ResponseBody>>),
}

impl Shared {
    pub(super) fn dispatch(
        &self,
        head: Parts,
        body: RequestBody,
        exchange: &mut Exchange,
    ) -> Destination {
        if exchange.is_platform() {
            return Destination::Engine(self.platform.call(Request::from_parts(head, body)));
        }
        match self.table.find(&head.method, head.uri.path()) {
            Found::Route { id, params } => self.enter(id, params, head, body, exchange),
            found => Destination::Answered(self.answer_unrouted(found, &head, exchange)),
        }
    }

    fn enter(
        &self,
        route: u32,
        params: crate::routing::Params,
        mut head: Parts,
        mut body: RequestBody,
        exchange: &mut Exchange,
    ) -> Destination {
        if !exchange.is_body_limited
            && let Some(response) = self
                .default_body_limit
                .on_request(&mut head, &mut body, exchange)
        {
            return Destination::Answered(response);
        }
        let (peer, id) = (exchange.peer.clone(), exchange.id);
        Destination::Inner(Call {
            request: head,
            body,
            route,
            params,
            peer,
            id,
        })
    }

    fn answer_unrouted(
        &self,
        found: Found,
        head: &Parts,
        exchange: &Exchange,
    ) -> Response<ResponseBody> {
        match found {
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
                "no route has this path",
            ),
        }
    }
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
