//! Files that were asked for lately.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

/// All that a cache may hold, in bytes of files.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How many entries it may hold: finding the oldest looks at all of them.
const MAX_ENTRIES: usize = 512;
/// How many files it may keep open.
const MAX_OPEN: usize = 64;

/// What an entry costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Bytes in memory.
    pub(super) bytes: usize,
    /// Open files.
    pub(super) open: usize,
}

/// A bounded map from paths to what lies there; the least recently used leave first.
#[derive(Debug)]
pub(super) struct Cache<V> {
    slots: HashMap<Box<str>, Slot<V>>,
    used: Weight,
    clock: u64,
}

#[derive(Debug)]
struct Slot<V> {
    value: Arc<V>,
    weight: Weight,
    last_used: u64,
    /// When the entry was last seen to be what the disk holds.
    checked: Instant,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self {
            slots: HashMap::new(),
            used: Weight::default(),
            clock: 0,
        }
    }
}

impl<V> Cache<V> {
    /// An entry, and when it was last compared with the disk.
    pub(super) fn get(&mut self, path: &str) -> Option<(Arc<V>, Instant)> {
        let slot = self.slots.get_mut(path)?;
        self.clock += 1;
        slot.last_used = self.clock;
        Some((Arc::clone(&slot.value), slot.checked))
    }

    /// Notes that an entry is what the disk holds.
    pub(super) fn confirm(&mut self, path: &str, checked: Instant) {
        if let Some(slot) = self.slots.get_mut(path) {
            slot.checked = checked;
        }
    }

    pub(super) fn remove(&mut self, path: &str) {
        if let Some(slot) = self.slots.remove(path) {
            self.used.bytes -= slot.weight.bytes;
            self.used.open -= slot.weight.open;
        }
    }

    /// Adds an entry, and drops old ones until all fit. One that would take a quarter of the room is
    /// not kept.
    pub(super) fn insert(&mut self, path: &str, value: Arc<V>, weight: Weight, checked: Instant) {
        self.remove(path);
        if weight.bytes > MAX_BYTES / 4 {
            return;
        }
        while self.slots.len() >= MAX_ENTRIES
            || self.used.bytes + weight.bytes > MAX_BYTES
            || self.used.open + weight.open > MAX_OPEN
        {
            // An entry without open files does not help against too many, but leaves in its turn.
            let oldest = self.slots.iter().min_by_key(|(_, slot)| slot.last_used);
            let Some(oldest) = oldest.map(|(path, _)| path.clone()) else {
                return;
            };
            self.remove(&oldest);
        }
        self.clock += 1;
        self.used.bytes += weight.bytes;
        self.used.open += weight.open;
        let slot = Slot {
            value,
            weight,
            last_used: self.clock,
            checked,
        };
        self.slots.insert(path.into(), slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(cache: &mut Cache<u8>, path: &str, bytes: usize, open: usize) {
        cache.insert(path, Arc::new(0), Weight { bytes, open }, Instant::now());
    }

    /// The least recently used entries leave when bytes, entries or open files are too many.
    #[test]
    fn the_least_recently_used_leave_first() {
        let mut cache = Cache::default();
        for index in 0..4 {
            insert(&mut cache, &index.to_string(), MAX_BYTES / 4, 0);
        }
        assert!(cache.get("0").is_some());
        insert(&mut cache, "4", 1, 0);
        assert!(cache.get("0").is_some());
        assert!(cache.get("1").is_none());
        for index in 0..MAX_ENTRIES {
            insert(&mut cache, &format!("entry{index}"), 0, 0);
        }
        assert_eq!((cache.slots.len(), cache.used.bytes), (MAX_ENTRIES, 0));
        for index in 0..=MAX_OPEN {
            insert(&mut cache, &format!("open{index}"), 0, 1);
        }
        assert_eq!(cache.used.open, MAX_OPEN);
        assert!(cache.get("open0").is_none());
    }

    /// An entry is replaced, not counted twice; one that is too large is not kept.
    #[test]
    fn weights_add_up() {
        let mut cache = Cache::default();
        insert(&mut cache, "a", 10, 1);
        insert(&mut cache, "a", 20, 0);
        assert_eq!(cache.used, Weight { bytes: 20, open: 0 });
        insert(&mut cache, "a", MAX_BYTES, 0);
        assert_eq!(cache.used, Weight::default());
        assert!(cache.get("a").is_none());
    }
}
