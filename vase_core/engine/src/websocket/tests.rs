use std::task::Waker;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::frame::Role;
use super::{
    Close, Decoder, Deflate, Encoder, Event, Limits, Message, Session, Violation, handshake, open,
};
use crate::config::{HttpConfig, WebSocketConfig};
use crate::stack::Peer;

const AGREED: Deflate = Deflate {
    own_window_bits: 12,
    own_takeover: true,
    peer_takeover: true,
};

fn decoder(most: usize, deflate: Option<Deflate>) -> Decoder {
    Decoder::new(Role::Server, most, deflate)
}

/// All events of some octets, fed `step` at a time, and what ended them.
fn events(decoder: &mut Decoder, octets: &[u8], step: usize) -> (Vec<Event>, Option<Violation>) {
    let mut input = BytesMut::new();
    let mut found = Vec::new();
    for piece in octets.chunks(step) {
        input.extend_from_slice(piece);
        loop {
            match decoder.next(&mut input) {
                Ok(Some(event)) => found.push(event),
                Ok(None) => break,
                Err(violation) => return (found, Some(violation)),
            }
        }
    }
    (found, None)
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x11, 0x22, 0x33, 0x44];
    let mut frame = vec![first];
    match payload.len() {
        length @ ..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ ..=0xffff => {
            frame.push(0x80 | 0x7e);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0x80 | 0x7f);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(key);
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b));
    frame
}

/// Every length around the borders of the three forms, in pieces of every awkward size.
#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn lengths() {
    for length in [0, 1, 7, 8, 9, 125, 126, 127, 128, 65_535, 65_536] {
        let payload: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        for step in [1, 3, 4096, usize::MAX] {
            if step == 1 && length > 1000 {
                continue;
            }
            let (found, fault) = events(&mut decoder(70_000, None), &masked(0x82, &payload), step);
            assert_eq!(fault, None);
            assert_eq!(
                found,
                [Event::Binary(payload.clone().into())],
                "{length} {step}"
            );
        }
    }
}

/// Control frames come between the pieces of a message.
#[test]
fn fragments() {
    let mut octets = masked(0x01, "größ".as_bytes()[..3].as_ref());
    octets.extend(masked(0x89, b"here?"));
    octets.extend(masked(0x00, &"größ".as_bytes()[3..]));
    octets.extend(masked(0x8a, b""));
    octets.extend(masked(0x80, b"e"));
    let (found, fault) = events(&mut decoder(100, None), &octets, 1);
    assert_eq!(fault, None);
    assert_eq!(
        found,
        [
            Event::Ping(Bytes::from_static(b"here?")),
            Event::Pong(Bytes::new()),
            Event::Text("größe".into())
        ]
    );
}

/// What breaks RFC 6455 ends with its code, at the octet that breaks it.
#[test]
fn violations() {
    let cases: Vec<(Vec<u8>, u16)> = vec![
        (masked(0xc2, b"reserved"), 1002),
        (masked(0xa1, b"reserved"), 1002),
        (masked(0x83, b"opcode"), 1002),
        (masked(0x8b, b"opcode"), 1002),
        (masked(0x09, b"fragmented control"), 1002),
        (vec![0x89, 0xfe], 1002),
        (masked(0x80, b"nothing to continue"), 1002),
        ([masked(0x01, b"a"), masked(0x81, b"b")].concat(), 1002),
        (vec![0x82, 0x01, 0x00], 1002),       // not masked
        (vec![0x82, 0xfe, 0x00, 0x01], 1002), // not the shortest form
        (masked(0x88, b"\x03"), 1002),
        (masked(0x88, &999_u16.to_be_bytes()), 1002),
        (masked(0x88, &1005_u16.to_be_bytes()), 1002),
        (
            masked(0x88, &[&1000_u16.to_be_bytes()[..], b"\xff"].concat()),
            1007,
        ),
        (masked(0x81, b"\xff"), 1007),
        (masked(0x01, b"\xf4\x90"), 1007), // beyond Unicode, though more could come
        (masked(0x81, b"\xe2\x82"), 1007), // cut short
        (masked(0x82, &[0; 101]), 1009),
        (
            [masked(0x02, &[0; 60]), masked(0x80, &[0; 60])].concat(),
            1009,
        ),
        (vec![0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4], 1009), // 2^40, refused unread
    ];
    for (octets, code) in cases {
        let (_, fault) = events(&mut decoder(100, None), &octets, usize::MAX);
        assert_eq!(fault.map(|fault| fault.code), Some(code), "{octets:x?}");
    }
}

