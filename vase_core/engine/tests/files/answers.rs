//! Files that handlers answer with.

use super::*;

#[test]
fn a_handler_may_answer_with_any_regular_file() {
    let folder = Folder::new();
    let path = folder.write(".hidden/report 1.csv", TEXT);
    let answer = FileAnswer::open(&path).unwrap();
    assert_eq!(answer.length(), 20);
    let headers = HeaderMap::new();
    let full = read(answer.respond(&Method::GET, &headers));
    assert_eq!((full.status, full.body.as_ref()), (200, TEXT));
    assert_eq!(full.header("content-type"), "text/csv; charset=utf-8");
    assert!(!full.headers.contains_key("content-disposition"));
    let ask = |name: HeaderName, value: &str| {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        read(answer.respond(&Method::GET, &headers))
    };
    assert_eq!(
        ask(http::header::IF_NONE_MATCH, full.header("etag")).status,
        304
    );
    assert_eq!(ask(http::header::RANGE, "bytes=0-1").body, "01");
    assert_eq!(ask(http::header::RANGE, "bytes=99-").status, 416);
    let conditions = HeaderMap::from_iter([
        (http::header::IF_NONE_MATCH, HeaderValue::from_static("*")),
        (http::header::RANGE, HeaderValue::from_static("bytes=0-1")),
    ]);
    let posted = read(answer.respond(&Method::POST, &conditions));
    assert_eq!((posted.status, posted.body.as_ref()), (200, TEXT));
    assert_eq!(read(answer.respond(&Method::HEAD, &headers)).body.len(), 0);
    let missing = FileAnswer::open(&folder.root().join("none")).unwrap_err();
    assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
    let directory = FileAnswer::open(&folder.root()).unwrap_err();
    assert_eq!(directory.kind(), std::io::ErrorKind::IsADirectory);
}

#[test]
fn a_download_name_cannot_break_its_header() {
    let folder = Folder::new();
    let path = folder.write("a.txt", TEXT);
    for (name, expected) in [
        ("report.pdf", "attachment; filename=\"report.pdf\""),
        (
            "my report;1.pdf",
            "attachment; filename=\"my report;1.pdf\"",
        ),
        ("../../etc/passwd", "attachment; filename=\"passwd\""),
        ("c:\\temp\\x.txt", "attachment; filename=\"x.txt\""),
        (
            "März €.txt",
            "attachment; filename*=UTF-8''M%C3%A4rz%20%E2%82%AC.txt",
        ),
        ("a\"b", "attachment; filename*=UTF-8''a%22b"),
        (
            "a\r\nSet-Cookie: x",
            "attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x",
        ),
        ("", "attachment"),
    ] {
        let answer = FileAnswer::open(&path).unwrap().download_name(name);
        let response = answer.respond(&Method::GET, &HeaderMap::new());
        assert_eq!(
            response.headers()["content-disposition"],
            expected,
            "{name:?}"
        );
    }
}

#[test]
fn the_headers_of_a_handler_come_first() {
    let folder = Folder::new();
    let path = folder.write("a.txt", TEXT);
    let header = |name: &'static str, value: &'static str| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    let own = HeaderMap::from_iter([
        header("content-type", "application/x-own"),
        header("content-length", "5"),
        header("etag", "\"v1\""),
        header("last-modified", LATER_DATE),
        header("cache-control", "private"),
        header("x-own", "1"),
        header("set-cookie", "a=1"),
        header("set-cookie", "b=2"),
    ]);
    let answer = FileAnswer::open(&path).unwrap().headers(&own);
    let full = read(answer.respond(&Method::GET, &HeaderMap::new()));
    assert_eq!(full.header("content-type"), "application/x-own");
    assert_eq!(
        (full.header("content-length"), full.header("x-own")),
        ("20", "1")
    );
    assert_eq!(full.headers.get_all("set-cookie").iter().count(), 2);
    let ask = |name: &'static str, value: &'static str| {
        let headers = HeaderMap::from_iter([header(name, value)]);
        read(answer.respond(&Method::GET, &headers))
    };
    let unchanged = ask("if-none-match", "\"v1\"");
    assert_eq!(
        (unchanged.status, unchanged.header("cache-control")),
        (304, "private")
    );
    assert_eq!(ask("if-modified-since", MODIFIED_DATE).status, 200);
    assert_eq!(ask("if-modified-since", LATER_DATE).status, 304);
    let created = FileAnswer::open(&path).unwrap().status(StatusCode::CREATED);
    let headers =
        HeaderMap::from_iter([header("if-none-match", "*"), header("range", "bytes=0-1")]);
    let created = read(created.respond(&Method::GET, &headers));
    assert_eq!((created.status, created.body.len()), (201, 20));
}
