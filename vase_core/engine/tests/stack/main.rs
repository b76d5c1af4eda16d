//! The whole tower over a small application in place of Python.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test ends where it is surprised

mod layers;
mod order;
mod panics;
mod platform;
mod routes;
mod storms;
mod support;
mod waiting;
