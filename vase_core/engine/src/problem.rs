//! Errors on the wire: RFC 9457 problem details, or a small HTML page for browsers.
//!
//! Everything the engine refuses is answered here, so that all refusals look alike. The detail is
//! written by the engine and never repeats what a client sent unescaped.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::body::ResponseBody;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const VARY_ACCEPT: HeaderValue = HeaderValue::from_static("accept");

/// Answers with a problem: the status, a stable code and one sentence.
pub fn respond(
    status: StatusCode,
    code: &str,
    detail: &str,
    accept: Option<&HeaderValue>,
) -> Response<ResponseBody> {
    Problem::new(status, code, detail).respond(accept)
}

/// One problem, before it is known how the client wants to read it.
#[derive(Debug, Clone, Serialize)]
pub struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    #[serde(serialize_with = "serialize_status")]
    status: StatusCode,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> Problem<'a> {
    /// A problem that is named by its status; `code` says more to programs, `detail` to people.
    pub fn new(status: StatusCode, code: &'a str, detail: &'a str) -> Self {
        // RFC 9457 section 4.2.1: `about:blank` says that the problem is what the status says.
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            r#type: "about:blank",
            title,
            status,
            detail,
            code,
            request_id: None,
        }
    }

    /// Names the request, so that an answer can be found in the log; an empty id is left out.
    #[must_use]
    pub fn request_id(mut self, id: &'a str) -> Self {
        self.request_id = (!id.is_empty()).then_some(id);
        self
    }

    /// Writes the answer in the form that `Accept` prefers; JSON when it does not matter.
    pub fn respond(&self, accept: Option<&HeaderValue>) -> Response<ResponseBody> {
        self.respond_as(prefers_html(accept))
    }

    /// Writes the answer as an HTML page or as JSON.
    pub fn respond_as(&self, is_html: bool) -> Response<ResponseBody> {
        let (content_type, body) = if is_html {
            (HTML, Bytes::from(self.to_html()))
        } else {
            // Strings and numbers alone: this cannot fail, and an empty body would still be an answer.
            (
                PROBLEM_JSON,
                Bytes::from(serde_json::to_vec(self).unwrap_or_default()),
            )
        };
        let mut response = Response::new(ResponseBody::full(body));
        *response.status_mut() = self.status;
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        response.headers_mut().insert(header::VARY, VARY_ACCEPT);
        response
    }

    fn to_html(&self) -> String {
        let mut page = String::with_capacity(512);
        page.push_str("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
        page.push_str(self.status.as_str());
        page.push(' ');
        escape_into(&mut page, self.title);
        page.push_str("</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;margin:4rem auto;max-width:40rem;padding:0 1rem}</style></head>\n<body>\n<h1>");
        escape_into(&mut page, self.title);
        page.push_str("</h1>\n<p>");
        escape_into(&mut page, self.detail);
        page.push_str("</p>\n");
        if let Some(id) = self.request_id {
            page.push_str("<p><small>Request ");
            escape_into(&mut page, id);
            page.push_str("</small></p>\n");
        }
        page.push_str("</body>\n</html>\n");
        page
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference
fn serialize_status<S: serde::Serializer>(
    status: &StatusCode,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// Appends `text` with the five characters that mean something to HTML replaced.
pub(crate) fn escape_into(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#x27;"),
            other => page.push(other),
        }
    }
}

/// Whether `Accept` ranks `text/html` above JSON, as browsers do; a tie goes to JSON.
pub fn prefers_html(accept: Option<&HeaderValue>) -> bool {
    let Some(accept) = accept.and_then(|accept| accept.to_str().ok()) else {
        return false;
    };
    // Programs do not name the type, and then there is nothing to weigh.
    if !accept
        .as_bytes()
        .windows(5)
        .any(|text| text.eq_ignore_ascii_case(b"text/"))
    {
        return false;
    }
    let html = quality_of(accept, &["text/html"]);
    html > 0 && html > quality_of(accept, &["application/problem+json", "application/json"])
}

/// The quality, in thousandths, of the best of some media types: the most specific range decides.
fn quality_of(accept: &str, names: &[&str]) -> u16 {
    names
        .iter()
        .map(|name| quality_of_one(accept, name))
        .max()
        .unwrap_or(0)
}

fn quality_of_one(accept: &str, name: &str) -> u16 {
    let (kind, _) = name.split_once('/').unwrap_or((name, ""));
    let (mut best, mut rank) = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';');
        let media = parts.next().unwrap_or_default().trim();
        let specificity = if media.eq_ignore_ascii_case(name) {
            3
        } else if media
            .strip_suffix("/*")
            .is_some_and(|media| media.eq_ignore_ascii_case(kind))
        {
            2
        } else {
            u8::from(media == "*/*")
        };
        if specificity > rank {
            rank = specificity;
            best = parts.find_map(parse_quality).unwrap_or(1000);
        }
    }
    best
}

/// Reads `q=0.8` as 800 thousandths (RFC 9110 section 12.4.2); anything odd counts as 0.
pub(crate) fn parse_quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let value = value.trim();
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(0);
    }
    let thousandths = fraction
        .bytes()
        .fold((0_u16, 100_u16), |(sum, unit), digit| {
            (sum + u16::from(digit - b'0') * unit, unit / 10)
        });
    Some(match whole {
        "1" => 1000,
        "0" => thousandths.0,
        _ => 0,
    })
}

#[cfg(test)]
mod tests;