/// After a close nothing counts.
#[test]
fn close_is_last() {
    let payload = [&4000_u16.to_be_bytes()[..], b"bye"].concat();
    let octets = [
        masked(0x88, &payload),
        masked(0x81, b"late"),
        vec![0xff; 20],
    ]
    .concat();
    let (found, fault) = events(&mut decoder(100, None), &octets, 5);
    assert_eq!(
        (found, fault),
        (vec![Event::Close(Close::new(4000, "bye"))], None)
    );
}

/// What one end writes the other reads, with and without the memory of messages before.
#[test]
#[allow(clippy::cast_possible_truncation)]
fn compression() {
    for (own_takeover, window) in [(true, 9), (false, 9), (true, 15), (false, 12)] {
        let agreed = Deflate {
            own_window_bits: window,
            own_takeover,
            peer_takeover: own_takeover,
        };
        let mut encoder = Encoder::new(Role::Client, Some(agreed));
        let mut reader = decoder(1_000_000, Some(agreed));
        for length in [63, 64, 1000, 70_000, 300_000, 64] {
            let text: String = (0..length)
                .map(|index| char::from(b'a' + (index * index % 23) as u8))
                .collect();
            let mut octets = BytesMut::new();
            encoder.text(&text, &mut octets);
            assert!(
                length < 1000 || octets.len() < length / 2,
                "{}",
                octets.len()
            );
            let (found, fault) = events(&mut reader, &octets, 1000);
            assert_eq!(fault, None);
            assert_eq!(found, [Event::Text(text.into())]);
        }
    }
}

/// A small message that inflates to a large one is given up on the way.
#[test]
fn bombs() {
    let mut encoder = Encoder::new(Role::Client, Some(AGREED));
    let mut octets = BytesMut::new();
    encoder.binary(&vec![0; 10_000_000], &mut octets);
    assert!(octets.len() < 50_000, "{}", octets.len());
    let (_, fault) = events(&mut decoder(1_000_000, Some(AGREED)), &octets, usize::MAX);
    assert_eq!(fault.map(|fault| fault.code), Some(1009));
    // As large as may be is not too large.
    let mut octets = BytesMut::new();
    Encoder::new(Role::Client, Some(AGREED)).binary(&vec![0; 1_000_000], &mut octets);
    let (found, fault) = events(&mut decoder(1_000_000, Some(AGREED)), &octets, 100);
    assert_eq!((found.len(), fault), (1, None));
}

