//! Reading and writing one file: bytes in, bytes out, with its mode, and never half of it.

use super::error::DeterministicError;
use super::tree::shown;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Larger files are not edited.
pub(super) const MAX_FILE: u64 = 1024 * 1024;
/// How much is looked at to tell binary from text, as git does.
const SNIFF: usize = 8000;
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a file is left alone when many are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skipped {
    Binary,
    TooLarge,
}

/// The bytes of a text file, or why it is not one.
pub(super) fn read(path: &Path) -> Result<Result<Vec<u8>, Skipped>, DeterministicError> {
    let io = |e| DeterministicError::io("cannot read", path, e);
    if fs::symlink_metadata(path).map_err(io)?.len() > MAX_FILE {
        return Ok(Err(Skipped::TooLarge));
    }
    let bytes = fs::read(path).map_err(io)?;
    let is_binary = bytes.iter().take(SNIFF).any(|b| *b == 0);
    Ok(if is_binary { Err(Skipped::Binary) } else { Ok(bytes) })
}

/// The bytes of the one file an intent names.
pub(super) fn read_named(path: &Path, name: &str) -> Result<Vec<u8>, DeterministicError> {
    read(path)?.map_err(|why| match why {
        Skipped::Binary => DeterministicError::Binary { path: name.to_owned() },
        Skipped::TooLarge => DeterministicError::TooLarge { path: name.to_owned() },
    })
}

/// Puts new bytes in the place of a file by a rename, so that a reader or a crash sees the old or the new file. The
/// mode of an existing file stays.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), DeterministicError> {
    let io = |e| DeterministicError::io("cannot write", path, e);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mode = fs::symlink_metadata(path).ok().map(|meta| meta.permissions());
    let (mut file, temporary) = (0..16u32)
        .find_map(|n| {
            let candidate = path.with_file_name(format!(".{name}.{n}.tmp"));
            let opened = fs::OpenOptions::new().write(true).create_new(true).open(&candidate);
            match opened {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => None,
                other => Some(other.map(|file| (file, candidate))),
            }
        })
        .unwrap_or_else(|| Err(std::io::ErrorKind::AlreadyExists.into()))
        .map_err(io)?;
    let written = file.write_all(bytes).and_then(|()| match mode {
        Some(mode) => fs::set_permissions(&temporary, mode),
        None => Ok(()),
    });
    drop(file);
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|e| {
        // The first error is the one to tell; a left-over temporary file is removed if that still works.
        drop(fs::remove_file(&temporary));
        io(e)
    })
}

/// Creates the folders above a new file.
pub(super) fn make_room(path: &Path) -> Result<(), DeterministicError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    fs::create_dir_all(parent).map_err(|e| DeterministicError::io("cannot create the folder", parent, e))
}

/// Whether most lines end in CR LF.
pub(super) fn is_crlf(bytes: &[u8]) -> bool {
    let newlines = bytes.iter().filter(|b| **b == b'\n').count();
    let crlf = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    crlf * 2 > newlines
}

/// Whether both line endings occur.
pub(super) fn is_mixed(bytes: &[u8]) -> bool {
    let newlines = bytes.iter().filter(|b| **b == b'\n').count();
    let crlf = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    crlf != 0 && crlf != newlines
}

/// Text with the line endings of a file.
pub(super) fn with_endings(text: &str, crlf: bool) -> String {
    let plain = text.replace("\r\n", "\n");
    if crlf { plain.replace('\n', "\r\n") } else { plain }
}

/// One line for a report, cut and made printable.
pub(super) fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text: String =
        text.trim().chars().map(|c| if c.is_control() && c != '\t' { '·' } else { c }).collect();
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// `path:line: text`, as an entry of a report.
pub(super) fn located(path: &Path, line: usize, text: &[u8]) -> String {
    format!("{}:{line}: {}", shown(path), excerpt(text))
}
