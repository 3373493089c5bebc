//! Taking in a layer that came from another machine. Whoever sent it may be hostile: everything is made fresh inside of
//! one folder of ours, names are those of one thing each, nothing is made through a link, and it ends at its bounds.

use super::archive::{
    self, DEPTH, END, ENTRIES, FILE, FOLDER, LINK, MAGIC, NAME_BYTES, NOTE_BYTES, SIDES, TARGET_BYTES, UP,
};
use super::{Layer, copy, layer_error};
use crate::HostError;
use sha2::{Digest as _, Sha256};
use std::ffi::OsString;
use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Bytes of a file that are held at once.
const PIECE: usize = 64 * 1024;

/// Why it is not taken.
enum Refused {
    /// What came is not right.
    Wrong(String),
    /// It cannot be kept here.
    Here(&'static str, PathBuf, io::Error),
}

type Taken<T> = Result<T, Refused>;

fn wrong<T>(why: impl Into<String>) -> Taken<T> {
    Err(Refused::Wrong(why.into()))
}

fn here(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Refused {
    let path = path.to_path_buf();
    move |error| Refused::Here(what, path, error)
}

/// Writes everything but the note into `staging`, which is empty.
pub(super) fn unpack(
    digest: &str,
    largest: u64,
    staging: &Path,
    from: &mut impl Read,
) -> Result<Layer, HostError> {
    let mut coming = Coming { from, hash: Sha256::new() };
    let taken = coming.note(digest, largest).and_then(|layer| {
        coming.content(&layer, staging)?;
        Ok(layer)
    });
    taken.map_err(|refused| match refused {
        Refused::Wrong(why) => layer_error(digest)(format!("what came of it is refused: {why}")),
        Refused::Here(what, path, error) => HostError::file(what, &path)(error),
    })
}

/// What comes, and the digest of it.
struct Coming<'a, R> {
    from: &'a mut R,
    hash: Sha256,
}

impl<R: Read> Coming<'_, R> {
    fn fill(&mut self, bytes: &mut [u8]) -> Taken<()> {
        self.from.read_exact(bytes).map_err(|error| Refused::Wrong(format!("it is cut short ({error})")))?;
        self.hash.update(&*bytes);
        Ok(())
    }

    fn some<const N: usize>(&mut self) -> Taken<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn text(&mut self, most: u16) -> Taken<Vec<u8>> {
        let length = u16::from_be_bytes(self.some()?);
        if length == 0 || length > most {
            return wrong("a name is too long or empty");
        }
        let mut bytes = vec![0; usize::from(length)];
        self.fill(&mut bytes)?;
        if bytes.contains(&0) {
            return wrong("a name is none");
        }
        Ok(bytes)
    }

    /// The name of one thing in the folder that is open.
    fn name(&mut self) -> Taken<OsString> {
        let bytes = self.text(NAME_BYTES)?;
        let beside = |byte: &u8| *byte == b'/' || cfg!(windows) && br#"\:*?"<>|"#.contains(byte);
        if bytes == b"." || bytes == b".." || bytes.iter().any(beside) {
            return wrong("a name in it leads elsewhere");
        }
        archive::name(bytes).ok_or_else(|| Refused::Wrong("a name is no text".to_owned()))
    }

    fn note(&mut self, digest: &str, largest: u64) -> Taken<Layer> {
        let mut magic = [0; MAGIC.len()];
        self.fill(&mut magic)?;
        if magic != MAGIC {
            return wrong("it is not a layer");
        }
        let length = u32::from_be_bytes(self.some()?);
        if length > NOTE_BYTES {
            return wrong("it says too much of itself");
        }
        let mut note = vec![0; usize::try_from(length).unwrap_or_default()];
        self.fill(&mut note)?;
        let layer: Layer = serde_json::from_slice(&note)
            .map_err(|error| Refused::Wrong(format!("what it says of itself cannot be read: {error}")))?;
        if layer.digest != digest {
            return wrong("it is another one");
        }
        if layer.bytes > largest {
            return wrong(format!("it is larger than {largest} bytes"));
        }
        // It would become the git folder of whoever works on it.
        let git = |path: &String| path.split('/').next().is_some_and(|top| top.eq_ignore_ascii_case(".git"));
        if layer.work.iter().any(git) {
            return wrong("it holds a git folder");
        }
        Ok(layer)
    }

