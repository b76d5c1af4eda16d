//! The rules of static files and of files that handlers answer with.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::HeaderMap;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use vase_engine::ResponseBody;
use vase_engine::config::StaticFilesConfig;
use vase_engine::files::{FileAnswer, StaticFiles, content_type_of};

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("vase-files-{}-{number}", std::process::id()));
        fs::create_dir_all(path.join("root")).unwrap();
        Self(path)
    }

    fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Writes a file that was last changed in November 2023.
    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        set_time(&path, MODIFIED);
        path
    }

    fn serve(&self) -> StaticFiles {
        self.mount(0, false)
    }

    fn mount(&self, max_age: u64, immutable: bool) -> StaticFiles {
        StaticFiles::new(&[StaticFilesConfig {
            prefix: "/static/".to_owned(),
            roots: vec![self.root().to_str().unwrap().to_owned()],
            max_age,
            immutable,
        }])
        .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Seconds since 1970, and how HTTP writes them.
const MODIFIED: u64 = 1_700_000_000;
const MODIFIED_DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
const EARLIER_DATE: &str = "Tue, 14 Nov 2023 22:13:19 GMT";
const LATER_DATE: &str = "Tue, 14 Nov 2023 22:13:21 GMT";

fn set_time(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .unwrap();
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn read(response: Response<ResponseBody>) -> Answer {
    let (head, body) = response.into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let body = runtime.block_on(body.collect()).unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    }
}

fn ask(files: &StaticFiles, method: &str, path: &str, headers: &[(&str, &str)]) -> Option<Answer> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, ()) = request.body(()).unwrap().into_parts();
    files.respond(&head).map(read)
}

fn get(files: &StaticFiles, path: &str) -> Option<Answer> {
    ask(files, "GET", path, &[])
}

const TEXT: &[u8] = b"0123456789abcdefghij";

/// A folder with one file of twenty bytes.
fn one_file() -> (Folder, StaticFiles) {
    let folder = Folder::new();
    folder.write("a.txt", TEXT);
    let files = folder.serve();
    (folder, files)
}

fn ask_one(method: &str, headers: &[(&str, &str)]) -> Answer {
    let (_folder, files) = one_file();
    ask(&files, method, "/static/a.txt", headers).expect("the file is there")
}

fn etag_of(files: &StaticFiles, path: &str) -> String {
    get(files, path).unwrap().header("etag").to_owned()
}

#[test]
fn a_file_is_sent_with_all_that_describes_it() {
    let answer = ask_one("GET", &[]);
    assert_eq!((answer.status, answer.body.as_ref()), (200, TEXT));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("content-length"), "20");
    assert_eq!(answer.header("last-modified"), MODIFIED_DATE);
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert!(!answer.headers.contains_key("vary"));
    let etag = answer.header("etag");
    assert!(
        etag.starts_with("\"14-") && etag.ends_with('"') && etag.len() > 10,
        "{etag}"
    );
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let (_folder, files) = one_file();
    let head = ask(&files, "HEAD", "/static/a.txt", &[]).unwrap();
    let full = get(&files, "/static/a.txt").unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers, full.headers);
}

#[test]
fn other_methods_are_refused_with_allow() {
    for method in [
        "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND",
    ] {
        let answer = ask_one(method, &[]);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "GET, HEAD"),
            "{method}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let (_folder, files) = one_file();
    assert!(ask(&files, "POST", "/static/none.txt", &[]).is_none());
}

#[test]
fn what_is_not_there_is_left_to_the_routes() {
    let (folder, files) = one_file();
    folder.write("sub/b.txt", "b");
    fs::create_dir(folder.root().join("empty")).unwrap();
    for path in [
        "/",
        "/static",
        "/static/",
        "/static/sub",
        "/static/sub/",
        "/static/empty",
        "/static/none",
        "/other/a.txt",
        "/static/a.txt/",
        "/static/a.txt/b",
        "/staticc/a.txt",
        "/Static/a.txt",
        "/static/A.TXT",
    ] {
        assert!(get(&files, path).is_none(), "{path}");
    }
    assert_eq!(get(&files, "/static/sub/b.txt").unwrap().body, "b");
    assert!(
        files
            .find("/static/a.txt")
            .is_some_and(|hit| hit.length() == 20)
    );
}

