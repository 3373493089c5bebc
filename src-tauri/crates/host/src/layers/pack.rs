//! A layer as the bytes that travel, made as they are read: nothing is written, and no more than a piece of one file
//! is held.

use super::Layer;
use super::archive::{self, END, FILE, FOLDER, LINK, MAGIC, NAME_BYTES, SIDES, TARGET_BYTES, UP};
use crate::HostError;
use sha2::{Digest as _, Sha256};
use std::ffi::OsStr;
use std::fs::{self, File, ReadDir};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Read to its end, it is the whole layer. One whose files are removed meanwhile is an error in the middle.
#[derive(Debug)]
pub struct Pack {
    folder: PathBuf,
    /// Of `work` and `home` those that are still to come.
    sides: &'static [&'static str],
    open: Vec<(PathBuf, ReadDir)>,
    /// What is given next, and how much of it was given.
    head: Vec<u8>,
    given: usize,
    /// Then the rest of this file.
    file: Option<(File, u64)>,
    /// Of everything that was given; none once the end is written.
    hash: Option<Sha256>,
}

impl Pack {
    pub(super) fn of(layer: &Layer, folder: PathBuf) -> Result<Self, HostError> {
        let unsaid = |cause: String| super::layer_error(&layer.digest)(cause);
        let note = serde_json::to_vec(layer).map_err(|error| unsaid(error.to_string()))?;
        let length = u32::try_from(note.len()).ok().filter(|length| *length <= archive::NOTE_BYTES);
        let length = length.ok_or_else(|| unsaid("says too much of itself to travel".to_owned()))?;
        let head = [MAGIC, &length.to_be_bytes(), &note].concat();
        let (open, hash) = (Vec::new(), Some(Sha256::new()));
        Ok(Self { folder, sides: &SIDES, open, head, given: 0, file: None, hash })
    }

    /// Writes the next thing there is, or the end.
    fn advance(&mut self) -> io::Result<()> {
        let Some((folder, entries)) = self.open.last_mut() else {
            if let [side, rest @ ..] = self.sides {
                self.sides = rest;
                return self.enter(self.folder.join(side), OsStr::new(side));
            }
            if let Some(hash) = self.hash.take() {
                self.head.push(END);
                self.head.extend_from_slice(&hash.finalize());
            }
            return Ok(());
        };
        match entries.next() {
            Some(entry) => {
                let name = entry?.file_name();
                let path = folder.join(&name);
                self.add(path, &name)
            }
            None => {
                self.open.pop();
                self.head.push(UP);
                Ok(())
            }
        }
    }

    fn enter(&mut self, path: PathBuf, name: &OsStr) -> io::Result<()> {
        let entries = fs::read_dir(&path)?;
        self.head.push(FOLDER);
        self.text(name, NAME_BYTES)?;
        self.open.push((path, entries));
        Ok(())
    }

    fn add(&mut self, path: PathBuf, name: &OsStr) -> io::Result<()> {
        let facts = fs::symlink_metadata(&path)?;
        if facts.is_dir() {
            return self.enter(path, name);
        }
        if facts.is_symlink() {
            let target = fs::read_link(&path)?;
            self.head.push(LINK);
            self.text(name, NAME_BYTES)?;
            return self.text(target.as_os_str(), TARGET_BYTES);
        }
        if facts.is_file() {
            let file = File::open(&path)?;
            self.head.push(FILE);
            self.text(name, NAME_BYTES)?;
            self.head.extend_from_slice(&mode(&path, &facts).to_be_bytes());
            let changed = facts.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let changed = changed.unwrap_or_default();
            let seconds = i64::try_from(changed.as_secs()).unwrap_or_default();
            self.head.extend_from_slice(&seconds.to_be_bytes());
            self.head.extend_from_slice(&changed.subsec_nanos().to_be_bytes());
            self.head.extend_from_slice(&facts.len().to_be_bytes());
            self.file = Some((file, facts.len()));
        }
        // A layer holds nothing else; what somebody put there stays there.
        Ok(())
    }

    fn text(&mut self, text: &OsStr, most: u16) -> io::Result<()> {
        let bytes = archive::bytes(text).filter(|bytes| bytes.len() <= usize::from(most));
        let length = bytes.and_then(|bytes| u16::try_from(bytes.len()).ok());
        let (Some(bytes), Some(length)) = (bytes, length) else {
            return Err(io::Error::other("a name in it cannot travel"));
        };
        self.head.extend_from_slice(&length.to_be_bytes());
        self.head.extend_from_slice(bytes);
        Ok(())
    }

    fn rest_of_head(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.head.get(self.given..).unwrap_or_default();
        let size = waiting.len().min(into.len());
        into.iter_mut().zip(waiting).for_each(|(to, from)| *to = *from);
        self.given += size;
        if self.given == self.head.len() {
            self.head.clear();
            self.given = 0;
        }
        size
    }
}

impl Read for Pack {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let size = loop {
            if !self.head.is_empty() {
                break self.rest_of_head(into);
            }
            if let Some((file, left)) = &mut self.file {
                if *left == 0 {
                    self.file = None;
                    continue;
                }
                let size = file.take(*left).read(into)?;
                if size == 0 {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file in it became shorter"));
                }
                *left -= size as u64;
                break size;
            }
            if self.hash.is_none() {
                return Ok(0);
            }
            self.advance()?;
        };
        if let (Some(hash), Some(bytes)) = (&mut self.hash, into.get(..size)) {
            hash.update(bytes);
        }
        Ok(size)
    }
}

#[cfg(unix)]
fn mode(_: &Path, facts: &fs::Metadata) -> u16 {
    use std::os::unix::fs::PermissionsExt as _;
    u16::try_from(facts.permissions().mode() & 0o777).unwrap_or_default()
}

/// Without such rights, what can be run is told by its name.
#[cfg(not(unix))]
fn mode(path: &Path, _: &fs::Metadata) -> u16 {
    if path.extension().is_some_and(|ending| ending == "exe") { 0o755 } else { 0o644 }
}
