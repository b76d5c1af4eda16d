//! What the engine tells about itself: `/livez`, `/readyz` and `/metrics`.
//!
//! `/livez` says that the process lives: it is answered whenever the engine can answer at all, and
//! an orchestrator restarts what fails it. `/readyz` says that the process can do its work: it names
//! what is missing with a 503, and a load balancer sends nothing until it is 200. `/metrics` is text
//! for Prometheus, about this worker.
//!
//! The endpoints are an [`axum::Router`]; a request enters it only after its path was found equal
//! to one of theirs, so no other request pays for it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::future::LocalBoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::body::{RequestBody, ResponseBody};
use crate::config::PlatformConfig;
use crate::error::Faults;
use crate::metrics::Metrics;

/// Whether the process can do its work, and what is missing if not; clones tell the same.
///
/// ```
/// let readiness = vase_engine::platform::Readiness::default();
/// readiness.withhold("database", "no connection since 12 s");
/// assert!(!readiness.is_ready());
/// readiness.restore("database");
/// assert!(readiness.is_ready());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    missing: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Readiness {
    /// Not ready until [`restore`](Self::restore) is called with the same name.
    pub fn withhold(&self, name: &str, reason: &str) {
        self.lock().insert(name.to_owned(), reason.to_owned());
    }

    /// What was missing under this name is there again.
    pub fn restore(&self, name: &str) {
        self.lock().remove(name);
    }

    /// Whether nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.lock().is_empty()
    }

    /// What is missing, as pairs of name and reason in the order of the names.
    pub fn reasons(&self) -> Vec<(String, String)> {
        self.lock()
            .iter()
            .map(|(name, reason)| (name.clone(), reason.clone()))
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of the endpoints a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Livez,
    Readyz,
    Metrics,
}

impl Endpoint {
    /// Whether an orchestrator asks here, from addresses and under names of its own.
    pub(crate) fn is_probe(self) -> bool {
        matches!(self, Self::Livez | Self::Readyz)
    }
}

pub(crate) struct Platform {
    paths: Vec<(Box<str>, Endpoint)>,
    router: Router,
}

impl Platform {
    pub(crate) fn new(
        config: &PlatformConfig,
        metrics: Metrics,
        readiness: Readiness,
        faults: &mut Faults,
    ) -> Self {
        faults.enter("platform");
        let mut paths: Vec<(Box<str>, Endpoint)> = Vec::new();
        let mut router = Router::new();
        let endpoints = [
            ("livez", &config.livez, Endpoint::Livez),
            ("readyz", &config.readyz, Endpoint::Readyz),
            ("metrics", &config.metrics, Endpoint::Metrics),
        ];
        for (field, path, endpoint) in endpoints {
            let Some(path) = path else { continue };
            if !path.starts_with('/') || path.contains(['{', '}', '*', ':', '?', '#']) {
                faults.add(
                    field,
                    format!("`{path}` is no plain path that begins with a slash"),
                );
                continue;
            }
            if paths.iter().any(|(known, _)| **known == **path) {
                faults.add(field, format!("`{path}` is taken by another endpoint"));
                continue;
            }
            paths.push((path.as_str().into(), endpoint));
            router = match endpoint {
                Endpoint::Livez => router.route(path, get(livez)),
                Endpoint::Readyz => router.route(path, get(readyz).with_state(readiness.clone())),
                Endpoint::Metrics => router.route(path, get(render).with_state(metrics.clone())),
            };
        }
        Self { paths, router }
    }

    pub(crate) fn find(&self, path: &str) -> Option<Endpoint> {
        self.paths
            .iter()
            .find(|(known, _)| **known == *path)
            .map(|(_, endpoint)| *endpoint)
    }

    pub(crate) fn call(
        &self,
        request: Request<RequestBody>,
    ) -> LocalBoxFuture<'static, Response<ResponseBody>> {
        let router = self.router.clone();
        Box::pin(async move {
            let mut response = match router.oneshot(request).await {
                Ok(response) => response.map(from_axum),
                Err(never) => match never {},
            };
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        })
    }
}

fn from_axum(body: axum::body::Body) -> ResponseBody {
    ResponseBody::boxed(body.map_err(io::Error::other))
}

async fn livez() -> &'static str {
    "ok"
}

async fn readyz(State(readiness): State<Readiness>) -> Result<impl IntoResponse, Infallible> {
    let reasons = readiness.reasons();
    if reasons.is_empty() {
        return Ok((StatusCode::OK, "ok".to_owned()));
    }
    let mut text = String::new();
    for (name, reason) in reasons {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {reason}");
    }
    Ok((StatusCode::SERVICE_UNAVAILABLE, text))
}

async fn render(State(metrics): State<Metrics>) -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        metrics.render(),
    )
}

#[cfg(test)]
mod tests;
