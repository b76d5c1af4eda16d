//! Bodies: what a client sends ([`RequestBody`]) and what is sent back ([`ResponseBody`]).
//!
//! Both are concrete types with a cheap form for the common case: no body, or one piece that is
//! already in memory. Only bodies that really arrive or leave piece by piece are boxed.
//! A request body carries its own limit, so that whoever reads it cannot forget to count.

mod error;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use error::BodyError;
pub use request::RequestBody;
pub use response::ResponseBody;
