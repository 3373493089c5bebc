//! Several hosts, each in a network of its own: paired over TLS by the certificate's fingerprint, cut apart and joined
//! again while programs write.
//!
//! The test runs once more inside a user namespace, where it may make networks. Where the system allows none it says
//! so and is left out.

use crate::cut::{attach, count, counted, read};
use crate::machine::Machine;
use crate::proxy::Proxy;
use crate::scene::{Scene, text};
use crate::wire::{ACK, EXIT, Frame, INPUT, OUTPUT, Wire};
use serde_json::json;
use std::process::Command;
use std::time::Duration;
use testkit::network;

const INSIDE: &str = "PILOTHOUSE_TEST_INSIDE";

#[test]
fn machines_in_networks_of_their_own_go_on_where_they_were() {
    alone("machines_in_networks_of_their_own_go_on_where_they_were", inside());
}

#[test]
fn a_machine_far_away_over_a_slow_line_that_breaks_loses_nothing() {
    alone("a_machine_far_away_over_a_slow_line_that_breaks_loses_nothing", far());
}

/// Runs a test of this name once more where it may make networks.
fn alone(name: &str, inside: impl Future<Output = ()>) {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(inside);
    }
    if !network::may_be_made() {
        testkit::notes::not_run(&format!(
            "{name}: no network of its own can be made here (unshare -Urn ip link)"
        ));
        return;
    }
    let name = format!("network::{name}");
    let again = network::again(&["unshare", "-Urn", "--"], &name).env(INSIDE, "1").status().unwrap();
    assert!(again.success());
}

/// A host of its own, joined to this one by a cable.
struct Host(network::Host);

impl Host {
    fn new(number: u8) -> Self {
        let end = |last: u8| format!("10.77.{number}.{last}");
        Self(network::Host::joined(&format!("ph{number}"), &end(1), &end(2)))
    }

    fn machine(&self, name: &str) -> Machine {
        Machine::under(name, "", &self.0.argv().each_ref().map(String::as_str))
    }

    /// Makes the cable slow, in the way to here; false where the system has no means for it.
    fn slow(&self) -> bool {
        let argv = self.0.argv();
        let tc = "tc qdisc add dev eth0 root tbf rate 1mbit burst 16kb latency 400ms";
        let mut slow = Command::new(&argv[0]);
        slow.args(&argv[1..]).args(tc.split(' '));
        slow.status().is_ok_and(|status| status.success())
    }

    fn cable(&self, state: &str) {
        self.0.cable(state);
    }
}

