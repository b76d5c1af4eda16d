//! The conformance suite: a table of what is sent and what must come back.
//!
//! Each case cites the section that it follows from. Where the RFC leaves a choice, the case holds the
//! server to the choice it made: the strict one, because every lenient reading is a smuggled request
//! behind some proxy.

mod chunked;
mod connections;
mod fields;
mod lengths;
mod request_lines;
mod responses;
mod stack;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::client::{Answer, Client, End};
use crate::server::Server;

/// One rule: what is sent, what must come back, and what becomes of the connection.
pub(crate) struct Case {
    id: &'static str,
    section: &'static str,
    send: Send,
    answers: &'static [Expected],
    then: Then,
}

pub(crate) enum Send {
    Text(&'static str),
    Octets(&'static [u8]),
    /// With a pause after each piece.
    Pieces(&'static [&'static str]),
    /// Octet by octet.
    Dripped(&'static str),
    /// With FIN at the end.
    HalfClosed(&'static str),
    /// Too long to write down.
    Made(fn() -> Vec<u8>),
}

pub(crate) struct Expected {
    method: &'static str,
    status: u16,
    body: Option<&'static str>,
    headers: &'static [(&'static str, Option<&'static str>)],
    is_whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The connection serves the next request.
    Open,
    /// The last answer says `Connection: close`, and FIN follows.
    Closed,
    /// FIN follows, said or not: the end of the body is the end of the connection.
    Ended,
}

const fn case(
    id: &'static str,
    section: &'static str,
    send: Send,
    answers: &'static [Expected],
    then: Then,
) -> Case {
    Case {
        id,
        section,
        send,
        answers,
        then,
    }
}

const fn status(status: u16) -> Expected {
    Expected {
        method: "GET",
        status,
        body: None,
        headers: &[],
        is_whole: true,
    }
}

const fn answer(status: u16, body: &'static str) -> Expected {
    Expected {
        method: "GET",
        status,
        body: Some(body),
        headers: &[],
        is_whole: true,
    }
}

impl Expected {
    /// The answer to a HEAD request, which has no body whatever its head says.
    const fn for_head(mut self) -> Self {
        self.method = "HEAD";
        self
    }

    const fn with(mut self, headers: &'static [(&'static str, Option<&'static str>)]) -> Self {
        self.headers = headers;
        self
    }

    /// The body ends before its framing says.
    const fn cut(mut self) -> Self {
        self.is_whole = false;
        self
    }

    fn check(&self, answer: &Answer) -> Result<(), String> {
        if answer.status != self.status {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(format!(
                "{} instead of {}: {body}",
                answer.status, self.status
            ));
        }
        if self.body.is_some_and(|body| body.as_bytes() != answer.body) {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(format!("body {body:?} instead of {:?}", self.body));
        }
        for (name, value) in self.headers {
            if answer.header(name) != *value {
                return Err(format!(
                    "{name} is {:?} instead of {value:?}",
                    answer.header(name)
                ));
            }
        }
        if answer.is_whole != self.is_whole {
            return Err(format!("the body is whole: {}", answer.is_whole));
        }
        // RFC 9110 section 6.6.1: an origin server with a clock sends Date.
        if answer.status >= 200 && !answer.header("date").is_some_and(is_date) {
            return Err(format!("Date is {:?}", answer.header("date")));
        }
        Ok(())
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
fn is_date(date: &str) -> bool {
    let shape: String = date
        .chars()
        .map(|character| match character {
            '0'..='9' => '0',
            'A'..='Z' => 'A',
            'a'..='z' => 'a',
            other => other,
        })
        .collect();
    shape == "Aaa, 00 Aaa 0000 00:00:00 AAA" && date.ends_with(" GMT")
}

impl Case {
    fn run(&self, address: SocketAddr) -> Result<(), String> {
        let mut client = Client::connect(address);
        self.send(&mut client);
        let mut last = None;
        for (index, expected) in self.answers.iter().enumerate() {
            let found = client
                .any_answer(expected.method)
                .ok_or_else(|| format!("no answer {index}; rest {:?}", client.rest()))?;
            expected
                .check(&found)
                .map_err(|fault| format!("answer {index}: {fault}"))?;
            last = Some(found);
        }
        let says_close = last.as_ref().is_some_and(Answer::closes);
        if self.then == Then::Open {
            client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            let next = client.any_answer("GET").ok_or("the connection is closed")?;
            return match (next.status, next.body.as_slice()) {
                (200, b"ok") => Ok(()),
                _ => Err(format!("the next answer is {next:?}")),
            };
        }
        if self.then == Then::Closed && !says_close {
            return Err("the last answer does not say `Connection: close`".to_owned());
        }
        let end = client.end(Duration::from_secs(4));
        if end != End::Closed {
            return Err(format!("the connection is {end:?}"));
        }
        if !client.rest().is_empty() {
            return Err(format!("left over: {:?}", client.rest()));
        }
        Ok(())
    }

    fn send(&self, client: &mut Client) {
        match self.send {
            Send::Text(text) => client.send(text),
            Send::Octets(octets) => client.send(octets),
            Send::Made(make) => client.send(make()),
            Send::Pieces(pieces) => pieces.iter().all(|piece| {
                let is_sent = client.send(piece);
                std::thread::sleep(Duration::from_millis(60));
                is_sent
            }),
            Send::Dripped(text) => text.as_bytes().iter().all(|octet| {
                std::thread::sleep(Duration::from_micros(200));
                client.send([*octet])
            }),
            Send::HalfClosed(text) => {
                let is_sent = client.send(text);
                client.half_close();
                is_sent
            }
        };
    }
}

fn tables() -> Vec<&'static Case> {
    [
        request_lines::CASES,
        fields::CASES,
        lengths::CASES,
        chunked::CASES,
        connections::CASES,
        responses::CASES,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Runs cases against a server, sixteen at a time, and fails with all that do not hold.
fn run_all(server: &Server, cases: &[&Case]) {
    let next = AtomicUsize::new(0);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let mut failures = Vec::new();
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                        if let Err(fault) = case.run(server.address) {
                            failures.push(format!("{} ({}): {fault}", case.id, case.section));
                        }
                    }
                    failures
                })
            })
            .collect();
        let results = runners.into_iter().map(|runner| runner.join().unwrap());
        results.flatten().collect()
    });
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// Every case of the table holds.
#[test]
fn cases_hold() {
    run_all(&Server::start_default(), &tables());
}

/// Every case about a whole stack holds on one.
#[test]
fn cases_of_the_stack_hold() {
    let cases: Vec<_> = stack::CASES.iter().collect();
    run_all(&stack::start(), &cases);
}

/// The table is as large as promised, names each case once and cites an RFC for each.
#[test]
fn table_is_in_order() {
    let mut cases = tables();
    cases.extend(stack::CASES);
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let ids: HashSet<_> = cases.iter().map(|case| case.id).collect();
    assert_eq!(ids.len(), cases.len(), "an id stands twice");
    for case in cases {
        let is_cited = case.section.starts_with("RFC ") && case.section.contains(" section ");
        assert!(is_cited, "{} cites {:?}", case.id, case.section);
        assert!(!case.answers.is_empty(), "{} expects nothing", case.id);
    }
}