    fn content(&mut self, layer: &Layer, staging: &Path) -> Taken<()> {
        let mut at = staging.to_path_buf();
        let (mut depth, mut entries, mut bytes) = (0_usize, 0_u64, 0_u64);
        loop {
            let before = self.hash.clone();
            let [kind] = self.some()?;
            entries += 1;
            if entries > ENTRIES {
                return wrong("it holds too many files");
            }
            match kind {
                FOLDER => {
                    let name = self.name()?;
                    if depth == 0 && !SIDES.iter().any(|side| name == *side) {
                        return wrong("it holds a folder that no layer has");
                    }
                    if depth == DEPTH {
                        return wrong("its folders lie too deep");
                    }
                    at.push(name);
                    depth += 1;
                    fs::create_dir(&at).map_err(|error| again(&at, error))?;
                }
                UP if depth > 0 => {
                    at.pop();
                    depth -= 1;
                }
                FILE if depth > 0 => {
                    let path = at.join(self.name()?);
                    bytes = self.file(&path, layer.bytes, bytes)?;
                }
                LINK if depth > 0 => {
                    let path = at.join(self.name()?);
                    let target = archive::name(self.text(TARGET_BYTES)?);
                    let target = target.ok_or_else(|| Refused::Wrong("a link is no text".to_owned()))?;
                    // Kept as it is, and never followed.
                    copy::link(Path::new(&target), &path).map_err(|error| again(&path, error))?;
                }
                END if depth == 0 => {
                    if self.some::<32>()? != <[u8; 32]>::from(before.finalize()) {
                        return wrong("its digest is that of something else");
                    }
                    if bytes != layer.bytes {
                        return wrong("it is not as large as it says");
                    }
                    return stands(layer, staging);
                }
                UP | FILE | LINK | END => return wrong("it is out of order"),
                _ => return wrong("it holds what is no file, folder or link"),
            }
        }
    }

    /// Answers how many bytes all files have so far.
    fn file(&mut self, path: &Path, most: u64, before: u64) -> Taken<u64> {
        let mode = u16::from_be_bytes(self.some()?);
        let (seconds, nanos) = (i64::from_be_bytes(self.some()?), u32::from_be_bytes(self.some()?));
        let size = u64::from_be_bytes(self.some()?);
        let all = before.checked_add(size).filter(|all| *all <= most);
        let Some(all) = all else { return wrong("it is larger than it says") };
        let mut file = File::create_new(path).map_err(|error| again(path, error))?;
        let (mut left, mut piece) = (size, vec![0; PIECE]);
        while left > 0 {
            let next = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let part = piece.get_mut(..next).unwrap_or_default();
            self.fill(part)?;
            file.write_all(part).map_err(here("write", path))?;
            left -= next as u64;
        }
        let seconds = u64::try_from(seconds).unwrap_or_default();
        let changed = UNIX_EPOCH.checked_add(Duration::new(seconds, nanos.min(999_999_999)));
        let times = changed.map(|changed| FileTimes::new().set_modified(changed));
        // Build tools compare them; a time that this system cannot say is left out.
        times.into_iter().for_each(|times| drop(file.set_times(times)));
        allow(&file, mode).map_err(here("write", path))?;
        Ok(all)
    }
}

/// A second thing of the same name is the other side's fault, anything else this machine's.
fn again(path: &Path, error: io::Error) -> Refused {
    match error.kind() {
        io::ErrorKind::AlreadyExists => Refused::Wrong("a name in it comes twice".to_owned()),
        io::ErrorKind::InvalidFilename | io::ErrorKind::NotADirectory | io::ErrorKind::NotFound => {
            Refused::Wrong(format!("a name in it cannot be used here: {error}"))
        }
        _ => here("create", path)(error),
    }
}

/// What it is applied by is there, and reached without passing a link.
fn stands(layer: &Layer, staging: &Path) -> Taken<()> {
    for (side, paths) in SIDES.into_iter().zip([&layer.work, &layer.home]) {
        if !paths.is_empty() && !copy::holds(staging, side) {
            return wrong("it lacks what it says it holds");
        }
        if paths.iter().any(|path| !copy::holds(&staging.join(side), path)) {
            return wrong("it lacks what it says it holds");
        }
    }
    Ok(())
}

/// Owner-writable, and nothing that would lend rights.
#[cfg(unix)]
fn allow(file: &File, mode: u16) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(u32::from(mode) & 0o777 | 0o600))
}

#[cfg(not(unix))]
fn allow(_: &File, _: u16) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
