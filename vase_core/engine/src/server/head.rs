//! The strict reader of request heads.
//!
//! hyper parses every head again; this reader is the one that judges it. It sees each octet once, line
//! by line, before hyper sees any, so a bad line is refused when it ends and not when the head does,
//! and hyper is never asked to guess. What it learns on the way (how the body is framed) tells the
//! connection where the message ends.

use super::refusal::Refusal;

/// The longest method that is looked at; registered ones end at 17 (`UPDATEREDIRECTREF`).
const METHOD_LENGTH: usize = 32;

/// Empty lines before a request line that are forgiven: RFC 9112 section 2.2 asks for one at least.
const EMPTY_LINES: u8 = 16;

/// How large a head may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadLimits {
    pub(super) octets: usize,
    pub(super) fields: usize,
}

/// How the body of a request is framed (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
}

/// A head that may be handed on: `bytes[start..end]` of what was scanned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) framing: Framing,
    /// Where a minor version above 1 stands; it is handed on as 1 (RFC 9112 section 2.3).
    pub(super) minor_version: Option<usize>,
    pub(super) wants_upgrade: bool,
}

/// Where the reader stands in a head that may arrive in many pieces.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // facts about one head, independent of each other
pub(super) struct HeadReader {
    /// The next octet to look at.
    at: usize,
    /// The first octet of the line that is being read.
    line: usize,
    /// The first octet of the request line.
    start: usize,
    empty_lines: u8,
    is_in_fields: bool,
    is_head_method: bool,
    minor_version: Option<usize>,
    is_version_10: bool,
    fields: usize,
    content_length: Option<u64>,
    coding: Coding,
    has_upgrade: bool,
    has_odd_expectation: bool,
}

/// What the `Transfer-Encoding` lines have said so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Coding {
    #[default]
    Absent,
    /// Something stands last that is not `chunked`.
    Other,
    /// `chunked` stands last, after something unknown.
    ChunkedLast,
    /// `chunked` alone.
    Chunked,
}

impl HeadReader {
    /// Whether nothing but forgiven empty lines was seen of `length` octets.
    pub(super) const fn is_untouched(&self, length: usize) -> bool {
        !self.is_in_fields && self.line == length
    }

    /// Forgets forgiven empty lines that the caller has thrown away.
    pub(super) const fn rebase(&mut self) {
        self.at = 0;
        self.line = 0;
        self.start = 0;
    }

    /// Whether the request line has `HEAD`, whose answer has no body.
    pub(super) const fn is_head_method(&self) -> bool {
        self.is_head_method
    }

