//! The server from outside: octets in, octets out, over real sockets.
//!
//! [`cases`] is the conformance suite, a table of what is sent and what must come back, with the section
//! of the RFC that says so. The other files hold what a table cannot: time, departure, load.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod app;
mod cases;
mod client;
mod drain;
mod floods;
mod leaks;
mod listeners;
mod presence;
mod server;
mod timeouts;
