//! What a WSGI application is called with (PEP 3333): the environ, and in it the body as a file that blocks.
//!
//! The environ is made on the loop thread, the application runs in the pool: the body's pieces go over a bounded channel,
//! so a client that sends fast waits for an application that reads slowly.

use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, TryLockError};

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderName, Version, header};
use percent_encoding::percent_decode_str;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use tokio::sync::mpsc;
use vase_engine::{BodyError, RequestBody};

use crate::hub::Hub;
use crate::request::{Exchange, Request};

/// Pieces that wait for the application; each is at most what one read of the socket gave.
const PIECES_WAITING: usize = 8;

/// Makes the environ of a request whose middleware has run in Python.
#[pyfunction]
pub(crate) fn wsgi_environ<'py>(
    request: &Bound<'py, Request>,
    template: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyDict>> {
    let this = request.get();
    environ(template, &this.exchange, this.hub()?)
}

/// Copies the template, which names the place of the application, and writes what the request says.
pub(crate) fn environ<'py>(
    template: &Bound<'py, PyDict>,
    exchange: &Exchange,
    hub: &Rc<Hub>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = template.py();
    let environ = template.copy()?;
    let head = &exchange.parts;
    environ.set_item(intern!(py, "REQUEST_METHOD"), head.method.as_str())?;
    let path: Vec<u8> = percent_decode_str(head.uri.path()).collect();
    let script = script_name(template)?;
    let inside = path.strip_prefix(script.as_slice()).unwrap_or(&path);
    environ.set_item(intern!(py, "PATH_INFO"), latin_1(py, inside))?;
    environ.set_item(intern!(py, "QUERY_STRING"), exchange.query())?;
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    environ.set_item(intern!(py, "REQUEST_URI"), target)?;
    environ.set_item(intern!(py, "RAW_URI"), target)?;
    let version = match head.version {
        Version::HTTP_10 => intern!(py, "HTTP/1.0"),
        Version::HTTP_2 => intern!(py, "HTTP/2"),
        _ => intern!(py, "HTTP/1.1"),
    };
    environ.set_item(intern!(py, "SERVER_PROTOCOL"), version)?;
    environ.set_item(intern!(py, "wsgi.url_scheme"), exchange.peer.scheme())?;
    let (host, port) = match exchange.peer.client {
        Some(address) => (address.ip().to_string(), address.port().to_string()),
        None => (String::new(), String::new()),
    };
    environ.set_item(intern!(py, "REMOTE_ADDR"), host)?;
    environ.set_item(intern!(py, "REMOTE_PORT"), port)?;
    add_server(&environ, exchange)?;
    add_headers(&environ, exchange)?;
    let (reader, length) = BodyReader::open(py, exchange, hub);
    if let Some(length) = length.filter(|_| head.headers.contains_key(header::TRANSFER_ENCODING)) {
        // A chunked body that is here already has a length after all; applications that want one get it.
        environ.set_item(intern!(py, "CONTENT_LENGTH"), length.to_string())?;
    }
    environ.set_item(intern!(py, "wsgi.input"), Bound::new(py, reader)?)?;
    Ok(environ)
}

fn script_name(template: &Bound<'_, PyDict>) -> PyResult<Vec<u8>> {
    let Some(name) = template.get_item(intern!(template.py(), "SCRIPT_NAME"))? else {
        return Ok(Vec::new());
    };
    let name = name.cast::<PyString>()?.to_str()?;
    // WSGI's text holds one byte in each character (PEP 3333, "Unicode Issues").
    name.chars()
        .map(|character| u8::try_from(u32::from(character)))
        .collect::<Result<_, _>>()
        .map_err(|_| PyValueError::new_err(format!("`{name}` is no SCRIPT_NAME")))
}

fn latin_1<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => PyString::new(py, text),
        _ => PyString::new(
            py,
            &bytes
                .iter()
                .map(|&byte| char::from(byte))
                .collect::<String>(),
        ),
    }
}

/// `SERVER_NAME` and `SERVER_PORT`, which must be there: where the template has none, what the client asked for.
fn add_server(environ: &Bound<'_, PyDict>, exchange: &Exchange) -> PyResult<()> {
    let py = environ.py();
    if environ.contains(intern!(py, "SERVER_NAME"))? {
        return Ok(());
    }
    let host = exchange.parts.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or("");
    let default = if exchange.peer.is_secure { "443" } else { "80" };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, default),
    };
    environ.set_item(
        intern!(py, "SERVER_NAME"),
        if name.is_empty() { "localhost" } else { name },
    )?;
    environ.set_item(intern!(py, "SERVER_PORT"), port)
}

fn add_headers(environ: &Bound<'_, PyDict>, exchange: &Exchange) -> PyResult<()> {
    let py = environ.py();
    let headers = &exchange.parts.headers;
    for name in headers.keys() {
        // `X_Real_IP` would pass for `X-Real-IP`, which a proxy has checked.
        if name.as_str().contains('_') {
            continue;
        }
        let mut values = headers.get_all(name).iter();
        let first = values
            .next()
            .map(http::HeaderValue::as_bytes)
            .unwrap_or_default();
        let mut joined = None;
        for value in values {
            let separator: &[u8] = if name == header::COOKIE { b"; " } else { b"," };
            let text = joined.get_or_insert_with(|| first.to_vec());
            text.extend_from_slice(separator);
            text.extend_from_slice(value.as_bytes());
        }
        let value = latin_1(py, joined.as_deref().unwrap_or(first));
        if name == header::CONTENT_TYPE {
            environ.set_item(intern!(py, "CONTENT_TYPE"), value)?;
        } else if name == header::CONTENT_LENGTH {
            environ.set_item(intern!(py, "CONTENT_LENGTH"), value)?;
        } else {
            environ.set_item(variable(name), value)?;
        }
    }
    Ok(())
}

