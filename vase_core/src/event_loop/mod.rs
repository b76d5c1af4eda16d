//! The hot parts of the event loop: what asyncio does in Python for each callback, timer, readiness and write.
//!
//! - [`core`], [`turn`]: the base class `EventLoopCore`, which `vase.loop.EventLoop` puts before asyncio's selector loop.
//! - [`handle`], [`ready`], [`timers`]: callbacks, the queue of those that are ready, the heap of those that wait.
//! - [`registry`], [`wake`]: descriptors in the loop's epoll, and how other threads end its wait.
//! - [`transport`], [`pending`]: stream sockets and what they have yet to write; [`datagrams`]: datagram sockets.
//! - [`shared`]: what all of them look at; [`tools`]: what they take from Python; [`raw`]: the `unsafe` of this room.
//!
//! No lock here is held while Python code may run: objects that leave a structure are dropped after its lock.

mod core;
mod datagrams;
mod handle;
mod pending;
mod raw;
mod ready;
mod registry;
mod shared;
mod timers;
mod tools;
mod transport;
mod turn;
mod wake;

pub(crate) use core::EventLoopCore;
pub(crate) use datagrams::DatagramCore;
pub(crate) use handle::{Handle, TimerHandle};
pub(crate) use shared::Shared;
pub(crate) use transport::SocketTransport;
