//! Forms: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578), read while they arrive.
//!
//! Text stays in memory, files move to disk past a size, and a file that nobody asked for is not kept at all.
//! Whatever a client sends, memory stays within the [`FormsConfig`](crate::config::FormsConfig): names, heads of parts,
//! the text before the first part and the number of everything are counted, too.
//!
//! A file on disk has no name: it is gone when the last handle closes, also when the process is killed, so nothing has to be
//! tidied up.

mod disposition;
mod error;
mod feed;
mod multipart;
mod read;
mod spool;
#[cfg(test)]
mod tests;
mod urlencoded;

pub use error::FormError;
pub use read::{FileRules, Form, Item, Kind, Upload, kind_of, read};
pub use spool::Content;