#[test]
fn nothing_outside_the_root_is_sent_however_it_is_spelt() {
    let (folder, files) = one_file();
    fs::write(folder.0.join("secret.txt"), "secret").unwrap();
    fs::create_dir(folder.0.join("root-neighbour")).unwrap();
    fs::write(folder.0.join("root-neighbour/secret.txt"), "secret").unwrap();
    folder.write("sub/b.txt", "b");
    folder.write(".env", "secret");
    folder.write(".git/config", "secret");
    folder.write("sub/.hidden", "secret");
    folder.write("back\\slash", "secret");
    let inside = folder.root().to_str().unwrap().to_owned();
    let long = "a/".repeat(5000);
    let paths = [
        "/static/../secret.txt",
        "/static/sub/../../secret.txt",
        "/static/sub/../a.txt",
        "/static/./a.txt",
        "/static/%2e%2e/secret.txt",
        "/static/%2E%2E/secret.txt",
        "/static/.%2e/secret.txt",
        "/static/%2e./secret.txt",
        "/static/%2e/a.txt",
        "/static/..%2fsecret.txt",
        "/static/..%2Fsecret.txt",
        "/static/%2e%2e%2fsecret.txt",
        "/static/sub%2f..%2f..%2fsecret.txt",
        "/static/sub%2fb.txt",
        "/static/%252e%252e/secret.txt",
        "/static/%252e%252e%252fsecret.txt",
        "/static/..%5csecret.txt",
        "/static/..%5Csecret.txt",
        "/static/%2e%2e%5csecret.txt",
        "/static/sub%5c..%5c..%5csecret.txt",
        "/static/back%5cslash",
        "/static/..%255csecret.txt",
        "/static/%c0%ae%c0%ae/secret.txt",
        "/static/%c0%ae%c0%ae%c0%afsecret.txt",
        "/static/..%c0%afsecret.txt",
        "/static/%e0%80%ae%e0%80%ae/secret.txt",
        "/static/%ef%bc%8e%ef%bc%8e/secret.txt",
        "/static/%u002e%u002e/secret.txt",
        "/static/....//secret.txt",
        "/static/.../secret.txt",
        "/static/..;/secret.txt",
        "/static/%2e%2e;/secret.txt",
        "/static/..%00/secret.txt",
        "/static/a.txt%00",
        "/static/a.txt%00.png",
        "/static/%00",
        "/static//secret.txt",
        "/static//a.txt",
        "/static/%2fa.txt",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/%2Fetc/passwd",
        "/static/../root-neighbour/secret.txt",
        "/static/-neighbour/secret.txt",
        "/static/.env",
        "/static/%2eenv",
        "/static/.git/config",
        "/static/sub/.hidden",
        "/static/sub/.well-known/x",
        "/static/a.txt%0a",
        "/static/a.txt%0d%0aX-Injected:1",
        "/static/%7f",
        "/static/~root/a.txt",
        "/static/C:/secret.txt",
        "/static/a.txt::$DATA",
        "/static/a.txt.",
        "/static/a.txt%20",
        "/static/proc/self/environ",
        "/../secret.txt",
        "/static/..",
    ];
    for path in paths {
        assert!(get(&files, path).is_none(), "{path}");
        assert!(files.find(path).is_none(), "{path}");
    }
    // Spellings that no URL type of ours lets in, but another caller might.
    for path in [
        "/static/..\\secret.txt",
        "/static/back\\slash",
        "/static/a.txt\0",
        &format!("/static/{inside}/a.txt"),
        &format!("/static/{long}"),
        &format!("/static/{}", "x".repeat(300)),
        &format!("/static/{}", "%61".repeat(6000)),
    ] {
        assert!(files.find(path).is_none(), "{path:.80}");
    }
}

#[test]
fn well_known_is_the_one_dot_that_is_served() {
    let folder = Folder::new();
    folder.write(".well-known/security.txt", "mail us");
    let answer = get(&folder.serve(), "/static/.well-known/security.txt").unwrap();
    assert_eq!(answer.body, "mail us");
}

