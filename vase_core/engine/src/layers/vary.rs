//! `Vary`, merged: one line that names each header once.

use http::header::{self, HeaderMap, HeaderValue};

/// Adds the name of a request's header that an answer depends on.
pub(crate) fn vary(headers: &mut HeaderMap, name: &'static str) {
    if !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, HeaderValue::from_static(name));
        return;
    }
    let lines: Vec<&str> = headers
        .get_all(header::VARY)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for known in lines
        .iter()
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .chain([name])
    {
        let is_new = !names.iter().any(|other| other.eq_ignore_ascii_case(known));
        if is_new && !known.is_empty() {
            names.push(known);
        }
    }
    let merged = if names.contains(&"*") {
        "*".to_owned()
    } else {
        names.join(", ")
    };
    if let Ok(merged) = HeaderValue::try_from(merged) {
        headers.insert(header::VARY, merged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(before: &[&'static str], names: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in before {
            headers.append(header::VARY, HeaderValue::from_static(line));
        }
        for name in names {
            vary(&mut headers, name);
        }
        let lines = headers.get_all(header::VARY);
        lines
            .iter()
            .map(|line| line.to_str().unwrap().to_owned())
            .collect()
    }

    /// One line comes of many, each name once, in the order in which they came.
    #[test]
    fn merged() {
        assert_eq!(varied(&[], &["origin"]), ["origin"]);
        assert_eq!(varied(&["Accept"], &["accept"]), ["Accept"]);
        assert_eq!(
            varied(
                &["accept, cookie", "Origin"],
                &["accept-encoding", "origin"]
            ),
            ["accept, cookie, Origin, accept-encoding"]
        );
        assert_eq!(varied(&["accept, *"], &["origin"]), ["*"]);
    }
}
