//! Ends of pipes that lead to programs nobody trusts.
//!
//! While a program splices into its output or out of its input, the kernel keeps that pipe locked for as long as the
//! other side of the splice takes, which may be for ever. A read or write of our end waits for that lock, also one
//! that was asked never to wait, and no signal ends it. So each such end has a thread of its own that may wait, and
//! nobody else has to. The thread ends with its pipe: at the latest when the last process that holds it is killed.

use std::io::{self, Read, Write};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Handle;

/// Bytes taken from a pipe, or given to it, at once.
const CHUNK: usize = 32 * 1024;
/// Bytes that wait between the thread and whoever is at the other end.
const WAITING: usize = 64 * 1024;
const STACK: usize = 256 * 1024;

/// What a program writes. Ends when the program's end is closed; a reader that is dropped breaks the pipe. Errors
/// when there is no thread to be had. To be called on a runtime.
pub fn reading<R: Read + Send + 'static>(mut pipe: R) -> io::Result<DuplexStream> {
    let (ours, mut theirs) = tokio::io::duplex(WAITING);
    let runtime = Handle::current();
    on_a_thread(move || {
        let mut chunk = vec![0; CHUNK];
        loop {
            match pipe.read(&mut chunk) {
                Ok(got @ 1..) => {
                    if runtime.block_on(theirs.write_all(&chunk[..got])).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
            }
        }
    })?;
    Ok(ours)
}

/// What a program reads. Dropping it ends the program's input behind what was written before.
pub fn writing<W: Write + Send + 'static>(mut pipe: W) -> io::Result<DuplexStream> {
    let (ours, mut theirs) = tokio::io::duplex(WAITING);
    let runtime = Handle::current();
    on_a_thread(move || {
        let mut chunk = vec![0; CHUNK];
        while let Ok(got @ 1..) = runtime.block_on(theirs.read(&mut chunk)) {
            if pipe.write_all(&chunk[..got]).is_err() {
                return;
            }
        }
    })?;
    Ok(ours)
}

fn on_a_thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name("pipe".to_owned()).stack_size(STACK).spawn(work).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_arrives_before_the_end() {
        let (from, to) = io::pipe().unwrap();
        let mut input = writing(to).unwrap();
        let mut output = reading(from).unwrap();
        let sent: Vec<u8> = (0..300_000_u32).map(|at| at as u8).collect();
        let both = async {
            input.write_all(&sent).await.unwrap();
            drop(input);
        };
        let mut got = Vec::new();
        let (_, read) = tokio::join!(both, output.read_to_end(&mut got));
        assert_eq!(read.unwrap(), sent.len());
        assert!(got == sent);
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_breaks_the_pipe() {
        let (from, mut to) = io::pipe().unwrap();
        drop(reading(from).unwrap());
        let broken = tokio::task::spawn_blocking(move || while to.write_all(&[0; 4096]).is_ok() {});
        tokio::time::timeout(std::time::Duration::from_secs(60), broken).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn input_nobody_reads_ends_with_its_reader() {
        let (from, to) = io::pipe().unwrap();
        let mut input = writing(to).unwrap();
        drop(from);
        let refused = async { while input.write_all(&[0; 4096]).await.is_ok() {} };
        tokio::time::timeout(std::time::Duration::from_secs(60), refused).await.unwrap();
    }
}
