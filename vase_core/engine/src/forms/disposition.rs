//! The `Content-Disposition` of a part (RFC 7578 section 4.2), and file names that are only names.

use percent_encoding::percent_decode_str;

use super::FormError;

/// The names that a part has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: String,
    /// Present for files, and empty for a file input that was left empty.
    pub(super) filename: Option<String>,
}

impl Disposition {
    pub(super) fn parse(value: &[u8]) -> Result<Self, FormError> {
        let text = std::str::from_utf8(value).map_err(|_| FormError::NotUtf8)?;
        let (kind, mut rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err(FormError::Malformed("a part is no `form-data`"));
        }
        let (mut name, mut filename, mut extended) = (None, None, None);
        while let Some(parameter) = rest.strip_prefix(';') {
            let parameter = parameter.trim_start();
            if parameter.is_empty() {
                break;
            }
            let (key, value) = parameter
                .split_once('=')
                .ok_or(FormError::Malformed("a parameter of a part has no value"))?;
            let (value, after) = split_value(value.trim_start())?;
            let place = match key.trim_end().to_ascii_lowercase().as_str() {
                "name" => &mut name,
                "filename" => &mut filename,
                "filename*" => &mut extended,
                _ => &mut None,
            };
            if place.replace(value).is_some() {
                return Err(FormError::Malformed("a part says one of its names twice"));
            }
            rest = after.trim_start();
        }
        if !rest.is_empty() && !rest.starts_with(';') {
            return Err(FormError::Malformed("a parameter of a part does not end"));
        }
        let filename = match extended {
            Some(text) => Some(decode_extended(&text)?),
            None => filename,
        };
        Ok(Self {
            name: name.ok_or(FormError::Malformed("a part has no name"))?,
            filename: filename.map(|text| safe_name(&text)),
        })
    }
}

/// A value, quoted or not, and what follows it.
fn split_value(text: &str) -> Result<(String, &str), FormError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &quoted[index + 1..])),
            // Browsers of old send whole paths with their backslashes: only what needs an escape has one.
            '\\' if matches!(characters.peek(), Some((_, '"' | '\\'))) => {
                value.extend(characters.next().map(|(_, escaped)| escaped));
            }
            other => value.push(other),
        }
    }
    Err(FormError::Malformed("a quoted name does not end"))
}

/// `utf-8''na%C3%AFve.txt` (RFC 8187).
fn decode_extended(text: &str) -> Result<String, FormError> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, value) = (parts.next(), parts.next(), parts.next());
    if !charset.is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8")) {
        return Err(FormError::NotUtf8);
    }
    let decoded = percent_decode_str(value.unwrap_or_default()).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| FormError::NotUtf8)
}

/// What is left of a file name that a client made up: no folders, no control characters, neither `.` nor `..`.
fn safe_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    match plain.trim() {
        "." | ".." => String::new(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (String, Option<String>) {
        let found = Disposition::parse(text.as_bytes()).unwrap();
        (found.name, found.filename)
    }

    /// Names come quoted, bare, escaped and in the extended form, in any order.
    #[test]
    fn names() {
        for (text, name, filename) in [
            (r#"form-data; name="a""#, "a", None),
            ("form-data; name=a", "a", None),
            (
                "Form-Data ;  NAME = a ; filename=b.txt ",
                "a",
                Some("b.txt"),
            ),
            (
                r#"form-data; name="a"; filename="b.txt""#,
                "a",
                Some("b.txt"),
            ),
            (
                r#"form-data; filename="x; name=evil"; name="a""#,
                "a",
                Some("x; name=evil"),
            ),
            (r#"form-data; name="a\"b\\c""#, "a\"b\\c", None),
            (r#"form-data; name="";"#, "", None),
            (r#"form-data; name="a"; filename="""#, "a", Some("")),
            (
                r#"form-data; name="a"; filename="x"; filename*=utf-8''na%C3%AFve.txt"#,
                "a",
                Some("naïve.txt"),
            ),
            ("form-data; name=\"ü\"", "ü", None),
        ] {
            assert_eq!(
                parse(text),
                (name.to_owned(), filename.map(str::to_owned)),
                "{text}"
            );
        }
    }

    /// Nothing of a path is left.
    #[test]
    fn traversal() {
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            (r"C:\\temp\\x.txt", "x.txt"),
            (r"C:\temp\x.txt", "x.txt"),
            ("..", ""),
            ("/", ""),
            ("a/..", ""),
            ("x\u{0}y\r\n.txt", "xy.txt"),
        ] {
            let text = format!(r#"form-data; name="a"; filename="{given}""#);
            assert_eq!(parse(&text).1.as_deref(), Some(kept), "{given}");
        }
    }

    /// What is no disposition of a form is refused.
    #[test]
    fn malformed() {
        for text in [
            "attachment; name=a",
            "form-data",
            "form-data; filename=x",
            r#"form-data; name="a"#,
            r#"form-data; name="a" b"#,
            "form-data; name=a; name=b",
            "form-data; name",
            "form-data; name=a; filename*=latin-1''x",
        ] {
            assert!(Disposition::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Disposition::parse(b"form-data; name=\"\xff\"").is_err());
    }
}
