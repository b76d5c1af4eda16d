//! A folder that nothing leads out of.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// A folder whose files are served.
#[derive(Debug, Clone)]
pub(super) struct Root {
    path: PathBuf,
}

impl Root {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Opens a regular file beneath the root; `None` when there is none that may be sent.
    ///
    /// `relative` consists of plain names. The root is looked up anew each time, since a deployment
    /// may exchange it.
    pub(super) fn open(&self, relative: &str) -> io::Result<Option<(File, Metadata)>> {
        let file = match open_beneath(&self.path, relative) {
            Ok(file) => file,
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then_some((file, metadata)))
    }

    /// What the file system knows of a path now, links followed. Only for comparing with a file that
    /// was opened beneath the root before.
    pub(super) fn stat(&self, relative: &str) -> Option<Metadata> {
        std::fs::metadata(self.path.join(relative)).ok()
    }
}

/// Whether the error says that there is nothing to send, rather than that something is broken.
fn is_absence(error: &io::Error) -> bool {
    use rustix::io::Errno;

    matches!(
        Errno::from_io_error(error),
        Some(
            Errno::NOENT
                | Errno::NOTDIR
                | Errno::ACCESS
                | Errno::PERM
                | Errno::LOOP
                | Errno::XDEV
                | Errno::NAMETOOLONG
                | Errno::ISDIR
                | Errno::INVAL
                | Errno::NXIO
                | Errno::NODEV
        )
    )
}

#[cfg(target_os = "linux")]
fn open_beneath(root: &Path, relative: &str) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
    use rustix::io::Errno;

    let folder = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root_folder = open(root, folder, Mode::empty())?;
    // Without NONBLOCK a named pipe would hold the worker until somebody writes.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..4 {
        match openat2(&root_folder, relative, flags, Mode::empty(), resolve) {
            Ok(file) => return Ok(File::from(file)),
            // Something was renamed on the way; the kernel asks to try again.
            Err(Errno::AGAIN) => {}
            // Kernels before 5.6 do not know the call, and some sandboxes forbid what they do not know.
            Err(Errno::NOSYS | Errno::PERM) => return open_compared(root, relative),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Errno::AGAIN.into())
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(root: &Path, relative: &str) -> io::Result<File> {
    open_compared(root, relative)
}

/// Compares canonical paths before opening, and the file with what was compared afterwards.
fn open_compared(root: &Path, relative: &str) -> io::Result<File> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{Mode, OFlags, open};

    let root = root.canonicalize()?;
    let path = root.join(relative).canonicalize()?;
    if !path.starts_with(&root) {
        return Err(rustix::io::Errno::XDEV.into());
    }
    let expected = path.symlink_metadata()?;
    let flags =
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    let file = File::from(open(&path, flags, Mode::empty())?);
    let opened = file.metadata()?;
    if (opened.dev(), opened.ino()) == (expected.dev(), expected.ino()) {
        Ok(file)
    } else {
        Err(rustix::io::Errno::XDEV.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways of opening agree on files, folders, links and ways out.
    #[test]
    #[allow(clippy::unwrap_used)]
    fn both_ways_of_opening_agree() {
        let folder = std::env::temp_dir().join(format!("vase-root-{}", std::process::id()));
        let root = folder.join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(root.join("sub/file"), "in").unwrap();
        std::fs::write(folder.join("outside"), "out").unwrap();
        std::os::unix::fs::symlink("sub/file", root.join("inner")).unwrap();
        std::os::unix::fs::symlink("../outside", root.join("outer")).unwrap();
        std::os::unix::fs::symlink("..", root.join("up")).unwrap();
        for (name, is_there) in [
            ("sub/file", true),
            ("inner", true),
            ("outer", false),
            ("up/outside", false),
            ("sub/none", false),
        ] {
            assert_eq!(open_beneath(&root, name).is_ok(), is_there, "{name}");
            assert_eq!(open_compared(&root, name).is_ok(), is_there, "{name}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
