//! Files in and out, below the folders the outside named, never through a link.
//!
//! The folders are opened before any command runs, and every step from there is made on a descriptor and
//! refuses links, so a command that swaps a folder for a link at the right moment gains nothing.
#![allow(unsafe_code)] // openat, renameat and unlinkat have no safe form in std; each block says why it is sound.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::House;
use crate::Stream;
use crate::talk::{self, Report, refusal};

const CHUNK: usize = 64 * 1024;

/// The folders below which files may go in and out.
pub(super) struct Folders(Vec<(PathBuf, OwnedFd)>);

impl Folders {
    pub(super) fn open(paths: &[String]) -> Result<Self, String> {
        let one = |path: &String| {
            let folder = File::open(path).map_err(|error| format!("the folder {path}: {error}"))?;
            let is_folder = folder.metadata().is_ok_and(|about| about.is_dir());
            match is_folder && Path::new(path).is_absolute() {
                true => Ok((PathBuf::from(path), OwnedFd::from(folder))),
                false => Err(format!("{path} is not an absolute folder")),
            }
        };
        paths.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// The folder a file lies in, opened step by step, and the file's name in it.
    fn place(&self, path: &Path) -> io::Result<(OwnedFd, CString)> {
        let refused = || io::Error::new(io::ErrorKind::PermissionDenied, "outside the shared folders");
        let below = |(root, folder)| Some((path.strip_prefix::<&PathBuf>(root).ok()?, folder));
        let (rest, root) =
            self.0.iter().map(|(root, folder)| (root, folder)).find_map(below).ok_or_else(refused)?;
        let mut names = Vec::new();
        for part in rest.components() {
            match part {
                Component::Normal(name) => names.push(text(name)?),
                _ => return Err(refused()),
            }
        }
        let file = names.pop().ok_or_else(refused)?;
        let mut folder = root.try_clone()?;
        for name in names {
            folder = open_at(&folder, &name, libc::O_RDONLY | libc::O_DIRECTORY, 0)?;
        }
        Ok((folder, file))
    }
}

fn text(name: &OsStr) -> io::Result<CString> {
    CString::new(name.as_bytes()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

fn open_at(folder: &OwnedFd, name: &CString, flags: i32, mode: u32) -> io::Result<OwnedFd> {
    let flags = flags | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the name ends with NUL and outlives the call; the new descriptor is nobody else's.
    unsafe {
        let opened = libc::openat(folder.as_raw_fd(), name.as_ptr(), flags, mode);
        if opened < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(opened)) }
    }
}

/// An ordinary file. Opened without waiting: a named pipe would wait for its other end.
fn open_file(folders: &Folders, path: &Path) -> io::Result<(File, u64)> {
    let (folder, name) = folders.place(path)?;
    let file = File::from(open_at(&folder, &name, libc::O_RDONLY | libc::O_NONBLOCK, 0)?);
    let about = file.metadata()?;
    match about.is_file() {
        true => Ok((file, about.len())),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "not an ordinary file")),
    }
}

pub(super) async fn take(house: Arc<House>, path: PathBuf, mut stream: Stream) {
    let Ok(_place) = house.files.acquire().await else { return };
    let (file, size) = match open_file(&house.folders, &path) {
        Ok(opened) => opened,
        Err(error) => return refuse(stream, &path, &error).await,
    };
    if talk::say(&mut stream, &Report::File { size }).await.is_err() {
        return;
    }
    // A file that grows or shrinks meanwhile breaks the stream off: the outside counts.
    let (mut file, mut left, mut chunk) = (tokio::fs::File::from_std(file), size, vec![0; CHUNK]);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let Ok(got @ 1..) = file.read(&mut chunk[..most]).await else { return stream.reset("changed") };
        left -= got as u64;
        if stream.write_all(&chunk[..got]).await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

pub(super) async fn put(house: Arc<House>, path: PathBuf, mode: u32, mut stream: Stream) {
    let Ok(_place) = house.files.acquire().await else { return };
    let arriving = match Arriving::create(&house.folders, &path, mode) {
        Ok(arriving) => arriving,
        Err(error) => return refuse(stream, &path, &error).await,
    };
    let written = async {
        let mut file = tokio::fs::File::from_std(arriving.file.try_clone()?);
        let (mut size, mut chunk) = (0, vec![0; CHUNK]);
        loop {
            // An error here is the outside breaking off: nothing of the file may stay.
            let got = stream.read(&mut chunk).await?;
            if got == 0 {
                break;
            }
            file.write_all(&chunk[..got]).await?;
            size += got as u64;
        }
        file.flush().await?;
        Ok::<u64, io::Error>(size)
    };
    match written.await.and_then(|size| arriving.keep().map(|()| size)) {
        Ok(size) => {
            let _ = talk::say(&mut stream, &Report::File { size }).await;
            let _ = stream.shutdown().await;
        }
        Err(error) => refuse(stream, &path, &error).await,
    }
}

/// A file that gets its name when it is whole.
struct Arriving {
    folder: OwnedFd,
    name: CString,
    temporary: CString,
    file: File,
    kept: bool,
}

impl Arriving {
    fn create(folders: &Folders, path: &Path, mode: u32) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (folder, name) = folders.place(path)?;
        let temporary =
            format!(".pilothouse-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let temporary = text(OsStr::new(&temporary))?;
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
        let file = File::from(open_at(&folder, &temporary, flags, mode & 0o777)?);
        Ok(Self { folder, name, temporary, file, kept: false })
    }

    fn keep(mut self) -> io::Result<()> {
        let folder = self.folder.as_raw_fd();
        // SAFETY: both names end with NUL and outlive the call.
        let done = unsafe { libc::renameat(folder, self.temporary.as_ptr(), folder, self.name.as_ptr()) };
        self.kept = done == 0;
        if self.kept { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.kept {
            // SAFETY: the name ends with NUL and outlives the call.
            unsafe { libc::unlinkat(self.folder.as_raw_fd(), self.temporary.as_ptr(), 0) };
        }
    }
}

async fn refuse(mut stream: Stream, path: &Path, error: &io::Error) {
    let links = [libc::ELOOP, libc::ENOTDIR].map(Some);
    let is_path = error.kind() == io::ErrorKind::PermissionDenied || links.contains(&error.raw_os_error());
    let code = if is_path { refusal::PATH } else { refusal::FILE };
    let message = format!("{}: {error}", path.display());
    let _ = talk::say(&mut stream, &Report::Refused { code: code.to_owned(), message }).await;
    let _ = stream.shutdown().await;
}
