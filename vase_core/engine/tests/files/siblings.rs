//! Compressed siblings, and what is kept in memory.

use super::*;

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
