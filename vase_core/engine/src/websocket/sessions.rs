//! All sockets of a worker, for the time when it stops.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use tokio::sync::Notify;

use super::close::Close;
use super::driver::Driver;
use super::session::Session;
use super::transport::Transport;

#[derive(Default)]
struct Inner {
    open: RefCell<HashMap<u64, Session>>,
    last: Cell<u64>,
    stopping: RefCell<Option<Close>>,
    emptied: Notify,
}

/// The sockets that are open; clones are the same.
#[derive(Clone, Default)]
pub struct Sessions(Rc<Inner>);

impl Sessions {
    /// The life of a socket: from the answer to its handshake to the end of its connection.
    ///
    /// It counts from now on, so that a worker that stops waits for it.
    pub fn run(
        &self,
        session: Session,
        driver: Driver,
        transport: Transport,
    ) -> impl Future<Output = ()> + 'static {
        let number = self.0.last.get() + 1;
        self.0.last.set(number);
        if let Some(close) = &*self.0.stopping.borrow() {
            // Accepted while the worker stops: the client is told at once.
            session.close(close);
        }
        self.0.open.borrow_mut().insert(number, session);
        let guard = Guard(self.clone(), number);
        async move {
            match transport.open().await {
                Ok(stream) => driver.run(stream).await,
                Err(_) => driver.give_up(),
            }
            drop(guard);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.open.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Closes all, and those that are still to come.
    pub fn close(&self, close: &Close) {
        *self.0.stopping.borrow_mut() = Some(close.clone());
        let open: Vec<_> = self.0.open.borrow().values().cloned().collect();
        for session in open {
            session.close(close);
        }
    }

    /// Waits until the last one is gone.
    pub async fn emptied(&self) {
        while !self.is_empty() {
            self.0.emptied.notified().await;
        }
    }
}

struct Guard(Sessions, u64);

impl Drop for Guard {
    fn drop(&mut self) {
        let Self(Sessions(inner), number) = self;
        // Dropped outside of the borrow: it may be the last that holds the session.
        let session = inner.open.borrow_mut().remove(number);
        drop(session);
        if inner.open.borrow().is_empty() {
            inner.emptied.notify_waiters();
            inner.emptied.notify_one();
        }
    }
}
