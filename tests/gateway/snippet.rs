//! The client on the page, run as it stands there.

use crate::document::PAGE;
use crate::proxy::Proxy;
use crate::scene::{Scene, attach, type_in};
use crate::stranger::node;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

const PATIENCE: Duration = Duration::from_secs(120);

/// The page's client, begun as the page says.
struct Snippet {
    child: Child,
    screen: Lines<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

impl Snippet {
    fn at(url: &str, token: &str, terminal: &str) -> Self {
        let blocks: Vec<&str> =
            PAGE.split("```js\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        let [client] = blocks[..] else { panic!("{} clients on the page", blocks.len()) };
        let begin = "(bytes) => process.stdout.write(bytes))`";
        assert!(PAGE.contains(begin), "the page says how it is begun");
        // From the first byte on, so that all of it can be counted: a picture shows lines as it likes.
        let begun = "after = 0; attach(process.argv[2], process.env.TOKEN, process.argv[3], (bytes) => process.stdout.write(bytes));";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("client.mjs");
        std::fs::write(&file, format!("{client}\n{begun}\n")).unwrap();
        let mut child = node(&file, url, token, terminal).stdin(Stdio::null()).spawn().unwrap();
        let screen = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, screen, _folder: folder }
    }

    /// What it says when it gives up by itself.
    async fn gives_up(self) -> String {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait_with_output()).await;
        let ended = ended.expect("it ends").unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stderr).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_on_the_page_shows_all_of_it_through_cuts_and_ends_with_its_terminal() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, serde_json::json!({})).await;
    // Its answers are not waited for in the midst of what is counted.
    type_in(&mut wire, stream, "PS1=; PS2=; stty -echo; echo rea''dy\n").await;
    wire.shown(stream, "ready").await;
    let proxy = Proxy::before(&scene.server.url, &[40_000, 90_000, 200_000]).await;
    let mut snippet = Snippet::at(&proxy.url, &scene.server.token, &id);
    let watched = || async { scene.listed(&id).await.filter(|one| one["attached"] == 2) };
    scene.server.eventually("the page's client is attached", watched).await;

    let last = 30_000;
    let count = format!("echo; i=0; while [ $i -le {last} ]; do echo out-$i; i=$((i+1)); done\n");
    type_in(&mut wire, stream, &count).await;
    // Whoever is in control keeps the program back until it has taken the output in, too.
    let owner = tokio::spawn(async move {
        wire.shown(stream, &format!("out-{last}\r\n")).await;
        type_in(&mut wire, stream, "exit 3\n").await;
        wire.exit(stream).await.1["exitCode"].as_u64()
    });
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let next = tokio::time::timeout(PATIENCE, snippet.screen.next_line()).await;
        let line = next.unwrap_or_else(|_| panic!("after {:?}", seen.last())).unwrap();
        let line = line.unwrap_or_else(|| panic!("it ended after {:?}", seen.last()));
        seen.extend(line.trim_end().strip_prefix("out-").and_then(|rest| rest.parse::<usize>().ok()));
    }
    let wrong = (0..=last).find(|n| seen.get(*n) != Some(n));
    assert_eq!(wrong, None, "left out or doubled: {:?}", wrong.map(|n| &seen[n.saturating_sub(2)..n + 2]));
    assert_eq!(proxy.left(), 0, "every cut came while there was output");
    assert_eq!(owner.await.unwrap(), Some(3));
    assert_eq!(snippet.gives_up().await, "It has ended.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_on_the_page_gives_up_what_is_refused_for_good() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let told = Snippet::at(&scene.server.url, "wrong", &id).gives_up().await;
    assert!(told.contains("not one of this server") && told.lines().count() == 1, "{told}");
    let told = Snippet::at(&scene.server.url, &scene.server.token, "no-such").gives_up().await;
    assert!(told.contains("no-such") && told.lines().count() == 1, "{told}");
}
