//! Static files: ranges, conditions, precompressed siblings.
//!
//! [`StaticFiles`] serves folders below URL prefixes and is asked before the route table;
//! [`FileAnswer`] sends one file that a handler chose. Both answer alike:
//!
//! - A strong `ETag` of size, time of change and inode, and `Last-Modified`; the conditions of
//!   RFC 9110 section 13 in the order of its section 13.2.2.
//! - `Range`, one or several (RFC 9110 section 14). More than 32 ranges, or ranges that together ask for
//!   more than the file, are abuse (CVE-2011-3192) and get the whole file once.
//! - A type by the ending of the name, with `charset=utf-8` for text.
//!
//! Static files, besides:
//!
//! - GET and HEAD; anything else is 405 with `Allow`.
//! - A sibling `.br`, `.zst` or `.gz` is sent in place of a file when `Accept-Encoding` likes it: of the best
//!   liked the smallest. It has its own `ETag`, and all answers of such a file say
//!   `Vary: Accept-Encoding`. A sibling that is older than its file by more than two seconds is ignored.
//! - `Cache-Control` is that of the mount: `no-cache` without a `max_age`.
//! - Only regular files strictly below the root are sent. A path is refused that holds, after decoding once, an
//!   empty segment, a segment that begins with a dot (but for a leading `.well-known`), a slash, a
//!   backslash or a control character. Symbolic links may stay beneath the root but never leave it: the kernel
//!   sees to that (`openat2`, which refuses absolute links), or comparison of canonical paths where it cannot.
//!   There are no listings.
//! - What is not found is not answered here: the route table has its own 404.
//!
//! # How it is fast
//!
//! Files up to 256 KiB are read on the worker's own thread, and only from the page cache: if the kernel would have to
//! wait for the disk, the file is streamed instead, and a thread of the pool waits. Recently used files stay in
//! memory, 16 MiB at most in a worker, and cost no system call: they are compared with the disk
//! (one `stat` for the file, and one for each sibling it could have) at most once a second. So for up to one second an old file may
//! be sent, whole and with its own `ETag`. Larger files leave in pieces of 128 KiB, each read when the client has room.

mod answer;
mod body;
mod cache;
mod coding;
mod conditions;
mod content_type;
mod multipart;
mod ranges;
mod representation;
mod respond;
mod root;
mod safe_path;
mod static_files;

pub use answer::FileAnswer;
pub use content_type::content_type_of;
pub use static_files::{Hit, StaticFiles};
