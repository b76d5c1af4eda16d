use std::time::Duration;

use http::{Method, StatusCode};

use super::Metrics;

/// The text names every count in the way of Prometheus.
#[test]
fn text() {
    let metrics = Metrics::default();
    metrics.begin(10);
    metrics.answer(
        &Method::GET,
        StatusCode::OK,
        Duration::from_micros(400),
        100,
    );
    metrics.end(false);
    metrics.begin(0);
    metrics.answer(
        &Method::POST,
        StatusCode::NOT_FOUND,
        Duration::from_millis(3),
        50,
    );
    metrics.end(false);
    metrics.begin(0);
    metrics.end(true);
    metrics.begin(5);
    metrics
        .counter("vase_python_calls_total", "Calls into Python.")
        .add(7);
    let text = metrics.render();
    for line in [
        "# TYPE vase_requests_total counter",
        "vase_requests_total{method=\"GET\",status=\"2xx\"} 1",
        "vase_requests_total{method=\"POST\",status=\"4xx\"} 1",
        "vase_requests_in_flight 1",
        "vase_request_duration_seconds_bucket{le=\"0.0005\"} 1",
        "vase_request_duration_seconds_bucket{le=\"0.0025\"} 1",
        "vase_request_duration_seconds_bucket{le=\"0.005\"} 2",
        "vase_request_duration_seconds_bucket{le=\"+Inf\"} 2",
        "vase_request_duration_seconds_sum 0.0034",
        "vase_request_duration_seconds_count 2",
        "vase_requests_abandoned_total 1",
        "vase_request_bytes_total 15",
        "vase_response_bytes_total 150",
        "# HELP vase_python_calls_total Calls into Python.",
        "vase_python_calls_total 7",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("method=\"PUT\""));
}

/// A bucket holds what took exactly its bound.
#[test]
fn bounds() {
    let metrics = Metrics::default();
    for micros in [500, 501, 20_000_000] {
        metrics.answer(
            &Method::GET,
            StatusCode::OK,
            Duration::from_micros(micros),
            0,
        );
    }
    let text = metrics.render();
    assert!(text.contains("{le=\"0.0005\"} 1\n"));
    assert!(text.contains("{le=\"0.001\"} 2\n"));
    assert!(text.contains("{le=\"10\"} 2\n"));
    assert!(text.contains("{le=\"+Inf\"} 3\n"));
}

/// A counter of one name is one counter, from every clone of the handle and from other threads.
#[test]
fn counters_are_shared() {
    let metrics = Metrics::default();
    let counter = metrics.clone().counter("jobs_total", "Jobs.");
    std::thread::spawn(move || counter.add(2)).join().unwrap();
    metrics.counter("jobs_total", "Jobs.").add(1);
    assert_eq!(metrics.counter("jobs_total", "").get(), 3);
    assert_eq!(metrics.render().matches("# TYPE jobs_total").count(), 1);
}

/// Odd methods and statuses have a place of their own.
#[test]
fn other() {
    let metrics = Metrics::default();
    let method = Method::from_bytes(b"PURGE").unwrap();
    metrics.answer(
        &method,
        StatusCode::from_u16(700).unwrap(),
        Duration::ZERO,
        0,
    );
    assert!(
        metrics
            .render()
            .contains("{method=\"other\",status=\"other\"} 1")
    );
    assert_eq!(metrics.requests(), 1);
}