#[test]
fn names_are_decoded_once() {
    let folder = Folder::new();
    folder.write("sub dir/März 100%.txt", "x");
    folder.write("%61.txt", "percent");
    folder.write("a+b.txt", "plus");
    let files = folder.serve();
    assert_eq!(
        get(&files, "/static/sub%20dir/M%C3%A4rz%20100%25.txt")
            .unwrap()
            .body,
        "x"
    );
    assert_eq!(get(&files, "/static/%2561.txt").unwrap().body, "percent");
    assert_eq!(get(&files, "/static/a+b.txt").unwrap().body, "plus");
    assert!(get(&files, "/static/a%20b.txt").is_none());
}

#[test]
fn links_may_stay_in_the_root_and_not_leave_it() {
    let folder = Folder::new();
    folder.write("real/a.txt", "inside");
    fs::write(folder.0.join("secret.txt"), "secret").unwrap();
    let link = |target: &str, name: &str| symlink(target, folder.root().join(name)).unwrap();
    link("real/a.txt", "inner.txt");
    link("real", "folder");
    link("../secret.txt", "outer.txt");
    link(
        folder.0.join("secret.txt").to_str().unwrap(),
        "absolute.txt",
    );
    link("..", "up");
    link("/", "slash");
    link("/proc/self/root", "magic");
    link("loop", "loop");
    link("nowhere", "dangling");
    link("../root/real/a.txt", "there-and-back.txt");
    let files = folder.serve();
    assert_eq!(get(&files, "/static/inner.txt").unwrap().body, "inside");
    assert_eq!(get(&files, "/static/folder/a.txt").unwrap().body, "inside");
    for path in [
        "outer.txt",
        "absolute.txt",
        "up/secret.txt",
        "slash/etc/passwd",
        "magic/etc/passwd",
        "loop",
        "dangling",
        "there-and-back.txt",
    ] {
        assert!(get(&files, &format!("/static/{path}")).is_none(), "{path}");
    }
}

#[test]
fn a_root_may_be_a_link_and_be_exchanged() {
    let folder = Folder::new();
    for release in ["one", "two"] {
        fs::create_dir(folder.0.join(release)).unwrap();
        fs::write(folder.0.join(release).join("a.txt"), release).unwrap();
    }
    let current = folder.0.join("current");
    symlink(folder.0.join("one"), &current).unwrap();
    let files = StaticFiles::new(&[StaticFilesConfig {
        prefix: "/".to_owned(),
        roots: vec![current.to_str().unwrap().to_owned()],
        max_age: 0,
        immutable: false,
    }])
    .unwrap()
    .recheck_after(Duration::ZERO);
    assert_eq!(get(&files, "/a.txt").unwrap().body, "one");
    fs::remove_file(&current).unwrap();
    symlink(folder.0.join("two"), &current).unwrap();
    assert_eq!(get(&files, "/a.txt").unwrap().body, "two");
}

#[test]
fn only_regular_files_are_sent() {
    let folder = Folder::new();
    let pipe = folder.root().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.root().join("socket")).unwrap();
    let files = folder.serve();
    assert!(get(&files, "/static/pipe").is_none());
    assert!(get(&files, "/static/socket").is_none());
    assert!(FileAnswer::open(&pipe).is_err());
    assert!(FileAnswer::open(&folder.root()).is_err());
}

#[test]
fn the_first_root_that_has_the_file_wins() {
    let folder = Folder::new();
    let second = folder.0.join("second");
    fs::create_dir(&second).unwrap();
    fs::write(second.join("a.txt"), "second").unwrap();
    fs::write(second.join("b.txt"), "only second").unwrap();
    folder.write("b.txt", "first");
    let root = |path: &Path| path.to_str().unwrap().to_owned();
    let files = StaticFiles::new(&[StaticFilesConfig {
        prefix: "/static/".to_owned(),
        roots: vec![
            root(&folder.root()),
            root(&second),
            root(&folder.0.join("missing")),
        ],
        max_age: 0,
        immutable: false,
    }])
    .unwrap()
    .recheck_after(Duration::ZERO);
    std::thread::sleep(Duration::from_millis(60));
    assert_eq!(get(&files, "/static/b.txt").unwrap().body, "first");
    assert_eq!(get(&files, "/static/a.txt").unwrap().body, "second");
    // Also when it comes to have it later.
    folder.write("a.txt", "first");
    assert_eq!(get(&files, "/static/a.txt").unwrap().body, "first");
    fs::remove_file(folder.root().join("a.txt")).unwrap();
    assert_eq!(get(&files, "/static/a.txt").unwrap().body, "second");
}

