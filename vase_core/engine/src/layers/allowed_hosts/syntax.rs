/// A host and its port, both as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    /// The name, or the address; an IPv6 address with its brackets.
    pub(crate) host: &'a [u8],
    pub(crate) port: Option<u16>,
}

/// Reads `uri-host [ ":" port ]` (RFC 9110 section 7.2, RFC 3986 section 3.2.2).
///
/// An empty host is refused too: an http URI must not have one (RFC 9110 section 4.2.1).
pub(crate) fn parse_authority(text: &[u8]) -> Option<Authority<'_>> {
    if text.first() == Some(&b'[') {
        let end = text.iter().position(|byte| *byte == b']')?;
        let (host, rest) = text.split_at(end + 1);
        is_address_literal(&host[1..end]).then_some(())?;
        return Some(Authority {
            host,
            port: parse_port(rest)?,
        });
    }
    let end = text
        .iter()
        .position(|byte| *byte == b':')
        .unwrap_or(text.len());
    let (host, rest) = text.split_at(end);
    is_name(host).then_some(())?;
    Some(Authority {
        host,
        port: parse_port(rest)?,
    })
}

/// Reads what follows the host: nothing, `:` or `:` and a number; `None` when it is anything else.
#[allow(clippy::option_option)] // no port and a broken port are two things
fn parse_port(rest: &[u8]) -> Option<Option<u16>> {
    match rest {
        [] | [b':'] => Some(None),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok()?.parse().ok().map(Some)
        }
        _ => None,
    }
}

fn is_address_literal(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    // IPvFuture has no user and no meaning to a server: only real addresses pass.
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// `reg-name`, not empty: unreserved, sub-delims, and percent-encoded bytes.
fn is_name(host: &[u8]) -> bool {
    // Letters, digits, dots and hyphens are nearly every name; the rest of the grammar is rare.
    !host.is_empty()
        && (host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            || is_registered_name(host))
}

fn is_registered_name(mut host: &[u8]) -> bool {
    loop {
        host = match host {
            [] => return true,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest
            }
            [byte, rest @ ..]
                if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(byte) =>
            {
                rest
            }
            _ => return false,
        };
    }
}
