use std::io::Read as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::StreamBody;

use super::{Content, FileRules, Form, FormError, Item, read};
use crate::body::{BodyError, RequestBody};
use crate::config::FormsConfig;

const MULTIPART: &str = "multipart/form-data; boundary=XX";

/// A body that arrives in pieces of some length.
fn pieces(bytes: &[u8], length: usize) -> RequestBody {
    let frames: Vec<Result<_, BodyError>> = bytes
        .chunks(length)
        .map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    RequestBody::boxed(StreamBody::new(stream::iter(frames)))
}

fn config() -> (tempfile::TempDir, FormsConfig) {
    let folder = tempfile::tempdir().unwrap();
    let config = FormsConfig {
        temp_dir: folder.path().to_owned(),
        ..FormsConfig::default()
    };
    (folder, config)
}

async fn read_body(kind: &str, body: RequestBody, config: &FormsConfig) -> Result<Form, FormError> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", kind.parse().unwrap());
    read(&headers, body, config, &FileRules::default()).await
}

async fn read_text(kind: &str, text: &str) -> Result<Form, FormError> {
    let (_folder, config) = config();
    read_body(kind, RequestBody::full(text.as_bytes().to_vec()), &config).await
}

fn texts(form: &Form) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for item in &form.items {
        if let Item::Text(name, value) = item {
            found.push((name.as_str(), value.as_str()));
        }
    }
    found
}

fn content_of(form: Form) -> Vec<(String, Vec<u8>, bool)> {
    let file = |item| match item {
        Item::Text(..) => None,
        Item::File(upload) => Some(match upload.content {
            Content::Memory(bytes) => (upload.name, bytes, false),
            Content::Disk(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                (upload.name, bytes, true)
            }
        }),
    };
    form.items.into_iter().filter_map(file).collect()
}

fn text_part(name: &str, value: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file_part(name: &str, value: &str) -> String {
    format!(
        "--XX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{value}\r\n"
    )
}

/// Pairs are decoded, kept in order, and may repeat or lack a value.
#[tokio::test]
async fn urlencoded() {
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    let form = read_text(kind, "a=1&b=x+y%26&a=%C3%A9&c&=d&&")
        .await
        .unwrap();
    let expected = [("a", "1"), ("b", "x y&"), ("a", "é"), ("c", ""), ("", "d")];
    assert_eq!(texts(&form), expected);
    let refused = read_text(kind, "a=%ff").await.unwrap_err();
    assert_eq!(
        (refused.status().as_u16(), refused.code()),
        (400, "form.encoding")
    );
}

/// Fields and files come out as they went in, however the body was cut into pieces.
#[tokio::test]
async fn multipart_in_pieces() {
    let body = format!(
        "preamble\r\n{}{}{}--XX--\r\nepilogue",
        text_part("a", "1\r\n--X"),
        file_part("f", "line\r\n-XX\rrest"),
        text_part("b", ""),
    );
    let (_folder, config) = config();
    for length in [1, 2, 3, 7, 64, 100_000] {
        let form = read_body(MULTIPART, pieces(body.as_bytes(), length), &config)
            .await
            .unwrap();
        assert_eq!(texts(&form), [("a", "1\r\n--X"), ("b", "")], "{length}");
        let Some(Item::File(file)) = form.items.get(1) else {
            panic!("no file")
        };
        assert_eq!(
            (file.filename.as_str(), file.size),
            ("f.txt", 14),
            "{length}"
        );
        assert!(
            file.headers
                .contains(&("content-type".into(), "text/plain".into()))
        );
        assert_eq!(
            content_of(form),
            [("f".into(), b"line\r\n-XX\rrest".to_vec(), false)]
        );
    }
}

/// Files past the size move to disk, all files together; the folder stays empty of names.
#[tokio::test]
async fn large_files_move_to_disk() {
    let (folder, mut config) = config();
    config.max_memory_bytes = 1000;
    let (small, large) = ("s".repeat(600), "l".repeat(700_000));
    let body = [
        file_part("a", &small),
        file_part("b", &large),
        file_part("c", "tail"),
    ]
    .concat()
        + "--XX--";
    for length in [1000, 65_536, 10_000_000] {
        let form = read_body(MULTIPART, pieces(body.as_bytes(), length), &config)
            .await
            .unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let files = content_of(form);
        let kept: Vec<_> = files
            .iter()
            .map(|(name, bytes, disk)| (name.as_str(), bytes.len(), *disk))
            .collect();
        assert_eq!(
            kept,
            [("a", 600, false), ("b", 700_000, true), ("c", 4, false)],
            "{length}"
        );
        assert!(files[1].1.iter().all(|byte| *byte == b'l'));
    }
}

/// A folder that is not there is the server's fault, and said as such.
#[tokio::test]
async fn no_folder() {
    let config = FormsConfig {
        max_memory_bytes: 0,
        temp_dir: "/nowhere/at/all".into(),
        ..FormsConfig::default()
    };
    let body = file_part("a", "content") + "--XX--";
    let refused = read_body(MULTIPART, pieces(body.as_bytes(), 10), &config)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.status().as_u16(), refused.code()),
        (500, "form.storage")
    );
}

