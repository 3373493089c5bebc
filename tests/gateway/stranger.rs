//! A client written from the page alone, in another language: attached to a terminal, cut, and back.

use crate::proxy::Proxy;
use crate::scene::Scene;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const PATIENCE: Duration = Duration::from_secs(120);

/// A client in a file that is given an address, a terminal and, where nobody else reads it, a token.
pub fn node(client: &Path, url: &str, token: &str, terminal: &str) -> Command {
    let mut command = Command::new("node");
    // Older ones have the WebSocket behind a flag; newer ones know the flag and need it not.
    command.args(["--experimental-websocket", "--no-warnings"]).arg(client).args([url, terminal]);
    command.env("TOKEN", token).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

struct Stranger {
    child: Child,
    keys: ChildStdin,
    screen: Lines<BufReader<ChildStdout>>,
    told: tokio::task::JoinHandle<Vec<String>>,
}

impl Stranger {
    fn at(url: &str, token: &str, terminal: &str) -> Self {
        let client = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/gateway/stranger.mjs");
        let mut child = node(client.as_ref(), url, token, terminal).spawn().unwrap();
        let keys = child.stdin.take().unwrap();
        let screen = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let told = tokio::spawn(async move {
            let mut all = Vec::new();
            while let Ok(Some(line)) = said.next_line().await {
                all.push(line);
            }
            all
        });
        Self { child, keys, screen, told }
    }

    async fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).await.unwrap();
    }

    /// What follows `mark` in the lines of the screen that begin with it, until one that ends with `last`.
    async fn numbers(&mut self, mark: &str, last: usize) -> Vec<usize> {
        let mut all = Vec::new();
        while all.last() != Some(&last) {
            let next = tokio::time::timeout(PATIENCE, self.screen.next_line()).await;
            let line = next.unwrap_or_else(|_| panic!("after {:?}", all.last())).unwrap();
            let line = line.unwrap_or_else(|| panic!("it ended after {:?}", all.last()));
            all.extend(line.trim_end().strip_prefix(mark).and_then(|rest| rest.parse::<usize>().ok()));
        }
        all
    }
}

/// All from 0 to `last`, in order, none left out and none twice.
fn each_once(seen: &[usize], last: usize) {
    if let Some(at) = (0..=last).position(|n| seen.get(n) != Some(&n)) {
        panic!("{:?}… instead of {at}", seen.get(at..seen.len().min(at + 5)));
    }
    assert_eq!(seen.len(), last + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_written_from_the_page_loses_and_doubles_nothing_through_cuts() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    // Breaks in the middle of the output, wherever in a frame that is.
    let proxy = Proxy::before(&scene.server.url, &[40_000, 90_000, 200_000]).await;
    let mut stranger = Stranger::at(&proxy.url, &scene.server.token, &id);

    let last = 40_000;
    // Without an echo and a prompt, which would stand in the midst of the lines that are counted.
    stranger
        .types(&format!(
            "PS1=; PS2=; stty -echo; i=0; while [ $i -le {last} ]; do echo out-$i; i=$((i+1)); done\n"
        ))
        .await;
    each_once(&stranger.numbers("out-", last).await, last);
    assert_eq!(proxy.left(), 0, "every cut came while there was output");

    // Typed before, during and after a cut.
    stranger.types("while read line; do echo got-$line; done\n").await;
    for n in 0..=300 {
        if n % 100 == 50 {
            proxy.cut();
        }
        stranger.types(&format!("{n}\n")).await;
    }
    each_once(&stranger.numbers("got-", 300).await, 300);

    // The end is told after the last output, and the client ends by itself.
    stranger.types("\u{4}exit 7\n").await;
    let ended = tokio::time::timeout(PATIENCE, stranger.child.wait()).await.unwrap().unwrap();
    let told = stranger.told.await.unwrap();
    assert!(ended.success(), "{told:?}");
    assert!(told.iter().filter(|line| *line == "cut").count() >= 4, "{told:?}");
    assert!(!told.iter().any(|line| line.contains("picture")), "{told:?}");
    assert!(told.last().unwrap().contains("\"exitCode\":7"), "{told:?}");
}
