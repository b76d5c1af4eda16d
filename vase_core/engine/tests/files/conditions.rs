//! Conditional requests: RFC 9110 section 13.

use super::*;

const RANGE: (&str, &str) = ("range", "bytes=0-1");

/// The headers, where `{etag}` stands for the file's own tag, and the status.
const CASES: &[(&[(&str, &str)], u16)] = &[
    (&[("if-none-match", "{etag}")], 304),
    (&[("if-none-match", "W/{etag}")], 304),
    (&[("if-none-match", "\"a\", {etag}, \"b\"")], 304),
    (&[("if-none-match", "\"a,b\",{etag}")], 304),
    (
        &[("if-none-match", "\"a\""), ("if-none-match", "{etag}")],
        304,
    ),
    (&[("if-none-match", "*")], 304),
    (&[("if-none-match", "\"other\"")], 200),
    (&[("if-none-match", "no quotes")], 200),
    (&[("if-none-match", "")], 200),
    (&[("if-modified-since", MODIFIED_DATE)], 304),
    (&[("if-modified-since", LATER_DATE)], 304),
    (&[("if-modified-since", EARLIER_DATE)], 200),
    (
        &[("if-modified-since", "Tuesday, 14-Nov-23 22:13:20 GMT")],
        304,
    ),
    (&[("if-modified-since", "Tue Nov 14 22:13:20 2023")], 304),
    (&[("if-modified-since", "yesterday")], 200),
    (&[("if-modified-since", "1700000000")], 200),
    // If-None-Match outranks If-Modified-Since.
    (
        &[
            ("if-none-match", "\"other\""),
            ("if-modified-since", LATER_DATE),
        ],
        200,
    ),
    (
        &[
            ("if-none-match", "{etag}"),
            ("if-modified-since", EARLIER_DATE),
        ],
        304,
    ),
    (&[("if-match", "{etag}")], 200),
    (&[("if-match", "*")], 200),
    (&[("if-match", "\"a\", {etag}")], 200),
    (&[("if-match", "\"other\"")], 412),
    (&[("if-match", "W/{etag}")], 412),
    (&[("if-unmodified-since", MODIFIED_DATE)], 200),
    (&[("if-unmodified-since", EARLIER_DATE)], 412),
    (&[("if-unmodified-since", "never")], 200),
    // If-Match outranks If-Unmodified-Since, and both come before If-None-Match.
    (
        &[
            ("if-match", "{etag}"),
            ("if-unmodified-since", EARLIER_DATE),
        ],
        200,
    ),
    (&[("if-match", "{etag}"), ("if-none-match", "{etag}")], 304),
    (
        &[("if-match", "\"other\""), ("if-none-match", "{etag}")],
        412,
    ),
    // If-Range: a strong tag or the exact date.
    (&[RANGE, ("if-range", "{etag}")], 206),
    (&[RANGE, ("if-range", "W/{etag}")], 200),
    (&[RANGE, ("if-range", "\"other\"")], 200),
    (&[RANGE, ("if-range", MODIFIED_DATE)], 206),
    (&[RANGE, ("if-range", LATER_DATE)], 200),
    (&[RANGE, ("if-range", EARLIER_DATE)], 200),
    (&[RANGE, ("if-range", "rubbish")], 200),
    (&[("if-range", "{etag}")], 200),
    // Conditions come before ranges.
    (&[RANGE, ("if-none-match", "{etag}")], 304),
    (&[RANGE, ("if-match", "\"other\"")], 412),
    (&[RANGE, ("if-match", "{etag}")], 206),
    (&[("range", "bytes=50-"), ("if-range", "\"other\"")], 200),
    (&[("range", "bytes=50-"), ("if-none-match", "{etag}")], 304),
];

#[test]
fn conditions_are_weighed_in_the_order_of_the_standard() {
    let (_folder, files) = one_file();
    let etag = etag_of(&files, "/static/a.txt");
    for (headers, status) in CASES {
        let values: Vec<String> = headers
            .iter()
            .map(|(_, value)| value.replace("{etag}", &etag))
            .collect();
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .zip(&values)
            .map(|((name, _), value)| (*name, value.as_str()))
            .collect();
        let answer = ask(&files, "GET", "/static/a.txt", &headers).unwrap();
        assert_eq!(answer.status, *status, "{headers:?}");
        let length = match status {
            200 => 20,
            206 => 2,
            304 => 0,
            _ => continue,
        };
        assert_eq!(answer.body.len(), length, "{headers:?}");
    }
}

#[test]
fn a_304_repeats_what_caches_need_and_no_more() {
    let (_folder, files) = one_file();
    let full = get(&files, "/static/a.txt").unwrap();
    for method in ["GET", "HEAD"] {
        let answer = ask(
            &files,
            method,
            "/static/a.txt",
            &[("if-none-match", full.header("etag"))],
        )
        .unwrap();
        assert_eq!((answer.status, answer.body.len()), (304, 0));
        let mut names: Vec<&str> = answer.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cache-control", "etag", "last-modified"]);
        for name in names {
            assert_eq!(answer.header(name), full.header(name));
        }
    }
}

#[test]
fn a_date_is_no_validator_until_its_second_is_over() {
    let folder = Folder::new();
    let path = folder.write("new.txt", TEXT);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    set_time(&path, now.as_secs());
    let files = folder.serve();
    let date = get(&files, "/static/new.txt")
        .unwrap()
        .header("last-modified")
        .to_owned();
    let headers = [("range", "bytes=0-1"), ("if-range", date.as_str())];
    let answer = ask(&files, "GET", "/static/new.txt", &headers).unwrap();
    let later = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    if later.as_secs() == now.as_secs() {
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn a_time_in_the_future_is_not_told() {
    let folder = Folder::new();
    let path = folder.write("a.txt", TEXT);
    set_time(&path, 4_000_000_000);
    let answer = get(&folder.serve(), "/static/a.txt").unwrap();
    assert!(!answer.headers.contains_key("last-modified"));
    assert!(answer.headers.contains_key("etag"));
}