/// Files that a route does not ask for are counted and not kept; a field may limit its files.
#[tokio::test]
async fn rules() {
    let (_folder, config) = config();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", MULTIPART.parse().unwrap());
    let body = || {
        pieces(
            (file_part("a", "12345") + &file_part("b", "12345") + "--XX--").as_bytes(),
            9,
        )
    };
    let mut rules = FileRules {
        names: Some(["a".to_owned()].into()),
        max_sizes: [("a".to_owned(), 5)].into(),
    };
    let form = read(&headers, body(), &config, &rules).await.unwrap();
    assert_eq!(content_of(form), [("a".into(), b"12345".to_vec(), false)]);
    rules.max_sizes.insert("b".to_owned(), 4);
    let refused = read(&headers, body(), &config, &rules).await.unwrap_err();
    assert_eq!(refused.to_string(), "file `b` is larger than 4 bytes");
    assert_eq!(refused.status(), 413);
}

/// A file input that was left empty is not there; a file without content is.
#[tokio::test]
async fn empty_files() {
    let body = file_part("a", "") + &file_part("b", "").replace("b.txt", "") + "--XX--";
    let form = read_text(MULTIPART, &body).await.unwrap();
    assert_eq!(content_of(form), [("a".into(), Vec::new(), false)]);
}

/// Everything that is counted has an end.
#[tokio::test]
async fn limits() {
    let (_folder, mut config) = config();
    (config.max_fields, config.max_files, config.max_text_bytes) = (2, 1, 400);
    let text = text_part("a", "1");
    let file = file_part("f", "1");
    for (body, code) in [
        (text.repeat(2) + &file, "ok"),
        (text.repeat(3), "form.fields"),
        (file.repeat(2), "form.files"),
        (text_part("a", &"x".repeat(400)), "form.text_too_large"),
        (text_part(&"x".repeat(400), ""), "form.text_too_large"),
    ] {
        let body = body + "--XX--\r\n";
        let outcome = read_body(MULTIPART, pieces(body.as_bytes(), 50), &config).await;
        assert_eq!(outcome.err().map_or("ok", |error| error.code()), code);
    }
    let kind = "application/x-www-form-urlencoded";
    for (body, code) in [
        ("a=1&b=2", "ok"),
        ("a&b&c", "form.fields"),
        (&"x".repeat(401), "body.too_large"),
    ] {
        let outcome = read_body(kind, pieces(body.as_bytes(), 50), &config).await;
        assert_eq!(outcome.err().map_or("ok", |error| error.code()), code);
    }
}

/// What does not follow the format is the client's fault, told apart, and never waited for.
#[tokio::test]
async fn malformed() {
    for (body, code) in [
        ("--XX--\r\n".to_owned(), "ok"),
        ("nothing of a form".to_owned(), "form.unfinished"),
        ("--XX".to_owned(), "form.unfinished"),
        ("--XX\r\n".to_owned(), "form.unfinished"),
        (text_part("a", "1"), "form.unfinished"),
        (text_part("a", "1") + "--XX", "form.unfinished"),
        (
            "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut".to_owned(),
            "form.unfinished",
        ),
        (
            "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--".to_owned(),
            "form.malformed",
        ),
        (
            "--XX\r\nno header\r\n\r\nx\r\n--XX--".to_owned(),
            "form.malformed",
        ),
        (
            "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--".to_owned(),
            "form.malformed",
        ),
    ] {
        let outcome = read_text(MULTIPART, &body).await;
        assert_eq!(
            outcome.err().map_or("ok", |error| error.code()),
            code,
            "{body}"
        );
    }
    let bytes = b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--XX--";
    let (_folder, config) = config();
    let refused = read_body(MULTIPART, RequestBody::full(&bytes[..]), &config)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "form.encoding");
}

