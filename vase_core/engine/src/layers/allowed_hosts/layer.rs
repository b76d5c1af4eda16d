use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, Version, header};

use super::syntax::{Authority, parse_authority};
use crate::body::{RequestBody, ResponseBody};
use crate::config::AllowedHostsConfig;
use crate::error::{ConfigError, Faults};
use crate::layers::HeadLayer;
use crate::stack::Exchange;

/// The check that every stack makes: `Host` is there, once and well-formed.
#[derive(Debug, Clone, Copy, Default)]
pub struct HostSyntax;

/// The layer `allowed_hosts`.
#[derive(Debug)]
pub struct AllowedHosts {
    any: bool,
    exact: Vec<Box<[u8]>>,
    /// Each with its leading dot.
    suffixes: Vec<Box<[u8]>>,
}

/// What is wrong with the host of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostFault {
    Missing,
    Doubled,
    Malformed,
    NotAllowed,
}

impl HostFault {
    const fn code(self) -> &'static str {
        match self {
            Self::Missing => "host.missing",
            Self::Doubled => "host.doubled",
            Self::Malformed => "host.malformed",
            Self::NotAllowed => "host.not_allowed",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::Missing => "the request has no Host header",
            Self::Doubled => "the request has more than one Host header",
            Self::Malformed => "the Host header is not a host with an optional port",
            Self::NotAllowed => "this server does not answer for the requested host",
        }
    }

    fn refuse(self, head: &Parts, exchange: &Exchange) -> Response<ResponseBody> {
        exchange.refuse(head, StatusCode::BAD_REQUEST, self.code(), self.detail())
    }
}

/// Lets an absolute request target name the host, whatever `Host` says (RFC 9112 section 3.2.2): from here on
/// `Host` says the same, to everybody.
///
/// A `Host` that is missing, doubled or malformed stays, for [`HostSyntax`] to refuse (RFC 9112 section 3.2).
pub(crate) fn adopt_target(head: &mut Parts) {
    // A target with an authority is the absolute form, or HTTP/2's `:authority`.
    let Some(target) = head.uri.authority() else {
        return;
    };
    let mut lines = head.headers.get_all(header::HOST).iter();
    let is_good = match (lines.next(), lines.next()) {
        (Some(line), None) => parse_authority(line.as_bytes()).is_some(),
        (None, _) => head.version != Version::HTTP_11,
        _ => false,
    };
    if is_good
        && parse_authority(target.as_str().as_bytes()).is_some()
        && let Ok(value) = HeaderValue::from_str(target.as_str())
    {
        head.headers.insert(header::HOST, value);
    }
}

/// The host of a request, checked; `None` where HTTP/1.0 sends none.
fn checked_authority(head: &Parts) -> Result<Option<Authority<'_>>, HostFault> {
    let mut lines = head.headers.get_all(header::HOST).iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(HostFault::Doubled);
    }
    let named = match line {
        Some(line) => Some(parse_authority(line.as_bytes()).ok_or(HostFault::Malformed)?),
        None => None,
    };
    // `Host` says the same by now, if the target can be read at all.
    let target = head
        .uri
        .authority()
        .map(|target| target.as_str().as_bytes());
    if target.is_some_and(|target| parse_authority(target).is_none()) {
        return Err(HostFault::Malformed);
    }
    if named.is_none() && !matches!(head.version, Version::HTTP_10 | Version::HTTP_09) {
        return Err(HostFault::Missing);
    }
    Ok(named)
}

impl HeadLayer for HostSyntax {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        checked_authority(head)
            .err()
            .map(|fault| fault.refuse(head, exchange))
    }
}

impl AllowedHosts {
    /// Checks the options and makes the layer.
    pub fn new(config: &AllowedHostsConfig) -> Result<Self, ConfigError> {
        Faults::collect(|faults| Self::build(config, faults))
    }

    pub(crate) fn build(config: &AllowedHostsConfig, faults: &mut Faults) -> Self {
        let mut layer = Self {
            any: false,
            exact: Vec::new(),
            suffixes: Vec::new(),
        };
        for (index, pattern) in config.hosts.iter().enumerate() {
            if pattern == "*" {
                layer.any = true;
                continue;
            }
            let host = pattern.strip_prefix('.').unwrap_or(pattern);
            if parse_authority(host.as_bytes())
                .is_none_or(|authority| authority.host.len() != host.len())
                || host.contains('*')
            {
                faults.add_with_hint(
                    &format!("hosts[{index}]"),
                    format!("`{pattern}` is no host"),
                    "write `example.com`, `.example.com` for it and all hosts below, or `*`; no scheme, no port",
                );
                continue;
            }
            let pattern = pattern.to_ascii_lowercase().into_bytes().into_boxed_slice();
            if pattern[0] == b'.' {
                layer.suffixes.push(pattern);
            } else {
                layer.exact.push(pattern);
            }
        }
        layer
    }

    fn allows(&self, host: &[u8]) -> bool {
        // A name may end in the dot of the root (RFC 3986 section 3.2.2): the same host.
        let host = host.strip_suffix(b".").unwrap_or(host);
        self.any
            || self
                .exact
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(host))
            || self.suffixes.iter().any(|suffix| is_below(host, suffix))
    }
}

/// Whether `host` is `example.com` or ends in `.example.com`, for the suffix `.example.com`.
fn is_below(host: &[u8], suffix: &[u8]) -> bool {
    if host.len() + 1 == suffix.len() {
        return host.eq_ignore_ascii_case(&suffix[1..]);
    }
    host.len() > suffix.len() && host[host.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

impl HeadLayer for AllowedHosts {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let authority = match checked_authority(head) {
            Ok(authority) => authority,
            Err(fault) => return Some(fault.refuse(head, exchange)),
        };
        let forwarded = exchange.peer.forwarded_host.as_deref();
        let authority = forwarded
            .and_then(|host| parse_authority(host.as_bytes()))
            .or(authority);
        let is_allowed = exchange.is_probe()
            // HTTP/1.0 may leave the host out, and then there is nothing that could be forged.
            || authority.is_none_or(|authority| self.allows(authority.host));
        (!is_allowed).then(|| HostFault::NotAllowed.refuse(head, exchange))
    }
}
