//! `pilothouse terminal`, in a terminal of its own.

use crate::scene::{Scene, attach};
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use terminal::{Attachment, Feed, Limits, Opening, Piece, Shell, Terminals, Who};
use testkit::world::program;

const PATIENCE: Duration = Duration::from_secs(60);

/// The terminal somebody sits at, with our command in it.
struct Desk {
    _folder: tempfile::TempDir,
    _terminals: Terminals,
    place: Attachment,
    feed: Feed,
}

impl Desk {
    fn with(scene: &Scene, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { most: 1, idle_ms: 0, record: false };
        let clock = Arc::new(host::clock::SystemClock::new());
        let terminals = Terminals::new(folder.path(), limits, clock, Arc::new(host::ids::SystemIds));
        let data = scene.data.path().display().to_string();
        let mut all = vec!["terminal"];
        all.extend(args);
        all.extend(["--data", &data]);
        let opening = Opening {
            id: protocol::TerminalId::parse("desk").unwrap(),
            name: "desk".into(),
            workspace_id: None,
            job_id: None,
            cwd: folder.path().to_owned(),
            cols: 91,
            rows: 33,
            shell: Shell { program: program("pilothouse"), args: all.into_iter().map(Into::into).collect() },
            env: vec![
                ("PATH".into(), std::env::var_os("PATH").unwrap()),
                ("PILOTHOUSE_CONFIG_DIR".into(), scene.data.path().join("no-settings").into()),
            ],
        };
        let id = terminals.open(opening).unwrap().id;
        let who = Who { key: "t".into(), label: "t".into(), may_write: true };
        let place = terminals.attach(&id, who, Some(0), None, false).unwrap();
        let feed = place.feed();
        Self { _folder: folder, _terminals: terminals, place, feed }
    }

