//! A client that sends exactly what it is told, and a reader of answers that forgives nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// One answer as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended where its framing says, and not where the connection did.
    pub(crate) is_whole: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "two `{name}` headers");
        value
    }

    pub(crate) fn closes(&self) -> bool {
        self.header("connection") == Some("close")
    }
}

/// How a connection was left by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN.
    Closed,
    /// RST.
    Reset,
    /// Nothing more in the time the test waits.
    Open,
}

/// More than this no test expects: it would rather fail than fill the memory.
const MOST_OCTETS: usize = 64 * 1024 * 1024;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
    end: Option<End>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        Self::over(stream)
    }

    /// Speaks over a socket that is there already.
    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("TCP");
        let client = Self {
            stream,
            buffer: Vec::new(),
            end: None,
        };
        client.patience(Duration::from_secs(5));
        client
    }

    /// How long to wait for octets.
    pub(crate) fn patience(&self, patience: Duration) {
        self.stream
            .set_read_timeout(Some(patience))
            .expect("a time-out");
    }

    /// Sends octets; a server that hung up in the meantime is seen when its answer is read.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    pub(crate) fn half_close(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Lets the kernel hold little of what is not read, so that the server sees how it is read.
    pub(crate) fn shrink(&self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket.set_recv_buffer_size(64 * 1024).expect("SO_RCVBUF");
    }

    /// Closes with RST.
    pub(crate) fn reset(self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    }

    fn fill(&mut self) -> bool {
        if self.end.is_some() {
            return false;
        }
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => self.end = Some(End::Closed),
            Ok(octets) => {
                self.buffer.extend_from_slice(&piece[..octets]);
                assert!(self.buffer.len() < MOST_OCTETS, "an answer without end");
                return true;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                self.end = Some(End::Open);
            }
            Err(_) => self.end = Some(End::Reset),
        }
        false
    }

    /// How the connection stands when nothing more comes within `patience`; what comes is dropped.
    pub(crate) fn end(&mut self, patience: Duration) -> End {
        self.patience(patience);
        if self.end == Some(End::Open) {
            self.end = None;
        }
        while self.fill() {}
        self.end.unwrap_or(End::Open)
    }

    /// Octets that were received and belong to no answer.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer
    }

    /// The next final answer to a request with `method`; interim ones are dropped.
    pub(crate) fn answer(&mut self, method: &str) -> Option<Answer> {
        loop {
            let answer = self.any_answer(method)?;
            if answer.status >= 200 || answer.status == 101 {
                return Some(answer);
            }
        }
    }

    /// The next answer, interim or final; `None` when the connection ends or falls silent before it.
    pub(crate) fn any_answer(&mut self, method: &str) -> Option<Answer> {
        if self.end == Some(End::Open) {
            self.end = None;
        }
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            if !self.fill() {
                return None;
            }
        };
        let head: Vec<u8> = self.buffer.drain(..head_end + 4).collect();
        let head = std::str::from_utf8(&head[..head_end]).expect("an ASCII head");
        assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head:?}");
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let mut parts = status_line.splitn(3, ' ');
        let version = parts.next().unwrap_or_default().to_owned();
        assert!(
            version == "HTTP/1.1" || version == "HTTP/1.0",
            "{status_line}"
        );
        let status = parts.next().unwrap_or_default();
        let status = status.parse().expect("a status of three digits");
        let headers = lines.map(split_field).collect();
        let mut answer = Answer {
            version,
            status,
            headers,
            body: Vec::new(),
            is_whole: true,
        };
        self.read_body(&mut answer, method);
        Some(answer)
    }

    fn read_body(&mut self, answer: &mut Answer, method: &str) {
        if method == "HEAD" || answer.status < 200 || matches!(answer.status, 204 | 304) {
            return;
        }
        if let Some(coding) = answer.header("transfer-encoding") {
            assert_eq!(coding, "chunked");
            assert_eq!(answer.header("content-length"), None, "two lengths");
            answer.is_whole = self.read_chunks(&mut answer.body).is_some();
        } else if let Some(length) = answer.header("content-length") {
            let length: usize = length.parse().expect("a number");
            answer.is_whole = self.need(length).is_some();
            let length = length.min(self.buffer.len());
            answer.body = self.buffer.drain(..length).collect();
        } else {
            while self.fill() {}
            answer.body = std::mem::take(&mut self.buffer);
            answer.is_whole = self.end == Some(End::Closed);
        }
    }

    fn need(&mut self, octets: usize) -> Option<()> {
        while self.buffer.len() < octets {
            if !self.fill() {
                return None;
            }
        }
        Some(())
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> Option<()> {
        loop {
            let line_end = loop {
                if let Some(at) = find(&self.buffer, b"\r\n") {
                    break at;
                }
                if !self.fill() {
                    return None;
                }
            };
            let line: Vec<u8> = self.buffer.drain(..line_end + 2).collect();
            let size = std::str::from_utf8(&line[..line_end]).expect("ASCII");
            let size = usize::from_str_radix(size, 16).expect("a chunk size");
            self.need(size + 2)?;
            body.extend(self.buffer.drain(..size));
            assert_eq!(self.buffer.drain(..2).collect::<Vec<_>>(), b"\r\n");
            if size == 0 {
                return Some(());
            }
        }
    }
}

fn split_field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(": ").expect("a header line");
    (name.to_ascii_lowercase(), value.to_owned())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
