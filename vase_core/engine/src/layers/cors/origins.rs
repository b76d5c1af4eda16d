use crate::error::Faults;

/// The origins that are let in.
#[derive(Debug, Default)]
pub(super) struct Origins {
    pub(super) any: bool,
    exact: Vec<Box<[u8]>>,
    wild: Vec<Wildcard>,
}

/// `https://*.example.com`, cut at its star.
#[derive(Debug)]
struct Wildcard {
    /// The scheme with `://`.
    start: Box<[u8]>,
    /// The rest from the dot on.
    end: Box<[u8]>,
}

impl Origins {
    pub(super) fn parse(texts: &[String], faults: &mut Faults) -> Self {
        let mut origins = Self::default();
        for (index, text) in texts.iter().enumerate() {
            if text == "*" {
                origins.any = true;
            } else if let Some((scheme, rest)) = text.split_once("://*.")
                && is_scheme(scheme)
                && is_host(rest)
            {
                origins.wild.push(Wildcard {
                    start: to_bytes(&[scheme, "://"]),
                    end: to_bytes(&[".", rest]),
                });
            } else if text == "null"
                || text
                    .split_once("://")
                    .is_some_and(|(scheme, rest)| is_scheme(scheme) && is_host(rest))
            {
                origins.exact.push(to_bytes(&[text]));
            } else {
                faults.add_with_hint(
                    &format!("allowed_origins[{index}]"),
                    format!("`{text}` is no origin"),
                    "write a scheme and a host, without a path: `https://app.example.com`, `https://*.example.com`, or `*`",
                );
            }
        }
        origins
    }

    pub(super) fn allows(&self, origin: &[u8]) -> bool {
        self.any
            || self.exact.iter().any(|known| **known == *origin)
            || self.wild.iter().any(|Wildcard { start, end }| {
                let middle = origin
                    .strip_prefix(&**start)
                    .and_then(|rest| rest.strip_suffix(&**end));
                middle.is_some_and(|names| {
                    names.first().is_some_and(u8::is_ascii_alphanumeric)
                        && names
                            .iter()
                            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
                })
            })
    }
}

/// Browsers write origins in lower case, so that is how they are kept.
fn to_bytes(parts: &[&str]) -> Box<[u8]> {
    parts
        .concat()
        .to_ascii_lowercase()
        .into_bytes()
        .into_boxed_slice()
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"/?#@*\\\"<>,;".contains(&byte))
}
