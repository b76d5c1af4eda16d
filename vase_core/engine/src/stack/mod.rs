//! The whole tower: the order of layers, platform endpoints, static files, routes and the inner service.

mod call;

pub use call::{Call, Peer, RequestId};
