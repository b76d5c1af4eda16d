//! Whose pages may open a socket: a browser sends cookies with a handshake from any site, and asks nobody first.

use http::request::Parts;
use http::{HeaderValue, header};

use crate::stack::Peer;

/// Whether the handshake comes from a page that may send it, or from no page at all.
///
/// A page of the host that is asked may; so may the origins of the list, and all with `*`.
pub(super) fn is_welcome(head: &Parts, peer: &Peer, allowed: &[String]) -> bool {
    let mut origins = head.headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true; // no browser
    };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else {
        return false;
    };
    if allowed
        .iter()
        .any(|known| known == "*" || known.eq_ignore_ascii_case(origin))
    {
        return true;
    }
    let host = peer
        .forwarded_host
        .as_deref()
        .or_else(|| head.headers.get(header::HOST))
        .map(HeaderValue::to_str);
    matches!((split(origin), host), (Some((scheme, authority)), Some(Ok(host)))
        if same_host(authority, host, default_port(scheme)))
}

fn split(origin: &str) -> Option<(&str, &str)> {
    let (scheme, authority) = origin.split_once("://")?;
    (!authority.is_empty()).then_some((scheme, authority))
}

fn default_port(scheme: &str) -> &'static str {
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss") {
        "443"
    } else {
        "80"
    }
}

fn same_host(one: &str, other: &str, port: &str) -> bool {
    let (one, other) = (with_port(one, port), with_port(other, port));
    one.0.eq_ignore_ascii_case(other.0) && one.1 == other.1
}

/// Host and port; the brackets of an IPv6 address stay with the host.
fn with_port<'a>(authority: &'a str, port: &'a str) -> (&'a str, &'a str) {
    match authority.rsplit_once(':') {
        Some((host, given)) if !given.contains(']') => {
            (host, if given.is_empty() { port } else { given })
        }
        _ => (authority, port),
    }
}
