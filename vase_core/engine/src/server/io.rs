//! The socket as hyper sees it: every octet is judged before it is handed on.
//!
//! Three things happen between the socket and hyper.
//! Heads are held back until they are complete and found good ([`HeadReader`]), so that a bad one can be
//! replaced by a stand-in: hyper parses that, calls the service, and the service answers with the
//! refusal. In this way a refusal is a response like any other: it waits its turn behind the
//! answers before it, has a date and a body, and closes the connection.
//! Bodies pass through without a copy of their own, but their end is known here, and a broken one ends in
//! an error that the reader of the body can tell from a client that left.
//! And one message is handed on at a time. The next head is looked at when hyper asks for it, which is
//! when the answer before it is on its way: a client that sends many requests and reads no answer fills
//! one buffer, and then the kernel's.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::ReadBuf;

use super::chunks::{ChunkReader, Chunks};
use super::head::{Framing, Head, HeadLimits, HeadReader};
use super::refusal::Refusal;
use super::state::{Expiry, Phase, State};
use super::transport::{Counted, Reader};

/// Octets that one `recv` takes: on the stack, and never cleared.
const READ_OCTETS: usize = 16 * 1024;

/// Octets that are thrown away after the last answer, so that it is not lost in a reset
/// (RFC 9112 section 9.6); who sends more did not mean to read.
const LINGER_OCTETS: usize = 1024 * 1024;

/// What hyper parses in place of a request that is refused.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n";
const STAND_IN_HEAD: &[u8] = b"HEAD / HTTP/1.1\r\nconnection: close\r\n\r\n";

/// A socket, and the judgement of what comes out of it.
pub(super) struct Io {
    reader: Reader,
    state: Arc<State>,
    limits: HeadLimits,
    stage: Stage,
    /// Octets that were received and not handed on; nearly always empty, and then without memory.
    held: BytesMut,
    is_at_end: bool,
    shutdown: Shutdown,
}

enum Stage {
    Head(HeadReader),
    /// That many octets of `held` are a good head, for which hyper's buffer had no room.
    Handing {
        octets: usize,
        then: Framing,
    },
    Length(u64),
    Chunked(ChunkReader),
    /// The body is broken: its reader will be told.
    Broken,
    /// The stand-in is handed on: nothing else will be.
    Refused,
    Upgraded,
}

#[derive(PartialEq)]
enum Shutdown {
    NotYet,
    Lingering { octets: usize },
}

impl Io {
    pub(super) fn new(reader: Reader, state: Arc<State>, limits: HeadLimits) -> Self {
        Self {
            reader,
            state,
            limits,
            stage: Stage::Head(HeadReader::default()),
            held: BytesMut::new(),
            is_at_end: false,
            shutdown: Shutdown::NotYet,
        }
    }

    /// Hands on what is held, as far as it goes and there is room.
    fn admit_held(&mut self, cursor: &mut ReadBufCursor<'_>) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        let used = self.admit(&mut held, cursor)?;
        held.advance(used);
        if !held.is_empty() && self.held.is_empty() && !matches!(self.stage, Stage::Refused) {
            self.held = held;
        }
        Ok(())
    }

    /// Judges octets and hands the good ones on, up to the end of one message; says how many are done with.
    fn admit(&mut self, bytes: &mut [u8], cursor: &mut ReadBufCursor<'_>) -> io::Result<usize> {
        let mut used = match self.admit_head(bytes, cursor) {
            ControlFlow::Continue(used) => used,
            ControlFlow::Break(used) => return Ok(used),
        };
        loop {
            let rest = &bytes[used..];
            let room = rest.len().min(cursor.remaining());
            let rest = &rest[..room];
            match &mut self.stage {
                Stage::Head(_) => return Ok(used),
                Stage::Handing { octets, then } => {
                    let taken = room.min(*octets);
                    cursor.put_slice(&rest[..taken]);
                    used += taken;
                    *octets -= taken;
                    if *octets > 0 {
                        return Ok(used);
                    }
                    let then = *then;
                    self.begin_body(then);
                }
                Stage::Length(left) => {
                    let taken = usize::try_from(*left).map_or(room, |left| left.min(room));
                    cursor.put_slice(&rest[..taken]);
                    *left -= taken as u64;
                    if *left == 0 {
                        self.end_message();
                    }
                    return Ok(used + taken);
                }
                Stage::Chunked(reader) => {
                    let (taken, chunks) = reader.scan(rest);
                    cursor.put_slice(&rest[..taken]);
                    used += taken;
                    match chunks {
                        Chunks::More => return Ok(used),
                        Chunks::End => self.end_message(),
                        Chunks::Broken => self.stage = Stage::Broken,
                    }
                    if used > 0 {
                        // What was good is read first; an error waits for the next call.
                        return Ok(used);
                    }
                }
                Stage::Broken => return Err(malformed()),
                Stage::Refused => return Ok(bytes.len()),
                Stage::Upgraded => {
                    cursor.put_slice(rest);
                    return Ok(used + room);
                }
            }
        }
    }

