//! The file of a recording while it grows.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::TerminalError;
use crate::cast::Cast;

/// Most bytes of one recording; it ends there, and the terminal goes on.
const LARGEST: u64 = 32 * 1024 * 1024;
/// Most bytes of one piece that is read from it.
const PIECE: usize = 512 * 1024;

pub(crate) struct Recording {
    /// Not buffered: what was shown is kept also when this process is killed.
    file: File,
    path: PathBuf,
    cast: Cast,
    bytes: u64,
    cut: bool,
}

impl Recording {
    /// Begins a file that only its owner may read.
    pub(crate) fn begin(path: PathBuf, head: &str) -> Result<Self, TerminalError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|cause| failed(&path, &cause))?;
        let mut recording = Self { file, path, cast: Cast::default(), bytes: 0, cut: false };
        recording.write(head);
        Ok(recording)
    }

    pub(crate) fn output(&mut self, ms: u64, bytes: &[u8]) {
        if !self.cut
            && let Some(line) = self.cast.output(ms, bytes)
        {
            self.write(&line);
        }
    }

    pub(crate) fn resize(&mut self, ms: u64, cols: u16, rows: u16) {
        self.write(&Cast::resize(ms, cols, rows));
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn cut(&self) -> bool {
        self.cut
    }

    fn write(&mut self, line: &str) {
        if self.cut {
            return;
        }
        if self.bytes + line.len() as u64 > LARGEST {
            self.cut = true;
            return;
        }
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => self.bytes += line.len() as u64,
            Err(error) => self.broke(&error),
        }
    }

    /// A full disk ends the recording, not the terminal.
    fn broke(&mut self, error: &std::io::Error) {
        tracing::warn!(path = %self.path.display(), %error, "a terminal's recording ends here");
        self.cut = true;
    }
}

/// Whole lines from `after` on, and where the next piece begins, if there is more.
pub(crate) fn piece(path: &Path, after: u64) -> Result<(String, Option<u64>), TerminalError> {
    let fail = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::NotFound => TerminalError::NotRecorded,
        _ => failed(path, &cause),
    };
    let mut file = File::open(path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len();
    file.seek(SeekFrom::Start(after.min(size))).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(PIECE as u64).read_to_end(&mut bytes).map_err(fail)?;
    // One line is never longer than a piece: output comes in reads of a few kilobytes.
    let lines = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    bytes.truncate(lines);
    let next = after + lines as u64;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((text, (lines > 0 && next < size).then_some(next)))
}

fn failed(path: &Path, cause: &std::io::Error) -> TerminalError {
    TerminalError::File { path: path.display().to_string(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_read_back_in_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.cast");
        let mut recording = Recording::begin(path.clone(), &Cast::head(80, 24, 0, "t", "sh")).unwrap();
        for second in 0..40_u64 {
            recording.output(second * 1000, &[b'x'; 32 * 1024]);
        }
        let (mut all, mut next) = piece(&path, 0).unwrap();
        while let Some(after) = next {
            assert!(all.ends_with('\n'));
            let (text, more) = piece(&path, after).unwrap();
            all.push_str(&text);
            next = more;
        }
        assert_eq!(all, std::fs::read_to_string(&path).unwrap());
        assert_eq!(all.lines().count(), 41);
        assert_eq!(recording.bytes(), all.len() as u64);
    }

    #[test]
    fn a_recording_that_grew_too_large_ends_with_a_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.cast");
        let mut recording = Recording::begin(path.clone(), &Cast::head(80, 24, 0, "t", "sh")).unwrap();
        while !recording.cut() {
            recording.output(0, &[b'x'; 60 * 1024]);
        }
        recording.output(0, b"after");
        let size = std::fs::metadata(&path).unwrap().len();
        assert!(size <= LARGEST && size > LARGEST - 100_000, "{size}");
        assert!(!std::fs::read_to_string(&path).unwrap().contains("after"));
    }

    #[test]
    fn nothing_recorded_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(piece(&folder.path().join("x.cast"), 0), Err(TerminalError::NotRecorded));
    }
}
