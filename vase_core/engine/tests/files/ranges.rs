//! Ranges: RFC 9110 section 14.

use super::*;

#[test]
fn one_range_is_one_part() {
    for (range, content_range, body) in [
        ("bytes=0-0", "bytes 0-0/20", "0"),
        ("bytes=0-9", "bytes 0-9/20", "0123456789"),
        ("bytes=10-", "bytes 10-19/20", "abcdefghij"),
        ("bytes=-3", "bytes 17-19/20", "hij"),
        ("bytes=-50", "bytes 0-19/20", "0123456789abcdefghij"),
        ("bytes=15-500", "bytes 15-19/20", "fghij"),
        ("bytes=19-19", "bytes 19-19/20", "j"),
        ("BYTES=0-1", "bytes 0-1/20", "01"),
        (
            "bytes=0-99999999999999999999999",
            "bytes 0-19/20",
            "0123456789abcdefghij",
        ),
        ("bytes= 0-1 , ", "bytes 0-1/20", "01"),
        // Of several only one lies in the file; or they touch; or they overlap.
        ("bytes=0-1,50-60", "bytes 0-1/20", "01"),
        ("bytes=0-4,5-9", "bytes 0-9/20", "0123456789"),
        ("bytes=4-9,0-5", "bytes 0-9/20", "0123456789"),
    ] {
        let answer = ask_one("GET", &[("range", range)]);
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.header("content-range"), content_range, "{range}");
        assert_eq!(
            answer.header("content-length"),
            body.len().to_string(),
            "{range}"
        );
        assert_eq!(answer.body, body, "{range}");
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert!(answer.headers.contains_key("etag"));
    }
}

#[test]
fn a_range_behind_the_end_is_refused() {
    for range in [
        "bytes=20-",
        "bytes=20-30",
        "bytes=-0",
        "bytes=99999999999999999999999-",
        "bytes=30-,40-50",
    ] {
        let answer = ask_one("GET", &[("range", range)]);
        assert_eq!(answer.status, 416, "{range}");
        assert_eq!(answer.header("content-range"), "bytes */20", "{range}");
    }
}

