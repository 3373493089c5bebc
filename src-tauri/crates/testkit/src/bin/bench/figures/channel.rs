//! The channel to the process inside a cell: what a command writes, how long one takes, how long a word to a door.

use crate::ground::Ground;
use crate::row::{Amount, Goal, Row};
use crate::sample::{Sample, median};
use host::cell::session::Command;
use host::cell::{Answering, Cell, Door, Doors, InsideProgram, Session, Stream};
use host::sandbox::{Sandbox, SandboxSpec};
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const MIB: u64 = 512;
const ROUNDS: usize = 5;
const WORDS: usize = 400;

/// Says back what it hears.
struct Echo;

impl Door for Echo {
    fn answer(&self, mut connection: Stream) -> Answering {
        Box::pin(async move {
            let mut word = [0; 64];
            while let Ok(got @ 1..) = connection.read(&mut word).await {
                if connection.write_all(&word[..got]).await.is_err() {
                    return;
                }
            }
        })
    }
}

/// On the host, where nothing but the channel lies between: a sandbox would only make starting slower.
pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let folder = ground.folder("channel");
    std::fs::create_dir_all(&folder)?;
    let named = std::env::var_os("PILOTHOUSE_INSIDE_BIN").map(Into::into);
    let inside = InsideProgram::find(named, &std::env::current_exe()?)?;
    let doors = Doors { proxy: None, model: Some(Arc::new(Echo)) };
    let opening = Sandbox::Host.open(SandboxSpec::new(&folder, &folder), doors, &inside);
    let cell: Cell = ground.runtime.block_on(opening)?;
    let session = cell.session().ok_or_else(|| anyhow::anyhow!("a cell with a door has a session"))?;
    let address = cell.model_url().and_then(|url| Some(url.strip_prefix("http://")?.to_owned()));
    let address = address.ok_or_else(|| anyhow::anyhow!("the door has no address"))?;

    let (mut ours, mut floor, mut quick, mut plain) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(MIB as f64 / ground.runtime.block_on(through(session))?.as_secs_f64());
        floor.push(MIB as f64 / raw_pipe()?.as_secs_f64());
        for _ in 0..20 {
            quick.push(ground.runtime.block_on(one_command(session))?);
            let since = Instant::now();
            std::process::Command::new("/bin/true").status()?;
            plain.push(since.elapsed());
        }
    }
    let word = words(&address)?;
    let raw = words(&loopback()?)?;
    ground.runtime.block_on(cell.close());
    let [ours, floor] = [ours, floor].map(|rates| Amount::PerSecond(median(rates)));
    let millis = |times| Amount::Millis(Sample::new(times).millis(0.5));
    Ok(vec![
        Row::new("MiB of a command's output through the channel", ours)
            .floor(floor, "the same through a raw pipe")
            .goal(Goal::AtLeast(Amount::PerSecond(100.0))),
        Row::new("command in an open cell, start to end, p50", millis(quick))
            .floor(millis(plain), "a plain process")
            .goal(Goal::AtMost(Amount::Millis(50.0))),
        Row::new("a word to a door and back, p50", millis(word)).floor(millis(raw), "raw loopback"),
    ])
}

fn order(argv: [&str; 3]) -> Command {
    Command::new(argv.into_iter().filter(|word| !word.is_empty()))
}

async fn through(session: &Session) -> anyhow::Result<Duration> {
    let since = Instant::now();
    let mut running = session.start(order(["/usr/bin/head", &format!("-c{MIB}M"), "/dev/zero"])).await?;
    let (mut chunk, mut total) = (vec![0; 64 * 1024], 0);
    while let got @ 1.. = running.stdout.read(&mut chunk).await? {
        total += got as u64;
    }
    anyhow::ensure!(total == MIB << 20, "{total} bytes came through");
    running.handle.ended().await?;
    Ok(since.elapsed())
}

fn raw_pipe() -> anyhow::Result<Duration> {
    let since = Instant::now();
    let mut child = std::process::Command::new("/usr/bin/head")
        .args([&format!("-c{MIB}M"), "/dev/zero"])
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    let mut pipe = child.stdout.take().ok_or_else(|| anyhow::anyhow!("no pipe"))?;
    let mut chunk = vec![0; 64 * 1024];
    while let 1.. = pipe.read(&mut chunk)? {}
    child.wait()?;
    Ok(since.elapsed())
}

async fn one_command(session: &Session) -> anyhow::Result<Duration> {
    let since = Instant::now();
    let mut running = session.start(order(["/bin/true", "", ""])).await?;
    running.handle.ended().await?;
    Ok(since.elapsed())
}

/// Small exchanges on one connection.
fn words(address: &str) -> anyhow::Result<Vec<Duration>> {
    let mut connection = std::net::TcpStream::connect(address)?;
    connection.set_nodelay(true)?;
    let mut took = Vec::new();
    for _ in 0..WORDS {
        let (since, mut word) = (Instant::now(), [7; 64]);
        connection.write_all(&word)?;
        connection.read_exact(&mut word)?;
        took.push(since.elapsed());
    }
    Ok(took)
}

/// A listener that answers one connection as the door does.
fn loopback() -> anyhow::Result<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        let Ok((mut connection, _)) = listener.accept() else { return };
        let _ = connection.set_nodelay(true);
        let mut word = [0; 64];
        while connection.read_exact(&mut word).is_ok() && connection.write_all(&word).is_ok() {}
    });
    Ok(address)
}
