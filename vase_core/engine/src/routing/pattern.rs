//! One pattern, compiled: literal segments by place, and what to do with the others.

use regex::Regex;

use super::convert::{Converter, is_slug};
use super::params::{Params, Value};
use super::path::Path;
use super::spec::{RouteSpec, SegmentSpec};

/// A pattern that is ready to be compared with paths.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// For each segment its text, or `None` where a parameter is.
    pub(super) keys: Box<[Option<Box<str>>]>,
    /// The segments with parameters, by place.
    dynamic: Box<[(usize, Matcher)]>,
    /// What becomes of everything after `keys`, when a parameter spans segments.
    tail: Option<Matcher>,
}

impl Pattern {
    /// Compiles a pattern; the error is every fault of it, as sentences.
    pub(super) fn compile(spec: &RouteSpec) -> Result<Self, Vec<String>> {
        let pieces = compile_pieces(&spec.segments)?;
        let mut segments = split_segments(pieces).into_iter();
        let mut keys = Vec::new();
        let mut dynamic = Vec::new();
        let mut tail = None;
        while let Some(mut segment) = segments.next() {
            if segment.iter().any(Piece::spans_segments) {
                for following in segments.by_ref() {
                    segment.push(Piece::Literal("/".to_owned()));
                    segment.extend(following);
                }
                tail = Some(Matcher::compile(segment, true).map_err(|fault| vec![fault])?);
            } else if let Some(literal) = as_literal(&segment) {
                keys.push(Some(literal.into()));
            } else {
                let matcher = Matcher::compile(segment, false).map_err(|fault| vec![fault])?;
                dynamic.push((keys.len(), matcher));
                keys.push(None);
            }
        }
        Ok(Self {
            keys: keys.into(),
            dynamic: dynamic.into(),
            tail,
        })
    }

    /// The one path that this pattern matches, when it has no parameters.
    pub(super) fn as_static(&self) -> Option<String> {
        if self.tail.is_some() {
            return None;
        }
        let mut path = String::new();
        for key in &self.keys {
            path.push('/');
            path.push_str(key.as_deref()?);
        }
        Some(path)
    }

    /// Whether a parameter spans segments.
    pub(super) fn has_tail(&self) -> bool {
        self.tail.is_some()
    }

    /// Compares everything, literals too.
    pub(super) fn matches(&self, path: &Path<'_>) -> bool {
        let (count, wanted) = (path.count(), self.keys.len());
        let is_long_enough = if self.tail.is_some() {
            count > wanted
        } else {
            count == wanted
        };
        is_long_enough
            && self
                .keys
                .iter()
                .enumerate()
                .all(|(index, key)| key.as_deref().is_none_or(|key| key == path.segment(index)))
            && self.capture(path, &mut Params::new())
    }

    /// Converts the parameters of a path whose length and literals are known to be right.
    ///
    /// They are written into `params`, since a list in place is dear to move.
    #[must_use]
    pub(super) fn capture(&self, path: &Path<'_>, params: &mut Params) -> bool {
        params.clear();
        let mut dynamic = self.dynamic.iter();
        dynamic.all(|(index, matcher)| matcher.capture(path.segment(*index), params).is_some())
            && self.tail.as_ref().is_none_or(|tail| {
                let rest = path.rest(self.keys.len());
                tail.capture(rest, params).is_some()
            })
    }
}

/// A literal or a parameter, inside one segment or one tail.
#[derive(Debug)]
enum Piece {
    Literal(String),
    Parameter(Converter),
}

impl Piece {
    fn spans_segments(&self) -> bool {
        matches!(self, Self::Parameter(converter) if converter.spans_segments())
    }
}

