use http::header::{self, Entry};
use http::{HeaderName, HeaderValue, Response};

use crate::body::ResponseBody;
use crate::config::SecurityHeadersConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::Exchange;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

/// The layer `security_headers`.
pub struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
    hsts: Option<HeaderValue>,
}

impl SecurityHeaders {
    /// Checks the options and makes the layer.
    pub fn new(config: &SecurityHeadersConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &SecurityHeadersConfig, faults: &mut Faults) -> Self {
        let mut always = Vec::new();
        if config.content_type_nosniff {
            always.push((
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ));
        }
        let policies = [
            (
                "referrer_policy",
                header::REFERRER_POLICY,
                &config.referrer_policy,
            ),
            (
                "cross_origin_opener_policy",
                CROSS_ORIGIN_OPENER_POLICY,
                &config.cross_origin_opener_policy,
            ),
            (
                "frame_options",
                header::X_FRAME_OPTIONS,
                &config.frame_options,
            ),
        ];
        for (field, name, value) in policies {
            if let Some(value) = value
                .as_ref()
                .and_then(|value| parse_value(field, value, faults))
            {
                always.push((name, value));
            }
        }
        for (index, (name, value)) in config.extra.iter().enumerate() {
            let field = format!("extra[{index}]");
            let Ok(name) = HeaderName::try_from(name) else {
                faults.add(&field, format!("`{name}` is no header name"));
                continue;
            };
            always.extend(parse_value(&field, value, faults).map(|value| (name, value)));
        }
        let hsts = (config.hsts_seconds > 0).then(|| hsts(config)).flatten();
        Self { always, hsts }
    }

    /// How many headers the layer may add.
    pub(crate) fn len(&self) -> usize {
        self.always.len() + usize::from(self.hsts.is_some())
    }
}

fn parse_value(field: &str, value: &str, faults: &mut Faults) -> Option<HeaderValue> {
    let parsed = HeaderValue::try_from(value).ok();
    if parsed.is_none() {
        faults.add(
            field,
            format!("`{}` is no header value", value.escape_debug()),
        );
    }
    parsed
}

fn hsts(config: &SecurityHeadersConfig) -> Option<HeaderValue> {
    let mut value = format!("max-age={}", config.hsts_seconds);
    if config.hsts_include_subdomains {
        value.push_str("; includeSubDomains");
    }
    if config.hsts_preload {
        value.push_str("; preload");
    }
    HeaderValue::try_from(value).ok()
}

impl HeadLayer for SecurityHeaders {
    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        let headers = response.headers_mut();
        for (name, value) in &self.always {
            if let Entry::Vacant(entry) = headers.entry(name) {
                entry.insert(value.clone());
            }
        }
        // RFC 6797 section 7.2: the header must not be sent over a connection that is not secure.
        if let Some(hsts) = self.hsts.as_ref().filter(|_| exchange.peer.is_secure)
            && let Entry::Vacant(entry) = headers.entry(header::STRICT_TRANSPORT_SECURITY)
        {
            entry.insert(hsts.clone());
        }
    }
}
