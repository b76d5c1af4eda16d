//! One file as it is sent: its bytes, its headers, and what tells it from later versions.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{HeaderValue, StatusCode};

use super::body::{read_exactly, read_without_waiting};
use super::coding::Coding;
use super::conditions::Validators;

/// Files up to this size are read at once, on the thread that answers.
pub(super) const SMALL: u64 = 256 * 1024;

/// A file as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Representation {
    pub(super) status: StatusCode,
    /// The headers of the whole file, `Content-Length` included.
    pub(super) headers: HeaderMap,
    pub(super) validators: Validators,
    pub(super) length: u64,
    pub(super) content: Content,
    pub(super) version: Version,
}

/// Where the bytes are.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Memory(Bytes),
    Disk(Arc<File>),
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Version {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file has been as it is for so long that its next change will show in its times.
    /// Two changes within one tick of the kernel's clock, ten milliseconds at most, look like one.
    pub(super) fn is_settled(&self, now: SystemTime) -> bool {
        let (seconds, nanoseconds) = self.changed;
        let (Ok(seconds), Ok(nanoseconds)) = (u64::try_from(seconds), u32::try_from(nanoseconds))
        else {
            return false;
        };
        let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        now.duration_since(changed)
            .is_ok_and(|age| age > Duration::from_millis(50))
    }

    /// Seconds since 1970 of the last change of the content.
    pub(super) fn modified_seconds(&self) -> i64 {
        self.modified.0
    }

    fn etag(&self, coding: Option<Coding>) -> HeaderValue {
        let (seconds, nanoseconds) = self.modified;
        let nanoseconds = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        let (dash, token) = coding.map_or(("", ""), |coding| ("-", coding.token()));
        let tag = format!(
            "\"{:x}-{nanoseconds:x}-{:x}{dash}{token}\"",
            self.length, self.inode
        );
        // Hexadecimal digits and dashes: always a header value.
        HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
    }
}

impl Representation {
    /// Reads a small file into memory, or keeps a large one open.
    pub(super) fn load(
        file: File,
        metadata: &Metadata,
        content_type: HeaderValue,
        coding: Option<Coding>,
    ) -> io::Result<Self> {
        let (content, metadata) = read_content(file, metadata)?;
        let version = Version::of(&metadata);
        let length = metadata.len();
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_TYPE, content_type);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let etag = version.etag(coding);
        headers.insert(header::ETAG, etag.clone());
        let modified = sensible_time(version.modified_seconds());
        if let Some(modified) = modified
            && let Ok(value) = HeaderValue::try_from(httpdate::fmt_http_date(
                SystemTime::UNIX_EPOCH + Duration::from_secs(modified),
            ))
        {
            headers.insert(header::LAST_MODIFIED, value);
        }
        if let Some(coding) = coding {
            let token = HeaderValue::from_static(coding.token());
            headers.insert(header::CONTENT_ENCODING, token);
        }
        Ok(Self {
            status: StatusCode::OK,
            headers,
            validators: Validators { etag, modified },
            length,
            content,
            version,
        })
    }

    /// How much memory it holds.
    pub(super) fn bytes_in_memory(&self) -> usize {
        match &self.content {
            Content::Memory(bytes) => bytes.len(),
            Content::Disk(_) => 0,
        }
    }

    /// Whether a later request could have it in memory, when the page cache has it.
    pub(super) fn is_still_cold(&self) -> bool {
        self.is_on_disk() && self.length <= SMALL
    }

    /// Whether it keeps its file open.
    pub(super) fn is_on_disk(&self) -> bool {
        matches!(self.content, Content::Disk(_))
    }
}

/// The content, and the metadata of the version that it is of.
fn read_content(file: File, metadata: &Metadata) -> io::Result<(Content, Metadata)> {
    let mut metadata = metadata.clone();
    // A file may change while it is read. What was read belongs to a version only if nothing
    // changed meanwhile; one that changes all the time is streamed.
    for _ in 0..3 {
        if metadata.len() > SMALL {
            break;
        }
        let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        let read = match read_without_waiting(&file, 0, length) {
            // Here to wait is rare, and to ask another thread each time would cost more.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                read_exactly(&file, 0, length).map(Some)
            }
            read => read,
        };
        let after = file.metadata()?;
        let is_same = Version::of(&after) == Version::of(&metadata);
        metadata = after;
        match read {
            Ok(Some(bytes)) if is_same => return Ok((Content::Memory(bytes), metadata)),
            Ok(None) => break,
            Err(error) if is_same => return Err(error),
            Ok(Some(_)) | Err(_) => {}
        }
    }
    Ok((Content::Disk(Arc::new(file)), metadata))
}

/// `Last-Modified` must not lie in the future (RFC 9110 section 8.8.2.1), and HTTP has no dates
/// before 1970.
fn sensible_time(seconds: i64) -> Option<u64> {
    let seconds = u64::try_from(seconds).ok()?;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?;
    (seconds <= now.as_secs()).then_some(seconds)
}