fn compile_pieces(specs: &[SegmentSpec]) -> Result<Vec<Piece>, Vec<String>> {
    let mut faults = Vec::new();
    let mut pieces = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    if !matches!(specs.first(), Some(SegmentSpec::Literal { literal }) if literal.starts_with('/'))
    {
        faults.push("does not begin with a slash".to_owned());
    }
    for spec in specs {
        match spec {
            SegmentSpec::Literal { literal } => {
                if literal.contains('\0') {
                    faults.push("holds a NUL, which no path can".to_owned());
                }
                if let Some(Piece::Literal(before)) = pieces.last_mut() {
                    before.push_str(literal);
                } else if !literal.is_empty() {
                    pieces.push(Piece::Literal(literal.clone()));
                }
            }
            SegmentSpec::Parameter {
                parameter,
                converter,
            } => {
                if parameter.is_empty() {
                    faults.push("has a parameter without a name".to_owned());
                } else if names.contains(&parameter.as_str()) {
                    faults.push(format!("names two parameters `{parameter}`"));
                }
                names.push(parameter);
                match Converter::compile(converter) {
                    Ok(converter) => pieces.push(Piece::Parameter(converter)),
                    Err(reason) => faults.push(format!("parameter `{parameter}` {reason}")),
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(pieces)
    } else {
        Err(faults)
    }
}

/// Cuts the pieces at the slashes of their literals; the first slash begins the first segment.
fn split_segments(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut segments = Vec::new();
    let mut segment = Vec::new();
    for piece in pieces {
        let Piece::Literal(text) = piece else {
            segment.push(piece);
            continue;
        };
        for (index, part) in text.split('/').enumerate() {
            if index > 0 {
                segments.push(std::mem::take(&mut segment));
            }
            if !part.is_empty() {
                segment.push(Piece::Literal(part.to_owned()));
            }
        }
    }
    segments.push(segment);
    segments.split_off(1)
}

/// The text of a segment without parameters; consecutive literals were joined before.
fn as_literal(segment: &[Piece]) -> Option<&str> {
    match segment {
        [] => Some(""),
        [Piece::Literal(text)] => Some(text),
        _ => None,
    }
}

/// What takes the parameters out of a text that is one segment, or one tail.
#[derive(Debug, Clone)]
enum Matcher {
    /// The text is one parameter.
    Whole(Converter),
    /// It is clear without trying where each parameter ends.
    Cut(Box<Cut>),
    /// It is not: a regular expression finds the borders, leftmost parameters taking the most.
    Shape(Box<Shape>),
}

impl Matcher {
    fn compile(pieces: Vec<Piece>, spans: bool) -> Result<Self, String> {
        let mut pieces = join_literals(pieces);
        if let [Piece::Parameter(_)] = pieces.as_slice()
            && let Some(Piece::Parameter(converter)) = pieces.pop()
        {
            return Ok(Self::Whole(converter));
        }
        match Cut::compile(&pieces) {
            Some(cut) => Ok(Self::Cut(Box::new(cut))),
            None => Shape::compile(&pieces, spans).map(|shape| Self::Shape(Box::new(shape))),
        }
    }

    fn capture(&self, text: &str, params: &mut Params) -> Option<()> {
        match self {
            Self::Whole(converter) => {
                params.push(converter.convert(text)?);
                Some(())
            }
            Self::Cut(cut) => cut.capture(text, params),
            Self::Shape(shape) => shape.capture(text, params),
        }
    }
}

fn join_literals(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// `prefix`, then parameters each of which ends where its kind of text ends, then one parameter
/// that takes what is left before `suffix`.
#[derive(Debug, Clone)]
struct Cut {
    prefix: Box<str>,
    steps: Box<[Step]>,
    last: Converter,
    suffix: Box<str>,
}

#[derive(Debug, Clone)]
struct Step {
    converter: Converter,
    end: End,
    literal: Box<str>,
}

/// Where a parameter ends when only one end is possible.
#[derive(Debug, Clone, Copy)]
enum End {
    /// After so many bytes.
    Length(usize),
    /// After the last digit.
    Digits,
    /// After the last character of a slug.
    Slug,
}

impl Cut {
    /// `None` when it takes trying to find the borders.
    fn compile(pieces: &[Piece]) -> Option<Self> {
        let (prefix, pieces) = match pieces {
            [Piece::Literal(text), rest @ ..] => (text.as_str(), rest),
            pieces => ("", pieces),
        };
        let (suffix, pieces) = match pieces {
            [rest @ .., Piece::Literal(text)] => (text.as_str(), rest),
            pieces => ("", pieces),
        };
        let [pieces @ .., Piece::Parameter(last)] = pieces else {
            return None;
        };
        let mut steps = Vec::new();
        let mut pieces = pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let Piece::Parameter(converter) = piece else {
                return None;
            };
            let literal = match pieces.next_if(|piece| matches!(piece, Piece::Literal(_))) {
                Some(Piece::Literal(text)) => text.as_str(),
                _ => "",
            };
            steps.push(Step {
                end: End::of(converter, literal.bytes().next())?,
                converter: converter.clone(),
                literal: literal.into(),
            });
        }
        Some(Self {
            prefix: prefix.into(),
            steps: steps.into(),
            last: last.clone(),
            suffix: suffix.into(),
        })
    }

    fn capture(&self, text: &str, params: &mut Params) -> Option<()> {
        let text = text.strip_prefix(&*self.prefix)?;
        let mut text = text.strip_suffix(&*self.suffix)?;
        for step in &self.steps {
            let (value, rest) = text.split_at_checked(step.end.find(text))?;
            params.push(step.converter.convert(value)?);
            text = rest.strip_prefix(&*step.literal)?;
        }
        params.push(self.last.convert(text)?);
        Some(())
    }
}

impl End {
    fn of(converter: &Converter, next: Option<u8>) -> Option<Self> {
        match converter {
            Converter::Uuid => Some(Self::Length(36)),
            Converter::Date => Some(Self::Length(10)),
            Converter::Int if next.is_some_and(|byte| !byte.is_ascii_digit()) => Some(Self::Digits),
            Converter::Slug if next.is_some_and(|byte| !is_slug(byte)) => Some(Self::Slug),
            _ => None,
        }
    }

    fn find(self, text: &str) -> usize {
        match self {
            Self::Length(length) => length,
            Self::Digits => {
                let sign = usize::from(text.starts_with('-'));
                let digits = text.bytes().skip(sign);
                sign + digits.take_while(u8::is_ascii_digit).count()
            }
            Self::Slug => text.bytes().take_while(|byte| is_slug(*byte)).count(),
        }
    }
}

/// A regular expression over a whole text, with a group for each parameter.
///
/// The cost is linear in the text whatever the pattern, since the crate `regex` never goes back.
/// The borders are those of the first match; a converter that then refuses ends the matter.
#[derive(Debug, Clone)]
struct Shape {
    regex: Regex,
    parameters: Box<[(usize, Converter)]>,
}

impl Shape {
    fn compile(pieces: &[Piece], spans: bool) -> Result<Self, String> {
        let mut expression = String::from(r"\A");
        let mut parameters = Vec::new();
        let mut group = 1;
        for piece in pieces {
            match piece {
                Piece::Literal(text) => expression.push_str(&regex::escape(text)),
                Piece::Parameter(converter) => {
                    expression.push('(');
                    expression.push_str(&converter.shape(spans));
                    expression.push(')');
                    parameters.push((group, converter.clone()));
                    group += 1 + converter.shape_groups();
                }
            }
        }
        expression.push_str(r"\z");
        let regex = Regex::new(&expression).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            format!("its parameters do not go together in one segment: {reason}")
        })?;
        Ok(Self {
            regex,
            parameters: parameters.into(),
        })
    }

    fn capture(&self, text: &str, params: &mut Params) -> Option<()> {
        let captures = self.regex.captures(text)?;
        for (group, converter) in &self.parameters {
            let value: Value = converter.convert(captures.get(*group)?.as_str())?;
            params.push(value);
        }
        Some(())
    }
}
