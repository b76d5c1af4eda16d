use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};

use super::origins::Origins;
use crate::body::{RequestBody, ResponseBody};
use crate::config::CorsConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::{HeadLayer, vary};
use crate::stack::Exchange;

const ANY: HeaderValue = HeaderValue::from_static("*");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const VARY_PREFLIGHT: HeaderValue =
    HeaderValue::from_static("origin, access-control-request-headers");

/// The layer `cors`.
pub struct Cors {
    origins: Origins,
    methods: HeaderValue,
    /// `None` repeats what the preflight asks for.
    headers: Option<HeaderValue>,
    expose: Option<HeaderValue>,
    allow_credentials: bool,
    max_age: HeaderValue,
    /// Every answer is `Access-Control-Allow-Origin: *`.
    is_constant: bool,
    /// Whether answers depend on the origin: not if all are let in, and not if none is.
    varies: bool,
}

impl Cors {
    /// Checks the options and makes the layer.
    pub fn new(config: &CorsConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &CorsConfig, faults: &mut Faults) -> Self {
        let origins = Origins::parse(&config.allowed_origins, faults);
        if origins.any && config.allow_credentials {
            faults.add_with_hint(
                "allow_credentials",
                "`*` in `allowed_origins` and credentials would let every page act as the user",
                "name the origins",
            );
        }
        let is_method = |text: &str| Method::from_bytes(text.as_bytes()).is_ok();
        let is_header = |text: &str| HeaderName::try_from(text).is_ok();
        let repeats_headers = config.allow_headers.iter().any(|name| name == "*");
        let is_constant = origins.any && !config.allow_credentials;
        Self {
            is_constant,
            varies: !is_constant && !config.allowed_origins.is_empty(),
            origins,
            methods: join("allow_methods", &config.allow_methods, is_method, faults)
                .unwrap_or(HeaderValue::from_static("")),
            headers: (!repeats_headers).then(|| {
                join("allow_headers", &config.allow_headers, is_header, faults)
                    .unwrap_or(HeaderValue::from_static(""))
            }),
            expose: join(
                "expose_headers",
                &config.expose_headers,
                |text| text == "*" || is_header(text),
                faults,
            ),
            allow_credentials: config.allow_credentials,
            max_age: HeaderValue::from(config.max_age),
        }
    }

    fn preflight(
        &self,
        head: &Parts,
        origin: &HeaderValue,
        exchange: &Exchange,
    ) -> Response<ResponseBody> {
        if !self.origins.allows(origin.as_bytes()) {
            let detail = "pages of this origin may not use this server";
            let mut response = exchange.refuse(
                head,
                StatusCode::FORBIDDEN,
                "cors.origin_not_allowed",
                detail,
            );
            vary(response.headers_mut(), "origin");
            return response;
        }
        let mut response = Response::new(ResponseBody::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        self.allow_origin(headers, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let asked = || {
            head.headers
                .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
                .cloned()
        };
        if let Some(allowed) = self
            .headers
            .clone()
            .or_else(asked)
            .filter(|value| !value.is_empty())
        {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        headers.insert(header::VARY, VARY_PREFLIGHT);
        response
    }

    fn allow_origin(&self, headers: &mut HeaderMap, origin: HeaderValue) {
        let allowed = if self.is_constant { ANY } else { origin };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.allow_credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
    }
}

fn join(
    field: &str,
    items: &[String],
    is_fine: impl Fn(&str) -> bool,
    faults: &mut Faults,
) -> Option<HeaderValue> {
    for (index, item) in items.iter().enumerate() {
        if !is_fine(item) {
            faults.add(
                &format!("{field}[{index}]"),
                format!("`{}` is not allowed here", item.escape_debug()),
            );
        }
    }
    HeaderValue::try_from(items.join(", "))
        .ok()
        .filter(|value| !value.is_empty())
}

impl HeadLayer for Cors {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let origin = head.headers.get(header::ORIGIN)?;
        if head.method == Method::OPTIONS
            && head
                .headers
                .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Some(self.preflight(head, origin, exchange));
        }
        if self.origins.allows(origin.as_bytes()) {
            exchange.origin = Some(Box::new(origin.clone()));
        }
        None
    }

    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        let headers = response.headers_mut();
        if let Some(origin) = exchange.origin.take() {
            self.allow_origin(headers, *origin);
            if let Some(expose) = &self.expose {
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
            }
        }
        if self.varies {
            vary(headers, "origin");
        }
    }
}