/// The content type decides, and an empty body needs none.
#[tokio::test]
async fn kinds() {
    for (kind, status) in [
        ("application/json", 415),
        ("text/plain", 415),
        ("multipart/mixed; boundary=XX", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("MULTIPART/Form-Data; BOUNDARY=\"XX\"", 200),
        ("Application/X-WWW-Form-URLEncoded", 200),
    ] {
        let outcome = read_text(kind, "--XX--").await;
        assert_eq!(
            outcome.err().map_or(200, |error| error.status().as_u16()),
            status,
            "{kind}"
        );
    }
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    assert_eq!(
        read_text(&long, "x").await.unwrap_err().code(),
        "form.boundary"
    );
    let empty = read(
        &HeaderMap::new(),
        RequestBody::empty(),
        &FormsConfig::default(),
        &FileRules::default(),
    )
    .await;
    assert!(empty.unwrap().items.is_empty());
    let full = read(
        &HeaderMap::new(),
        RequestBody::full("a=1"),
        &FormsConfig::default(),
        &FileRules::default(),
    )
    .await;
    assert_eq!(full.unwrap_err().status(), 415);
}

/// What attackers send is refused in little time and memory: heads and preambles without end, parts without number.
#[tokio::test]
async fn floods() {
    let (_folder, config) = config();
    let head = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n";
    for (name, body, code) in [
        ("preamble", "\r\n".repeat(4_000_000), "form.malformed"),
        (
            "one header",
            format!("{head}X: {}", "x".repeat(7_000_000)),
            "form.malformed",
        ),
        (
            "many headers",
            format!("{head}{}", "X: y\r\n".repeat(1_000_000)),
            "form.malformed",
        ),
        (
            "boundaries alike",
            "--X\r\n".repeat(1_500_000),
            "form.malformed",
        ),
        (
            "padding",
            format!("--XX{}", " ".repeat(7_000_000)),
            "form.malformed",
        ),
        ("parts", text_part("a", "").repeat(100_000), "form.fields"),
        ("files", file_part("a", "").repeat(5_000), "form.files"),
        (
            "nearly boundaries",
            format!("{head}\r\n{}", "\r\n--X".repeat(1_000_000)),
            "form.unfinished",
        ),
    ] {
        let began = Instant::now();
        let outcome = read_body(MULTIPART, pieces(body.as_bytes(), 1460), &config).await;
        assert_eq!(outcome.unwrap_err().code(), code, "{name}");
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{name}: {:?}",
            began.elapsed()
        );
    }
    let kind = "application/x-www-form-urlencoded";
    let outcome = read_body(
        kind,
        pieces("a=1&".repeat(100_000).as_bytes(), 1460),
        &config,
    )
    .await;
    assert_eq!(outcome.unwrap_err().code(), "form.fields");
}

/// The error of the body comes through as it is.
#[tokio::test]
async fn broken_bodies() {
    let (_folder, config) = config();
    for error in [BodyError::Disconnected, BodyError::TooSlow] {
        let frames = [
            Ok(Frame::data(Bytes::from(file_part("a", "begun")))),
            Err(error),
        ];
        let body = RequestBody::boxed(StreamBody::new(stream::iter(frames)));
        let outcome = read_body(MULTIPART, body, &config).await.unwrap_err();
        assert_eq!(
            (outcome.status(), outcome.code()),
            (error.status(), error.code())
        );
    }
    let large = file_part("a", &"x".repeat(1000)) + "--XX--";
    let outcome = read_body(MULTIPART, pieces(large.as_bytes(), 100).limit(500), &config).await;
    assert_eq!(outcome.unwrap_err().code(), "body.too_large");
}
