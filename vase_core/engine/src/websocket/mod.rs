//! Sockets that speak WebSocket (RFC 6455) with permessage-deflate (RFC 7692).
//!
//! A socket begins as a request: [`handshake`] judges it before anybody is called, and the answer that an application
//! gives, 101 or a refusal, leaves like any other. What follows is a [`Session`] and its [`Driver`]: the session is what
//! the application holds, the driver is the one task that reads and writes.
//!
//! Bounds: a message is refused by its size before it is held, and by what it inflates to while it inflates; nothing is
//! read while the application has not taken what is there, and an application is told when its client does not read.
//!
//! The reader and the writer of frames know no socket ([`decoder`], [`encoder`]): they turn octets into messages and back.

mod close;
mod decoder;
mod deflate;
mod driver;
mod encoder;
mod frame;
pub mod handshake;
mod origin;
mod session;
mod sessions;
#[cfg(test)]
mod tests;
mod transport;

pub use close::Close;
pub use decoder::{Decoder, Event, Violation};
pub use deflate::Deflate;
pub use driver::Driver;
pub use encoder::Encoder;
pub use frame::Role;
pub use handshake::{Accepted, METHOD, Refusal};
pub use session::{Ended, Limits, Listener, Message, Session, open};
pub use sessions::Sessions;
pub use transport::Transport;
