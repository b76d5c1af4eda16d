use std::error::Error;
use std::io;

use http::StatusCode;

/// Why a request body could not be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes arrived than the limit allows.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was passed, in bytes.
        limit: u64,
    },
    /// The client sends slower than the server waits for.
    #[error("the request body arrives too slowly")]
    TooSlow,
    /// The bytes on the wire are no body: a broken chunk, a bad trailer.
    #[error("the request body is malformed")]
    Malformed,
    /// The client went away before the body was complete.
    #[error("the client closed the connection before the request body was complete")]
    Disconnected,
}

impl BodyError {
    /// The status that answers this error.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            // A client that left reads no answer; 400 is what its half-closed siblings get.
            Self::Malformed | Self::Disconnected => StatusCode::BAD_REQUEST,
        }
    }

    /// The stable code that names this error in problem details and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "body.too_large",
            Self::TooSlow => "body.too_slow",
            Self::Malformed => "body.malformed",
            Self::Disconnected => "body.disconnected",
        }
    }
}

impl From<hyper::Error> for BodyError {
    fn from(error: hyper::Error) -> Self {
        if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
            return Self::Disconnected;
        }
        if error.is_timeout() {
            return Self::TooSlow;
        }
        match error
            .source()
            .and_then(|cause| cause.downcast_ref::<io::Error>())
            .map(io::Error::kind)
        {
            Some(
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe,
            ) => Self::Disconnected,
            Some(io::ErrorKind::TimedOut) => Self::TooSlow,
            _ => Self::Malformed,
        }
    }
}
