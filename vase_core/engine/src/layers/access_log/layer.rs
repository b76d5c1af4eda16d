use std::cell::RefCell;

use http::request::Parts;
use http::{Method, Response};

use super::buffer::{Buffer, Sink};
use super::format::{Line, Record, write_json_head, write_text_head};
use crate::body::{RequestBody, ResponseBody};
use crate::config::{AccessLogConfig, AccessLogFormat};
use crate::layers::HeadLayer;
use crate::metrics::Counter;
use crate::stack::Exchange;

/// Room for the head's part of a line, and the longest that is kept for another request.
const ROOM: std::ops::RangeInclusive<usize> = 256..=1024;

/// How many records are kept for reuse.
const SPARE: usize = 256;

/// The layer `access_log`.
pub struct AccessLog {
    buffer: Buffer,
    format: AccessLogFormat,
    exempt: Vec<Box<str>>,
    spare: RefCell<Vec<Record>>,
}

impl AccessLog {
    /// Makes the layer; `sink` takes the lines.
    pub fn new(config: &AccessLogConfig, sink: Sink) -> Self {
        Self::with_counter(config, sink, Counter::default())
    }

    pub(crate) fn with_counter(config: &AccessLogConfig, sink: Sink, dropped: Counter) -> Self {
        Self {
            buffer: Buffer::new(sink, dropped),
            format: config.format,
            exempt: config
                .exempt
                .iter()
                .map(|path| path.as_str().into())
                .collect(),
            spare: RefCell::default(),
        }
    }

    /// Writes the line of a request whose client left before its answer.
    pub(crate) fn on_abandoned(&self, exchange: &mut Exchange) {
        // The status that nginx made known for this; no answer ever carries it.
        self.write(499, None, exchange);
    }

    fn write(&self, status: u16, bytes: Option<u64>, exchange: &mut Exchange) {
        let Some(mut record) = exchange.record.take() else {
            return;
        };
        let line = Line {
            client: exchange.peer.client,
            head: &record,
            status,
            bytes,
            took: exchange.took(),
            id: exchange.id.as_bytes(),
        };
        self.buffer
            .add(exchange.finished, |time, out| match self.format {
                AccessLogFormat::Text => line.write_text(time, out),
                AccessLogFormat::Json => line.write_json(time, out),
            });
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE && record.capacity() <= *ROOM.end() {
            record.clear();
            spare.push(record);
        }
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        self.buffer.flush();
    }
}

impl HeadLayer for AccessLog {
    fn on_request(
        &self,
        head: &mut Parts,
        _body: &mut RequestBody,
        exchange: &mut Exchange,
    ) -> Option<Response<ResponseBody>> {
        let path = head.uri.path();
        if !self.exempt.iter().any(|exempt| **exempt == *path) {
            let spare = self.spare.borrow_mut().pop();
            let mut record = spare.unwrap_or_else(|| Record::with_capacity(*ROOM.start()));
            match self.format {
                AccessLogFormat::Text => write_text_head(head, &mut record),
                AccessLogFormat::Json => write_json_head(head, &mut record),
            }
            exchange.record = Some(record);
        }
        None
    }

    fn on_response(&self, response: &mut Response<ResponseBody>, exchange: &mut Exchange) {
        // The body of an answer to HEAD is dropped later on.
        let is_head = exchange.method == Method::HEAD;
        let bytes = if is_head {
            Some(0)
        } else {
            response.body().length()
        };
        self.write(response.status().as_u16(), bytes, exchange);
    }
}
