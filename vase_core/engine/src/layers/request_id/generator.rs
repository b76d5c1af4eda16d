use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::stack::RequestId;

/// Two splitmix64 sequences with seeds of their own: 128 bits that do not repeat in practice.
pub(super) struct Generator {
    high: Cell<u64>,
    low: Cell<u64>,
}

impl Generator {
    pub(super) fn new() -> Self {
        // `RandomState` is the standard library's only door to the system's randomness. Its keys
        // are copied by a fork, so the process and the time go in as well.
        let time = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_nanos());
        let seed = |half: u8| RandomState::new().hash_one((std::process::id(), time, half));
        Self {
            high: Cell::new(seed(0)),
            low: Cell::new(seed(1)),
        }
    }

    pub(super) fn next(&self) -> RequestId {
        RequestId::from_bits(advance(&self.high), advance(&self.low))
    }
}

/// One step of splitmix64 (Steele, Lea and Flood, 2014): every 64-bit value once in a period.
fn advance(state: &Cell<u64>) -> u64 {
    let next = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    state.set(next);
    let mut mixed = next;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