fn variable(name: &HeaderName) -> String {
    let mut variable = String::with_capacity(5 + name.as_str().len());
    variable.push_str("HTTP_");
    variable.extend(name.as_str().chars().map(|character| match character {
        '-' => '_',
        other => other.to_ascii_uppercase(),
    }));
    variable
}

/// `wsgi.input`: the body as a file, read in the application's thread.
#[pyclass(frozen, module = "vase._core")]
pub(crate) struct BodyReader(Mutex<Reading>);

struct Reading {
    buffer: BytesMut,
    /// What is still arriving; absent when all is in the buffer.
    pieces: Option<mpsc::Receiver<Result<Bytes, BodyError>>>,
}

impl BodyReader {
    /// The reader of a request's body, and its length when it is here already.
    fn open(py: Python<'_>, exchange: &Exchange, hub: &Rc<Hub>) -> (Self, Option<usize>) {
        let mut reading = Reading {
            buffer: BytesMut::new(),
            pieces: None,
        };
        let mut length = None;
        if let Some(whole) = exchange.body_object(py) {
            reading.buffer.extend_from_slice(whole.as_bytes());
            length = Some(reading.buffer.len());
        } else if let Some(body) = exchange.take_unread() {
            let (sender, receiver) = mpsc::channel(PIECES_WAITING);
            hub.spawn(Box::pin(hand_over(body, sender)));
            reading.pieces = Some(receiver);
        }
        (Self(Mutex::new(reading)), length)
    }

    /// Never waits: whoever reads has given the GIL up, and would wait for it in turn.
    fn reading(&self) -> PyResult<MutexGuard<'_, Reading>> {
        match self.0.try_lock() {
            Ok(reading) => Ok(reading),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(PyRuntimeError::new_err(
                "`wsgi.input` is being read by another thread",
            )),
        }
    }
}

/// Reads a body for as long as somebody takes its pieces.
async fn hand_over(mut body: RequestBody, sender: mpsc::Sender<Result<Bytes, BodyError>>) {
    while let Some(piece) = body.next_piece().await.transpose() {
        let has_failed = piece.is_err();
        if sender.send(piece).await.is_err() || has_failed {
            return;
        }
    }
}

impl Reading {
    /// Waits for one more piece; false at the end.
    fn fill(&mut self, py: Python<'_>) -> PyResult<bool> {
        let Some(pieces) = &mut self.pieces else {
            return Ok(false);
        };
        match py.detach(|| pieces.blocking_recv()) {
            Some(Ok(piece)) => {
                self.buffer.extend_from_slice(&piece);
                Ok(true)
            }
            Some(Err(error)) => {
                self.pieces = None;
                Err(PyOSError::new_err(format!(
                    "the body could not be read: {error}"
                )))
            }
            None => {
                self.pieces = None;
                Ok(false)
            }
        }
    }

    fn take<'py>(&mut self, py: Python<'py>, size: usize) -> Bound<'py, PyBytes> {
        let size = size.min(self.buffer.len());
        let taken = PyBytes::new(py, &self.buffer[..size]);
        self.buffer.advance(size);
        taken
    }

    fn read<'py>(&mut self, py: Python<'py>, size: usize) -> PyResult<Bound<'py, PyBytes>> {
        while self.buffer.len() < size && self.fill(py)? {}
        Ok(self.take(py, size))
    }

    fn line<'py>(&mut self, py: Python<'py>, most: usize) -> PyResult<Bound<'py, PyBytes>> {
        let mut seen = 0;
        loop {
            let end = self.buffer[seen..].iter().position(|&byte| byte == b'\n');
            if let Some(end) = end {
                return Ok(self.take(py, (seen + end + 1).min(most)));
            }
            seen = self.buffer.len();
            if seen >= most || !self.fill(py)? {
                return Ok(self.take(py, most));
            }
        }
    }
}

/// The bound that a size means: none, or a negative one, is none.
fn bound(size: Option<isize>) -> usize {
    size.and_then(|size| usize::try_from(size).ok())
        .unwrap_or(usize::MAX)
}

#[pymethods]
impl BodyReader {
    #[pyo3(signature = (size=None, /))]
    fn read<'py>(&self, py: Python<'py>, size: Option<isize>) -> PyResult<Bound<'py, PyBytes>> {
        self.reading()?.read(py, bound(size))
    }

    #[pyo3(signature = (size=None, /))]
    fn readline<'py>(&self, py: Python<'py>, size: Option<isize>) -> PyResult<Bound<'py, PyBytes>> {
        self.reading()?.line(py, bound(size))
    }

    #[pyo3(signature = (hint=None, /))]
    fn readlines<'py>(&self, py: Python<'py>, hint: Option<isize>) -> PyResult<Bound<'py, PyList>> {
        let (lines, mut total) = (PyList::empty(py), 0);
        let most = hint
            .filter(|&hint| hint > 0)
            .map_or(usize::MAX, |hint| bound(Some(hint)));
        while total < most {
            let line = self.reading()?.line(py, usize::MAX)?;
            if line.as_bytes().is_empty() {
                break;
            }
            total += line.as_bytes().len();
            lines.append(line)?;
        }
        Ok(lines)
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let line = self.reading()?.line(py, usize::MAX)?;
        Ok((!line.as_bytes().is_empty()).then_some(line))
    }
}
