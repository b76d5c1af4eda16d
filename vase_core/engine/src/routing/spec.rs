//! Routes as they arrive: plain data, in the compiled form that the URL configuration writes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::throttle::Rate;

/// One route: a pattern, the methods it takes and the id it is reported with.
///
/// ```
/// # use vase_engine::routing::{ConverterSpec, RouteSpec, SegmentSpec};
/// let route: RouteSpec = serde_json::from_str(
///     r#"{"id": 0, "methods": ["GET"], "name": "articles:detail", "path": "/articles/{slug:slug}",
///         "segments": [{"literal": "/articles/"}, {"parameter": "slug", "converter": "slug"}]}"#,
/// )?;
/// assert_eq!(
///     route.segments[1],
///     SegmentSpec::Parameter { parameter: "slug".into(), converter: ConverterSpec::Slug }
/// );
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSpec {
    /// What [`Found::Route`](super::Found::Route) says when this route is found.
    pub id: u32,
    /// The methods, upper case; never empty.
    pub methods: Vec<String>,
    /// The name that `reverse` knows the route by. Default: none.
    #[serde(default)]
    pub name: Option<String>,
    /// The pattern as its author wrote it; for people, never matched.
    pub path: String,
    /// Bytes of a request body, in place of the limit that all routes have. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_body: Option<u64>,
    /// How often one address may call the route: every rate must let it. Default: as often as it likes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub throttle: Vec<Rate>,
    /// The pattern itself. The first piece is a literal that begins with a slash.
    pub segments: Vec<SegmentSpec>,
}

/// One piece of a pattern. A path segment may be made of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum SegmentSpec {
    /// Text that must be there, not percent-encoded; it may hold slashes.
    Literal {
        /// The text.
        literal: String,
    },
    /// A named hole.
    Parameter {
        /// Its name.
        parameter: String,
        /// What fits into it.
        converter: ConverterSpec,
    },
}

/// What fits into a parameter, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConverterSpec {
    /// Any text without a slash, not empty.
    Str,
    /// A whole number: digits, perhaps after a minus, at most 4300 of them.
    Int,
    /// A finite number: `-1`, `2.5`, `1e-3`.
    Float,
    /// A decimal number without an exponent: `-1`, `19.90`.
    Decimal,
    /// A UUID with its four hyphens, in either case.
    Uuid,
    /// A day of the calendar: `2026-02-28`.
    Date,
    /// An RFC 3339 instant, or a local time when the offset is missing.
    DateTime,
    /// `[-a-zA-Z0-9_]+`.
    Slug,
    /// Any text, slashes included, not empty.
    Path,
    /// One of these texts.
    Choice(Vec<String>),
    /// What this regular expression matches from end to end. One that can match a slash may span
    /// several path segments.
    Regex(String),
}

/// Something that is wrong with a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteFault {
    /// The id of the route.
    pub route: u32,
    /// The pattern, as its author wrote it.
    pub path: String,
    /// The fact and the value, in one sentence.
    pub message: String,
}

impl fmt::Display for RouteFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "route {} `{}`: {}",
            self.route, self.path, self.message
        )
    }
}

impl std::error::Error for RouteFault {}
