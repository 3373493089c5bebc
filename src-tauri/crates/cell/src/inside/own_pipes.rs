//! The channel's own two pipes, out of the way of everybody else.
//!
//! They move to other numbers and close on exec; what stands at 0 and 1 afterwards is nothing and the error
//! output, so that a stray print cannot end up in a frame.
#![allow(unsafe_code)] // Moving descriptors has no safe form in std; each block says why it is sound.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

pub(super) type Reading = Pin<Box<dyn AsyncRead + Send>>;
pub(super) type Writing = Pin<Box<dyn AsyncWrite + Send>>;

/// Takes standard input and output. To be called once, before anything is started.
pub(super) fn take() -> io::Result<(Reading, Writing)> {
    let (read, write) = (moved(0)?, moved(1)?);
    close_the_rest_on_exec();
    let nothing = std::fs::File::open("/dev/null")?;
    replace(0, nothing.as_raw_fd())?;
    replace(1, 2)?;
    Ok((reading(read)?, writing(write)?))
}

/// Whoever started us may have left more open than it meant to; commands get none of it.
fn close_the_rest_on_exec() {
    const CLOSE_ON_EXEC: u32 = 1 << 2;
    // SAFETY: only numbers are passed, and nothing is closed in this process.
    unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, CLOSE_ON_EXEC) };
}

fn moved(number: i32) -> io::Result<OwnedFd> {
    // SAFETY: fcntl makes a new descriptor, which nobody else knows, so it may be owned.
    unsafe {
        let copy = libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 10);
        if copy < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(copy)) }
    }
}

fn replace(number: i32, by: i32) -> io::Result<()> {
    // SAFETY: only numbers are passed; the descriptor replaced is standard input or output, which std never
    // closes and nobody else uses in this process.
    let done = unsafe { libc::dup2(by, number) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Pipes from bubblewrap and an engine; a socket from an engine that attaches one. Anything else (a terminal,
/// a file) would be a mistake.
fn reading(from: OwnedFd) -> io::Result<Reading> {
    Ok(match is_socket(&from)? {
        true => Box::pin(socket(from)?),
        false => Box::pin(pipe::Receiver::from_owned_fd(from)?),
    })
}

fn writing(to: OwnedFd) -> io::Result<Writing> {
    Ok(match is_socket(&to)? {
        true => Box::pin(socket(to)?),
        false => Box::pin(pipe::Sender::from_owned_fd(to)?),
    })
}

fn is_socket(descriptor: &OwnedFd) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt as _;
    let file = std::fs::File::from(descriptor.try_clone()?);
    Ok(file.metadata()?.file_type().is_socket())
}

fn socket(descriptor: OwnedFd) -> io::Result<UnixStream> {
    let socket = std::os::unix::net::UnixStream::from(descriptor);
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}
