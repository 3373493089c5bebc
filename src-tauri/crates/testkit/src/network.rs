//! Networks of a test's own: hosts joined to it by a cable, which lead nowhere else.
//!
//! A test that uses them runs once more inside a user namespace ([`again`]), where it may make them.

mod elsewhere;

pub use elsewhere::{ELSEWHERE, Elsewhere, with_a_host_elsewhere};

use std::process::{Child, Command};

/// Whether this system lets a test make networks.
pub fn may_be_made() -> bool {
    let tried = Command::new("unshare").args(["-Urn", "ip", "link", "set", "lo", "up"]).status();
    tried.is_ok_and(|status| status.success())
}

/// This very program behind `before`, with nothing to do but the test of that name.
pub fn again(before: &[&str], test: &str) -> Command {
    let own = std::env::current_exe().expect("its own path");
    let (program, args) = before.split_first().expect("a program");
    let mut command = Command::new(program);
    command.args(args).arg(own).args(["--exact", test, "--nocapture"]);
    command
}

/// Runs a command whose words have no blanks.
pub fn run(argv: &str) {
    let mut words = argv.split(' ');
    let mut command = Command::new(words.next().expect("a program"));
    let ended = command.args(words).status();
    assert!(ended.is_ok_and(|status| status.success()), "{argv}");
}

/// A host of its own, joined to this one by a cable; gone when dropped.
pub struct Host {
    holder: Child,
    cable: String,
}

impl Host {
    /// Ends of the cable have these addresses in a network of 256.
    pub fn joined(cable: &str, here: &str, there: &str) -> Self {
        let holder = Command::new("unshare").args(["-n", "sleep", "3600"]).spawn().expect("a network");
        let host = Self { holder, cable: cable.to_owned() };
        let pid = host.holder.id();
        let own = std::fs::read_link("/proc/self/ns/net").expect("our own network");
        while std::fs::read_link(format!("/proc/{pid}/ns/net")).is_ok_and(|net| net == own) {
            std::thread::yield_now();
        }
        run(&format!("ip link add {cable} type veth peer name eth0 netns {pid}"));
        run(&format!("ip addr add {here}/24 dev {cable}"));
        host.cable("up");
        for command in ["link set lo up", &format!("addr add {there}/24 dev eth0"), "link set eth0 up"] {
            host.ip(command);
        }
        host.ip(&format!("route add default via {here}"));
        host
    }

    /// What a command is begun with to run there.
    pub fn argv(&self) -> [String; 4] {
        ["nsenter".into(), "-t".into(), self.holder.id().to_string(), "-n".into()]
    }

    /// Plugs the cable in (`up`) or pulls it (`down`).
    pub fn cable(&self, state: &str) {
        run(&format!("ip link set {} {state}", self.cable));
    }

    fn ip(&self, what: &str) {
        run(&format!("{} ip {what}", self.argv().join(" ")));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
