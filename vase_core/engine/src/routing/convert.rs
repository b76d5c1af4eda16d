//! Text into values: the typed converters of parameters.
//!
//! A converter either takes the whole text or refuses it. What it takes is what Python's own
//! constructors take without a second look, and less: no `+`, no `_`, no spaces, no `nan`.

use std::fmt::Write as _;

use regex::Regex;

use super::params::Value;
use super::spec::ConverterSpec;

/// Python refuses to read longer numbers (`sys.int_info.default_max_str_digits`), since the cost
/// grows with the square of the length.
const MAX_DIGITS: usize = 4300;

/// A converter that is ready for work.
#[derive(Debug, Clone)]
pub(super) enum Converter {
    Str,
    Int,
    Float,
    Decimal,
    Uuid,
    Date,
    DateTime,
    Slug,
    Path,
    Choice(Box<[Box<str>]>),
    Regex(Regex),
}

impl Converter {
    /// Prepares a converter; the error is a sentence for its author.
    pub(super) fn compile(spec: &ConverterSpec) -> Result<Self, String> {
        Ok(match spec {
            ConverterSpec::Str => Self::Str,
            ConverterSpec::Int => Self::Int,
            ConverterSpec::Float => Self::Float,
            ConverterSpec::Decimal => Self::Decimal,
            ConverterSpec::Uuid => Self::Uuid,
            ConverterSpec::Date => Self::Date,
            ConverterSpec::DateTime => Self::DateTime,
            ConverterSpec::Slug => Self::Slug,
            ConverterSpec::Path => Self::Path,
            ConverterSpec::Choice(choices) if choices.is_empty() => {
                return Err("has no choices".to_owned());
            }
            ConverterSpec::Choice(choices) if choices.iter().any(String::is_empty) => {
                return Err("has an empty choice, which no path can hold".to_owned());
            }
            ConverterSpec::Choice(choices) => Self::Choice(
                choices
                    .iter()
                    .map(|choice| choice.as_str().into())
                    .collect(),
            ),
            // The expression must be whole by itself before it is wrapped: `a)|(b` is not.
            ConverterSpec::Regex(expression) => match Regex::new(expression)
                .and_then(|_| Regex::new(&format!(r"\A(?:{expression})\z")))
            {
                Ok(regex) => Self::Regex(regex),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default();
                    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                    return Err(format!(
                        "has a regular expression that cannot be read, `{expression}`: {reason}"
                    ));
                }
            },
        })
    }

    /// Converts the whole text, or refuses it.
    pub(super) fn convert(&self, text: &str) -> Option<Value> {
        if self.is_textual() {
            self.accepts_text(text)
                .then(|| Value::Text(text.to_owned()))
        } else {
            match self {
                Self::Int => parse_int(text),
                Self::Float => parse_float(text),
                Self::Decimal => parse_decimal(text),
                Self::Uuid => parse_uuid(text).map(Value::Uuid),
                Self::Date => parse_date(text).map(|(y, m, d)| Value::Date { y, m, d }),
                _ => parse_datetime(text).map(Value::DateTime),
            }
        }
    }

    const fn is_textual(&self) -> bool {
        matches!(
            self,
            Self::Str | Self::Slug | Self::Path | Self::Choice(_) | Self::Regex(_)
        )
    }

    fn accepts_text(&self, text: &str) -> bool {
        match self {
            Self::Str | Self::Path => !text.is_empty(),
            Self::Slug => !text.is_empty() && text.bytes().all(is_slug),
            Self::Choice(choices) => choices.iter().any(|choice| **choice == *text),
            Self::Regex(regex) => regex.is_match(text),
            _ => false,
        }
    }

    /// A regular expression for the texts that may be cut out for this converter when other pieces
    /// share its segment. It may take more than [`Self::convert`] does, never less.
    ///
    /// `spans` says whether the text around it may hold slashes; if so a str must stay between two.
    pub(super) fn shape(&self, spans: bool) -> String {
        match self {
            Self::Str if spans => "[^/]+".to_owned(),
            Self::Str | Self::Path => "(?s:.+)".to_owned(),
            Self::Int => "-?[0-9]+".to_owned(),
            Self::Float => r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?".to_owned(),
            Self::Decimal => r"-?[0-9]+(?:\.[0-9]+)?".to_owned(),
            Self::Uuid => "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}".to_owned(),
            Self::Date => "[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned(),
            Self::DateTime => concat!(
                "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}",
                r"(?:\.[0-9]+)?(?:[Zz]|[-+][0-9]{2}:[0-9]{2})?"
            )
            .to_owned(),
            Self::Slug => "[-a-zA-Z0-9_]+".to_owned(),
            Self::Choice(choices) => {
                let mut choices: Vec<String> =
                    choices.iter().map(|text| regex::escape(text)).collect();
                choices.sort_by_key(|text| std::cmp::Reverse(text.len()));
                format!("(?:{})", choices.join("|"))
            }
            Self::Regex(regex) => {
                let expression = regex.as_str();
                // Cut off the anchors that `compile` added.
                expression
                    .strip_prefix(r"\A")
                    .and_then(|expression| expression.strip_suffix(r"\z"))
                    .unwrap_or(expression)
                    .to_owned()
            }
        }
    }

    /// How many groups of its own the shape captures.
    pub(super) fn shape_groups(&self) -> usize {
        match self {
            Self::Regex(regex) => regex.captures_len() - 1,
            _ => 0,
        }
    }

    /// Whether the text may hold slashes that stand in the path as such.
    pub(super) fn spans_segments(&self) -> bool {
        match self {
            Self::Path => true,
            Self::Regex(regex) => can_match_slash(regex.as_str()),
            _ => false,
        }
    }
}

