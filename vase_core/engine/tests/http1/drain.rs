//! Stopping: what runs is finished, what idles is closed, what does not end is ended.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::{Client, End};
use crate::server::Server;

const GRACE: Duration = Duration::from_secs(5);

fn get(client: &mut Client, target: &str) {
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
}

/// Running requests are answered, and told that the connection ends.
#[test]
fn running_requests_are_finished() {
    let mut server = Server::start_default();
    let mut clients: Vec<_> = (0..20)
        .map(|_| {
            let mut client = Client::connect(server.address);
            get(&mut client, "/slow?ms=600");
            client
        })
        .collect();
    server.wait_until("all are running", |server| server.connections() == 20);
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    server.begin_drain(GRACE);
    for client in &mut clients {
        let answer = client.answer("GET").expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"slow"[..]));
        assert!(answer.closes());
        assert_eq!(client.end(Duration::from_secs(1)), End::Closed);
    }
    assert_eq!(server.join(), 0);
    assert!(start.elapsed() < Duration::from_secs(2));
}

/// Idle connections do not hold the worker up.
#[test]
fn idle_connections_are_closed() {
    let mut server = Server::start_default();
    let mut silent = Client::connect(server.address);
    let mut idle = Client::connect(server.address);
    get(&mut idle, "/");
    assert_eq!(idle.answer("GET").unwrap().status, 200);
    std::thread::sleep(Duration::from_millis(800));
    let start = Instant::now();
    server.begin_drain(GRACE);
    assert_eq!(idle.end(Duration::from_secs(2)), End::Closed);
    assert_eq!(silent.end(Duration::from_secs(2)), End::Closed);
    assert_eq!(server.join(), 0);
    assert!(
        start.elapsed() < Duration::from_millis(500),
        "{:?}",
        start.elapsed()
    );
}

/// A connection that was just used gets one more request, which may have been under way.
#[test]
fn last_request_is_answered() {
    let mut server = Server::start_default();
    let mut client = Client::connect(server.address);
    get(&mut client, "/");
    assert_eq!(client.answer("GET").unwrap().status, 200);
    server.begin_drain(GRACE);
    std::thread::sleep(Duration::from_millis(100));
    get(&mut client, "/");
    let answer = client.answer("GET").expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(answer.closes());
    assert_eq!(server.join(), 0);
}

/// A head that is half there may be completed.
#[test]
fn begun_head_is_answered() {
    let mut server = Server::start_default();
    let mut client = Client::connect(server.address);
    client.send("GET / HTTP/1.1\r\nHost");
    std::thread::sleep(Duration::from_millis(700));
    server.begin_drain(GRACE);
    std::thread::sleep(Duration::from_millis(700));
    client.send(": a\r\n\r\n");
    let answer = client.answer("GET").expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(answer.closes());
    assert_eq!(server.join(), 0);
}

/// What is not done when the grace is over is aborted, and counted.
#[test]
fn endless_requests_are_aborted() {
    let mut server = Server::start_default();
    let mut clients: Vec<_> = (0..3)
        .map(|_| {
            let mut client = Client::connect(server.address);
            get(&mut client, "/slow?ms=60000");
            client
        })
        .collect();
    server.wait_until("all are running", |server| server.connections() == 3);
    let start = Instant::now();
    server.begin_drain(Duration::from_millis(300));
    assert_eq!(server.join(), 3);
    assert!(start.elapsed() < Duration::from_secs(1));
    for client in &mut clients {
        assert_ne!(client.end(Duration::from_secs(1)), End::Open);
    }
}

/// Nobody new is let in.
#[test]
fn new_connections_are_refused() {
    let mut server = Server::start_default();
    let mut client = Client::connect(server.address);
    get(&mut client, "/slow?ms=1000");
    server.wait_until("it is running", |server| server.connections() == 1);
    server.begin_drain(GRACE);
    server.wait_until("the listener is closed", |server| {
        TcpStream::connect(server.address).is_err()
    });
    assert_eq!(client.answer("GET").unwrap().body, b"slow");
    assert_eq!(server.join(), 0);
}
