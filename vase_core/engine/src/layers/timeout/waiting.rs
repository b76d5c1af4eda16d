use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use slab::Slab;

/// The requests that wait for an answer, and the one sleeping task that ends those which wait too long.
///
/// A timer for each would cost a request as much as three layers, and nearly all are answered long before theirs rings.
/// The task sleeps until the earliest end of those that wait, so with a limit of 30 seconds it looks twice a minute
/// however many requests pass.
///
/// The lock is taken by one thread alone and so never waited for; it is there because the runtime asks for `Send`.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    places: Slab<Place>,
    is_watched: bool,
}

struct Place {
    end: Instant,
    is_over: bool,
    waker: Waker,
}

/// The place of one request among those that wait; dropping it gives it back.
pub(crate) struct Ticket {
    waiting: Waiting,
    key: usize,
}

impl Waiting {
    /// Waits until `end`: ready when that has passed. The first poll takes a place, which needs a runtime.
    pub(crate) fn poll(
        &self,
        ticket: &mut Option<Ticket>,
        context: &mut Context<'_>,
        end: impl FnOnce() -> Instant,
    ) -> Poll<()> {
        let mut state = self.state();
        if let Some(ticket) = ticket {
            let place = &mut state.places[ticket.key];
            if place.is_over {
                return Poll::Ready(());
            }
            place.waker.clone_from(context.waker());
            return Poll::Pending;
        }
        let end = end();
        let key = state.places.insert(Place {
            end,
            is_over: false,
            waker: context.waker().clone(),
        });
        if !state.is_watched {
            state.is_watched = true;
            tokio::spawn(self.clone().watch(end));
        }
        *ticket = Some(Ticket {
            waiting: self.clone(),
            key,
        });
        Poll::Pending
    }

    async fn watch(self, mut next: Instant) {
        loop {
            tokio::time::sleep_until(next.into()).await;
            match self.state().sweep(next) {
                Some(earliest) => next = earliest,
                None => return,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Wakes whose end has come, and tells when to look again; `None` when nobody waits any more.
    fn sweep(&mut self, now: Instant) -> Option<Instant> {
        let mut earliest: Option<Instant> = None;
        for (_, place) in &mut self.places {
            if place.is_over {
                continue;
            }
            if place.end <= now {
                place.is_over = true;
                place.waker.wake_by_ref();
            } else {
                earliest = Some(earliest.map_or(place.end, |earliest| earliest.min(place.end)));
            }
        }
        self.is_watched = earliest.is_some();
        earliest
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.waiting.state().places.remove(self.key);
    }
}
