//! The rules of static files and of files that handlers answer with.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used)]

mod answers;
mod conditions;
mod ranges;
mod siblings;
mod times;

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

/// Ways to ask for what is outside of the root, hidden, or no name at all.
const OUTSIDE: &[&str] = &[
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
    for path in OUTSIDE {
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
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
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