    async fn shows(&mut self, end: &str) -> String {
        let mut all = Vec::new();
        while !String::from_utf8_lossy(&all).contains(end) {
            match tokio::time::timeout(PATIENCE, self.feed.next()).await {
                Ok(Some(Piece::Output { offset, bytes, .. })) => {
                    self.place.ack(offset + bytes.len() as u64);
                    all.extend(bytes);
                }
                Ok(Some(Piece::Changed { .. } | Piece::Taken { .. })) => {}
                other => panic!("{other:?} after {}", String::from_utf8_lossy(&all)),
            }
        }
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Its last words and its exit code.
    async fn exits(&mut self) -> (String, Option<u32>) {
        let mut all = Vec::new();
        loop {
            match tokio::time::timeout(PATIENCE, self.feed.next()).await.unwrap().unwrap() {
                Piece::Output { bytes, .. } => all.extend(bytes),
                Piece::Exit { end, .. } => {
                    return (String::from_utf8_lossy(&all).into_owned(), end.exit_code);
                }
                _ => {}
            }
        }
    }
}

async fn run(scene: &Scene, args: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(program("pilothouse"));
    command.arg("terminal").args(args).arg("--data").arg(scene.data.path());
    command.env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_opened_left_come_back_to_and_ends_with_its_exit_code() {
    let scene = Scene::trusted();
    let mut desk = Desk::with(&scene, &["open", "--name", "builds"]);
    desk.place.type_text("echo $((6*7))-answer; stty size\n").unwrap();
    // It has the size of the terminal it is shown in.
    let shown = desk.shows("33 91").await;
    assert!(shown.contains("42-answer"), "{shown}");
    desk.place.type_text("\x1d").unwrap();
    let (words, code) = desk.exits().await;
    assert!(code == Some(0) && words.contains("Detached"), "{words}");

    let (listed, _) = run(&scene, &["list"]).await;
    assert!(listed.contains("builds") && listed.contains("runs"), "{listed}");
    let mut desk = Desk::with(&scene, &["attach", "builds"]);
    // What was there is drawn again.
    desk.shows("42-answer").await;
    desk.place.type_text("exit 9\n").unwrap();
    let (words, code) = desk.exits().await;
    assert!(code == Some(9) && words.contains("exit code 9"), "{words}");
    let (listed, _) = run(&scene, &["list"]).await;
    assert!(listed.contains("exit code 9"), "{listed}");
    let (said, code) = run(&scene, &["close", "builds"]).await;
    assert!(code == Some(0) && said.contains("had ended already"), "{said}");
    assert!(run(&scene, &["list"]).await.0.contains("exit code 9"), "it is kept");
    let (said, code) = run(&scene, &["remove", "builds"]).await;
    assert!(code == Some(0) && said.contains("removed"), "{said}");
    assert!(run(&scene, &["list"]).await.0.contains("There is no terminal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_screen_its_recording_a_name_and_a_signal_need_no_seat() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    crate::scene::type_in(&mut wire, stream, "echo on-the-$((1+1))creen; sleep 5353\n").await;
    wire.shown(stream, "on-the-2creen").await;
    let (said, code) = run(&scene, &["rename", &id, "night watch"]).await;
    assert!(code == Some(0) && said.contains("night watch"), "{said}");
    let (shown, code) = run(&scene, &["show", "night watch"]).await;
    assert!(code == Some(0) && shown.lines().any(|line| line == "on-the-2creen"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "plain text: {shown:?}");
    let (snapshot, _) = run(&scene, &["show", "night watch", "--json"]).await;
    let snapshot: serde_json::Value = serde_json::from_str(&snapshot).unwrap();
    assert!(
        snapshot["offset"].as_u64().unwrap() > 0
            && snapshot["picture"].as_str().unwrap().contains("on-the-2creen")
    );
    // What follows goes on exactly where it ends.
    let mut other = scene.wire().await;
    let (again, _) = attach(&mut other, &id, json!({ "after": snapshot["offset"], "viewOnly": true })).await;
    let file = scene.data.path().join("watch.cast");
    let (said, code) = run(&scene, &["export", "night watch", "--out", file.to_str().unwrap()]).await;
    assert!(code == Some(0) && said.contains("bytes are in"), "{said}");
    let cast = std::fs::read_to_string(&file).unwrap();
    assert!(cast.starts_with('{') && cast.contains("on-the-2creen"), "{cast}");
    let (said, code) = run(&scene, &["export", "night watch", "--out", file.to_str().unwrap()]).await;
    assert!(code == Some(1) && said.contains("there already"), "{said}");
    assert!(run(&scene, &["export", "night watch"]).await.0.starts_with('{'));
    let (said, code) = run(&scene, &["signal", "night watch", "kill"]).await;
    assert!(code == Some(0) && said.contains("was told"), "{said}");
    let (offset, _) = other.exit(again).await;
    assert!(offset >= snapshot["offset"].as_u64().unwrap());
    let (said, code) = run(&scene, &["show", "night watch"]).await;
    assert!(code == Some(0) && said.contains("on-the-2creen"), "its last screen: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_looks_types_nothing_and_control_can_be_taken() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    let mut looks = Desk::with(&scene, &["attach", &id, "--view"]);
    looks.place.type_text("echo from-the-$((0))-viewer\n").unwrap();
    crate::scene::type_in(&mut wire, stream, "echo from-the-$((1))-page\n").await;
    let shown = looks.shows("from-the-1-page").await;
    assert!(!shown.contains("from-the-0-viewer"), "{shown}");
    let mut takes = Desk::with(&scene, &["attach", &id[..13], "--take"]);
    takes.place.type_text("echo from-the-$((2))-taker\n").unwrap();
    takes.shows("from-the-2-taker").await;
    let refused = wire.call("terminals.input", json!({ "stream": stream, "text": "x" })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.not_controlled");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_open_and_list_in_json_and_need_a_terminal_to_attach() {
    let scene = Scene::trusted();
    let (opened, code) = run(&scene, &["open", "--json", "--name", "one"]).await;
    let opened: serde_json::Value = serde_json::from_str(&opened).unwrap();
    assert_eq!((code, opened["name"].as_str()), (Some(0), Some("one")));
    let (list, _) = run(&scene, &["list", "--json"]).await;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["terminals"][0]["id"], opened["id"]);
    let (said, code) = run(&scene, &["attach", "one"]).await;
    assert!(code == Some(1) && said.contains("needs a terminal"), "{said}");
    let (said, code) = run(&scene, &["attach", "nothing"]).await;
    assert!(code == Some(1) && said.contains("not_found"), "{said}");
    run(&scene, &["open", "--detached", "--name", "one"]).await;
    let (said, code) = run(&scene, &["close", "one"]).await;
    assert!(code == Some(1) && said.contains("Several are meant"), "{said}");
    let (said, code) = run(&scene, &["remove", opened["id"].as_str().unwrap()]).await;
    assert!(code == Some(1) && said.contains("still runs"), "{said}");
}