pub(super) const fn is_slug(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Whether some text that the expression matches holds a slash.
fn can_match_slash(expression: &str) -> bool {
    use regex_syntax::hir::{Class, Hir, HirKind};

    fn visit(hir: &Hir) -> bool {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => false,
            HirKind::Literal(literal) => literal.0.contains(&b'/'),
            HirKind::Class(Class::Unicode(class)) => class
                .iter()
                .any(|range| range.start() <= '/' && '/' <= range.end()),
            HirKind::Class(Class::Bytes(class)) => class
                .iter()
                .any(|range| range.start() <= b'/' && b'/' <= range.end()),
            HirKind::Repetition(repetition) => visit(&repetition.sub),
            HirKind::Capture(capture) => visit(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(visit),
        }
    }
    regex_syntax::parse(expression).is_ok_and(|hir| visit(&hir))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_int(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Up to 18 digits fit whatever they are: the way of nearly every id.
    if !digits.is_empty() && digits.len() <= 18 {
        let mut number = 0_i64;
        for byte in digits.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
        }
        let is_negative = digits.len() != text.len();
        return Some(Value::Int(if is_negative { -number } else { number }));
    }
    if !is_digits(digits) {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(Value::Int(number));
    }
    let sign = if text.len() == digits.len() { "" } else { "-" };
    Some(Value::BigInt(
        [sign, digits.trim_start_matches('0')].concat(),
    ))
}

/// `-`, digits, and perhaps a point and digits; what follows them is handed back.
fn split_decimal(text: &str) -> Option<&str> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let rest = unsigned.trim_start_matches(|character: char| character.is_ascii_digit());
    if rest.len() == unsigned.len() || text.len() > MAX_DIGITS {
        return None;
    }
    let Some(fraction) = rest.strip_prefix('.') else {
        return Some(rest);
    };
    let rest = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
    (rest.len() < fraction.len()).then_some(rest)
}

fn parse_float(text: &str) -> Option<Value> {
    let rest = split_decimal(text)?;
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if !is_digits(exponent) {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(Value::Float(number))
}

fn parse_decimal(text: &str) -> Option<Value> {
    split_decimal(text)?
        .is_empty()
        .then(|| Value::Decimal(text.to_owned()))
}

fn parse_uuid(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut uuid = 0_u128;
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            uuid = uuid << 4 | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    Some(uuid)
}

/// Reads a number of so many digits off the front.
fn take_number(text: &mut &[u8], digits: usize) -> Option<u16> {
    let (front, rest) = text.split_at_checked(digits)?;
    let mut number = 0;
    for byte in front {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u16::from(byte - b'0');
    }
    *text = rest;
    Some(number)
}

fn take_byte(text: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (first, rest) = text.split_first()?;
    *text = rest;
    allowed.contains(first).then_some(*first)
}

fn take_date(text: &mut &[u8]) -> Option<(u16, u8, u8)> {
    let year = take_number(text, 4)?;
    take_byte(text, b"-")?;
    let month = u8::try_from(take_number(text, 2)?).ok()?;
    take_byte(text, b"-")?;
    let day = u8::try_from(take_number(text, 2)?).ok()?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    (year >= 1 && (1..=last).contains(&day)).then_some((year, month, day))
}

fn parse_date(text: &str) -> Option<(u16, u8, u8)> {
    let mut text = text.as_bytes();
    take_date(&mut text).filter(|_| text.is_empty())
}

/// Checks an RFC 3339 instant whose offset may be missing, and writes it in one form.
///
/// Leap seconds are refused, since `datetime` cannot hold them.
fn parse_datetime(text: &str) -> Option<String> {
    let rest = &mut text.as_bytes();
    let (year, month, day) = take_date(rest)?;
    take_byte(rest, b"Tt ")?;
    let hour = take_number(rest, 2).filter(|hour| *hour < 24)?;
    take_byte(rest, b":")?;
    let minute = take_number(rest, 2).filter(|minute| *minute < 60)?;
    take_byte(rest, b":")?;
    let second = take_number(rest, 2).filter(|second| *second < 60)?;
    let mut result = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if rest.first() == Some(&b'.') {
        *rest = &rest[1..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        result.push('.');
        result.extend(rest[..digits.min(6)].iter().map(|byte| char::from(*byte)));
        *rest = &rest[digits..];
    }
    if rest.is_empty() {
        return Some(result);
    }
    let sign = take_byte(rest, b"Zz+-")?;
    if matches!(sign, b'+' | b'-') {
        let hours = take_number(rest, 2).filter(|hours| *hours < 24)?;
        take_byte(rest, b":")?;
        let minutes = take_number(rest, 2).filter(|minutes| *minutes < 60)?;
        result.push(char::from(sign));
        let _ = write!(result, "{hours:02}:{minutes:02}");
    } else {
        result.push_str("+00:00");
    }
    rest.is_empty().then_some(result)
}
