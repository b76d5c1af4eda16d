//! Looks for numbers in JSON that no float holds: the readers of others let them pass.
//!
//! `NaN` and `Infinity` are no JSON at all (RFC 8259 section 6), and `1e999` becomes an infinity, which then is no JSON
//! on its way back. Pydantic's reader takes all three wherever any value or a float may stand.

/// The place of the first number of a JSON text that no float holds.
///
/// Only what stands outside of strings counts. The text need not be JSON: whoever reads it afterwards says so.
/// With `integers`, an integer without fraction and exponent counts as well: it is one that becomes a float.
///
/// ```
/// use vase_engine::json::find_unfit_number;
///
/// assert_eq!(find_unfit_number(br#"{"name": "NaN", "price": 1.5e3}"#, true), None);
/// assert_eq!(find_unfit_number(br#"{"price": 1e999}"#, true), Some(10));
/// ```
#[must_use]
pub fn find_unfit_number(text: &[u8], integers: bool) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at = match byte {
            b'"' => end_of_string(text, at + 1),
            // `true`, `false` and `null` have neither: what begins so is no JSON.
            b'N' | b'I' => return Some(at),
            b'0'..=b'9' | b'-' => {
                let end = end_of_number(text, at);
                if is_unfit(&text[at..end], integers) || matches!(text.get(end), Some(b'N' | b'I'))
                {
                    return Some(at);
                }
                end
            }
            _ => at + 1,
        };
    }
    None
}

/// Digits that every double holds: the largest one has 309 of them.
const DIGITS_HELD: usize = 308;

fn end_of_string(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None => return at,
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

fn end_of_number(text: &[u8], from: usize) -> usize {
    let more = text[from + 1..]
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        .count();
    from + 1 + more
}

fn is_unfit(number: &[u8], integers: bool) -> bool {
    let has_exponent = number.iter().any(|byte| matches!(byte, b'e' | b'E'));
    if !has_exponent && (number.len() <= DIGITS_HELD || !(integers || number.contains(&b'.'))) {
        return false;
    }
    std::str::from_utf8(number)
        .ok()
        .and_then(|number| number.parse::<f64>().ok())
        .is_some_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use super::find_unfit_number;

    fn found(text: &str) -> Option<usize> {
        find_unfit_number(text.as_bytes(), false)
    }

    /// What JSON has no words for is found wherever a value may stand.
    #[test]
    fn words() {
        for (text, place) in [
            ("NaN", 0),
            ("Infinity", 0),
            ("-Infinity", 0),
            ("-NaN", 0),
            ("[1,NaN]", 3),
            (r#"{"a":-Infinity}"#, 5),
            (r#"{"a\"":{"NaN":[true,Infinity]}}"#, 20),
        ] {
            assert_eq!(found(text), Some(place), "{text}");
        }
    }

    /// A number beyond the largest double is found; the largest one is not.
    #[test]
    fn magnitude() {
        let fraction = format!("{}.5", "9".repeat(400));
        for text in [
            "1e999",
            "-1e999",
            "1E+400",
            "1.8e308",
            "17.98e307",
            &fraction,
        ] {
            assert_eq!(found(text), Some(0), "{text}");
        }
        let digits = "0".repeat(400);
        let small = format!("0.{digits}1e300");
        for text in [
            "1.7976931348623157e308",
            "-1e308",
            "1e-999",
            "0e999",
            "1e0000000000001",
            &small,
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    /// An integer may have any number of digits, unless a float is made of it.
    #[test]
    fn integers() {
        let long = format!("[0,-{}]", "9".repeat(400));
        assert_eq!(found(&long), None);
        assert_eq!(find_unfit_number(long.as_bytes(), true), Some(3));
        let held = "9".repeat(308);
        assert_eq!(find_unfit_number(held.as_bytes(), true), None);
    }

    /// Strings are skipped, escapes and all.
    #[test]
    fn strings() {
        for text in [
            r#""NaN""#,
            r#"{"1e999":"-Infinity"}"#,
            r#""\"NaN""#,
            r#""\\\"1e999\\""#,
            r#"["\u004eaN I"]"#,
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found(r#"["\\",NaN]"#), Some(6));
    }

    /// A text that is no JSON is scanned to its end without harm.
    #[test]
    fn no_json() {
        for text in [
            "", "\"", "\"\\", "-", "[-", "1e", "1.2.3", "--1", "\"abc", "true",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
