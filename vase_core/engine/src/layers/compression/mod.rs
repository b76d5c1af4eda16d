//! Compresses answers with zstd, brotli or gzip, when it is worth it.
//!
//! Decided from heads: the client accepts a coding (`Accept-Encoding` with its q-values; between equals
//! the order of `algorithms` counts), the answer has `minimum_bytes` or an unknown length, its type is one
//! that shrinks, and it is not encoded, partial, without a body, an event stream or marked `no-transform`. Then
//! tower-http's body does the work, piece by piece as the client takes it; any other answer passes untouched.
//! A compressed answer loses its length, and its strong `ETag` becomes a weak one. `Vary: Accept-Encoding` stands
//! on every answer that could have been compressed.
//!
//! ```
//! use vase_engine::config::CompressionConfig;
//! use vase_engine::layers::{Tower, compression::Compression};
//!
//! let layer = Tower::new(Compression::new(&CompressionConfig::default()));
//! ```

mod accept;
mod layer;
#[cfg(test)]
mod tests;

pub use layer::Compression;
