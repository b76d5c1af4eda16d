//! Time-outs, with small values. The watch ticks every quarter of a second: a time-out acts up to half a
//! second late, and never early.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use vase_engine::config::HttpConfig;

use crate::client::{Client, End};
use crate::server::Server;

const TIMEOUT: Duration = Duration::from_millis(500);
const LATEST: Duration = Duration::from_millis(1_500);

/// Everything patient but what a test makes impatient.
fn patient() -> HttpConfig {
    HttpConfig {
        first_byte_timeout: 60.0,
        header_timeout: 60.0,
        idle_timeout: 60.0,
        body_grace: 60.0,
        write_timeout: 60.0,
        ..HttpConfig::default()
    }
}

fn assert_in_time(start: Instant) {
    let elapsed = start.elapsed();
    assert!(elapsed >= TIMEOUT, "too early: {elapsed:?}");
    assert!(elapsed <= LATEST, "too late: {elapsed:?}");
}

/// A connection that never sends an octet is closed without a word.
#[test]
fn silent_connection_is_closed() {
    let server = Server::start(HttpConfig {
        first_byte_timeout: 0.5,
        ..patient()
    });
    let start = Instant::now();
    let mut client = Client::connect(server.address);
    assert_eq!(client.end(Duration::from_secs(3)), End::Closed);
    assert_in_time(start);
    assert!(client.rest().is_empty());
}

/// Empty lines are not a beginning: they do not stop the clock of the first octet.
#[test]
fn empty_lines_do_not_count_as_octets() {
    let server = Server::start(HttpConfig {
        first_byte_timeout: 0.5,
        ..patient()
    });
    let start = Instant::now();
    let mut client = Client::connect(server.address);
    client.send("\r\n");
    std::thread::sleep(Duration::from_millis(300));
    client.send("\r\n");
    assert_eq!(client.end(Duration::from_secs(3)), End::Closed);
    assert_in_time(start);
}

