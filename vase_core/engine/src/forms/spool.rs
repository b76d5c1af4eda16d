//! The content of one file while it arrives: in memory, then on disk.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// So much is written at once: the disk is another thread's work, and the way there costs more than a small write.
const BATCH: usize = 256 * 1024;

/// The content of a file.
#[derive(Debug)]
pub enum Content {
    /// A small one.
    Memory(Vec<u8>),
    /// A large one: a file without a name, at its beginning.
    Disk(File),
}

/// Takes the pieces of one file.
pub(super) struct Spool {
    folder: PathBuf,
    file: Option<File>,
    waiting: Vec<u8>,
}

impl Spool {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            file: None,
            waiting: Vec::new(),
        }
    }

    /// Adds a piece; `room` is the memory that the files of this form may still use.
    pub(super) async fn push(&mut self, piece: &Bytes, room: &mut u64) -> io::Result<()> {
        self.waiting.extend_from_slice(piece);
        if self.file.is_none() {
            match room.checked_sub(piece.len() as u64) {
                Some(left) => {
                    *room = left;
                    return Ok(());
                }
                // What it had of the room is free for others: it is on disk from now on.
                None => *room += (self.waiting.len() - piece.len()) as u64,
            }
        } else if self.waiting.len() < BATCH {
            return Ok(());
        }
        self.write().await
    }

    pub(super) async fn finish(mut self) -> io::Result<Content> {
        if self.file.is_none() {
            return Ok(Content::Memory(self.waiting));
        }
        if !self.waiting.is_empty() {
            self.write().await?;
        }
        let mut file = self.file.take().ok_or(io::ErrorKind::NotFound)?;
        file.rewind()?;
        Ok(Content::Disk(file))
    }

    /// Writes what waits, on a thread of tokio's pool. Without a file it makes one first.
    async fn write(&mut self) -> io::Result<()> {
        let (file, folder) = (self.file.take(), self.folder.clone());
        let mut waiting = std::mem::take(&mut self.waiting);
        let work = move || -> io::Result<(File, Vec<u8>)> {
            let mut file = match file {
                Some(file) => file,
                None => tempfile::tempfile_in(folder)?,
            };
            file.write_all(&waiting)?;
            waiting.clear();
            // A file of memory size came with its whole beginning; that much room is not needed again.
            waiting.shrink_to(2 * BATCH);
            Ok((file, waiting))
        };
        let (file, waiting) = tokio::task::spawn_blocking(work)
            .await
            .map_err(io::Error::other)??;
        (self.file, self.waiting) = (Some(file), waiting);
        Ok(())
    }
}
