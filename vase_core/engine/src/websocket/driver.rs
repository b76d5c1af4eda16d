//! The one task of a socket: it writes, reads, answers pings and keeps the time.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::io::poll_read_buf;

use super::close::Close;
use super::decoder::{Decoder, Event};
use super::deflate::Deflate;
use super::frame::Role;
use super::session::{Farewell, Limits, Message, Shared};

/// Octets that one read takes at first; a peer that fills them gets more.
const READ_OCTETS: usize = 4 * 1024;
const READ_OCTETS_MAX: usize = 64 * 1024;

/// How long an application may take to answer what came before a close.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long what a peer still sends after the end is thrown away, so that a reset does not overtake the close.
const LINGER: Duration = Duration::from_secs(1);

/// An emptied buffer that is larger than this is given back.
const KEEP_OCTETS: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Messages flow, or a close of ours waits for its answer.
    Open,
    /// The closing handshake is done or the connection failed: what is written leaves, then FIN.
    Finishing,
    /// FIN is sent.
    Lingering,
    Done,
}

/// Reads and writes a socket until its end.
pub struct Driver {
    shared: Rc<Shared>,
    decoder: Decoder,
    limits: Limits,
    input: BytesMut,
    read_octets: usize,
    phase: Phase,
    /// The peer will send nothing more.
    is_at_end: bool,
    /// When the peer was last heard, or was not listened to.
    heard: Instant,
    pinged: Option<Instant>,
    close_sent: Option<Instant>,
    blocked: Option<Instant>,
    finishing: Option<Instant>,
    farewell: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Driver {
    pub(super) fn new(
        shared: Rc<Shared>,
        role: Role,
        limits: Limits,
        deflate: Option<Deflate>,
    ) -> Self {
        Self {
            shared,
            decoder: Decoder::new(role, limits.message, deflate),
            limits,
            input: BytesMut::new(),
            read_octets: READ_OCTETS,
            phase: Phase::Open,
            is_at_end: false,
            heard: Instant::now(),
            pinged: None,
            close_sent: None,
            blocked: None,
            finishing: None,
            farewell: None,
            timer: None,
        }
    }

    /// Talks until the connection is over. A future that is dropped before ends the connection too.
    pub async fn run(mut self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        self.heard = Instant::now();
        poll_fn(|context| self.poll(&mut stream, context)).await;
    }

    /// There was no connection to talk over.
    pub fn give_up(self) {
        drop(self);
    }

    fn poll<T: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        {
            let mut state = self.shared.state.borrow_mut();
            match &mut state.driver {
                Some(known) if known.will_wake(context.waker()) => {}
                other => *other = Some(context.waker().clone()),
            }
        }
        loop {
            if self.shared.state.borrow().is_gone {
                return Poll::Ready(());
            }
            let wrote = self.poll_write(stream, context);
            let read = self.poll_read(stream, context);
            if self.phase == Phase::Done {
                return Poll::Ready(());
            }
            if wrote.is_pending() && read.is_pending() && self.poll_time(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Writes what waits; ready when something changed.
    fn poll_write<T: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut has_written = false;
        if self.phase == Phase::Open && self.shared.state.borrow().is_finished {
            self.phase = Phase::Finishing;
        }
        loop {
            let mut state = self.shared.state.borrow_mut();
            if state.is_close_sent && self.close_sent.is_none() {
                self.close_sent = Some(Instant::now());
            }
            if state.outgoing.is_empty() {
                if state.outgoing.capacity() > KEEP_OCTETS {
                    state.outgoing = BytesMut::new();
                }
                break;
            }
            match Pin::new(&mut *stream).poll_write(context, &state.outgoing) {
                Poll::Ready(Ok(octets)) if octets > 0 => {
                    state.outgoing.advance(octets);
                    self.blocked = None;
                    has_written = true;
                }
                Poll::Ready(_) => {
                    drop(state);
                    self.phase = Phase::Done;
                    return Poll::Ready(());
                }
                Poll::Pending => {
                    self.blocked.get_or_insert_with(Instant::now);
                    break;
                }
            }
        }
        let (is_empty, is_crowded) = {
            let state = self.shared.state.borrow();
            (state.outgoing.is_empty(), state.is_crowded())
        };
        if has_written && !is_crowded {
            self.shared.tell_drained();
        }
        if is_empty
            && Pin::new(&mut *stream).poll_flush(context).is_ready()
            && self.phase == Phase::Finishing
        {
            return self.poll_finish(stream, context);
        }
        if has_written {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_finish<T: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let outcome = ready!(Pin::new(stream).poll_shutdown(context));
        self.finishing = None;
        self.phase = if outcome.is_ok() && !self.is_at_end {
            Phase::Lingering
        } else {
            Phase::Done
        };
        Poll::Ready(())
    }

    /// Reads and decodes; ready when something changed.
    fn poll_read<T: AsyncRead + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        match self.phase {
            Phase::Done => return Poll::Pending,
            Phase::Finishing if self.is_at_end => return Poll::Pending,
            Phase::Open if self.farewell.is_some() => return Poll::Pending,
            Phase::Open if self.is_paused() => {
                // Nobody listens: the silence is ours.
                self.heard = Instant::now();
                self.pinged = None;
                return Poll::Pending;
            }
            _ => {}
        }
        if self.phase == Phase::Open && !self.input.is_empty() && self.decode() {
            return Poll::Ready(());
        }
        self.input.reserve(self.read_octets);
        match ready!(poll_read_buf(Pin::new(stream), context, &mut self.input)) {
            Ok(octets) if octets > 0 => {
                self.heard = Instant::now();
                self.pinged = None;
                self.read_octets = if octets >= self.read_octets {
                    (self.read_octets * 2).min(READ_OCTETS_MAX)
                } else {
                    READ_OCTETS
                };
                if self.phase == Phase::Open {
                    self.decode();
                } else {
                    self.input.clear();
                }
            }
            // Half of the connection may still take what was said last.
            Ok(_) if self.phase == Phase::Finishing => self.is_at_end = true,
            // The end, or a broken connection: the same to everybody.
            _ => self.phase = Phase::Done,
        }
        Poll::Ready(())
    }

    fn is_paused(&self) -> bool {
        let state = self.shared.state.borrow();
        // Who closes takes what comes: the answer to the close is behind it.
        state.ended.is_none() && (state.is_full() || state.is_crowded())
    }

    /// Takes messages out of what was read; says whether anything came of it.
    fn decode(&mut self) -> bool {
        let mut has_event = false;
        let mut has_message = false;
        {
            let mut state = self.shared.state.borrow_mut();
            while state.ended.is_some() || !(state.is_full() || state.is_crowded()) {
                let event = self.decoder.next(&mut self.input);
                has_event |= !matches!(event, Ok(None));
                let message = match event {
                    Ok(None) => break,
                    Ok(Some(Event::Text(text))) => Message::Text(text),
                    Ok(Some(Event::Binary(bytes))) => Message::Binary(bytes),
                    Ok(Some(Event::Pong(_))) => continue,
                    Ok(Some(Event::Ping(payload))) => {
                        if !state.is_close_sent {
                            let state = &mut *state;
                            state.encoder.pong(&payload, &mut state.outgoing);
                        }
                        continue;
                    }
                    Ok(Some(Event::Close(told))) => {
                        // RFC 6455 section 5.5.1: the code is sent back.
                        let answer = Close::new(told.code, "");
                        state.farewell = Some(Farewell { told, answer });
                        self.farewell = Some(Instant::now());
                        break;
                    }
                    Err(violation) => {
                        let told = Close::new(violation.code, violation.reason);
                        let answer = told.clone();
                        state.farewell = Some(Farewell { told, answer });
                        self.farewell = Some(Instant::now());
                        self.input.clear();
                        break;
                    }
                };
                if state.ended.is_none() {
                    has_message = true;
                    state.push(message);
                }
            }
        }
        if has_message {
            self.shared.tell_received();
        }
        if self.farewell.is_some() {
            let is_over = self.shared.state.borrow().ended.is_some();
            self.shared.part(is_over);
        }
        has_event
    }

    /// Looks at the clock; ready when something changed.
    fn poll_time(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline() else {
            return Poll::Pending;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        // A deadline that moves away is looked at when the timer fires: messages do not touch it.
        if timer.deadline() > deadline || timer.is_elapsed() {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(context));
        self.act(Instant::now());
        Poll::Ready(())
    }

    fn deadline(&mut self) -> Option<Instant> {
        let limits = &self.limits;
        if self.phase != Phase::Open {
            let since = *self.finishing.get_or_insert_with(Instant::now);
            let limit = if self.phase == Phase::Lingering {
                LINGER
            } else {
                limits.close_timeout
            };
            return Some(since + limit);
        }
        let blocked = self.blocked.map(|since| since + limits.write_timeout);
        let closing = self.close_sent.map(|since| since + limits.close_timeout);
        let silent = match self.pinged {
            _ if self.close_sent.is_some() || self.farewell.is_some() => None,
            Some(since) => Some(since + limits.ping_timeout),
            None => limits.ping_interval.map(|interval| self.heard + interval),
        };
        let farewell = self.farewell.map(|since| since + FAREWELL);
        [blocked, closing, silent, farewell]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due at a time.
    fn act(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return; // it has moved away since the timer was set
        }
        if self.phase != Phase::Open {
            self.phase = Phase::Done;
            return;
        }
        let is_blocked = self
            .blocked
            .is_some_and(|since| since + self.limits.write_timeout <= now);
        if self.farewell.is_some() && !is_blocked {
            self.shared.part(true);
        } else if is_blocked || self.close_sent.is_some() {
            self.phase = Phase::Done;
        } else if self.pinged.is_some() {
            let close = Close::new(1011, "no answer to a ping");
            self.shared.state.borrow_mut().write_close(&close);
            self.phase = Phase::Finishing;
            self.shared
                .end(Close::new(Close::ABNORMAL, "no answer to a ping"));
        } else {
            self.pinged = Some(now);
            let mut state = self.shared.state.borrow_mut();
            let state = &mut *state;
            state.encoder.ping(b"", &mut state.outgoing);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.leave();
    }
}