async fn inside() {
    network::run("ip link set lo up");
    let (left, right) = (Host::new(1), Host::new(2));
    // The hub's address belongs to no cable, so that pulling one leaves it to the other.
    network::run("ip addr add 10.77.0.1/32 dev lo");
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_ADDRESS", "10.77.0.1:4443"));
    served(&scene).await;
    let (mut one, mut two) = (left.machine("left"), right.machine("right"));
    let (link, _) = scene.link(json!({})).await;
    assert!(link.starts_with("https://10.77.0.1:4443/pair#") && link.contains("&f="), "{link}");
    // Somebody in between shows another certificate.
    let (front, print) = link.split_once("&f=").unwrap();
    let digits: String = print.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    one.start(&["node", "pair", &format!("{front}&f={digits}")]);
    let (refused, code) = one.last().await;
    assert_eq!((refused["code"].as_str(), code), (Some("server.certificate"), Some(1)), "{refused}");

    let first = scene.serving(&mut one, str::to_owned).await;
    let second = scene.serving(&mut two, str::to_owned).await;
    let mut wire = scene.wire().await;
    let mut near = Counting::on(&scene, &mut wire, &first).await;
    let mut far = Counting::on(&scene, &mut wire, &second).await;
    while !(near.says(&rests()) && far.says(&rests())) {
        one_more(&mut wire, &mut [&mut near, &mut far]).await;
    }
    // One cable is pulled while its machine writes; the other machine goes on to its end meanwhile.
    near.goes_on(&mut wire).await;
    while !near.says(&format!("n{}\r\n", RESTS + 1)) {
        one_more(&mut wire, &mut [&mut near, &mut far]).await;
    }
    left.cable("down");
    far.goes_on(&mut wire).await;
    while !far.says("done\r\n") {
        one_more(&mut wire, &mut [&mut near, &mut far]).await;
    }
    left.cable("up");
    while !near.says("done\r\n") {
        one_more(&mut wire, &mut [&mut near, &mut far]).await;
    }
    for Counting { all, .. } in [&near, &far] {
        let text = String::from_utf8_lossy(all);
        let numbers: Vec<usize> =
            text.lines().filter_map(|line| line.strip_prefix('n')?.parse().ok()).collect();
        assert_eq!(numbers, (1..=20_000).collect::<Vec<_>>());
    }
    let scene = slow_and_killed(scene, &left, &first).await;
    let names: Vec<String> = scene.done("node.list", json!({})).await["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| text(&n["name"]))
        .collect();
    assert_eq!(names, ["left", "right"]);
}

/// Where a program that counts waits for a line to be typed.
const RESTS: usize = 4_000;

fn rests() -> String {
    format!("n{RESTS}\r\n")
}

/// A terminal in which a program counts to 20,000, and what it has shown so far.
struct Counting {
    stream: u32,
    typed: u64,
    all: Vec<u8>,
}

impl Counting {
    async fn on(scene: &Scene, wire: &mut Wire, node: &str) -> Self {
        let id = scene.open(node).await;
        let reply = attach(wire, &id, 0, None).await;
        let mut counting = Self { stream: reply["stream"].as_u64().unwrap() as u32, typed: 0, all: vec![] };
        let program = format!(
            "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo n$i; [ $i = {RESTS} ] && read go; done; echo d''one\n"
        );
        counting.types(wire, program.as_bytes()).await;
        counting
    }

    async fn goes_on(&mut self, wire: &mut Wire) {
        self.types(wire, b"\n").await;
    }

    async fn types(&mut self, wire: &mut Wire, bytes: &[u8]) {
        wire.binary(INPUT, self.stream, self.typed, bytes).await;
        self.typed += bytes.len() as u64;
    }

    fn says(&self, line: &str) -> bool {
        String::from_utf8_lossy(&self.all).contains(line)
    }
}

/// Reads one frame, and keeps it where it is output of one of these.
async fn one_more(wire: &mut Wire, terminals: &mut [&mut Counting]) {
    match wire.frame().await {
        Frame::Binary { kind: OUTPUT, stream, offset, bytes, .. } => {
            let one = terminals.iter_mut().find(|one| one.stream == stream).unwrap();
            assert_eq!(offset, one.all.len() as u64, "nothing is left out or doubled");
            one.all.extend_from_slice(&bytes);
            wire.binary(ACK, stream, one.all.len() as u64, &[]).await;
        }
        Frame::Binary { kind: EXIT, .. } => panic!("it ended"),
        Frame::Text(frame) if frame["t"] == "refused" => panic!("{frame}"),
        Frame::Closed(code) => panic!("closed with {code}"),
        _ => {}
    }
}

async fn served(scene: &Scene) {
    scene
        .hub
        .eventually("it is served over TLS", || async {
            let shown = scene.done("listen.show", json!({})).await;
            let all = shown["listeners"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["kind"] == "address" && one["state"] == "open")
        })
        .await;
}

/// How long anything is under way to a machine that is far away.
const WAY: Duration = Duration::from_millis(100);

/// Over TLS through somebody in between, who takes his time, passes on as much as an old telephone line, and breaks off
/// twice while a program writes.
async fn far() {
    network::run("ip link set lo up");
    let host = Host::new(3);
    network::run("ip addr add 10.77.0.1/32 dev lo");
    let scene = Scene::with(|start| {
        start.env("PILOTHOUSE_LISTEN_ADDRESS", "10.77.0.1:4443").env("PILOTHOUSE_LISTEN_NAMES", "10.77.3.1")
    });
    served(&scene).await;
    let line = Proxy::between("10.77.3.1:4443", "10.77.0.1:4443".parse().unwrap()).await;
    line.long(WAY);
    line.slow(128 * 1024);
    let mut machine = host.machine("far");
    let id = scene.serving(&mut machine, |link| link.replace("10.77.0.1:", "10.77.3.1:")).await;
    let terminal = scene.open(&id).await;
    let mut wire = scene.wire().await;
    let reply = attach(&mut wire, &terminal, 0, None).await;
    let (stream, mut all) = (reply["stream"].as_u64().unwrap() as u32, Vec::new());
    let (first, second) = ("echo th''ere\n".to_owned(), count());
    let began = std::time::Instant::now();
    wire.binary(INPUT, stream, 0, first.as_bytes()).await;
    read(&mut wire, stream, &mut all, "there\r\n").await;
    assert!(began.elapsed() >= 2 * WAY, "it was not far: {:?}", began.elapsed());
    let began = std::time::Instant::now();
    wire.binary(INPUT, stream, first.len() as u64, second.as_bytes()).await;
    for part in [8_000, 16_000] {
        read(&mut wire, stream, &mut all, &format!("n{part}\r\n")).await;
        line.cut();
        machine.said("away").await;
        line.heal();
        machine.said("connected").await;
    }
    let typed = (first.len() + second.len()) as u64;
    wire.binary(INPUT, stream, typed, b"echo la''ter still\n").await;
    read(&mut wire, stream, &mut all, "later still\r\n").await;
    assert!(began.elapsed() > Duration::from_secs(1), "it was not slow: {:?}", began.elapsed());
    counted(&all);
    assert_eq!(String::from_utf8_lossy(&all).matches("\nlater still\r\n").count(), 1, "typed once");
}

/// Bytes that go over a slow cable.
const SLOWLY: usize = 300_000;

/// A cable of a megabit a second: the program is kept back by it, and nothing is lost, not even when the hub is killed
/// and started again in the midst.
async fn slow_and_killed(scene: Scene, host: &Host, node: &str) -> Scene {
    if !host.slow() {
        testkit::notes::not_run("a slow cable of a machine: none can be made slow here (tc … tbf)");
        return scene;
    }
    let id = scene.open(node).await;
    let mut wire = scene.wire().await;
    let reply = wire.call("terminals.attach", json!({ "id": id, "after": 0 })).await.unwrap();
    let mut stream = reply["stream"].as_u64().unwrap() as u32;
    let typed = format!("stty -echo; head -c {SLOWLY} /dev/zero | tr '\\0' x; echo e''nd\n");
    let began = std::time::Instant::now();
    wire.binary(INPUT, stream, 0, typed.as_bytes()).await;
    let (mut scene, mut all, mut killed) = (Some(scene), Vec::<u8>::new(), false);
    while !is_over(&all) {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, stream: of, offset, bytes, .. } if of == stream => {
                assert_eq!(offset, all.len() as u64, "nothing is left out or doubled");
                all.extend_from_slice(&bytes);
                wire.binary(ACK, stream, all.len() as u64, &[]).await;
            }
            Frame::Binary { kind: EXIT, .. } => panic!("it ended"),
            Frame::Text(frame) if frame["t"] == "refused" => panic!("{frame}"),
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
        if !killed && all.len() > SLOWLY / 3 {
            killed = true;
            let again = scene.take().unwrap().killed();
            again.sees(node, true).await;
            wire = again.wire().await;
            let place = json!({ "id": id, "after": all.len(), "seat": reply["seat"] });
            let place = wire.call("terminals.attach", place).await.unwrap();
            assert_eq!((&place["seat"], &place["controls"]), (&reply["seat"], &json!(true)));
            stream = place["stream"].as_u64().unwrap() as u32;
            scene = Some(again);
        }
    }
    assert!(killed && began.elapsed() > std::time::Duration::from_millis(1_500), "it was not slow");
    let text = String::from_utf8(all).unwrap();
    assert!(text.contains(&format!("{}end", "x".repeat(SLOWLY))), "{} bytes", text.len());
    scene.unwrap()
}

fn is_over(all: &[u8]) -> bool {
    String::from_utf8_lossy(&all[all.len().saturating_sub(64)..]).contains("xend\r\n")
}
