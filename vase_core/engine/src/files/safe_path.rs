//! What of a URL may become the name of a file.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The longest name that Linux file systems know, in bytes.
const MAX_NAME: usize = 255;
/// The longest path that the kernel takes, in bytes.
const MAX_PATH: usize = 4095;

/// Turns what follows the prefix of a mount into a path below its root, if it can be one.
///
/// It is decoded once. Every segment must be a plain name: nothing in the result means anything to a
/// file system but the slashes that stood in the URL as such.
pub(super) fn parse(raw: &str) -> Option<Cow<'_, str>> {
    if raw.len() > 3 * MAX_PATH {
        return None;
    }
    let path = if raw.contains('%') {
        let mut path = String::with_capacity(raw.len());
        for (index, segment) in raw.split('/').enumerate() {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            if segment.contains('/') {
                return None;
            }
            if index > 0 {
                path.push('/');
            }
            path.push_str(&segment);
        }
        Cow::Owned(path)
    } else {
        Cow::Borrowed(raw)
    };
    let is_safe = path.len() <= MAX_PATH
        && path
            .split('/')
            .enumerate()
            .all(|(index, name)| is_plain_name(name) || (index == 0 && name == ".well-known"));
    is_safe.then_some(path)
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.starts_with('.')
        && !name
            .bytes()
            .any(|byte| byte == b'\\' || byte.is_ascii_control())
}
