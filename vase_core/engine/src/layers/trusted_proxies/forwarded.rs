//! Reads the two families of headers, from the nearest proxy outwards.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// What one chain of proxies says of the client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Story<'a> {
    /// The first address, seen from the server, that is no trusted proxy.
    pub(super) client: Option<SocketAddr>,
    pub(super) scheme: Option<&'a str>,
    pub(super) host: Option<&'a str>,
}

/// Follows a chain of addresses from the nearest: stops at the first that is not trusted.
///
/// Returns the client and how many entries were read. Something unreadable ends the chain, too:
/// what stands further out was written by whoever wrote that.
fn follow<'a>(
    entries: impl Iterator<Item = Option<&'a str>>,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> (Option<SocketAddr>, usize) {
    let (mut client, mut count) = (None, 0);
    for entry in entries {
        count += 1;
        let Some(address) = entry.and_then(parse_node) else {
            break;
        };
        client = Some(address);
        if !is_trusted(address.ip()) {
            break;
        }
    }
    (client, count)
}

pub(super) fn read_x_forwarded(
    headers: &HeaderMap,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Story<'_> {
    let (client, count) = follow(from_right(headers, &FOR).map(Some), is_trusted);
    // A proxy that appends to one of the lists appends to all of them: the entry about the client is as
    // far from the right everywhere. A proxy that overwrites leaves one entry, which is the one meant.
    let entry = |name| from_right(headers, name).take(count.max(1)).last();
    Story {
        client,
        scheme: entry(&PROTO),
        host: entry(&HOST),
    }
}

pub(super) fn read_forwarded(
    headers: &HeaderMap,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Story<'_> {
    let element = |element| parameter(element, "for");
    let (client, count) = follow(
        from_right(headers, &header::FORWARDED).map(element),
        is_trusted,
    );
    let last = from_right(headers, &header::FORWARDED)
        .take(count.max(1))
        .last()
        .unwrap_or_default();
    Story {
        client,
        scheme: parameter(last, "proto"),
        host: parameter(last, "host"),
    }
}

/// The entries of a list header, over all its lines, from the last to the first.
fn from_right<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers
        .get_all(name)
        .iter()
        .rev()
        .map(HeaderValue::to_str)
        .filter_map(Result::ok);
    lines.flat_map(|line| line.rsplit(',').map(str::trim))
}

/// A parameter of one `Forwarded` element, quotes taken off.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .unwrap_or(value);
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
///
/// A port that is not told is 0. `unknown` and `_hidden` (RFC 7239 section 6) are no addresses.
pub(super) fn parse_node(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(canonical(address));
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .map(str::parse::<Ipv6Addr>);
    let address = match bare {
        Some(address) => IpAddr::V6(address.ok()?),
        None => text.parse().ok()?,
    };
    Some(canonical(SocketAddr::new(address, 0)))
}

/// `::ffff:192.0.2.1` is 192.0.2.1: a dual-stack socket must not hide a client from its network.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
