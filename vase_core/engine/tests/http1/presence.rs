//! Clients that leave while somebody works for them.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::client::{Client, End};
use crate::server::Server;

/// The latest moment at which a handler hears that its client has left.
const LATEST: Duration = Duration::from_millis(1_500);

fn start(request: &str) -> (Server, Client) {
    let server = Server::start_default();
    let mut client = Client::connect(server.address);
    client.send(request);
    server.wait_until("the handler runs", |server| {
        server.counters.running.load(Ordering::SeqCst) > 0
    });
    (server, client)
}

fn assert_cancelled(server: &Server, start: Instant) {
    server.wait_until("the handler is cancelled", |server| {
        server.counters.cancelled.load(Ordering::SeqCst) == 1
    });
    assert!(start.elapsed() < LATEST, "{:?}", start.elapsed());
    server.wait_until("the connection is gone", |server| server.connections() == 0);
}

/// RST cancels the handler at the next tick.
#[test]
fn reset_cancels_the_handler() {
    let (server, client) = start("GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    let start = Instant::now();
    client.reset();
    assert_cancelled(&server, start);
}

/// So does a plain close, which looks like FIN, half a second later: the question is answered with RST.
#[test]
fn close_cancels_the_handler() {
    let (server, client) = start("GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    let start = Instant::now();
    drop(client);
    assert_cancelled(&server, start);
}

/// And so it does when the body was sent, and read.
#[test]
fn close_cancels_the_handler_of_a_post() {
    let (server, client) =
        start("POST /slow?ms=60000 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    let start = Instant::now();
    drop(client);
    assert_cancelled(&server, start);
}

/// A client that leaves in the middle of an upload cancels a handler that does not read at the moment.
#[test]
fn close_cancels_a_handler_that_does_not_read() {
    let (server, client) =
        start("POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    let start = Instant::now();
    drop(client);
    assert_cancelled(&server, start);
}

/// A handler that reads hears of it at once, as an error of the body.
#[test]
fn close_in_the_middle_of_a_body_is_an_error_of_the_body() {
    let (server, client) =
        start("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    drop(client);
    server.wait_until("the handler is done", |server| {
        server.counters.running.load(Ordering::SeqCst) == 0
    });
    assert_eq!(server.counters.cancelled.load(Ordering::SeqCst), 0);
}

/// A stream that waits for news is dropped when its client closes.
#[test]
fn close_ends_a_silent_stream() {
    let (server, mut client) = start("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    client.patience(Duration::from_millis(300));
    assert_eq!(client.answer("GET").unwrap().body, b"data: 1\n\n");
    let start = Instant::now();
    drop(client);
    assert_cancelled(&server, start);
}

/// A silent stream whose client waits is left alone.
#[test]
fn silent_stream_goes_on_while_the_client_waits() {
    let (server, mut client) = start("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.end(Duration::from_millis(1_200)), End::Open);
    assert_eq!(server.counters.cancelled.load(Ordering::SeqCst), 0);
}

/// A client that half-closes is answered, however long that takes: it is asked, and drops the question.
#[test]
fn half_closed_client_is_waited_for() {
    let (server, mut client) = start("GET /slow?ms=2000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.half_close();
    let interim = client.any_answer("GET").expect("a question");
    assert_eq!((interim.status, interim.headers.len()), (100, 0));
    let answer = client.any_answer("GET").expect("the answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"slow"[..]));
    assert_eq!(server.counters.cancelled.load(Ordering::SeqCst), 0);
    assert_eq!(client.end(Duration::from_secs(2)), End::Closed);
}

/// A half-closed client that then leaves with the question unread resets the connection, and that is heard.
#[test]
fn half_closed_client_that_leaves_cancels_the_handler() {
    let (server, client) = start("GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.half_close();
    std::thread::sleep(Duration::from_millis(1_300));
    assert_eq!(server.counters.cancelled.load(Ordering::SeqCst), 0);
    let start = Instant::now();
    drop(client);
    assert_cancelled(&server, start);
}

/// And one that read it first is found out by the next question.
#[test]
fn half_closed_client_is_asked_again() {
    let (server, mut client) = start("GET /slow?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.half_close();
    assert_eq!(client.any_answer("GET").expect("a question").status, 100);
    drop(client);
    server.wait_until("the handler is cancelled", |server| {
        server.counters.cancelled.load(Ordering::SeqCst) == 1
    });
}

/// An HTTP/1.0 client cannot be asked (RFC 9110 section 15.2): it is waited for half a second, and not for three.
#[test]
fn half_closed_client_of_http_10_is_not_waited_for_forever() {
    let (server, mut client) = start("GET /slow?ms=3000 HTTP/1.0\r\nHost: a\r\n\r\n");
    client.half_close();
    assert!(client.any_answer("GET").is_none());
    assert_eq!(server.counters.cancelled.load(Ordering::SeqCst), 1);
}

/// Nothing is put between the answers of a client that waits with both halves open.
#[test]
fn waiting_client_is_not_asked() {
    let (_server, mut client) = start("GET /slow?ms=1500 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.any_answer("GET").expect("the answer").status, 200);
}

/// A half-closed client that keeps reading a long answer gets all of it.
#[test]
fn half_closed_client_may_read_slowly() {
    use std::io::Read;
    let server = Server::start_default();
    let mut client = Client::connect(server.address);
    client.shrink();
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    client.half_close();
    let mut piece = vec![0; 64 * 1024];
    for _ in 0..12 {
        client.stream.read_exact(&mut piece).expect("still served");
        std::thread::sleep(Duration::from_millis(100));
    }
}