#[test]
fn all_faults_of_mounts_are_reported_at_once() {
    let mount = |prefix: &str, roots: &[&str]| StaticFilesConfig {
        prefix: prefix.to_owned(),
        roots: roots.iter().map(|root| (*root).to_owned()).collect(),
        max_age: 0,
        immutable: false,
    };
    let error = StaticFiles::new(&[mount("static", &["/a", "b"]), mount("/x/", &[])]).unwrap_err();
    let faults: Vec<String> = error.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "static_files[0].prefix: `static` does not begin and end with a slash",
            "static_files[0].roots[1]: `b` is no absolute path",
            "static_files[1].roots: there are none",
        ]
    );
}

#[test]
fn cache_control_is_that_of_the_mount() {
    let folder = Folder::new();
    folder.write("a.js", "1");
    for (max_age, immutable, expected) in [
        (0, false, "no-cache"),
        (3600, false, "public, max-age=3600"),
        (31_536_000, true, "public, max-age=31536000, immutable"),
    ] {
        let answer = get(&folder.mount(max_age, immutable), "/static/a.js").unwrap();
        assert_eq!(answer.header("cache-control"), expected);
    }
}

#[test]
fn a_type_is_known_by_the_ending() {
    for (name, expected) in [
        ("a.html", "text/html; charset=utf-8"),
        ("a.CSS", "text/css; charset=utf-8"),
        ("a.min.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.svg", "image/svg+xml"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.tar.gz", "application/gzip"),
        ("a.unknown", "application/octet-stream"),
        ("html", "application/octet-stream"),
        (".html", "application/octet-stream"),
        ("a.d/b", "application/octet-stream"),
        ("a.", "application/octet-stream"),
    ] {
        assert_eq!(content_type_of(name), expected, "{name}");
    }
}

// Conditions: RFC 9110 section 13.

/// One condition: the headers, where `{etag}` stands for the file's own tag, and the status.
#[test]
fn conditions_are_weighed_in_the_order_of_the_standard() {
    let (_folder, files) = one_file();
    let etag = etag_of(&files, "/static/a.txt");
    let range = ("range", "bytes=0-1");
    let cases: &[(&[(&str, &str)], u16)] = &[
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
        (&[range, ("if-range", "{etag}")], 206),
        (&[range, ("if-range", "W/{etag}")], 200),
        (&[range, ("if-range", "\"other\"")], 200),
        (&[range, ("if-range", MODIFIED_DATE)], 206),
        (&[range, ("if-range", LATER_DATE)], 200),
        (&[range, ("if-range", EARLIER_DATE)], 200),
        (&[range, ("if-range", "rubbish")], 200),
        (&[("if-range", "{etag}")], 200),
        // Conditions come before ranges.
        (&[range, ("if-none-match", "{etag}")], 304),
        (&[range, ("if-match", "\"other\"")], 412),
        (&[range, ("if-match", "{etag}")], 206),
        (&[("range", "bytes=50-"), ("if-range", "\"other\"")], 200),
        (&[("range", "bytes=50-"), ("if-none-match", "{etag}")], 304),
    ];
    for (headers, status) in cases {
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

// Ranges: RFC 9110 section 14.

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
    let last = format!("\r\n--{boundary}--\r\n").into_bytes();
    rest = rest.strip_suffix(&last[..]).expect("the last boundary");
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

// Siblings.

fn siblings() -> (Folder, StaticFiles) {
    let folder = Folder::new();
    folder.write("app.js", "plain text that is the longest of all");
    folder.write("app.js.gz", "gzip gzip gzip gzip");
    folder.write("app.js.br", "br br br");
    folder.write("app.js.zst", "zstd zstd zstd");
    let files = folder.serve();
    (folder, files)
}

#[test]
fn a_sibling_is_chosen_by_quality_then_by_size() {
    let (_folder, files) = siblings();
    for (accepted, coding) in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd;q=1.0, br;q=0.5", "zstd"),
        ("br;q=0.2, gzip;q=0.3", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "zstd"),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("deflate", ""),
        ("", ""),
        ("gzip;q=2", ""),
        ("gzip;q=0.0001", ""),
    ] {
        let answer = ask(
            &files,
            "GET",
            "/static/app.js",
            &[("accept-encoding", accepted)],
        )
        .unwrap();
        assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{accepted}");
        assert_eq!(
            answer.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            answer.header("content-length"),
            answer.body.len().to_string()
        );
        assert!(answer.body.starts_with(if coding.is_empty() {
            b"p"
        } else {
            &coding.as_bytes()[..1]
        }));
    }
    let without = get(&files, "/static/app.js").unwrap();
    assert_eq!(
        (without.header("content-encoding"), without.header("vary")),
        ("", "accept-encoding")
    );
}

#[test]
fn a_sibling_has_a_tag_of_its_own() {
    let (_folder, files) = siblings();
    let compressed = ask(
        &files,
        "GET",
        "/static/app.js",
        &[("accept-encoding", "br")],
    )
    .unwrap();
    let plain = etag_of(&files, "/static/app.js");
    let tag = compressed.header("etag");
    assert_ne!(tag, plain);
    let with = |tag: &str| {
        let headers = [("accept-encoding", "br"), ("if-none-match", tag)];
        ask(&files, "GET", "/static/app.js", &headers).unwrap()
    };
    let unchanged = with(tag);
    assert_eq!(
        (unchanged.status, unchanged.header("vary")),
        (304, "accept-encoding")
    );
    assert_eq!(with(&plain).status, 200);
    let headers = [
        ("accept-encoding", "br"),
        ("range", "bytes=0-1"),
        ("if-range", tag),
    ];
    let part = ask(&files, "GET", "/static/app.js", &headers).unwrap();
    assert_eq!(
        (
            part.status,
            part.header("content-encoding"),
            part.body.as_ref()
        ),
        (206, "br", &b"br"[..])
    );
    assert_eq!(part.header("content-range"), "bytes 0-1/8");
}

#[test]
fn a_sibling_that_is_stale_or_outside_is_ignored() {
    let (folder, files) = siblings();
    set_time(&folder.root().join("app.js.br"), MODIFIED - 3);
    set_time(&folder.root().join("app.js.zst"), MODIFIED - 2);
    fs::write(folder.0.join("secret.gz"), "x").unwrap();
    fs::remove_file(folder.root().join("app.js.gz")).unwrap();
    symlink("../secret.gz", folder.root().join("app.js.gz")).unwrap();
    let coding = |accepted: &str| {
        let answer = ask(
            &files,
            "GET",
            "/static/app.js",
            &[("accept-encoding", accepted)],
        )
        .unwrap();
        answer.header("content-encoding").to_owned()
    };
    assert_eq!(coding("br"), "");
    assert_eq!(coding("gzip"), "");
    assert_eq!(coding("br, zstd"), "zstd");
    // By its own name it is a file like any other.
    let itself = ask(
        &files,
        "GET",
        "/static/app.js.br",
        &[("accept-encoding", "br")],
    )
    .unwrap();
    assert_eq!(itself.header("content-encoding"), "");
    assert!(!itself.headers.contains_key("vary"));
}

// The memory.

#[test]
fn a_change_is_seen_after_the_recheck_time_and_not_before() {
    let folder = Folder::new();
    folder.write("a.txt", "old");
    std::thread::sleep(Duration::from_millis(60));
    let slow = folder.serve();
    let prompt = folder.serve().recheck_after(Duration::ZERO);
    for files in [&slow, &prompt] {
        assert_eq!(get(files, "/static/a.txt").unwrap().body, "old");
    }
    let old = etag_of(&prompt, "/static/a.txt");
    // The same length, the same time: only inode and time of change tell.
    fs::remove_file(folder.root().join("a.txt")).unwrap();
    folder.write("a.txt", "new");
    assert_eq!(get(&slow, "/static/a.txt").unwrap().body, "old");
    assert_eq!(get(&prompt, "/static/a.txt").unwrap().body, "new");
    let new = etag_of(&prompt, "/static/a.txt");
    folder.write("a.txt", "newer");
    assert_eq!(get(&prompt, "/static/a.txt").unwrap().body, "newer");
    assert_ne!(etag_of(&prompt, "/static/a.txt"), new);
    assert!(!old.is_empty());
    fs::remove_file(folder.root().join("a.txt")).unwrap();
    assert!(get(&prompt, "/static/a.txt").is_none());
    std::thread::sleep(Duration::from_millis(1050));
    assert!(get(&slow, "/static/a.txt").is_none());
}

#[test]
fn a_sibling_that_appears_or_goes_is_seen_too() {
    let folder = Folder::new();
    folder.write("a.css", "plain");
    std::thread::sleep(Duration::from_millis(60));
    let files = folder.serve().recheck_after(Duration::ZERO);
    let coding = || {
        let answer = ask(
            &files,
            "GET",
            "/static/a.css",
            &[("accept-encoding", "gzip")],
        )
        .unwrap();
        answer.header("content-encoding").to_owned()
    };
    assert_eq!(coding(), "");
    folder.write("a.css.gz", "gz");
    assert_eq!(coding(), "gzip");
    fs::remove_file(folder.root().join("a.css.gz")).unwrap();
    assert_eq!(coding(), "");
}

#[test]
fn a_link_that_turns_outwards_is_not_followed_from_memory() {
    let folder = Folder::new();
    folder.write("real.txt", "inside");
    fs::write(folder.0.join("secret.txt"), "secret").unwrap();
    symlink("real.txt", folder.root().join("a.txt")).unwrap();
    std::thread::sleep(Duration::from_millis(60));
    let files = folder.serve().recheck_after(Duration::ZERO);
    assert_eq!(get(&files, "/static/a.txt").unwrap().body, "inside");
    fs::remove_file(folder.root().join("a.txt")).unwrap();
    symlink("../secret.txt", folder.root().join("a.txt")).unwrap();
    assert!(get(&files, "/static/a.txt").is_none());
}

// Files that handlers answer with.

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
    assert_eq!(
        answer.respond(&Method::DELETE, &headers).status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(read(answer.respond(&Method::HEAD, &headers)).body.len(), 0);
    let missing = FileAnswer::open(&folder.root().join("none")).unwrap_err();
    assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
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

#[test]
#[ignore = "prints times; run with --release --ignored --nocapture"]
fn times_of_files() {
    let folder = Folder::new();
    folder.write("small.css", vec![b'x'; 16 * 1024]);
    folder.write("large.bin", vec![b'x'; 8 * 1024 * 1024]);
    std::thread::sleep(Duration::from_millis(60));
    let files = folder.serve();
    let uncached = folder.serve().recheck_after(Duration::ZERO);
    let browser = [
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept", "*/*"),
        ("user-agent", "x"),
    ];
    let head = |path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    };
    let time = |label: &str, rounds: u32, run: &dyn Fn()| {
        let best = (0..10)
            .map(|_| {
                let started = std::time::Instant::now();
                (0..rounds).for_each(|_| run());
                started.elapsed() / rounds
            })
            .min()
            .unwrap();
        println!("{label:36} {best:?}");
    };
    let plain = head("/static/small.css", &browser);
    time("16 KiB from memory", 50_000, &|| {
        drop(files.respond(&plain))
    });
    let etag = etag_of(&files, "/static/small.css");
    let unchanged = head("/static/small.css", &[("if-none-match", &etag)]);
    time("16 KiB, 304", 50_000, &|| drop(files.respond(&unchanged)));
    time("16 KiB from memory, compared (4 stat)", 10_000, &|| {
        drop(uncached.respond(&plain))
    });
    let encoded = head("/static/sm%61ll.css", &browser);
    time("16 KiB read anew", 5_000, &|| drop(files.respond(&encoded)));
    let path = folder.root().join("small.css");
    time("16 KiB, FileAnswer", 5_000, &|| {
        drop(
            FileAnswer::open(&path)
                .unwrap()
                .respond(&plain.method, &plain.headers),
        );
    });
    time("another path", 50_000, &|| {
        drop(files.respond(&head_of("/api/v1/users")))
    });
    let large = head("/static/large.bin", &browser);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    time("8 MiB, read through", 5, &|| {
        let mut body = files.respond(&large).unwrap().into_body();
        runtime.block_on(async { while body.frame().await.is_some() {} });
    });
}

fn head_of(path: &str) -> http::request::Parts {
    Request::get(path).body(()).unwrap().into_parts().0
}
