//! How long it takes; printed, not asserted.

use super::*;

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
    let plain = head("/static/small.css", &browser);
    time("16 KiB from memory", 50_000, &|| {
        drop(files.respond(&plain));
    });
    let etag = etag_of(&files, "/static/small.css");
    let unchanged = head("/static/small.css", &[("if-none-match", &etag)]);
    time("16 KiB, 304", 50_000, &|| drop(files.respond(&unchanged)));
    time("16 KiB from memory, compared (4 stat)", 10_000, &|| {
        drop(uncached.respond(&plain));
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
        drop(files.respond(&head_of("/api/v1/users")));
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

/// Prints the best of ten measurements.
fn time(label: &str, rounds: u32, run: &dyn Fn()) {
    let best = (0..10)
        .map(|_| {
            let started = std::time::Instant::now();
            (0..rounds).for_each(|_| run());
            started.elapsed() / rounds
        })
        .min()
        .unwrap();
    println!("{label:36} {best:?}");
}
