//! What an application holds of a socket: messages out, messages in, and how it ended.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::close::Close;
use super::deflate::Deflate;
use super::driver::Driver;
use super::encoder::Encoder;
use super::frame::Role;
use crate::config::{HttpConfig, WebSocketConfig};

/// Octets of messages that wait for the application before nothing more is read.
const INCOMING_OCTETS: usize = 64 * 1024;

/// Messages that wait, however small they are.
const INCOMING_MESSAGES: usize = 256;

/// Octets that wait for the client before the application should.
const OUTGOING_OCTETS: usize = 64 * 1024;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// UTF-8, which was checked.
    Text(Bytes),
    /// Anything.
    Binary(Bytes),
}

impl Message {
    fn len(&self) -> usize {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// The bounds of a socket.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest message that is taken.
    pub message: usize,
    /// Silence after which a ping is sent; `None` sends none.
    pub ping_interval: Option<Duration>,
    /// Silence after a ping that ends the connection.
    pub ping_timeout: Duration,
    /// How long a peer may take to answer a close.
    pub close_timeout: Duration,
    /// How long a peer may take nothing of what waits for it.
    pub write_timeout: Duration,
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX / 4)
}

impl Limits {
    /// The limits that a configuration names.
    pub fn new(config: &WebSocketConfig, http: &HttpConfig) -> Self {
        Self {
            message: config.max_message_bytes,
            ping_interval: (config.ping_interval > 0.0).then(|| seconds(config.ping_interval)),
            ping_timeout: seconds(config.ping_timeout),
            close_timeout: seconds(config.close_timeout),
            write_timeout: seconds(http.write_timeout),
        }
    }
}

/// Is told what happens to a session, on its thread and with nothing of it borrowed.
pub trait Listener {
    /// A message waits, or the session ended.
    fn received(&self);
    /// The peer has taken enough for more to be sent, or the session ended.
    fn drained(&self);
    /// The connection is gone.
    fn gone(&self) {}
}

/// The session is over: nothing can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

/// The peer's last word, kept back until the application has answered the messages before it.
pub(super) struct Farewell {
    /// What the application is told.
    pub(super) told: Close,
    /// What the peer is answered.
    pub(super) answer: Close,
}

#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub(super) struct State {
    pub(super) incoming: VecDeque<Message>,
    incoming_octets: usize,
    pub(super) encoder: Encoder,
    pub(super) outgoing: BytesMut,
    /// A close frame is among what was written.
    pub(super) is_close_sent: bool,
    pub(super) farewell: Option<Farewell>,
    /// Nothing the peer could say matters any more: what is written leaves, and that is all.
    pub(super) is_finished: bool,
    /// The application waits for a message, and none is there.
    is_asking: bool,
    /// What the application is told; set once.
    pub(super) ended: Option<Close>,
    pub(super) is_gone: bool,
    pub(super) driver: Option<Waker>,
}

impl State {
    pub(super) fn is_full(&self) -> bool {
        self.incoming_octets >= INCOMING_OCTETS || self.incoming.len() >= INCOMING_MESSAGES
    }

    pub(super) fn is_crowded(&self) -> bool {
        self.outgoing.len() >= OUTGOING_OCTETS
    }

    pub(super) fn push(&mut self, message: Message) {
        self.is_asking = false;
        self.incoming_octets += message.len();
        self.incoming.push_back(message);
    }

    pub(super) fn write_close(&mut self, close: &Close) {
        if !self.is_close_sent {
            self.is_close_sent = true;
            self.encoder.close(close, &mut self.outgoing);
        }
    }
}

pub(super) struct Shared {
    pub(super) state: RefCell<State>,
    listener: RefCell<Option<Rc<dyn Listener>>>,
    wake: Box<dyn Fn(Waker)>,
}

impl Shared {
    fn listener(&self) -> Option<Rc<dyn Listener>> {
        self.listener.borrow().clone()
    }

    pub(super) fn tell_received(&self) {
        if let Some(listener) = self.listener() {
            listener.received();
        }
    }

    pub(super) fn tell_drained(&self) {
        if let Some(listener) = self.listener() {
            listener.drained();
        }
    }

    /// The session is over for the application; the first word counts.
    pub(super) fn end(&self, close: Close) {
        {
            let mut state = self.state.borrow_mut();
            if state.ended.is_some() {
                return;
            }
            state.ended = Some(close);
        }
        self.tell_received();
        self.tell_drained();
    }

    /// Answers the peer's last word, if the application has come to it or is `overdue`.
    pub(super) fn part(&self, overdue: bool) -> bool {
        let told = {
            let mut state = self.state.borrow_mut();
            let is_due = overdue || (state.is_asking && state.incoming.is_empty());
            if !is_due {
                return false;
            }
            let Some(Farewell { told, answer }) = state.farewell.take() else {
                return false;
            };
            state.write_close(&answer);
            state.is_finished = true;
            told
        };
        self.end(told);
        true
    }

