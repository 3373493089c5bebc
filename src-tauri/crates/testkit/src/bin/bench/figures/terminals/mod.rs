//! Terminals through the whole path: what a program shows until a client has it, what is typed until its echo is back,
//! how a newcomer and somebody whose line was cut come to it, what one weighs, and twenty to two hundred of them at once.
//!
//! Clients are plain threads that block: what they cost must not hide what the server costs.

mod arrive;
mod client;
mod echo;
mod flood;
mod many;
mod raw;
mod weight;

use crate::ground::Ground;
use crate::row::Row;
use client::Desk;
use testkit::world::{RunningServer, Start, TestRepo};

/// Bytes of one line of what is shown, its end included.
const LINE: usize = 80;

/// A server whose terminals run a plain shell, and a folder with texts to show in it.
pub struct Scene {
    pub server: RunningServer,
    pub desk: Desk,
    repo: TestRepo,
}

impl Scene {
    fn start(ground: &Ground, name: &str) -> anyhow::Result<Self> {
        let repo = TestRepo::with(&[("a.txt", "a\n")]);
        let start = Start::on(&ground.folder(name), repo.path())
            .flag("--trust")
            .workers(0)
            .env("PILOTHOUSE_TERMINAL_MOST", "400");
        let server = RunningServer::start(&start);
        let desk = Desk { address: crate::serve::address(&server) };
        Ok(Self { server, desk, repo })
    }

    /// A file of so many bytes of text; its path.
    fn text(&self, bytes: usize) -> anyhow::Result<String> {
        let path = self.repo.path().join(format!("text-{bytes}"));
        if !path.exists() {
            std::fs::write(&path, lines(bytes))?;
        }
        Ok(path.display().to_string())
    }
}

/// Lines as a build prints them: words, numbers and now and then a colour.
fn lines(bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + LINE);
    let mut number = 0_u64;
    while text.len() < bytes {
        let colour = if number % 8 == 0 { "\x1b[32mok\x1b[0m" } else { "Compiling" };
        let line = format!("{number:>8} {colour} ");
        text.extend_from_slice(line.as_bytes());
        let fill = (LINE - 1).saturating_sub(line.len());
        text.extend((0..fill).map(|at| b"abcdefghijklmnopqrstuvwxyz /.-_"[(at + number as usize) % 31]));
        text.push(b'\n');
        number += 1;
    }
    text
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let scene = Scene::start(ground, "terminals")?;
    let mut rows = flood::measure(&scene)?;
    rows.extend(echo::measure(&scene)?);
    rows.extend(arrive::measure(&scene)?);
    scene.server.terminate();
    let scene = Scene::start(ground, "terminals-weight")?;
    rows.extend(weight::measure(&scene)?);
    scene.server.terminate();
    rows.extend(many::measure(ground)?);
    Ok(rows)
}
