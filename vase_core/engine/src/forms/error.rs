use std::io;

use http::StatusCode;

use crate::body::BodyError;

/// Why a form could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The body itself ended badly.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The content type is that of no form.
    #[error("this handler reads forms, and the body says that it is `{0}`")]
    NotAForm(String),
    /// The body does not say what it is.
    #[error("this handler reads forms, and the body has no type")]
    NoType,
    /// `multipart/form-data` without a usable boundary.
    #[error("the content type names no boundary of 1 to 70 characters")]
    NoBoundary,
    /// The bytes do not follow the format.
    #[error("the multipart body is malformed: {0}")]
    Malformed(&'static str),
    /// The closing boundary did not come.
    #[error("the multipart body ends before its closing boundary")]
    Unfinished,
    /// A name or a value is no UTF-8.
    #[error("the form holds text that is not UTF-8")]
    NotUtf8,
    /// More values than allowed.
    #[error("the form has more than {limit} fields")]
    TooManyFields {
        /// The most that are taken.
        limit: usize,
    },
    /// More files than allowed.
    #[error("the form has more than {limit} files")]
    TooManyFiles {
        /// The most that are taken.
        limit: usize,
    },
    /// Everything but the files is too large together.
    #[error("the fields of the form are larger than {limit} bytes")]
    TextTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// One file is larger than its field allows.
    #[error("file `{name}` is larger than {limit} bytes")]
    FileTooLarge {
        /// The name of the field.
        name: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The folder for files that do not fit into memory has no room left.
    #[error("there is no room to keep the files of this form")]
    NoRoom,
    /// The folder for files that do not fit into memory cannot be used.
    #[error("the files of this form cannot be kept")]
    Storage(#[source] io::Error),
}

impl FormError {
    /// The status that answers this error.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Body(error) => error.status(),
            Self::NotAForm(_) | Self::NoType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TextTooLarge { .. } | Self::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The stable code that names this error in problem details and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Body(error) => error.code(),
            Self::NotAForm(_) | Self::NoType => "form.type",
            Self::NoBoundary => "form.boundary",
            Self::Malformed(_) => "form.malformed",
            Self::Unfinished => "form.unfinished",
            Self::NotUtf8 => "form.encoding",
            Self::TooManyFields { .. } => "form.fields",
            Self::TooManyFiles { .. } => "form.files",
            Self::TextTooLarge { .. } => "form.text_too_large",
            Self::FileTooLarge { .. } => "form.file_too_large",
            Self::NoRoom => "form.no_room",
            Self::Storage(_) => "form.storage",
        }
    }
}

impl From<io::Error> for FormError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Storage(error),
        }
    }
}
