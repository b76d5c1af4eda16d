use http::{HeaderValue, Response, StatusCode, header};

use crate::body::ResponseBody;
use crate::problem;

/// Why a request is answered here, before any service hears of it.
///
/// Every refusal closes the connection: after a message that cannot be understood, nobody knows where
/// the next one begins (RFC 9112 section 2.2 and 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request line is not `method SP target SP version` (RFC 9112 section 3).
    RequestLine,
    /// The method is longer than any that exists (RFC 9112 section 3).
    Method,
    /// The target holds an octet that no URI may hold (RFC 9112 section 3.2).
    Target,
    /// The target has a form that does not go with the method (RFC 9112 section 3.2).
    TargetForm,
    /// A tunnel is asked for, which an origin server does not offer (RFC 9110 section 9.3.6).
    Tunnel,
    /// The request line alone fills the room for a head (RFC 9112 section 3).
    TargetTooLong,
    /// The major version is not 1 (RFC 9110 section 15.6.6).
    Version,
    /// A line ends in LF without CR (RFC 9112 section 2.2).
    BareLineFeed,
    /// CR without LF (RFC 9112 section 2.2).
    BareCarriageReturn,
    /// NUL and its like (RFC 9110 section 5.5).
    ControlCharacter,
    /// More empty lines before the request line than a clumsy client sends (RFC 9112 section 2.2).
    EmptyLines,
    /// A header line is not `name ":" value` (RFC 9112 section 5.1).
    Field,
    /// A header line is folded (RFC 9112 section 5.2).
    FoldedField,
    /// Too many header lines (RFC 6585 section 5).
    TooManyFields,
    /// The head is too large (RFC 6585 section 5).
    HeadTooLarge,
    /// `Content-Length` is no number, or not just one (RFC 9112 section 6.3).
    ContentLength,
    /// `Transfer-Encoding` does not end in `chunked`, or the client is older than it (RFC 9112 section 6.1).
    TransferEncoding,
    /// A transfer coding that is not spoken here (RFC 9112 section 6.1).
    TransferCoding,
    /// Both lengths at once: the shape of a smuggled request (RFC 9112 section 6.1).
    TwoLengths,
    /// An expectation that is not `100-continue` (RFC 9110 section 10.1.1).
    Expectation,
    /// The client stopped in the middle of a head (RFC 9112 section 8).
    Incomplete,
    /// The head took too long (RFC 9110 section 15.5.9).
    TooSlow,
}

impl Refusal {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Method | Self::Tunnel | Self::TransferCoding => StatusCode::NOT_IMPLEMENTED,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::Version => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::TooManyFields | Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::RequestLine | Self::EmptyLines => "http.request_line",
            Self::Method => "http.method",
            Self::Target => "http.target",
            Self::TargetForm => "http.target_form",
            Self::Tunnel => "http.tunnel",
            Self::TargetTooLong => "http.target_too_long",
            Self::Version => "http.version",
            Self::BareLineFeed | Self::BareCarriageReturn => "http.line_end",
            Self::ControlCharacter => "http.control_character",
            Self::Field | Self::FoldedField => "http.header_line",
            Self::TooManyFields => "http.too_many_headers",
            Self::HeadTooLarge => "http.head_too_large",
            Self::ContentLength => "http.content_length",
            Self::TransferEncoding | Self::TransferCoding => "http.transfer_encoding",
            Self::TwoLengths => "http.two_lengths",
            Self::Expectation => "http.expectation",
            Self::Incomplete => "http.incomplete",
            Self::TooSlow => "http.head_too_slow",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::RequestLine => "The request line is not a method, a target and a version.",
            Self::Method => "The method is longer than any that this server knows.",
            Self::Target => "The request target holds a character that no URI may hold.",
            Self::TargetForm => "The form of the request target does not go with the method.",
            Self::Tunnel => "This server opens no tunnels.",
            Self::TargetTooLong => "The request line is longer than this server reads.",
            Self::Version => "This server speaks HTTP/1.0 and HTTP/1.1.",
            Self::BareLineFeed => "A line of the head ends in LF instead of CR LF.",
            Self::BareCarriageReturn => "The head holds a CR that is not followed by LF.",
            Self::ControlCharacter => "The head holds a control character.",
            Self::EmptyLines => "Too many empty lines come before the request line.",
            Self::Field => "A header line is not a name, a colon and a value.",
            Self::FoldedField => "A header line is folded.",
            Self::TooManyFields => "The request has more header lines than this server reads.",
            Self::HeadTooLarge => "The request head is larger than this server reads.",
            Self::ContentLength => "Content-Length is not one decimal number.",
            Self::TransferEncoding => "Transfer-Encoding does not end in one chunked.",
            Self::TransferCoding => "The only transfer coding that this server knows is chunked.",
            Self::TwoLengths => "Content-Length and Transfer-Encoding contradict each other.",
            Self::Expectation => "The only expectation that this server meets is 100-continue.",
            Self::Incomplete => "The request ended in the middle of its head.",
            Self::TooSlow => "The request head did not arrive in time.",
        }
    }

    /// The answer, in the form that all refusals of the engine have.
    pub(super) fn answer(self) -> Response<ResponseBody> {
        let mut response = problem::respond(self.status(), self.code(), self.detail(), None);
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}