    pub(super) fn leave(&self) {
        self.end(Close::abnormal());
        {
            let mut state = self.state.borrow_mut();
            state.is_gone = true;
            state.outgoing = BytesMut::new();
        }
        if let Some(listener) = self.listener() {
            listener.gone();
        }
        // The listener often holds the session.
        *self.listener.borrow_mut() = None;
    }

    fn wake_driver(&self) {
        let driver = self.state.borrow_mut().driver.take();
        if let Some(driver) = driver {
            (self.wake)(driver);
        }
    }
}

/// A socket, as its application holds it. Clones are the same socket; it does not leave its thread.
#[derive(Clone)]
pub struct Session(pub(super) Rc<Shared>);

/// A new socket: the end for the application, and the task to be run.
///
/// `wake` is called with the driver's waker when the application has done something; `Waker::wake` will do.
pub fn open(
    role: Role,
    limits: Limits,
    deflate: Option<Deflate>,
    wake: impl Fn(Waker) + 'static,
) -> (Session, Driver) {
    let shared = Rc::new(Shared {
        state: RefCell::new(State {
            incoming: VecDeque::new(),
            incoming_octets: 0,
            encoder: Encoder::new(role, deflate),
            outgoing: BytesMut::new(),
            is_close_sent: false,
            farewell: None,
            is_finished: false,
            is_asking: false,
            ended: None,
            is_gone: false,
            driver: None,
        }),
        listener: RefCell::new(None),
        wake: Box::new(wake),
    });
    let driver = Driver::new(Rc::clone(&shared), role, limits, deflate);
    (Session(shared), driver)
}

impl Session {
    /// Lets somebody be told what happens.
    pub fn set_listener(&self, listener: Rc<dyn Listener>) {
        *self.0.listener.borrow_mut() = Some(listener);
    }

    /// The next message, if one is there. Messages that came before the end are given before it.
    pub fn take(&self) -> Option<Message> {
        let taken = {
            let mut state = self.0.state.borrow_mut();
            let was_full = state.is_full();
            let message = state.incoming.pop_front();
            state.is_asking = message.is_none();
            message.map(|message| {
                state.incoming_octets -= message.len();
                (message, was_full && !state.is_full())
            })
        };
        let Some((message, was_full)) = taken else {
            if self.0.part(false) {
                self.0.wake_driver();
            }
            return None;
        };
        if was_full {
            self.0.wake_driver();
        }
        Some(message)
    }

    /// How the session ended, once it has.
    pub fn ended(&self) -> Option<Close> {
        self.0.state.borrow().ended.clone()
    }

    /// Whether the connection is gone.
    pub fn is_gone(&self) -> bool {
        self.0.state.borrow().is_gone
    }

    /// Sends a text; `false` means that the peer should take something before more is sent.
    ///
    /// # Errors
    ///
    /// The session is over.
    pub fn send_text(&self, text: &str) -> Result<bool, Ended> {
        self.write(|state| state.encoder.text(text, &mut state.outgoing))
    }

    /// Sends a binary message; see [`send_text`](Self::send_text).
    ///
    /// # Errors
    ///
    /// The session is over.
    pub fn send_binary(&self, bytes: &[u8]) -> Result<bool, Ended> {
        self.write(|state| state.encoder.binary(bytes, &mut state.outgoing))
    }

    /// Sends a ping.
    ///
    /// # Errors
    ///
    /// The session is over.
    pub fn ping(&self, payload: &[u8]) -> Result<bool, Ended> {
        self.write(|state| state.encoder.ping(payload, &mut state.outgoing))
    }

    /// Whether more may be sent now.
    pub fn has_room(&self) -> bool {
        let state = self.0.state.borrow();
        state.ended.is_some() || !state.is_crowded()
    }

    /// Closes: what was sent before still leaves, what the peer sends from now on is thrown away.
    pub fn close(&self, close: &Close) {
        {
            let mut state = self.0.state.borrow_mut();
            if state.is_gone || state.ended.is_some() {
                return;
            }
            state.write_close(close);
            state.is_finished |= state.farewell.take().is_some();
            state.incoming.clear();
            state.incoming_octets = 0;
        }
        self.0.end(close.clone());
        self.0.wake_driver();
    }

    /// Gives the connection up without a word: to the peer it is broken.
    pub fn abort(&self) {
        {
            let mut state = self.0.state.borrow_mut();
            state.is_gone = true;
            state.outgoing = BytesMut::new();
        }
        self.0.end(Close::abnormal());
        self.0.wake_driver();
    }

    fn write(&self, write: impl FnOnce(&mut State)) -> Result<bool, Ended> {
        let has_room = {
            let mut state = self.0.state.borrow_mut();
            if state.ended.is_some() {
                return Err(Ended);
            }
            let state = &mut *state;
            write(state);
            !state.is_crowded()
        };
        self.0.wake_driver();
        Ok(has_room)
    }
}
