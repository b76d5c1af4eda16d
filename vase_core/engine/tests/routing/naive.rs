//! The same rules without an index, a trie or a regular expression of ours.

use std::fmt::Write as _;

use http::HeaderValue;
use vase_engine::routing::{ConverterSpec, Found, RouteSpec, SegmentSpec, Value};

use super::hit;

/// Stands for a slash that came as `%2F`.
const HIDDEN_SLASH: char = '\u{E000}';

pub(super) enum Piece {
    Char(char),
    Hole(ConverterSpec),
}

pub(super) struct Naive {
    pub(super) routes: Vec<(Vec<String>, Vec<Piece>, String)>,
}

impl Naive {
    pub(super) fn new(specs: &[RouteSpec]) -> Self {
        let routes = specs.iter().map(|spec| {
            let mut pieces = Vec::new();
            let mut shape = String::new();
            for segment in &spec.segments {
                match segment {
                    SegmentSpec::Literal { literal } => {
                        pieces.extend(literal.chars().map(Piece::Char));
                        shape.push_str(literal);
                    }
                    SegmentSpec::Parameter { converter, .. } => {
                        pieces.push(Piece::Hole(converter.clone()));
                        let _ = write!(shape, "<{converter:?}>");
                    }
                }
            }
            (spec.methods.clone(), pieces, shape)
        });
        Self {
            routes: routes.collect(),
        }
    }

    fn takes(&self, index: usize, method: &str) -> bool {
        let (methods, _, shape) = &self.routes[index];
        let has = |methods: &[String], name: &str| methods.iter().any(|method| method == name);
        has(methods, method)
            || method == "HEAD"
                && has(methods, "GET")
                && !self
                    .routes
                    .iter()
                    .any(|other| other.2 == *shape && has(&other.0, "HEAD"))
    }

    fn matching(&self, path: &str) -> Option<Vec<(usize, Vec<Value>)>> {
        let decoded = decode(path)?;
        let chars: Vec<char> = decoded.chars().collect();
        let found = self
            .routes
            .iter()
            .enumerate()
            .filter_map(|(index, (_, pieces, _))| {
                let mut ends = Vec::new();
                fill(pieces, &chars, 0, &mut ends).then_some(())?;
                let holes = pieces.iter().filter_map(|piece| match piece {
                    Piece::Hole(converter) => Some(converter),
                    Piece::Char(_) => None,
                });
                let values = holes.zip(ends).map(|(converter, (start, end))| {
                    let text: String = chars[start..end].iter().collect();
                    value(converter, &text.replace(HIDDEN_SLASH, "/"))
                });
                Some((index, values.collect::<Option<Vec<_>>>()?))
            });
        Some(found.collect())
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Found {
        let Some(matching) = self.matching(path) else {
            return Found::BadRequest;
        };
        if let Some((index, values)) = matching
            .iter()
            .find(|(index, _)| self.takes(*index, method))
        {
            return hit(u32::try_from(*index).unwrap(), values.clone());
        }
        if !matching.is_empty() {
            let order = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
            let names: Vec<&str> = order
                .into_iter()
                .filter(|name| {
                    *name == "OPTIONS" || matching.iter().any(|(index, _)| self.takes(*index, name))
                })
                .collect();
            let allow = HeaderValue::from_str(&names.join(", ")).unwrap();
            return if method == "OPTIONS" {
                Found::Options { allow }
            } else {
                Found::MethodNotAllowed { allow }
            };
        }
        let other = match path.strip_suffix('/') {
            Some(shorter) => shorter.to_owned(),
            None => format!("{path}/"),
        };
        if other.is_empty() || self.matching(&other).unwrap().is_empty() {
            return Found::NotFound;
        }
        let escaped = other.replace('é', "%C3%A9");
        let location = match escaped.strip_prefix("//") {
            Some(rest) => format!("/%2F{rest}"),
            None => escaped,
        };
        Found::Redirect { location }
    }
}

fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let (b'%', Some(byte)) = (first, escape) {
            if byte == b'/' {
                bytes.extend(HIDDEN_SLASH.to_string().bytes());
            } else {
                bytes.push(byte);
            }
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

/// Fills the holes from the left, the longest text first, and goes back where that fails.
/// A regular expression has its own order: of `a|ab` the first.
fn fill(pieces: &[Piece], chars: &[char], at: usize, ends: &mut Vec<(usize, usize)>) -> bool {
    match pieces.split_first() {
        None => at == chars.len(),
        Some((Piece::Char(wanted), rest)) => {
            chars.get(at) == Some(wanted) && fill(rest, chars, at + 1, ends)
        }
        Some((Piece::Hole(converter), rest)) => {
            let mut candidates: Vec<usize> = (at + 1..=chars.len()).collect();
            if *converter != ConverterSpec::Regex("a|ab".to_owned()) {
                candidates.reverse();
            }
            candidates.into_iter().any(|end| {
                let text: String = chars[at..end].iter().collect();
                let kept = ends.len();
                ends.push((at, end));
                let is_filled = fits(converter, &text) && fill(rest, chars, end, ends);
                if !is_filled {
                    ends.truncate(kept);
                }
                is_filled
            })
        }
    }
}

/// Whether the text looks right for the converter; a date may still be none.
fn fits(converter: &ConverterSpec, text: &str) -> bool {
    match converter {
        ConverterSpec::Path => true,
        ConverterSpec::Str => !text.contains('/'),
        ConverterSpec::Date => {
            text.chars().count() == 10
                && text
                    .chars()
                    .enumerate()
                    .all(|(index, character)| match index {
                        4 | 7 => character == '-',
                        _ => character.is_ascii_digit(),
                    })
        }
        converter => !text.contains('/') && value(converter, text).is_some(),
    }
}

fn value(converter: &ConverterSpec, text: &str) -> Option<Value> {
    let same = || Value::Text(text.to_owned());
    match converter {
        ConverterSpec::Int => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_number =
                !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit());
            is_number.then(|| Value::Int(text.parse().unwrap()))
        }
        ConverterSpec::Slug => text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
            .then(same),
        ConverterSpec::Choice(choices) => choices.iter().any(|choice| choice == text).then(same),
        // The generator knows these two alone.
        ConverterSpec::Regex(expression) if expression == "[ab]+" => text
            .chars()
            .all(|character| "ab".contains(character))
            .then(same),
        ConverterSpec::Regex(_) => matches!(text, "a" | "ab").then(same),
        ConverterSpec::Date => match text {
            "2024-02-29" => Some(Value::Date {
                y: 2024,
                m: 2,
                d: 29,
            }),
            "2024-02-30" => None,
            other => panic!("the generator knows no date {other}"),
        },
        _ => Some(same()),
    }
}