/// What is no deflate stream, or a compressed text that is no text, is told.
#[test]
fn bad_compression() {
    for (octets, code) in [
        (masked(0xc1, b"\xff\xff\xff\xff"), 1007),
        (masked(0xc9, b""), 1002),
        ([masked(0x41, b""), masked(0xc0, b"")].concat(), 1002),
    ] {
        let (_, fault) = events(&mut decoder(1000, Some(AGREED)), &octets, usize::MAX);
        assert_eq!(fault.map(|fault| fault.code), Some(code));
    }
    // RFC 7692 section 7.2.3.4: a final block within a message.
    let octets = masked(0xc1, b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00");
    let (found, fault) = events(&mut decoder(1000, Some(AGREED)), &octets, 1);
    assert_eq!((found, fault), (vec![Event::Text("Hello".into())], None));
}

/// RFC 7692 section 7.1: which offers are taken, and what is answered.
#[test]
fn offers() {
    let answers = [
        ("permessage-deflate", Some("permessage-deflate")),
        (
            "permessage-deflate; client_max_window_bits",
            Some("permessage-deflate"),
        ),
        (
            "permessage-deflate; server_max_window_bits=10; server_no_context_takeover",
            Some("permessage-deflate; server_no_context_takeover; server_max_window_bits=10"),
        ),
        (
            "permessage-deflate; client_no_context_takeover; client_max_window_bits=\"9\"",
            Some("permessage-deflate; client_no_context_takeover"),
        ),
        ("permessage-deflate; server_max_window_bits=8", None),
        ("permessage-deflate; server_max_window_bits=016", None),
        ("permessage-deflate; server_max_window_bits", None),
        ("permessage-deflate; unknown", None),
        (
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            None,
        ),
        ("x-webkit-deflate-frame", None),
        (
            "permessage-deflate; unknown, permessage-deflate",
            Some("permessage-deflate"),
        ),
    ];
    for (offer, answer) in answers {
        let found = Deflate::negotiate(offer).map(|(_, text)| text);
        assert_eq!(found.as_deref(), answer, "{offer}");
    }
    let (agreed, _) = Deflate::negotiate(
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
    )
    .unwrap();
    assert_eq!(
        (
            agreed.own_window_bits,
            agreed.own_takeover,
            agreed.peer_takeover
        ),
        (9, false, true)
    );
}

fn handshake_of(change: impl FnOnce(&mut HeaderMap)) -> Result<(), StatusCode> {
    let mut request = Request::get("/ws")
        .header("host", "example.com")
        .body(())
        .unwrap();
    for (name, value) in handshake::request_headers(true) {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    change(request.headers_mut());
    let (head, ()) = request.into_parts();
    let config = WebSocketConfig {
        allowed_origins: vec!["https://app.example.org".to_owned()],
        ..WebSocketConfig::default()
    };
    handshake::check(&head, &Peer::local(), &config).map_err(|refusal| refusal.status)
}

/// RFC 6455 section 4.2.1, and origins.
#[test]
fn handshakes() {
    let origin = |value: &'static str| {
        handshake_of(move |headers| {
            headers.insert("origin", HeaderValue::from_static(value));
        })
    };
    assert_eq!(handshake_of(|_| {}), Ok(()));
    assert_eq!(origin("https://example.com"), Ok(()));
    assert_eq!(origin("https://example.com:443"), Ok(()));
    assert_eq!(origin("https://app.example.org"), Ok(()));
    for stranger in [
        "https://example.org",
        "https://example.com:8443",
        "null",
        "https://example.com.evil.org",
        "https://",
    ] {
        assert_eq!(origin(stranger), Err(StatusCode::FORBIDDEN), "{stranger}");
    }
    let changed = |name: &'static str, value: &'static str| {
        handshake_of(move |headers| {
            headers.insert(name, HeaderValue::from_static(value));
        })
    };
    assert_eq!(
        changed("sec-websocket-version", "8"),
        Err(StatusCode::UPGRADE_REQUIRED)
    );
    assert_eq!(
        changed("sec-websocket-key", "c2hvcnQ="),
        Err(StatusCode::BAD_REQUEST)
    );
    assert_eq!(
        changed("connection", "keep-alive"),
        Err(StatusCode::BAD_REQUEST)
    );
    assert_eq!(changed("connection", "keep-alive, Upgrade"), Ok(()));
    assert_eq!(
        changed("sec-websocket-protocol", "chat, bad protocol"),
        Err(StatusCode::BAD_REQUEST)
    );
}

/// The example of RFC 6455 section 1.3.
#[test]
fn acceptance() {
    let mut headers = HeaderMap::new();
    headers.insert(
        "sec-websocket-key",
        HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="),
    );
    let accepted = handshake::accept(&headers, Some("chat"), true);
    let fields: Vec<_> = accepted
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert!(fields.contains(&("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    assert!(fields.contains(&("sec-websocket-protocol", "chat")));
    assert_eq!(accepted.deflate, None);
}

fn limits() -> Limits {
    Limits::new(&WebSocketConfig::default(), &HttpConfig::default())
}

fn pair(limits: &Limits) -> (Session, Session, impl Future<Output = ((), ())> + use<>) {
    let (ours, theirs) = tokio::io::duplex(8 * 1024);
    let (server, server_driver) = open(Role::Server, limits.clone(), Some(AGREED), Waker::wake);
    let (client, client_driver) = open(Role::Client, limits.clone(), Some(AGREED), Waker::wake);
    let drivers = async { tokio::join!(server_driver.run(ours), client_driver.run(theirs)) };
    (server, client, drivers)
}

async fn settled() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Messages both ways, then a close that both ends agree on.
#[tokio::test(start_paused = true)]
async fn conversation() {
    let (server, client, drivers) = pair(&limits());
    let talk = async {
        assert_eq!(client.send_text("question"), Ok(true));
        settled().await;
        assert_eq!(server.take(), Some(Message::Text("question".into())));
        assert_eq!(server.send_binary(&[7; 1000]), Ok(true));
        settled().await;
        assert_eq!(client.take(), Some(Message::Binary(vec![7; 1000].into())));
        server.close(&Close::new(4001, "enough"));
        assert!(server.send_text("late").is_err());
        settled().await;
        // Told when everything before it was taken.
        assert_eq!((client.ended(), client.take()), (None, None));
        assert_eq!(client.ended(), Some(Close::new(4001, "enough")));
    };
    tokio::join!(drivers, talk);
    assert!(server.is_gone() && client.is_gone());
    assert_eq!(server.ended(), Some(Close::new(4001, "enough")));
}

/// Who does not take messages slows the sender down, and memory stays bounded.
#[tokio::test(start_paused = true)]
async fn back_pressure() {
    let (server, client, drivers) = pair(&limits());
    let talk = async {
        let payload: Vec<u8> = (0..10_000_u32)
            .flat_map(|index| (index.wrapping_mul(2_654_435_761)).to_be_bytes())
            .collect();
        let mut sent = 0;
        while client.send_binary(&payload).unwrap() {
            sent += 1;
            settled().await;
            assert!(sent < 50);
        }
        assert!(!client.has_room());
        let mut taken = 0;
        while taken <= sent {
            settled().await;
            assert_eq!(server.take(), Some(Message::Binary(payload.clone().into())));
            taken += 1;
        }
        settled().await;
        assert!(client.has_room());
        client.close(&Close::new(1000, ""));
    };
    tokio::join!(drivers, talk);
}

/// A peer that answers no ping is given up; one that answers stays.
#[tokio::test(start_paused = true)]
async fn pings() {
    let (server, client, drivers) = pair(&limits());
    let talk = async {
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(server.ended(), None);
        client.close(&Close::new(1000, ""));
    };
    tokio::join!(drivers, talk);

    let (mut silent, theirs) = tokio::io::duplex(1024);
    let (server, driver) = open(Role::Server, limits(), None, Waker::wake);
    let started = tokio::time::Instant::now();
    driver.run(theirs).await;
    let took = started.elapsed();
    assert!((40..=55).contains(&took.as_secs()), "{took:?}");
    assert_eq!(
        server.ended().map(|close| close.code),
        Some(Close::ABNORMAL)
    );
    let mut octets = Vec::new();
    silent.read_to_end(&mut octets).await.unwrap();
    assert_eq!(octets[..2], [0x89, 0x00]);
    assert_eq!(octets[2..6], [0x88, 21, 0x03, 0xf3]); // 1011
}

/// A peer that takes nothing is given up after the time-out of writes.
#[tokio::test(start_paused = true)]
async fn slow_readers() {
    let (_silent, theirs) = tokio::io::duplex(1024);
    let limits = Limits {
        ping_interval: None,
        ..limits()
    };
    let (server, driver) = open(Role::Server, limits, None, Waker::wake);
    server.send_binary(&vec![0; 100_000]).unwrap();
    let started = tokio::time::Instant::now();
    driver.run(theirs).await;
    assert_eq!(started.elapsed().as_secs(), 30);
    assert_eq!(server.ended(), Some(Close::abnormal()));
}

/// A close that nobody answers does not keep the connection.
#[tokio::test(start_paused = true)]
async fn unanswered_close() {
    let (_silent, theirs) = tokio::io::duplex(1024);
    let (server, driver) = open(Role::Server, limits(), None, Waker::wake);
    server.close(&Close::new(1012, "restart"));
    let started = tokio::time::Instant::now();
    driver.run(theirs).await;
    assert_eq!(started.elapsed().as_secs(), 10);
}

/// Octets that come with and after a close are no reason to forget the answer.
#[tokio::test(start_paused = true)]
async fn close_and_leave() {
    let (mut peer, theirs) = tokio::io::duplex(1024);
    let (server, driver) = open(Role::Server, limits(), None, Waker::wake);
    peer.write_all(&[masked(0x81, b"last"), masked(0x88, &1001_u16.to_be_bytes())].concat())
        .await
        .unwrap();
    peer.shutdown().await.unwrap();
    driver.run(theirs).await;
    assert_eq!(server.take(), Some(Message::Text("last".into())));
    assert_eq!(server.ended(), Some(Close::new(1001, "")));
    let mut octets = Vec::new();
    peer.read_to_end(&mut octets).await.unwrap();
    assert_eq!(octets, [0x88, 2, 0x03, 0xe9]);
}
