//! The heap of timers. A cancelled timer stays until it comes to the top or until most timers are cancelled.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering as Memory};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::handle::TimerHandle;

/// Below this number cancelled timers are not worth a clean-up.
const MANY: usize = 100;

struct Timer {
    when: f64,
    /// Timers of one moment fire in the order in which they were set.
    number: u64,
    handle: Py<TimerHandle>,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    /// Reversed: the heap gives the greatest first, the loop wants the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .when
            .total_cmp(&self.when)
            .then(other.number.cmp(&self.number))
    }
}

#[derive(Default)]
struct Heap {
    timers: BinaryHeap<Timer>,
    next_number: u64,
    cancelled: usize,
}

/// The timers of a loop.
pub(super) struct Timers {
    heap: Mutex<Heap>,
    /// When the first timer is due, as bits of a float; infinite if there is none.
    earliest: AtomicU64,
}

/// Timers that left the heap; dropping them may run Python code, so the heap's lock must be free.
pub(super) type Left = Vec<Py<TimerHandle>>;

impl Default for Timers {
    fn default() -> Self {
        Self {
            heap: Mutex::default(),
            earliest: AtomicU64::new(f64::INFINITY.to_bits()),
        }
    }
}

impl Timers {
    fn heap(&self) -> MutexGuard<'_, Heap> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_earliest(&self, heap: &Heap) {
        let when = heap.timers.peek().map_or(f64::INFINITY, |timer| timer.when);
        self.earliest.store(when.to_bits(), Memory::Release);
    }

    /// When the first timer is due; infinite if there is none.
    pub(super) fn earliest(&self) -> f64 {
        f64::from_bits(self.earliest.load(Memory::Acquire))
    }

    pub(super) fn push(&self, when: f64, handle: Py<TimerHandle>) {
        let mut heap = self.heap();
        let number = heap.next_number;
        heap.next_number += 1;
        heap.timers.push(Timer {
            when,
            number,
            handle,
        });
        self.note_earliest(&heap);
    }

    pub(super) fn note_cancelled(&self) {
        self.heap().cancelled += 1;
    }

    /// Takes cancelled timers out: those at the top, or all when they are most of many.
    pub(super) fn prune(&self) -> Left {
        let mut left = Left::new();
        let mut heap = self.heap();
        if heap.cancelled == 0 {
            return left;
        }
        if heap.timers.len() > MANY && heap.cancelled > heap.timers.len() / 2 {
            let mut kept = Vec::with_capacity(heap.timers.len());
            for timer in std::mem::take(&mut heap.timers).into_vec() {
                if timer.handle.get().is_cancelled() {
                    left.push(timer.handle);
                } else {
                    kept.push(timer);
                }
            }
            heap.timers = kept.into();
            heap.cancelled = 0;
        } else {
            while heap
                .timers
                .peek()
                .is_some_and(|timer| timer.handle.get().is_cancelled())
            {
                heap.cancelled = heap.cancelled.saturating_sub(1);
                left.extend(heap.timers.pop().map(|timer| timer.handle));
            }
        }
        self.note_earliest(&heap);
        drop(heap);
        for handle in &left {
            handle.get().set_scheduled(false);
        }
        left
    }

    /// The timers that are due before `end`, in their order.
    pub(super) fn take_due(&self, end: f64) -> Left {
        let mut due = Left::new();
        let mut heap = self.heap();
        while heap.timers.peek().is_some_and(|timer| timer.when < end) {
            if let Some(timer) = heap.timers.pop() {
                if timer.handle.get().is_cancelled() {
                    heap.cancelled = heap.cancelled.saturating_sub(1);
                }
                timer.handle.get().set_scheduled(false);
                due.push(timer.handle);
            }
        }
        self.note_earliest(&heap);
        due
    }

    /// Takes everything out, for the caller to drop.
    pub(super) fn take(&self) -> Left {
        let mut heap = self.heap();
        let timers = std::mem::take(&mut heap.timers);
        heap.cancelled = 0;
        self.note_earliest(&heap);
        timers.into_iter().map(|timer| timer.handle).collect()
    }

    /// What waits, for those who look at `_scheduled`.
    pub(super) fn objects(&self, py: Python<'_>) -> Left {
        self.heap()
            .timers
            .iter()
            .map(|timer| timer.handle.clone_ref(py))
            .collect()
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(heap) = self.heap.try_lock() {
            for timer in &heap.timers {
                visit.call(&timer.handle)?;
            }
        }
        Ok(())
    }
}
