//! A map from short texts that is filled once and read for every request.

/// A map from text, for keys that no client chooses: its hash need not resist attacks.
///
/// It exists for the look-up alone. Among 200 routes the standard map, with a hash as quick as this
/// one, took a third of a whole search for comparing: `memcmp` is dear for a handful of bytes.
#[derive(Debug, Clone)]
pub(super) struct TextMap<V> {
    /// A power of two, at most half of them taken; empty for an empty map.
    slots: Vec<Option<Slot<V>>>,
    length: usize,
}

#[derive(Debug, Clone)]
struct Slot<V> {
    hash: u64,
    key: Box<[u8]>,
    value: V,
}

impl<V> Default for TextMap<V> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            length: 0,
        }
    }
}

impl<V> TextMap<V> {
    /// So few slots are all looked at, which is quicker than to hash.
    const SMALL: usize = 4;

    /// The value of a key.
    #[inline]
    pub(super) fn get(&self, key: &[u8]) -> Option<&V> {
        if self.slots.len() <= Self::SMALL {
            let mut slots = self.slots.iter().flatten();
            return slots
                .find(|slot| is_equal(&slot.key, key))
                .map(|slot| &slot.value);
        }
        let hash = hash(key);
        let mut at = self.place(hash);
        while let Some(slot) = &self.slots[at] {
            if slot.hash == hash && is_equal(&slot.key, key) {
                return Some(&slot.value);
            }
            at = self.after(at);
        }
        None
    }

    /// The value of a key, which is put there if there is none.
    pub(super) fn get_or_insert_with(&mut self, key: &str, make: impl FnOnce() -> V) -> &mut V {
        if self.length * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(key.as_bytes());
        let mut at = self.place(hash);
        while let Some(slot) = &self.slots[at] {
            if slot.hash == hash && *slot.key == *key.as_bytes() {
                break;
            }
            at = self.after(at);
        }
        let slot = self.slots[at].get_or_insert_with(|| {
            self.length += 1;
            Slot {
                hash,
                key: key.as_bytes().into(),
                value: make(),
            }
        });
        &mut slot.value
    }

    /// All values, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().flatten().map(|slot| &slot.value)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(Self::SMALL);
        let mut slots = Vec::with_capacity(size);
        slots.resize_with(size, || None);
        let old = std::mem::replace(&mut self.slots, slots);
        for slot in old.into_iter().flatten() {
            let mut at = self.place(slot.hash);
            while self.slots[at].is_some() {
                at = self.after(at);
            }
            self.slots[at] = Some(slot);
        }
    }

    #[allow(clippy::cast_possible_truncation)] // the low bits are what is wanted
    fn place(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }
}

/// Eight bytes at a time, each multiplied and folded: the high half of a product depends on every
/// bit of both factors.
#[inline]
fn hash(text: &[u8]) -> u64 {
    /// An odd number without a pattern: the fractional part of the golden ratio.
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

    let mut state = text.len() as u64;
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    for (byte, into) in rest.iter().zip(&mut last) {
        *into = *byte;
    }
    for word in words.iter().chain(std::iter::once(&last)) {
        let product = u128::from((state ^ u64::from_le_bytes(*word)).wrapping_add(FACTOR))
            * u128::from(FACTOR);
        #[allow(clippy::cast_possible_truncation)] // both halves are used
        let folded = product as u64 ^ (product >> 64) as u64;
        state = folded;
    }
    state
}

#[inline]
fn is_equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left_words, left_rest) = left.as_chunks::<8>();
    let (right_words, right_rest) = right.as_chunks::<8>();
    left_words
        .iter()
        .zip(right_words)
        .all(|(left, right)| u64::from_ne_bytes(*left) == u64::from_ne_bytes(*right))
        && left_rest
            .iter()
            .zip(right_rest)
            .all(|(left, right)| left == right)
}
