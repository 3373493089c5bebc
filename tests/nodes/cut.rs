//! Lines that are cut, slow or gone for good, and programs that are killed: what was shown is shown once, and what was
//! typed is typed once.

use crate::machine::Machine;
use crate::scene::Scene;
use crate::wire::{ACK, EXIT, Frame, INPUT, OUTPUT, Wire};
use serde_json::{Value, json};

/// Lines a program counts.
pub const LINES: usize = 30_000;

/// Reads output until its end is `end`, from `after` on, and checks that no byte is left out or comes twice.
pub async fn read(wire: &mut Wire, stream: u32, all: &mut Vec<u8>, end: &str) {
    let from = all.len();
    while !String::from_utf8_lossy(&all[from.saturating_sub(64)..]).contains(end) {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, stream: s, offset, bytes, .. } if s == stream => {
                assert_eq!(offset, all.len() as u64, "nothing is left out or doubled");
                all.extend_from_slice(&bytes);
                wire.binary(ACK, stream, all.len() as u64, &[]).await;
            }
            Frame::Binary { kind: EXIT, .. } => panic!("it ended: {}", String::from_utf8_lossy(all)),
            Frame::Binary { kind: 5, .. } => panic!("a gap after {}", all.len()),
            Frame::Text(frame) if frame["t"] == "refused" => panic!("{frame}"),
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
}

pub async fn attach(wire: &mut Wire, id: &str, after: usize, seat: Option<&Value>) -> Value {
    let mut params = json!({ "id": id, "after": after });
    if let Some(seat) = seat {
        params["seat"] = seat.clone();
    }
    wire.call("terminals.attach", params).await.unwrap()
}

pub fn counted(all: &[u8]) {
    let text = String::from_utf8_lossy(all);
    let numbers: Vec<usize> = text.lines().filter_map(|line| line.strip_prefix("n")?.parse().ok()).collect();
    assert_eq!(numbers, (1..=LINES).collect::<Vec<_>>());
}

pub fn count() -> String {
    format!("i=0; while [ $i -lt {LINES} ]; do i=$((i+1)); echo n$i; done; echo d''one\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_of_a_machine_is_a_pause_to_whoever_looks() {
    let scene = Scene::new();
    let mut machine = Machine::new("box", "");
    let (id, line) = scene.over_a_line(&mut machine, json!(["terminals", "recipes"])).await;
    let terminal = scene.open(&id).await;
    let mut wire = scene.wire().await;
    let reply = attach(&mut wire, &terminal, 0, None).await;
    let (stream, mut all) = (reply["stream"].as_u64().unwrap() as u32, Vec::new());
    wire.binary(INPUT, stream, 0, count().as_bytes()).await;
    for part in [100, 10_000, 20_000] {
        read(&mut wire, stream, &mut all, &format!("n{part}\r\n")).await;
        line.cut();
        machine.said("away").await;
        scene.sees(&id, false).await;
        line.heal();
        machine.said("connected").await;
    }
    read(&mut wire, stream, &mut all, "done\r\n").await;
    counted(&all);

    // Typed while it is away, it is typed once, when it is back.
    line.cut();
    scene.sees(&id, false).await;
    let (status, refused) = scene.owner("terminals.open", json!({ "node": id })).await;
    assert_eq!((status, refused["code"].as_str()), (503, Some("node.away")));
    let typed = count().len() as u64;
    wire.binary(INPUT, stream, typed, b"echo la''ter").await;
    line.heal();
    machine.said("connected").await;
    wire.binary(INPUT, stream, typed + 12, b" still\n").await;
    read(&mut wire, stream, &mut all, "later still\r\n").await;

    // Over a slow line the window keeps the program back, and nothing is lost either.
    line.slow(256 * 1024);
    wire.binary(INPUT, stream, typed + 19, b"head -c 400000 /dev/zero | tr '\\0' x; echo e''nd\n").await;
    read(&mut wire, stream, &mut all, "end\r\n").await;
    let text = String::from_utf8_lossy(&all);
    assert_eq!(text.matches("later still\r\n").count(), 1, "typed once");
    assert!(text.contains(&format!("{}end", "x".repeat(400_000))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_finds_the_terminals_of_its_machines_again() {
    let scene = Scene::new();
    let mut machine = Machine::new("box", "");
    let id = scene.serving(&mut machine, str::to_owned).await;
    let terminal = scene.open(&id).await;
    let mut wire = scene.wire().await;
    let reply = attach(&mut wire, &terminal, 0, None).await;
    let (stream, mut all) = (reply["stream"].as_u64().unwrap() as u32, Vec::new());
    wire.binary(INPUT, stream, 0, count().as_bytes()).await;
    read(&mut wire, stream, &mut all, "n500\r\n").await;

    let scene = scene.killed();
    let shown = scene.terminal(&terminal).await.expect("it is listed, whether its machine is back or not");
    assert_eq!((&shown["node"], &shown["state"]), (&json!(id), &json!("running")));
    machine.said("connected").await;
    let mut wire = scene.wire().await;
    let seat = &reply["seat"];
    let again = attach(&mut wire, &terminal, all.len(), Some(seat)).await;
    assert_eq!((&again["seat"], &again["controls"]), (seat, &json!(true)));
    assert_eq!(again["inputOffset"], json!(count().len()));
    let stream = again["stream"].as_u64().unwrap() as u32;
    read(&mut wire, stream, &mut all, "done\r\n").await;
    counted(&all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_killed_takes_its_terminals_with_it_and_says_so() {
    let scene = Scene::new();
    let mut machine = Machine::new("box", "");
    let id = scene.serving(&mut machine, str::to_owned).await;
    let terminal = scene.open(&id).await;
    let mut wire = scene.wire().await;
    let reply = attach(&mut wire, &terminal, 0, None).await;
    let stream = reply["stream"].as_u64().unwrap() as u32;
    wire.binary(INPUT, stream, 0, b"echo be''fore\n").await;
    wire.shown(stream, "before").await;

    machine.end();
    scene.sees(&id, false).await;
    machine.serve();
    machine.said("connected").await;
    let (_, end) = wire.exit(stream).await;
    assert_eq!(end["state"], "interrupted", "{end}");
    scene
        .hub
        .eventually("it is listed as interrupted", || async {
            scene.terminal(&terminal).await.filter(|one| one["state"] == "interrupted")
        })
        .await;
    let cast = scene.done("terminals.export", json!({ "id": terminal })).await;
    assert!(
        cast["text"].as_str().unwrap().contains("before"),
        "its recording is there up to the last output"
    );
    let refused = wire.call("terminals.attach", json!({ "id": terminal })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.ended");
}