/// A head is timed as a whole: one octet now and then does not buy more time, and the answer is 408.
#[test]
fn slow_head_is_answered_with_408() {
    let server = Server::start(HttpConfig {
        header_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    let start = Instant::now();
    client.patience(Duration::from_millis(20));
    let answer = loop {
        client.send("G");
        if let Some(answer) = client.answer("GET") {
            break answer;
        }
        assert!(start.elapsed() < LATEST, "no answer");
    };
    assert_in_time(start);
    assert_eq!(answer.status, 408);
    assert!(answer.closes());
    assert_eq!(server.counters.requests.load(Ordering::SeqCst), 0);
}

/// The head of a later request is timed like that of the first.
#[test]
fn slow_second_head_is_answered_with_408() {
    let server = Server::start(HttpConfig {
        header_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT");
    assert_eq!(client.answer("GET").unwrap().status, 200);
    let start = Instant::now();
    assert_eq!(client.answer("GET").unwrap().status, 408);
    assert!(start.elapsed() < LATEST);
    assert_eq!(client.end(Duration::from_secs(2)), End::Closed);
}

/// A connection between two requests is closed after the idle time-out, without a word.
#[test]
fn idle_connection_is_closed() {
    let server = Server::start(HttpConfig {
        idle_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    for _ in 0..4 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(client.answer("GET").unwrap().status, 200);
        std::thread::sleep(Duration::from_millis(250));
    }
    let start = Instant::now();
    assert_eq!(client.end(Duration::from_secs(3)), End::Closed);
    assert!(start.elapsed() <= LATEST);
    assert!(client.rest().is_empty());
}

fn minimum_rate() -> HttpConfig {
    HttpConfig {
        body_grace: 0.5,
        body_minimum_rate: 240,
        ..patient()
    }
}

/// A body that drips is answered with 408 when its grace is over.
#[test]
fn slow_body_is_answered_with_408() {
    let server = Server::start(minimum_rate());
    let mut client = Client::connect(server.address);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n");
    let start = Instant::now();
    client.patience(Duration::from_millis(50));
    let answer = loop {
        client.send("a");
        if let Some(answer) = client.answer("GET") {
            break answer;
        }
        assert!(start.elapsed() < LATEST, "no answer");
    };
    assert!(start.elapsed() >= TIMEOUT);
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (408, &b"body.too_slow"[..])
    );
    assert!(answer.closes());
    assert_eq!(client.end(Duration::from_secs(4)), End::Closed);
}

/// A chunked body that stops is answered with 408, too.
#[test]
fn stopped_chunks_are_answered_with_408() {
    let server = Server::start(minimum_rate());
    let mut client = Client::connect(server.address);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    let answer = client.answer("GET").unwrap();
    assert_eq!(answer.status, 408);
    assert!(answer.closes());
}

/// Having been fast buys a pause, not the right to drip for ever.
#[test]
fn fast_start_does_not_pay_for_a_slow_end() {
    let server = Server::start(HttpConfig {
        body_grace: 0.25,
        ..minimum_rate()
    });
    let mut client = Client::connect(server.address);
    client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n");
    client.send(vec![b'a'; 4_000_000]);
    let start = Instant::now();
    assert_eq!(client.answer("GET").unwrap().status, 408);
    // Six times the grace, more or less a tick.
    let elapsed = start.elapsed();
    assert!(elapsed > Duration::from_secs(1), "{elapsed:?}");
    assert!(elapsed < Duration::from_millis(2_300), "{elapsed:?}");
}

/// When the answer is on its way already, a body that stops ends the connection.
#[test]
fn slow_body_after_the_answer_began_cuts_it() {
    let server = Server::start(minimum_rate());
    let mut client = Client::connect(server.address);
    client
        .send("POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    let answer = client.answer("GET").unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"abc"[..]));
    assert!(!answer.is_whole);
    server.wait_until("the connection is gone", |server| server.connections() == 0);
}

/// A body at a pace above the minimum is read to its end, however long it takes.
#[test]
fn steady_body_is_read() {
    let server = Server::start(minimum_rate());
    let mut client = Client::connect(server.address);
    client.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 1200\r\n\r\n");
    for _ in 0..12 {
        client.send([b'a'; 100]);
        std::thread::sleep(Duration::from_millis(100));
    }
    let answer = client.answer("GET").unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"1200"[..]));
}

/// A handler that does not read its body is not the client's fault: no rate is asked for.
#[test]
fn unread_body_has_no_minimum_rate() {
    let server = Server::start(minimum_rate());
    let mut client = Client::connect(server.address);
    client.send("POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na");
    assert_eq!(client.end(Duration::from_millis(1_500)), End::Open);
    assert_eq!(server.counters.running.load(Ordering::SeqCst), 1);
}

/// A handler that takes longer than every time-out of the connection is left in peace.
#[test]
fn slow_handler_is_not_timed() {
    let server = Server::start(HttpConfig {
        first_byte_timeout: 0.3,
        header_timeout: 0.3,
        idle_timeout: 0.3,
        body_grace: 0.3,
        write_timeout: 0.3,
        ..HttpConfig::default()
    });
    let mut client = Client::connect(server.address);
    client.send("GET /slow?ms=1100 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.answer("GET").unwrap().body, b"slow");
}

/// A client that takes nothing of a long answer is cut off, and the application was held back long before.
#[test]
fn reader_that_stopped_is_cut_off() {
    let server = Server::start(HttpConfig {
        write_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    server.wait_until("the stream has begun", |server| server.connections() == 1);
    server.wait_until("the connection is gone", |server| server.connections() == 0);
    let octets = server.counters.pieces.load(Ordering::SeqCst) * 16 * 1024;
    assert!(
        octets < 8 * 1024 * 1024,
        "{octets} octets were taken from the application"
    );
    assert_eq!(client.end(Duration::from_secs(1)), End::Reset);
}

/// A client that reads slowly but steadily is not.
#[test]
fn slow_reader_is_served() {
    use std::io::Read;
    let server = Server::start(HttpConfig {
        write_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    client.shrink();
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    let start = Instant::now();
    let mut piece = vec![0; 64 * 1024];
    while start.elapsed() < Duration::from_millis(1_500) {
        client
            .stream
            .read_exact(&mut piece)
            .expect("still connected");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.connections(), 1);
}

/// Requests whose answers nobody reads fill the kernel's buffers and no more, and then the client is cut off.
#[test]
fn pipelining_without_reading_is_bounded() {
    use std::io::Write;
    let server = Server::start(HttpConfig {
        write_timeout: 0.5,
        ..patient()
    });
    let mut client = Client::connect(server.address);
    let batch = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
    let deadline = Duration::from_secs(4);
    client.stream.set_write_timeout(Some(deadline)).unwrap();
    let mut octets = 0;
    let failure = loop {
        match client.stream.write(&batch) {
            Ok(sent) => octets += sent,
            Err(error) => break error,
        }
        assert!(octets < 64 * 1024 * 1024, "nothing stops the client");
    };
    assert_ne!(
        failure.kind(),
        std::io::ErrorKind::WouldBlock,
        "not cut off"
    );
    server.wait_until("the connection is gone", |server| server.connections() == 0);
}
