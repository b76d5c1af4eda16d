//! Sockets as Python holds them: a handshake to be answered, then messages.
//!
//! The handshake is an ordinary request, whose handler is given a [`socket::Socket`] besides it and answers 101 or
//! something else. Nothing here runs for any other route.

mod connect;
mod socket;
mod waiting;

pub(crate) use connect::connect;
pub(crate) use socket::{Socket, Terms};