#[test]
fn a_range_that_means_nothing_is_as_if_absent() {
    let many = format!("bytes={}", "0-0,".repeat(800));
    let cve = format!(
        "bytes={}",
        (0..800)
            .map(|end| format!("0-{end}"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let tiny = format!(
        "bytes={}",
        (0..10)
            .map(|at| format!("{0}-{0}", at * 2))
            .collect::<Vec<_>>()
            .join(",")
    );
    for range in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=,",
        "bytes=a-b",
        "bytes=1",
        "bytes=5-2",
        "bytes=0-1,5-2",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=--5",
        "bytes=1.0-2",
        "items=0-1",
        "lines=0-1",
        "bytes:0-1",
        "bytes 0-1",
        "bytes=0-15,5-19",
        "bytes=0-,0-,0-",
        &many,
        &cve,
    ] {
        let answer = ask_one("GET", &[("range", range)]);
        assert_eq!(
            (answer.status, answer.body.as_ref()),
            (200, TEXT),
            "{range:.40}"
        );
        assert!(!answer.headers.contains_key("content-range"));
    }
    assert_eq!(ask_one("GET", &[("range", &tiny)]).status, 206);
    let twice = ask_one("GET", &[("range", "bytes=0-1"), ("range", "bytes=2-3")]);
    assert_eq!(twice.status, 200);
    let head = ask_one("HEAD", &[("range", "bytes=0-1")]);
    assert_eq!((head.status, head.header("content-length")), (200, "20"));
}

#[test]
fn an_empty_file_has_no_ranges() {
    let folder = Folder::new();
    folder.write("empty", "");
    let files = folder.serve();
    for range in ["bytes=0-", "bytes=-1", "bytes=0-0"] {
        let answer = ask(&files, "GET", "/static/empty", &[("range", range)]).unwrap();
        assert_eq!(
            (answer.status, answer.header("content-length")),
            (200, "0"),
            "{range}"
        );
    }
}

/// Takes a multipart body apart: for each part its `Content-Range` and its bytes.
fn parts(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let boundary = answer
        .header("content-type")
        .strip_prefix("multipart/byteranges; boundary=")
        .expect("a multipart answer");
    let body = &answer.body[..];
    let mut delimiter = format!("--{boundary}\r\n").into_bytes();
    let mut rest = body
        .strip_prefix(&delimiter[..])
        .expect("the first boundary");
    delimiter.splice(0..0, *b"\r\n");
    let end = format!("\r\n--{boundary}--\r\n").into_bytes();
    rest = rest.strip_suffix(&end[..]).expect("the last boundary");
    let mut list = Vec::new();
    loop {
        let next = rest
            .windows(delimiter.len())
            .position(|window| window == delimiter);
        let part = &rest[..next.unwrap_or(rest.len())];
        let head_end = part
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap();
        let head = std::str::from_utf8(&part[..head_end]).unwrap();
        let (content_type, content_range) = head.split_once("\r\n").unwrap();
        assert!(content_type.starts_with("Content-Type: "), "{head}");
        let content_range = content_range.strip_prefix("Content-Range: ").unwrap();
        list.push((content_range.to_owned(), part[head_end + 4..].to_vec()));
        match next {
            Some(next) => rest = &rest[next + delimiter.len()..],
            None => return list,
        }
    }
}

#[test]
fn several_ranges_are_several_parts_in_the_order_of_the_request() {
    let answer = ask_one("GET", &[("range", "bytes=10-11, 0-1 ,-2")]);
    assert_eq!(answer.status, 206);
    assert_eq!(
        answer.header("content-length"),
        answer.body.len().to_string()
    );
    assert!(!answer.headers.contains_key("content-range"));
    let expected = [
        ("bytes 10-11/20", "ab"),
        ("bytes 0-1/20", "01"),
        ("bytes 18-19/20", "ij"),
    ];
    let expected = expected.map(|(range, text)| (range.to_owned(), text.as_bytes().to_vec()));
    assert_eq!(parts(&answer), expected);
    let again = ask_one("GET", &[("range", "bytes=10-11,0-1")]);
    assert_ne!(
        again.header("content-type"),
        answer.header("content-type"),
        "boundaries cannot be foreseen"
    );
}

#[test]
fn large_files_are_streamed_whole_and_in_parts() {
    let folder = Folder::new();
    let content: Vec<u8> = (0..3_000_000_u32)
        .map(|index| (index * 7 % 251) as u8)
        .collect();
    folder.write("large.bin", &content);
    let files = folder.serve();
    let full = get(&files, "/static/large.bin").unwrap();
    assert_eq!(full.header("content-length"), "3000000");
    assert!(full.body == content);
    let middle = ask(
        &files,
        "GET",
        "/static/large.bin",
        &[("range", "bytes=1000000-1999999")],
    )
    .unwrap();
    assert_eq!(
        (middle.status, middle.header("content-length")),
        (206, "1000000")
    );
    assert!(middle.body == content[1_000_000..2_000_000]);
    let several = ask(
        &files,
        "GET",
        "/static/large.bin",
        &[("range", "bytes=5-9,700000-1000000,-3")],
    )
    .unwrap();
    assert_eq!(
        several.header("content-length"),
        several.body.len().to_string()
    );
    let parts = parts(&several);
    assert_eq!(parts.len(), 3);
    assert!(parts[1].1 == content[700_000..=1_000_000]);
    assert!(parts[2].1 == content[2_999_997..]);
    let head = ask(&files, "HEAD", "/static/large.bin", &[]).unwrap();
    assert_eq!(
        (head.header("content-length"), head.body.len()),
        ("3000000", 0)
    );
}

#[test]
fn a_file_that_is_not_in_the_page_cache_is_waited_for_elsewhere() {
    let folder = Folder::new();
    let content: Vec<u8> = (0..400_000_u32).map(|index| (index % 251) as u8).collect();
    for (name, length) in [("small.bin", 100_000), ("large.bin", 400_000)] {
        let path = folder.write(name, &content[..length]);
        let file = fs::File::open(path).unwrap();
        file.sync_all().unwrap();
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        std::thread::sleep(Duration::from_millis(60));
        let files = folder.serve();
        let path = format!("/static/{name}");
        for _ in 0..2 {
            assert!(get(&files, &path).unwrap().body == content[..length]);
        }
        let hit = files.find(&path).unwrap();
        let response = hit.respond(&Method::GET, &HeaderMap::new());
        assert_eq!(response.body().as_bytes().is_some(), name == "small.bin");
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_the_answer_with_an_error() {
    let folder = Folder::new();
    let path = folder.write("large.bin", vec![1; 2_000_000]);
    let hit = folder.serve().find("/static/large.bin").unwrap();
    let response = hit.respond(&Method::GET, &HeaderMap::new());
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(500_000)
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let error = runtime
        .block_on(response.into_body().collect())
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}
