//! What one engine counts, and its text for Prometheus.
//!
//! Plain atomics in one shared block, and the text written by hand: the `metrics` crates find a
//! counter by hashing its name and labels through a global recorder, which costs more for every
//! request than all the layers together, and a global would join two engines of one process.
//! Only the engine's own thread counts requests, hence a load and a store in place of a locked
//! addition; other threads read, and may use [`Counter`]s of their own.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};

const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "other",
];
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];

/// Upper bounds of the latency buckets, in microseconds, with the text of the label.
///
/// Coarse on purpose: finding the bucket is a walk from the left, and most answers stop early.
const BUCKETS: [(u64, &str); 13] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// A handle on the counters of one engine; clones count together.
#[derive(Clone, Default)]
pub struct Metrics {
    block: Arc<Block>,
}

#[derive(Default)]
struct Block {
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    in_flight: AtomicI64,
    abandoned: AtomicU64,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
    latency: [AtomicU64; BUCKETS.len() + 1],
    latency_sum: AtomicU64, // nanoseconds: 584 years until it wraps
    counters: Mutex<Vec<Named>>,
}

/// A counter of the embedder, with what Prometheus wants to know of it.
struct Named {
    name: Box<str>,
    help: Box<str>,
    counter: Counter,
}

/// A counter that belongs to the embedder; any thread may add to it.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Adds to the counter.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    /// The present value.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

fn bump(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(amount), Relaxed);
}

impl Metrics {
    /// The counter of this name, made at the first call and told in the text from then on.
    ///
    /// The name must be one that Prometheus takes, and counters end in `_total` by its custom.
    pub fn counter(&self, name: &str, help: &str) -> Counter {
        let mut counters = self
            .block
            .counters
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = counters.iter().find(|known| *known.name == *name) {
            return known.counter.clone();
        }
        let counter = Counter::default();
        counters.push(Named {
            name: name.into(),
            help: help.into(),
            counter: counter.clone(),
        });
        counter
    }

    /// Requests answered so far.
    pub fn requests(&self) -> u64 {
        self.block
            .requests
            .iter()
            .flatten()
            .map(|counter| counter.load(Relaxed))
            .sum()
    }

    /// Requests that are being answered now.
    pub fn in_flight(&self) -> i64 {
        self.block.in_flight.load(Relaxed)
    }

    /// Requests whose client left before the answer.
    pub fn abandoned(&self) -> u64 {
        self.block.abandoned.load(Relaxed)
    }

    pub(crate) fn begin(&self, request_bytes: u64) {
        self.block.in_flight.store(self.in_flight() + 1, Relaxed);
        if request_bytes > 0 {
            bump(&self.block.request_bytes, request_bytes);
        }
    }

    pub(crate) fn answer(
        &self,
        method: &Method,
        status: StatusCode,
        took: Duration,
        response_bytes: u64,
    ) {
        let block = &*self.block;
        bump(
            &block.requests[method_index(method)][class_index(status)],
            1,
        );
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BUCKETS
            .iter()
            .take_while(|(bound, _)| nanoseconds > bound * 1_000)
            .count();
        bump(&block.latency[bucket], 1);
        bump(&block.latency_sum, nanoseconds);
        bump(&block.response_bytes, response_bytes);
    }

    pub(crate) fn end(&self, was_abandoned: bool) {
        self.block.in_flight.store(self.in_flight() - 1, Relaxed);
        if was_abandoned {
            bump(&self.block.abandoned, 1);
        }
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        let block = &*self.block;
        let mut text = String::with_capacity(4096);
        // Writing to a string cannot fail.
        let _ = self.render_requests(&mut text);
        let _ = self.render_latency(&mut text);
        let totals = [
            (
                "vase_requests_abandoned_total",
                "Requests whose client left before the answer.",
                &block.abandoned,
            ),
            (
                "vase_request_bytes_total",
                "Bytes of request bodies, as declared.",
                &block.request_bytes,
            ),
            (
                "vase_response_bytes_total",
                "Bytes of response bodies whose length was known.",
                &block.response_bytes,
            ),
        ];
        for (name, help, value) in totals {
            let _ = render_counter(&mut text, name, help, value.load(Relaxed));
        }
        let counters = block
            .counters
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for Named {
            name,
            help,
            counter,
        } in counters.iter()
        {
            let _ = render_counter(&mut text, name, help, counter.get());
        }
        text
    }

    fn render_requests(&self, text: &mut String) -> std::fmt::Result {
        text.push_str(
            "# HELP vase_requests_total Requests answered.\n# TYPE vase_requests_total counter\n",
        );
        for (method, row) in METHODS.iter().zip(&self.block.requests) {
            for (class, value) in CLASSES.iter().zip(row) {
                let value = value.load(Relaxed);
                if value > 0 {
                    writeln!(
                        text,
                        "vase_requests_total{{method=\"{method}\",status=\"{class}\"}} {value}"
                    )?;
                }
            }
        }
        text.push_str("# HELP vase_requests_in_flight Requests being answered now.\n");
        text.push_str("# TYPE vase_requests_in_flight gauge\n");
        writeln!(text, "vase_requests_in_flight {}", self.in_flight())
    }

    fn render_latency(&self, text: &mut String) -> std::fmt::Result {
        let name = "vase_request_duration_seconds";
        writeln!(
            text,
            "# HELP {name} Time from the head of a request to the head of its answer."
        )?;
        writeln!(text, "# TYPE {name} histogram")?;
        let labels = BUCKETS.iter().map(|(_, label)| *label).chain(["+Inf"]);
        let mut total = 0;
        for (label, value) in labels.zip(&self.block.latency) {
            total += value.load(Relaxed);
            writeln!(text, "{name}_bucket{{le=\"{label}\"}} {total}")?;
        }
        let sum = Duration::from_nanos(self.block.latency_sum.load(Relaxed)).as_secs_f64();
        writeln!(text, "{name}_sum {sum}")?;
        writeln!(text, "{name}_count {total}")
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Metrics")
            .field("requests", &self.requests())
            .field("in_flight", &self.in_flight())
            .finish_non_exhaustive()
    }
}

fn render_counter(text: &mut String, name: &str, help: &str, value: u64) -> std::fmt::Result {
    writeln!(
        text,
        "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"
    )
}

fn method_index(method: &Method) -> usize {
    match *method {
        Method::GET => 0,
        Method::HEAD => 1,
        Method::POST => 2,
        Method::PUT => 3,
        Method::PATCH => 4,
        Method::DELETE => 5,
        Method::OPTIONS => 6,
        Method::CONNECT => 7,
        Method::TRACE => 8,
        _ => 9,
    }
}

fn class_index(status: StatusCode) -> usize {
    match status.as_u16() / 100 {
        class @ 1..=5 => usize::from(class) - 1,
        _ => 5,
    }
}

#[cfg(test)]
mod tests;
