//! The process inside: the first one of a cell, and the last.
//!
//! It reads what to do from its standard input and answers on its standard output; when its input ends, it ends
//! itself and everything it started. It trusts the outside and nothing that it starts: a command that it runs
//! may try to read its memory (it is not dumpable), to kill it (as the first process of its PID namespace it
//! cannot be killed from within), to leave children behind (they become its own and are killed), or to fill
//! the channel (every stream has its window).

mod command;
mod doors;
mod files;
mod memory;
mod own_pipes;
mod reaper;
mod whose;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::mpsc;

use crate::mux::{Limits, Mux, Opened, Side};
use crate::seccomp::Filters;
use crate::session::{greet, greeted};
use crate::talk::{Hello, Pipe, Purpose, Welcome};
use crate::{ChannelError, Stream};
use command::Pipes;
use doors::Listening;
use files::Folders;
use reaper::Reaper;

/// Commands at one time.
const MOST_COMMANDS: usize = 32;
/// Files at one time.
const MOST_FILES: usize = 8;
/// How long the commands of a process that ends may take to be gone.
const DEATH_WITHIN: Duration = Duration::from_secs(5);

/// What a command is put under, and who collects it.
struct House {
    reaper: Arc<Reaper>,
    filters: Option<Filters>,
    running: tokio::sync::Semaphore,
    files: tokio::sync::Semaphore,
    folders: Folders,
}

/// Runs until the channel ends. To be called on a current-thread runtime: the kernel tells the commands when
/// the *thread* that started them is gone, and only one thread lives as long as the process.
pub async fn run() -> Result<(), ChannelError> {
    reaper::become_parent_of_orphans();
    let (mut read, mut write) = own_pipes::take().map_err(|error| ChannelError::transport(&error))?;
    let mut rest = BytesMut::new();
    let hello: Hello = greeted(&mut read, &mut rest).await?;
    let (welcome, furnished) = match furnish(&hello).await {
        Ok((house, listening)) => (welcome(None, &listening), Some((house, listening))),
        Err(cause) => (welcome(Some(cause), &[]), None),
    };
    greet(&mut write, &welcome).await?;
    let Some((house, listening)) = furnished else {
        return Err(ChannelError::Refused { cause: welcome.refused.unwrap_or_default() });
    };
    let (mux, incoming) = Mux::start(read, write, rest, Side::Inside, Limits::of(Side::Inside));
    doors::open(&mux, listening, &hello);
    let house = Arc::new(house);
    tokio::spawn(receive(house.clone(), incoming));
    let error = mux.closed().await;
    house.reaper.end_all(DEATH_WITHIN).await;
    Err(error)
}

async fn furnish(hello: &Hello) -> Result<(House, Vec<Listening>), String> {
    if hello.version != crate::VERSION {
        return Err(format!("it speaks version {} and was greeted in {}", crate::VERSION, hello.version));
    }
    let filters =
        if hello.filter { Some(Filters::build().map_err(|error| error.to_string())?) } else { None };
    let house = House {
        reaper: Reaper::start().map_err(|error| format!("it cannot watch its commands: {error}"))?,
        filters,
        running: tokio::sync::Semaphore::new(MOST_COMMANDS),
        files: tokio::sync::Semaphore::new(MOST_FILES),
        folders: Folders::open(&hello.folders)?,
    };
    Ok((house, doors::listen(&hello.doors).await?))
}

fn welcome(refused: Option<String>, listening: &[Listening]) -> Welcome {
    let doors = listening.iter().map(|door| door.port).collect();
    Welcome { version: crate::VERSION, refused, doors, pid: std::process::id() }
}

/// Gives each stream of the outside to whom it is for. A command begins with the last of its pipes, which are
/// opened directly behind it.
async fn receive(house: Arc<House>, mut incoming: mpsc::Receiver<Opened>) {
    let mut waiting: HashMap<u32, (Stream, u8, Pipes)> = HashMap::new();
    while let Some(Opened { purpose, stream }) = incoming.recv().await {
        match serde_json::from_slice(&purpose) {
            Ok(Purpose::Command { pipes }) => {
                // Given up before all its pipes were there.
                waiting.retain(|_, (stream, ..)| !stream.is_broken());
                waiting.insert(stream.id(), (stream, pipes, Pipes::default()));
            }
            Ok(Purpose::Pipe { of, pipe }) => {
                let Some((_, missing, pipes)) = waiting.get_mut(&of) else {
                    stream.reset("no_such_command");
                    continue;
                };
                match pipe {
                    Pipe::Stdin => pipes.stdin = Some(stream),
                    Pipe::Stdout => pipes.stdout = Some(stream),
                    Pipe::Stderr => pipes.stderr = Some(stream),
                }
                *missing = missing.saturating_sub(1);
                if *missing == 0
                    && let Some((stream, _, pipes)) = waiting.remove(&of)
                {
                    tokio::spawn(command::run(house.clone(), stream, pipes));
                }
            }
            Ok(Purpose::Put { path, mode }) => {
                tokio::spawn(files::put(house.clone(), path.into_path(), mode, stream));
            }
            Ok(Purpose::Take { path }) => {
                tokio::spawn(files::take(house.clone(), path.into_path(), stream));
            }
            _ => stream.reset("not_understood"),
        }
    }
}
