//! One file that a handler chose to answer with.

use std::fs::File;
use std::io;
use std::path::Path;

use http::header::{self, HeaderMap};
use http::{HeaderValue, Method, Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::content_type::content_type_of;
use super::ranges::Wanted;
use super::representation::Representation;
use super::respond::{respond, send};
use crate::body::ResponseBody;

/// What RFC 8187 calls `attr-char` stays as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A file that a handler answers with.
///
/// Its name comes from the program, so that nothing is forbidden but what is no regular file.
///
/// ```
/// # use http::{HeaderMap, Method};
/// # let folder = std::env::temp_dir().join(format!("vase-answer-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("report.csv");
/// # std::fs::write(&path, "a,b\n")?;
/// use vase_engine::files::FileAnswer;
///
/// let answer = FileAnswer::open(&path)?.download_name("März.csv");
/// let response = answer.respond(&Method::GET, &HeaderMap::new());
/// assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
/// assert_eq!(response.headers()["content-disposition"], "attachment; filename*=UTF-8''M%C3%A4rz.csv");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct FileAnswer {
    file: Representation,
}

impl FileAnswer {
    /// Opens a file, and reads it if it is small and in the page cache.
    ///
    /// A folder is `IsADirectory`; a pipe or a device is `InvalidInput`.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Before it is opened: to open a pipe is to wait for its other end.
        let refuse = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        let metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !metadata.is_file() {
            return Err(refuse());
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(refuse());
        }
        let name = path.to_string_lossy();
        let file = Representation::load(file, &metadata, content_type_of(&name), None)?;
        Ok(Self { file })
    }

    /// Lets browsers save the file under this name; what stands before its last slash is dropped.
    #[must_use]
    pub fn download_name(mut self, name: &str) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        let value = if name.is_empty() {
            "attachment".to_owned()
        } else if name.bytes().all(is_plain) {
            format!("attachment; filename=\"{name}\"")
        } else {
            let name = utf8_percent_encode(name, ESCAPED);
            format!("attachment; filename*=UTF-8''{name}")
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            self.file.headers.insert(header::CONTENT_DISPOSITION, value);
        }
        self
    }

    /// Sets the status. For any but 200 conditions and ranges are not looked at.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.file.status = status;
        self
    }

    /// Takes over the headers of a handler. They replace those of the file; its length stays.
    ///
    /// An `ETag` or `Last-Modified` of the handler is also what conditions are compared with.
    #[must_use]
    pub fn headers(mut self, headers: &HeaderMap) -> Self {
        for name in headers.keys() {
            if name == header::CONTENT_LENGTH {
                continue;
            }
            self.file.headers.remove(name);
            for value in headers.get_all(name) {
                self.file.headers.append(name.clone(), value.clone());
            }
        }
        if let Some(etag) = headers.get(header::ETAG) {
            self.file.validators.etag = etag.clone();
        }
        if let Some(modified) = headers.get(header::LAST_MODIFIED) {
            let date = modified.to_str().ok();
            let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
            let since = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
            self.file.validators.modified = since.map(|since| since.as_secs());
        }
        self
    }

    /// The length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.file.length
    }

    /// Answers a request: GET and HEAD with 200, 206, 304, 412 or 416.
    ///
    /// To any other method the handler has answered already, and the whole file is what it said:
    /// conditions would come too late.
    pub fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<ResponseBody> {
        if matches!(*method, Method::GET | Method::HEAD) {
            respond(&self.file, method, headers)
        } else {
            send(&self.file, method, Wanted::Whole)
        }
    }
}
