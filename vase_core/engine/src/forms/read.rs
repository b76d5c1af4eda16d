use std::collections::{HashMap, HashSet};

use http::HeaderMap;
use http::header;

use super::{Content, FormError, multipart, urlencoded};
use crate::body::RequestBody;
use crate::config::FormsConfig;

/// What a form holds, in the order in which it was sent.
#[derive(Debug, Default)]
pub struct Form {
    /// The fields and files.
    pub items: Vec<Item>,
}

/// One value of a form.
#[derive(Debug)]
pub enum Item {
    /// A name and a text.
    Text(String, String),
    /// A file.
    File(Upload),
}

/// A file of a form.
#[derive(Debug)]
pub struct Upload {
    /// The name of the field.
    pub name: String,
    /// The last part of the name that the client gave the file; empty when it gave none that is safe.
    pub filename: String,
    /// The headers of the part, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its length in bytes.
    pub size: u64,
    /// The content.
    pub content: Content,
}

/// What a route does with files.
#[derive(Debug, Clone, Default)]
pub struct FileRules {
    /// The fields whose files are kept; `None` keeps all.
    pub names: Option<HashSet<String>>,
    /// The most bytes that a file of a field may have.
    pub max_sizes: HashMap<String, u64>,
}

impl FileRules {
    pub(super) fn keeps(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(name))
    }
}

/// The formats of forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `multipart/form-data` with its boundary.
    Multipart(String),
}

/// Which form a body is, by its content type.
pub fn kind_of(headers: &HeaderMap) -> Result<Kind, FormError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Err(FormError::NoType);
    };
    let text = String::from_utf8_lossy(value.as_bytes());
    let kind = text.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(Kind::UrlEncoded);
    }
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return Err(FormError::NotAForm(kind.chars().take(100).collect()));
    }
    let boundary = multer::parse_boundary(text.as_ref()).map_err(|_| FormError::NoBoundary)?;
    // RFC 2046 section 5.1.1.
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(FormError::NoBoundary);
    }
    Ok(Kind::Multipart(boundary))
}

/// Reads a form to its end. An empty body is an empty form, whatever it says of itself.
pub async fn read(
    headers: &HeaderMap,
    body: RequestBody,
    config: &FormsConfig,
    rules: &FileRules,
) -> Result<Form, FormError> {
    if http_body::Body::is_end_stream(&body) {
        return Ok(Form::default());
    }
    match kind_of(headers)? {
        Kind::UrlEncoded => urlencoded::read(body, config).await,
        Kind::Multipart(boundary) => multipart::read(body, boundary, config, rules).await,
    }
}