    /// Reads on. `bytes` begins where it began last time and may have grown; `None` asks for more.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        limits: HeadLimits,
    ) -> Result<Option<Head>, Refusal> {
        loop {
            let end = find_control(bytes, self.at);
            let next = bytes.get(end + 1);
            match (bytes.get(end), next) {
                (None, _) | (Some(b'\r'), None) => {
                    self.at = end;
                    self.check_size(bytes.len(), limits)?;
                    return Ok(None);
                }
                (Some(b'\r'), Some(b'\n')) => {}
                (Some(b'\r'), Some(_)) => return Err(Refusal::BareCarriageReturn),
                (Some(b'\n'), _) => return Err(Refusal::BareLineFeed),
                _ => return Err(Refusal::ControlCharacter),
            }
            let line = &bytes[self.line..end];
            let line_start = std::mem::replace(&mut self.line, end + 2);
            self.at = end + 2;
            if !self.is_in_fields {
                self.first_line(line, line_start)?;
                self.check_size(self.at, limits)?;
                self.is_in_fields = !line.is_empty();
            } else if line.is_empty() {
                self.check_size(self.at, limits)?;
                return self.finish().map(Some);
            } else {
                self.check_size(self.at, limits)?;
                self.field(line, limits)?;
            }
        }
    }

    fn check_size(&self, length: usize, limits: HeadLimits) -> Result<(), Refusal> {
        if length - self.start <= limits.octets {
            Ok(())
        } else if self.is_in_fields {
            Err(Refusal::HeadTooLarge)
        } else {
            Err(Refusal::TargetTooLong)
        }
    }

    fn first_line(&mut self, line: &[u8], line_start: usize) -> Result<(), Refusal> {
        if line.is_empty() {
            self.empty_lines += 1;
            if self.empty_lines > EMPTY_LINES {
                return Err(Refusal::EmptyLines);
            }
            self.start = self.line;
            return Ok(());
        }
        let method_length = line
            .iter()
            .position(|octet| !is_token(*octet))
            .filter(|length| *length > 0 && line[*length] == b' ')
            .ok_or(Refusal::RequestLine)?;
        let (method, rest) = (&line[..method_length], &line[method_length + 1..]);
        let (target, version) = rest
            .split_last_chunk::<8>()
            .and_then(|(target, version)| Some((target.strip_suffix(b" ")?, version)))
            .ok_or(Refusal::RequestLine)?;
        let minor = match version {
            [
                b'H',
                b'T',
                b'T',
                b'P',
                b'/',
                b'1',
                b'.',
                minor @ b'0'..=b'9',
            ] => *minor,
            [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => {
                return Err(Refusal::Version);
            }
            _ => return Err(Refusal::RequestLine),
        };
        if method_length > METHOD_LENGTH {
            return Err(Refusal::Method);
        }
        self.is_head_method = method == b"HEAD";
        self.is_version_10 = minor == b'0';
        self.minor_version = (minor > b'1').then_some(line_start + line.len() - 1);
        check_target(method, target)
    }

    fn field(&mut self, line: &[u8], limits: HeadLimits) -> Result<(), Refusal> {
        let length = line
            .iter()
            .position(|octet| !is_token(*octet))
            .unwrap_or(line.len());
        if length == 0 || line.get(length) != Some(&b':') {
            return Err(match line.first() {
                Some(b' ' | b'\t') => Refusal::FoldedField,
                _ => Refusal::Field,
            });
        }
        self.fields += 1;
        if self.fields > limits.fields {
            return Err(Refusal::TooManyFields);
        }
        let (name, value) = (&line[..length], &line[length + 1..]);
        // The length of the name rules out nearly every line with one comparison.
        match length {
            6 if name.eq_ignore_ascii_case(b"expect") => {
                self.has_odd_expectation |= !trim(value).eq_ignore_ascii_case(b"100-continue");
            }
            7 if name.eq_ignore_ascii_case(b"upgrade") => self.has_upgrade = true,
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                if self.content_length.is_some() {
                    return Err(Refusal::ContentLength);
                }
                self.content_length = Some(parse_length(trim(value))?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => self.add_codings(value)?,
            _ => {}
        }
        Ok(())
    }

    fn add_codings(&mut self, value: &[u8]) -> Result<(), Refusal> {
        for coding in value.split(|octet| *octet == b',').map(trim) {
            if coding.is_empty() {
                return Err(Refusal::TransferEncoding);
            }
            self.coding = match (self.coding, coding.eq_ignore_ascii_case(b"chunked")) {
                // Nothing may follow `chunked`, itself included (RFC 9112 section 6.1).
                (Coding::Chunked | Coding::ChunkedLast, _) => {
                    return Err(Refusal::TransferEncoding);
                }
                (Coding::Absent, true) => Coding::Chunked,
                (Coding::Other, true) => Coding::ChunkedLast,
                (_, false) => Coding::Other,
            };
        }
        Ok(())
    }

    fn finish(&self) -> Result<Head, Refusal> {
        let framing = match (self.coding, self.content_length) {
            (Coding::Absent, None | Some(0)) => Framing::None,
            (Coding::Absent, Some(length)) => Framing::Length(length),
            (Coding::Other, _) => return Err(Refusal::TransferEncoding),
            _ if self.is_version_10 => return Err(Refusal::TransferEncoding),
            (_, Some(_)) => return Err(Refusal::TwoLengths),
            (Coding::ChunkedLast, None) => return Err(Refusal::TransferCoding),
            (Coding::Chunked, None) => Framing::Chunked,
        };
        // An HTTP/1.0 client cannot expect anything (RFC 9110 section 10.1.1).
        if self.has_odd_expectation && !self.is_version_10 {
            return Err(Refusal::Expectation);
        }
        Ok(Head {
            start: self.start,
            end: self.line,
            framing,
            minor_version: self.minor_version,
            wants_upgrade: self.has_upgrade && !self.is_version_10,
        })
    }
}

/// RFC 9112 section 3.2: origin-form, absolute-form, `*` with OPTIONS; authority-form goes with CONNECT.
fn check_target(method: &[u8], target: &[u8]) -> Result<(), Refusal> {
    check_target_octets(target)?;
    if method == b"CONNECT" {
        let is_authority = target.contains(&b':') && !target.contains(&b'/');
        return Err(if is_authority {
            Refusal::Tunnel
        } else {
            Refusal::TargetForm
        });
    }
    if target.first() == Some(&b'/') || (target == b"*" && method == b"OPTIONS") {
        return Ok(());
    }
    let rest = strip_scheme(target, b"http://")
        .or_else(|| strip_scheme(target, b"https://"))
        .ok_or(Refusal::TargetForm)?;
    let authority = rest
        .split(|octet| matches!(octet, b'/' | b'?'))
        .next()
        .unwrap_or_default();
    // RFC 9110 section 4.2.1 forbids an empty host, section 4.2.4 tells to refuse user names.
    if authority.is_empty() || authority[0] == b':' || authority.contains(&b'@') {
        return Err(Refusal::Target);
    }
    Ok(())
}

/// Octets outside ASCII and the delimiters that no URI holds are refused, and `#` with them: a
/// fragment never leaves the client. The few that browsers send unescaped in a query (`|`, `{`, `^`, …)
/// pass; so does a lone `%` there, but not in the path, where it could mean two things.
fn check_target_octets(target: &[u8]) -> Result<(), Refusal> {
    let mut is_path = true;
    for (index, octet) in target.iter().enumerate() {
        match octet {
            b'?' => is_path = false,
            b'%' if is_path => match target.get(index + 1..index + 3) {
                Some([high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {}
                _ => return Err(Refusal::Target),
            },
            b'<' | b'>' | b'"' | b'#' | ..=b' ' | 0x7f.. => return Err(Refusal::Target),
            _ => {}
        }
    }
    if target.is_empty() {
        return Err(Refusal::RequestLine);
    }
    Ok(())
}

fn strip_scheme<'a>(target: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = target.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// RFC 9110 section 8.6: digits, and nothing else.
fn parse_length(value: &[u8]) -> Result<u64, Refusal> {
    if value.is_empty() {
        return Err(Refusal::ContentLength);
    }
    value
        .iter()
        .try_fold(0_u64, |length, digit| {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
            length.checked_mul(10)?.checked_add(u64::from(digit))
        })
        // hyper keeps the two largest numbers for itself.
        .filter(|length| *length < u64::MAX - 1)
        .ok_or(Refusal::ContentLength)
}

/// Without optional white space: SP and HTAB, and nothing else that might look like it.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// RFC 9110 section 5.6.2.
pub(super) const fn is_token(octet: u8) -> bool {
    TOKEN[octet as usize]
}

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let tokens = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut index = 0;
    while index < tokens.len() {
        table[tokens[index] as usize] = true;
        index += 1;
    }
    table
};

/// The index of the first control character but HTAB at or after `at`; `bytes.len()` if there is none.
///
/// Eight octets at a time: heads are long and controls rare, and this runs for every request.
pub(super) fn find_control(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word;
        let delete = word ^ (ONES * 0x7f);
        let is_delete = delete.wrapping_sub(ONES) & !delete;
        let hits = (below_space | is_delete) & HIGH;
        if hits == 0 {
            at += 8;
            continue;
        }
        // Borrows only spill upwards: the lowest hit is a real one.
        let hit = at + hits.trailing_zeros() as usize / 8;
        if bytes[hit] != b'\t' {
            return hit;
        }
        at = hit + 1;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .position(|octet| octet.is_ascii_control() && *octet != b'\t')
        .map_or(bytes.len(), |index| at + index)
}
