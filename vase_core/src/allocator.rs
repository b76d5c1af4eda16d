//! Who gives the core its memory: mimalloc, in release builds.
//!
//! The system's allocator keeps seven blocks of a size at hand for each thread, and a worker has as many requests at a
//! time as clients; what is beyond goes the long way. A debug build stays with it, for valgrind and `mallinfo2` look
//! into that one alone. Python's own objects come from Python's allocator in both.
//! `docs/decisions/0011-own-allocator.md` has the figures.

#[cfg(not(debug_assertions))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
