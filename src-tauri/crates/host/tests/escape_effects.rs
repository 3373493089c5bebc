//! Escapes looked at from outside, each with its control: the same hostile script has its way without a sandbox, and
//! leaves no trace from within one, whatever it says of itself. The hosts that stand for a LAN and for a cloud's
//! metadata service are those of a network of the test's own.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::process::Stdio;
use std::time::Duration;

use host::spawn::Command;
use support::Ground;
use support::place::{Place, confined};
use support::sockets;
use support::traces::{nothing_is_carried_off, nothing_outside_is_changed, tried};

#[tokio::test]
async fn what_lies_outside_the_job_is_not_carried_off() {
    nothing_is_carried_off(&confined().await, &Ground::new()).await;
}

#[tokio::test]
async fn nothing_outside_the_job_is_written_removed_or_ended() {
    nothing_outside_is_changed(&confined().await, &Ground::new()).await;
}

#[tokio::test]
async fn no_service_of_the_machine_is_reached() {
    let (places, ground) = (confined().await, Ground::new());
    let loopback = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    loopback.set_nonblocking(true).unwrap();
    let call = format!("exec 3<>/dev/tcp/127.0.0.1/{}", loopback.local_addr().unwrap().port());
    tried(&places, &ground, &call, || loopback.accept().is_ok()).await;
    for (listener, call) in sockets::heard(&ground.path("engine.sock"), "pilothouse-escape-effects") {
        tried(&places, &ground, &call, || listener.accept().is_ok()).await;
    }
}

const LAN: &str = "10.99.7.1";
const METADATA: &str = "169.254.169.254";
const REACHED_ONCE: &str = "only the control reached the LAN and the metadata address";

/// Not a test by itself: the next one starts it in a network of its own, in which these hosts are.
#[tokio::test]
async fn helper_in_a_network() {
    if std::env::var_os("HELPER_NETWORK").is_none() {
        return;
    }
    let (places, ground) = (confined().await, Ground::new());
    for host in [LAN, METADATA] {
        let listener = std::net::TcpListener::bind((host, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for script in [
            format!("exec 3<>/dev/tcp/{host}/{port}"),
            format!(
                "ip link set lo up; ip addr add {host}/32 dev lo; ip route add default dev lo; exec 3<>/dev/tcp/{host}/{port}"
            ),
        ] {
            tried(&places, &ground, &script, || listener.accept().is_ok()).await;
        }
        // What is only sent, as a question to a resolver is.
        let resolver = std::net::UdpSocket::bind((host, 0)).unwrap();
        resolver.set_nonblocking(true).unwrap();
        let script = format!("echo who > /dev/udp/{host}/{}", resolver.local_addr().unwrap().port());
        tried(&places, &ground, &script, || resolver.recv(&mut [0; 8]).is_ok()).await;
    }
    println!("{REACHED_ONCE} ({} places)", places.len());
}

#[tokio::test]
async fn neither_a_lan_nor_the_metadata_address_is_reached() {
    let places = confined().await;
    if places.is_empty() {
        return;
    }
    let network = format!(
        "ip link set lo up && ip addr add {LAN}/24 dev lo && ip addr add {METADATA}/32 dev lo \
         && exec \"$0\" --exact helper_in_a_network --nocapture"
    );
    let own = std::env::current_exe().unwrap();
    let flags: &[&str] = if std::fs::read_dir("/root").is_ok() { &["-n"] } else { &["-r", "-n"] };
    let run = std::process::Command::new("unshare")
        .args(flags)
        .args(["sh", "-c", &network])
        .arg(&own)
        .env("HELPER_NETWORK", "1")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains(&format!("{REACHED_ONCE} ({} places)", places.len())),
        "{said}"
    );
}

const BOMB_ENDED: &str = "the bomb stayed small";

/// Not a test by itself: the next one starts it as an ordinary user, whose processes the kernel counts.
#[tokio::test]
async fn helper_as_an_ordinary_user() {
    if std::env::var_os("HELPER_USER").is_none() {
        return;
    }
    let (places, ground) = (confined().await, Ground::new());
    let mut spec = ground.spec();
    spec.limits.pids = Some(32);
    // Doubles until there would be 128 that sleep: enough to see, and no harm to the machine where nothing stops it.
    for place in [vec![Place::Plain], places.clone()].concat() {
        let plain = matches!(place, Place::Plain);
        let mark = support::unique_seconds();
        // The control's stay until all were seen, however slowly they come.
        let (naps, lasts) = if plain { (120, 120) } else { (2, 12) };
        let bomb = format!(
            "f() {{ if [ $1 -ge 7 ]; then sleep {naps}; else f $(($1+1)) & f $(($1+1)) & wait; fi; }}; f 0; : {mark}"
        );
        let command = Command::new(["bash", "-c", &bomb])
            .cwd(ground.path("jobs/mine"))
            .env("PATH", "/usr/bin:/bin")
            .timeout(Duration::from_secs(lasts));
        let most = {
            let mut run = std::pin::pin!(place.run(&spec, command));
            let mut most = 0;
            // Let go of, it ends.
            while !plain || most <= 100 {
                tokio::select! {
                    ended = &mut run => {
                        drop(ended.unwrap());
                        break;
                    }
                    () = tokio::time::sleep(Duration::from_millis(50)) => most = most.max(support::processes_with(&mark).len()),
                }
            }
            most
        };
        println!("{place:?}: {most} processes at most");
        match place {
            Place::Plain => assert!(most > 100, "the control spreads: {most}"),
            _ => assert!((2..=48).contains(&most), "{place:?}: {most}"),
        }
        support::eventually("none of it is left", || support::processes_with(&mark).is_empty()).await;
    }
    println!("{BOMB_ENDED} ({} places)", places.len());
}

#[tokio::test]
async fn a_fork_bomb_stays_small_and_nothing_of_it_is_left() {
    let places = confined().await;
    if places.is_empty() {
        return;
    }
    let own = std::env::current_exe().unwrap();
    let words = ["--exact", "helper_as_an_ordinary_user", "--nocapture"];
    let scratch = tempfile::tempdir().unwrap();
    let mut run = if std::fs::read_dir("/root").is_ok() {
        std::os::unix::fs::chown(scratch.path(), Some(65_534), Some(65_534)).unwrap();
        let mut run = std::process::Command::new("setpriv");
        run.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&own);
        run
    } else {
        std::process::Command::new(&own)
    };
    run.args(words).env("HELPER_USER", "1").env("TMPDIR", scratch.path()).env("HOME", scratch.path());
    let run = run.stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    println!("{said}");
    assert!(
        run.status.success() && said.contains(&format!("{BOMB_ENDED} ({} places)", places.len())),
        "{said}"
    );
}
