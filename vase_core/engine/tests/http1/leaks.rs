//! Clients that break off at every stage leave nothing behind.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::server::Server;

const STAGES: &[&str] = &[
    "",
    "\r\n",
    "G",
    "GET / HTTP/1.1\r\nHos",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTT",
    "GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /events HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc",
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc",
    "POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc",
    "garbage\r\n\r\n",
];

/// So often each of eight clients goes through all stages: a little over 1,500 aborts together.
const ROUNDS: usize = 12;

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// After 1,500 aborts, with FIN and with RST, at once and later, no connection, no handler and no file is left.
#[test]
fn aborts_leave_nothing_behind() {
    let server = Server::start_default();
    let files = open_files();
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let address = server.address;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    for (index, stage) in STAGES.iter().enumerate() {
                        let mut client = Client::connect(address);
                        client.send(stage);
                        if (round + worker) % 3 == 0 {
                            std::thread::sleep(Duration::from_millis(2));
                        }
                        if (round + index) % 2 == 0 {
                            client.reset();
                        }
                    }
                }
            });
        }
    });
    server.wait_until("no connection is left", |server| server.connections() == 0);
    server.wait_until("no handler is left", |server| {
        server.counters.running.load(Ordering::SeqCst) == 0
    });
    // Other tests open files, too, but not for long.
    let start = Instant::now();
    while open_files() > files + 20 {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{} files",
            open_files()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut client = Client::connect(server.address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.answer("GET").unwrap().status, 200);
}
