//! What each converter takes and refuses.

use vase_engine::routing::{Found, Value};

use super::{get, table, text};

/// What one parameter of this converter makes of the last segment of a path.
fn convert(converter: &str, raw: &str) -> Option<Value> {
    let table = table(&[("GET", &format!("/{{value:{converter}}}"))]).append_slash(false);
    match get(&table, &format!("/{raw}")) {
        Found::Route { params, .. } => params.first().cloned(),
        Found::NotFound => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_int_is_digits_perhaps_after_a_minus() {
    let int = |raw: &str| convert("int", raw);
    assert_eq!(int("0"), Some(Value::Int(0)));
    assert_eq!(int("-0"), Some(Value::Int(0)));
    assert_eq!(int("007"), Some(Value::Int(7)));
    assert_eq!(int("9223372036854775807"), Some(Value::Int(i64::MAX)));
    assert_eq!(int("-9223372036854775808"), Some(Value::Int(i64::MIN)));
    let big = |digits: &str| Some(Value::BigInt(digits.to_owned()));
    assert_eq!(int("9223372036854775808"), big("9223372036854775808"));
    assert_eq!(int("-00009223372036854775809"), big("-9223372036854775809"));
    assert_eq!(int(&format!("{}5", "0".repeat(40))), Some(Value::Int(5)));
    for refused in [
        "", "-", "+1", "1_000", " 1", "1 ", "1.0", "1e3", "--1", "0x1", "%D9%A1", "1%00",
    ] {
        if refused != "1%00" {
            assert_eq!(int(refused), None, "{refused}");
        }
    }
    let longest = "9".repeat(4300);
    assert_eq!(int(&longest), big(&longest));
    assert_eq!(int(&"9".repeat(4301)), None);
}

#[test]
fn a_float_is_finite_and_plainly_written() {
    let float = |raw: &str| convert("float", raw);
    for (raw, number) in [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
        ("1e+2", 100.0),
    ] {
        assert_eq!(float(raw), Some(Value::Float(number)), "{raw}");
    }
    for refused in [
        "nan", "NaN", "inf", "-inf", "infinity", "1e999", "+1", "1_0", ".5", "5.", "", "-", "1e",
        "1.5.2",
    ] {
        assert_eq!(float(refused), None, "{refused}");
    }
}

#[test]
fn a_decimal_has_no_exponent() {
    let decimal = |raw: &str| convert("decimal", raw);
    for raw in ["19.90", "-1", "0.00", "123456789012345678901234567890.5"] {
        assert_eq!(decimal(raw), Some(Value::Decimal(raw.to_owned())));
    }
    for refused in [
        "1e5", "NaN", "sNaN", "Infinity", "+1", "1_0", ".5", "5.", "",
    ] {
        assert_eq!(decimal(refused), None, "{refused}");
    }
    assert_eq!(decimal(&"1".repeat(4301)), None);
}

#[test]
fn a_uuid_has_its_hyphens() {
    let uuid = |raw: &str| convert("uuid", raw);
    let number = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
    assert_eq!(
        uuid("01234567-89ab-cdef-0123-456789abcdef"),
        Some(Value::Uuid(number))
    );
    assert_eq!(
        uuid("01234567-89AB-CDEF-0123-456789ABCDEF"),
        Some(Value::Uuid(number))
    );
    for refused in [
        "0123456789abcdef0123456789abcdef",
        "{01234567-89ab-cdef-0123-456789abcdef}",
        "01234567-89ab-cdef-0123-456789abcdeg",
        "01234567-89ab-cdef-0123456-789abcdef",
        "01234567-89ab-cdef-0123-456789abcde",
    ] {
        assert_eq!(uuid(refused), None, "{refused}");
    }
}

#[test]
fn a_date_is_a_day_of_the_calendar() {
    let date = |raw: &str| convert("date", raw);
    assert_eq!(
        date("2000-02-29"),
        Some(Value::Date {
            y: 2000,
            m: 2,
            d: 29
        })
    );
    assert_eq!(date("0001-01-01"), Some(Value::Date { y: 1, m: 1, d: 1 }));
    assert_eq!(
        date("9999-12-31"),
        Some(Value::Date {
            y: 9999,
            m: 12,
            d: 31
        })
    );
    for refused in [
        "1900-02-29",
        "2023-02-29",
        "2023-04-31",
        "2023-00-01",
        "2023-13-01",
        "2023-01-00",
        "2023-01-32",
        "0000-01-01",
        "2023-1-1",
        "20230101",
        "2023-01-01T00",
        "-2023-01-01",
        "+2023-01-01",
        "２０２３-01-01",
        "",
    ] {
        assert_eq!(date(refused), None, "{refused}");
    }
}

#[test]
fn a_datetime_is_checked_and_written_in_one_form() {
    let datetime = |raw: &str| match convert("datetime", raw) {
        Some(Value::DateTime(text)) => Some(text),
        None => None,
        other => panic!("{other:?}"),
    };
    for (raw, written) in [
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59+00:00"),
        ("2024-02-29t23:59:59z", "2024-02-29T23:59:59+00:00"),
        ("2024-02-29%2023:59:59", "2024-02-29T23:59:59"),
        ("2024-02-29T23:59:59.5-05:30", "2024-02-29T23:59:59.5-05:30"),
        (
            "2024-02-29T23:59:59.123456789+14:00",
            "2024-02-29T23:59:59.123456+14:00",
        ),
        (
            "2024-02-29T23%3A59%3A59%2B01:00",
            "2024-02-29T23:59:59+01:00",
        ),
    ] {
        assert_eq!(datetime(raw).as_deref(), Some(written), "{raw}");
    }
    for refused in [
        "2023-02-29T00:00:00Z",
        "2024-02-29",
        "2024-02-29T24:00:00Z",
        "2024-02-29T23:60:00Z",
        "2024-02-29T23:59:60Z",
        "2024-02-29T23:59Z",
        "2024-02-29T23:59:59+0100",
        "2024-02-29T23:59:59+24:00",
        "2024-02-29T23:59:59.Z",
        "2024-02-29T23:59:59ZZ",
        "2024-02-29_23:59:59",
        "2024-02-29T23:59:59+01:60",
        "2024-02-29T23:59:59 01:00",
    ] {
        assert_eq!(datetime(refused), None, "{refused}");
    }
}

#[test]
fn text_converters_take_what_they_say() {
    assert_eq!(convert("slug", "a-B_9"), Some(text("a-B_9")));
    for refused in ["", "a.b", "a%20b", "%C3%A9"] {
        assert_eq!(convert("slug", refused), None, "{refused}");
    }
    assert_eq!(convert("choice=draft,live", "live"), Some(text("live")));
    assert_eq!(convert("choice=draft,live", "Live"), None);
    assert_eq!(convert("choice=draft,live", "liv"), None);
    assert_eq!(convert("str", ""), None);
    assert_eq!(convert("path", ""), None);
    assert_eq!(convert("path", "/"), Some(text("/")));
    assert_eq!(convert("path", "a//b/"), Some(text("a//b/")));
}