    /// Reads a head, if one is due, and hands it on when it is complete: `Break` when nothing else can be.
    fn admit_head(
        &mut self,
        bytes: &mut [u8],
        cursor: &mut ReadBufCursor<'_>,
    ) -> ControlFlow<usize, usize> {
        let Stage::Head(reader) = &mut self.stage else {
            return ControlFlow::Continue(0);
        };
        match reader.scan(bytes, self.limits) {
            Ok(Some(head)) => ControlFlow::Continue(self.hand_on(&head, bytes, cursor)),
            Ok(None) if reader.is_untouched(bytes.len()) => {
                reader.rebase();
                ControlFlow::Break(bytes.len())
            }
            Ok(None) => ControlFlow::Break(0),
            Err(refusal) => {
                self.refuse(refusal, cursor);
                ControlFlow::Break(bytes.len())
            }
        }
    }

    /// Hands on a good head, if there is room; says where in `bytes` it ended, or where it waits.
    fn hand_on(&mut self, head: &Head, bytes: &mut [u8], cursor: &mut ReadBufCursor<'_>) -> usize {
        if let Some(minor) = head.minor_version {
            bytes[minor] = b'1';
        }
        self.state
            .begin_exchange(head.framing == Framing::Chunked, head.wants_upgrade);
        let octets = head.end - head.start;
        if cursor.remaining() < octets {
            self.stage = Stage::Handing {
                octets,
                then: head.framing,
            };
            return head.start;
        }
        cursor.put_slice(&bytes[head.start..head.end]);
        self.begin_body(head.framing);
        head.end
    }

    fn begin_body(&mut self, framing: Framing) {
        match framing {
            Framing::None => self.end_message(),
            Framing::Length(length) => self.stage = Stage::Length(length),
            Framing::Chunked => self.stage = Stage::Chunked(ChunkReader::new()),
        }
    }

    fn end_message(&mut self) {
        self.state.complete_request();
        self.stage = Stage::Head(HeadReader::default());
    }

    /// Hands on the stand-in for a request that is refused. hyper's buffer is empty: it waits for a head.
    fn refuse(&mut self, refusal: Refusal, cursor: &mut ReadBufCursor<'_>) {
        let is_head_method = matches!(&self.stage, Stage::Head(reader) if reader.is_head_method());
        self.state.refuse(refusal);
        self.state.begin_exchange(false, false);
        self.state.complete_request();
        self.stage = Stage::Refused;
        self.held = BytesMut::new();
        cursor.put_slice(if is_head_method {
            STAND_IN_HEAD
        } else {
            STAND_IN
        });
    }

    /// The client will send nothing more.
    fn end_of_input(&mut self, cursor: &mut ReadBufCursor<'_>) {
        self.is_at_end = true;
        if matches!(self.stage, Stage::Head(_)) && !self.held.is_empty() {
            self.refuse(Refusal::Incomplete, cursor);
        }
    }

    /// Reads into hyper's own buffer: what follows cannot be anything but the body, as long as that is longer
    /// than the buffer.
    fn poll_straight(
        &mut self,
        context: &mut Context<'_>,
        cursor: ReadBufCursor<'_>,
        left: u64,
    ) -> Poll<io::Result<()>> {
        let mut counted = Counted {
            reader: &mut self.reader,
            octets: 0,
        };
        let outcome = Pin::new(&mut TokioIo::new(&mut counted)).poll_read(context, cursor);
        let octets = counted.octets;
        let Poll::Ready(outcome) = outcome else {
            self.wait();
            return Poll::Pending;
        };
        outcome?;
        self.state.add_received(octets);
        if octets == 0 {
            self.is_at_end = true;
        } else if octets as u64 == left {
            self.end_message();
        } else {
            self.stage = Stage::Length(left - octets as u64);
        }
        Poll::Ready(Ok(()))
    }

