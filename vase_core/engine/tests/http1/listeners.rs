//! Where connections come from, and what becomes of those that stop being HTTP.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::upgrade::Upgraded;
use vase_engine::config::HttpConfig;
use vase_engine::{Peer, RequestBody, ResponseBody, server};

use crate::client::{Client, End};
use crate::server::Server;

fn tell_peer(
    peer: Peer,
) -> impl tower::Service<
    Request<RequestBody>,
    Response = Response<ResponseBody>,
    Error = Infallible,
    Future: 'static,
> + Clone {
    tower::service_fn(move |_request| {
        let client = peer
            .client
            .map_or_else(|| "nobody".to_owned(), |client| client.to_string());
        std::future::ready(Ok(Response::new(ResponseBody::from(client))))
    })
}

/// A service knows the address of its client.
#[test]
fn peer_is_the_client() {
    let server = Server::start_with(HttpConfig::default(), |_counters| tell_peer);
    let mut client = Client::connect(server.address);
    let address = client.stream.local_addr().unwrap().to_string();
    for _ in 0..2 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(client.answer("GET").unwrap().body, address.as_bytes());
    }
}

/// A Unix socket is served like any other; its clients have no address.
#[test]
fn unix_socket_is_served() {
    let path = std::env::temp_dir().join(format!("vase-http1-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build_local(tokio::runtime::LocalOptions::default())
            .unwrap();
        runtime.block_on(async {
            let server = server::serve(listener, tell_peer, &HttpConfig::default()).unwrap();
            while server.accepted_connections() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            server.drain(Duration::from_secs(5)).await
        })
    });
    let mut client = UnixStream::connect(&path).unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nnobody"), "{answer}");
    assert_eq!(server.join().unwrap(), 0);
    std::fs::remove_file(&path).unwrap();
}

/// Sends every octet back, as it is.
async fn mirror(upgraded: Upgraded) {
    use hyper::rt::{Read, ReadBuf, Write};
    let mut socket = std::pin::pin!(upgraded);
    loop {
        let mut storage = [0; 64];
        let mut buffer = ReadBuf::new(&mut storage);
        let is_read =
            std::future::poll_fn(|context| socket.as_mut().poll_read(context, buffer.unfilled()));
        if is_read.await.is_err() || buffer.filled().is_empty() {
            return;
        }
        let octets = buffer.filled();
        let written = std::future::poll_fn(|context| socket.as_mut().poll_write(context, octets));
        assert_eq!(written.await.unwrap(), octets.len());
    }
}

async fn upgrade(request: Request<RequestBody>) -> Result<Response<ResponseBody>, Infallible> {
    let upgrade = hyper::upgrade::on(request);
    tokio::task::spawn_local(async {
        if let Ok(upgraded) = upgrade.await {
            mirror(upgraded).await;
        }
    });
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("x-mirror"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    Ok(response)
}

/// After 101 the octets are the service's, also those that came together with the request.
#[test]
fn upgraded_connection_is_left_alone() {
    let server = Server::start_with(
        HttpConfig {
            header_timeout: 0.2,
            idle_timeout: 0.2,
            ..HttpConfig::default()
        },
        |_counters| |_peer| tower::service_fn(upgrade),
    );
    let mut client = Client::connect(server.address);
    client.send(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x-mirror\r\n\r\n\0early",
    );
    let answer = client.any_answer("GET").unwrap();
    assert_eq!(answer.status, 101);
    assert_eq!(client.end(Duration::from_millis(900)), End::Open);
    assert_eq!(client.rest(), b"\0early");
    client.send("late\n\n");
    assert_eq!(client.end(Duration::from_millis(200)), End::Open);
    assert_eq!(client.rest(), b"\0earlylate\n\n");
    client.half_close();
    assert_eq!(client.end(Duration::from_secs(2)), End::Closed);
}

/// Without `Upgrade` in the request there is nothing to switch to.
#[test]
fn upgrade_needs_to_be_asked_for() {
    let server = Server::start_with(HttpConfig::default(), |_counters| {
        |_peer| tower::service_fn(upgrade)
    });
    let mut client = Client::connect(server.address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.answer("GET").unwrap().status, 500);
}
