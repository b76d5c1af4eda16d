//! Static files: ranges, conditions, precompressed siblings.