    /// Tells the watch what is being waited for.
    fn wait(&self) {
        match &self.stage {
            Stage::Head(_) if !self.held.is_empty() => self.state.enter(Phase::Head),
            Stage::Head(_) if self.state.exchanges() > 0 => self.state.enter(Phase::Idle),
            _ => {}
        }
    }

    /// Does what the watch asked for while this connection slept.
    fn expire(&mut self, cursor: &mut ReadBufCursor<'_>) -> io::Result<()> {
        match (self.state.take_expiry(), &self.stage) {
            (Expiry::Head, Stage::Head(_)) => self.refuse(Refusal::TooSlow, cursor),
            (Expiry::Body, Stage::Length(_) | Stage::Chunked(_)) => {
                self.stage = Stage::Broken;
                return Err(io::ErrorKind::TimedOut.into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the client may still be sending: closing now would reset the connection, and the reset
    /// could overtake the answer.
    fn must_linger(&self) -> bool {
        let is_between = matches!(self.stage, Stage::Head(_)) && self.held.is_empty();
        !is_between && !self.is_at_end && !matches!(self.stage, Stage::Upgraded)
    }

    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut storage = [const { MaybeUninit::<u8>::uninit() }; READ_OCTETS];
        while let Shutdown::Lingering { octets } = &mut self.shutdown {
            let mut buffer = ReadBuf::uninit(&mut storage);
            let is_failed = ready!(self.reader.poll_read(context, &mut buffer)).is_err();
            *octets += buffer.filled().len();
            if is_failed || buffer.filled().is_empty() || *octets > LINGER_OCTETS {
                break;
            }
        }
        Poll::Ready(())
    }
}

impl Read for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let room = cursor.remaining();
        if this.state.is_upgraded() {
            this.stage = Stage::Upgraded;
        }
        this.expire(&mut cursor)?;
        if !this.held.is_empty() {
            this.admit_held(&mut cursor)?;
        } else if matches!(this.stage, Stage::Broken) {
            return Poll::Ready(Err(malformed()));
        }
        if cursor.remaining() < room || matches!(this.stage, Stage::Refused) {
            return Poll::Ready(Ok(()));
        }
        if let Stage::Length(left) = this.stage
            && left >= room as u64
            && this.held.is_empty()
        {
            return this.poll_straight(context, cursor, left);
        }
        let mut storage = [const { MaybeUninit::<u8>::uninit() }; READ_OCTETS];
        loop {
            let mut buffer = ReadBuf::uninit(&mut storage[..room.min(READ_OCTETS)]);
            if this.reader.poll_read(context, &mut buffer)?.is_pending() {
                this.wait();
                return Poll::Pending;
            }
            let bytes = buffer.filled_mut();
            this.state.add_received(bytes.len());
            if bytes.is_empty() {
                this.end_of_input(&mut cursor);
                return Poll::Ready(Ok(()));
            }
            if this.held.is_empty() {
                let used = this.admit(bytes, &mut cursor)?;
                if !matches!(this.stage, Stage::Refused) {
                    this.held.extend_from_slice(&bytes[used..]);
                }
            } else {
                this.held.extend_from_slice(bytes);
                this.admit_held(&mut cursor)?;
            }
            if cursor.remaining() < room {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl Write for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.state.writer.try_write(pieces) {
                Ok(octets) => {
                    self.state.add_sent(octets);
                    return Poll::Ready(Ok(octets));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.state.block();
                    ready!(self.state.writer.poll_writable(context))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.shutdown == Shutdown::NotYet {
            if !this.must_linger() {
                if this.state.is_upgraded() {
                    // What comes after HTTP has a life of its own, and reads to its end by itself.
                    this.state.writer.finish();
                }
                // The socket closes when this is dropped, which is now.
                return Poll::Ready(Ok(()));
            }
            this.state.writer.finish();
            this.state.enter(Phase::Lingering);
            this.shutdown = Shutdown::Lingering { octets: 0 };
        }
        this.poll_linger(context).map(Ok)
    }
}

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
