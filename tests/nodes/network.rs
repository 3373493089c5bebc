//! Several hosts, each in a network of its own: paired over TLS by the certificate's fingerprint, cut apart and joined
//! again while programs write.
//!
//! The test runs once more inside a user namespace, where it may make networks. Where the system allows none it says
//! so and is left out.

use crate::machine::Machine;
use crate::scene::{Scene, text};
use crate::wire::{ACK, EXIT, Frame, INPUT, OUTPUT};
use serde_json::json;
use std::process::{Child, Command};

const INSIDE: &str = "PILOTHOUSE_TEST_INSIDE";
const NAME: &str = "network::machines_in_networks_of_their_own_go_on_where_they_were";

#[test]
fn machines_in_networks_of_their_own_go_on_where_they_were() {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(inside());
    }
    let allowed = Command::new("unshare").args(["-Urn", "ip", "link", "set", "lo", "up"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        eprintln!("left out: no networks can be made here (unshare -Urn ip link)");
        return;
    }
    let again = Command::new("unshare")
        .args(["-Urn", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(again.success());
}

fn run(argv: &str) {
    let words: Vec<&str> = argv.split(' ').collect();
    assert!(Command::new(words[0]).args(&words[1..]).status().unwrap().success(), "{argv}");
}

/// A host of its own, joined to this one by a cable.
struct Host {
    holder: Child,
    cable: String,
}

impl Host {
    fn new(number: u8) -> Self {
        let holder = Command::new("unshare").args(["-n", "sleep", "3600"]).spawn().unwrap();
        let (pid, cable) = (holder.id(), format!("ph{number}"));
        let own = std::fs::read_link("/proc/self/ns/net").unwrap();
        while std::fs::read_link(format!("/proc/{pid}/ns/net")).is_ok_and(|net| net == own) {
            std::thread::yield_now();
        }
        run(&format!("ip link add {cable} type veth peer name eth0 netns {pid}"));
        run(&format!("ip addr add 10.77.{number}.1/24 dev {cable}"));
        run(&format!("ip link set {cable} up"));
        let there = format!("nsenter -t {pid} -n");
        run(&format!("{there} ip link set lo up"));
        run(&format!("{there} ip addr add 10.77.{number}.2/24 dev eth0"));
        run(&format!("{there} ip link set eth0 up"));
        run(&format!("{there} ip route add default via 10.77.{number}.1"));
        Self { holder, cable }
    }

    fn machine(&self, name: &str) -> Machine {
        Machine::under(name, "", &["nsenter", "-t", &self.holder.id().to_string(), "-n"])
    }

    fn cable(&self, state: &str) {
        run(&format!("ip link set {} {state}", self.cable));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

async fn inside() {
    run("ip link set lo up");
    let (left, right) = (Host::new(1), Host::new(2));
    // The hub's address belongs to no cable, so that pulling one leaves it to the other.
    run("ip addr add 10.77.0.1/32 dev lo");
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_ADDRESS", "10.77.0.1:4443"));
    scene
        .hub
        .eventually("it is served over TLS", || async {
            let shown = scene.done("listen.show", json!({})).await;
            let all = shown["listeners"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["kind"] == "address" && one["state"] == "open")
        })
        .await;
    let (mut one, mut two) = (left.machine("left"), right.machine("right"));
    let (link, _) = scene.link(json!({})).await;
    assert!(link.starts_with("https://10.77.0.1:4443/pair#") && link.contains("&f="), "{link}");
    // Somebody in between shows another certificate.
    let (front, print) = link.split_once("&f=").unwrap();
    let digits: String = print.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    one.start(&["node", "pair", &format!("{front}&f={digits}")]);
    let (refused, code) = one.last().await;
    assert_eq!((refused["code"].as_str(), code), (Some("unavailable"), Some(1)), "{refused}");

    let first = scene.serving(&mut one, str::to_owned).await;
    let second = scene.serving(&mut two, str::to_owned).await;
    let mut wire = scene.wire().await;
    let mut streams = Vec::new();
    for node in [&first, &second] {
        let id = scene.open(node).await;
        let reply = wire.call("terminals.attach", json!({ "id": id, "after": 0 })).await.unwrap();
        let stream = reply["stream"].as_u64().unwrap() as u32;
        wire.binary(
            INPUT,
            stream,
            0,
            b"i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo n$i; done; echo d''one\n",
        )
        .await;
        streams.push((stream, Vec::<u8>::new()));
    }
    let mut cut = None;
    let mut healed = false;
    while !streams.iter().all(|(_, all)| all.ends_with(b"done\r\n") || is_done(all)) {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, stream, offset, bytes, .. } => {
                let (_, all) = streams.iter_mut().find(|(known, _)| *known == stream).unwrap();
                assert_eq!(offset, all.len() as u64, "nothing is left out or doubled");
                all.extend_from_slice(&bytes);
                let end = all.len() as u64;
                wire.binary(ACK, stream, end, &[]).await;
            }
            Frame::Binary { kind: EXIT, .. } => panic!("it ended"),
            Frame::Text(frame) if frame["t"] == "refused" => panic!("{frame}"),
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
        let (near, far) = (streams[0].1.len(), streams[1].1.len());
        // One cable is pulled; the other machine goes on meanwhile.
        match cut {
            None if near > 10_000 && far > 10_000 => {
                left.cable("down");
                cut = Some(far);
            }
            Some(then) if !healed && far > then + 40_000 => {
                left.cable("up");
                healed = true;
            }
            _ => {}
        }
    }
    assert!(healed);
    for (_, all) in &streams {
        let text = String::from_utf8_lossy(all);
        let numbers: Vec<usize> =
            text.lines().filter_map(|line| line.strip_prefix('n')?.parse().ok()).collect();
        assert_eq!(numbers, (1..=20_000).collect::<Vec<_>>());
    }
    let names: Vec<String> = scene.done("node.list", json!({})).await["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| text(&n["name"]))
        .collect();
    assert_eq!(names, ["left", "right"]);
}

fn is_done(all: &[u8]) -> bool {
    String::from_utf8_lossy(&all[all.len().saturating_sub(64)..]).contains("done\r\n")
}
