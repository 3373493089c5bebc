//! Believing a sandbox only after it has been tried.
//!
//! One run inside tries what must work (write in the job's folder) and what must not (read and write a
//! sibling folder, write to /usr, open a kernel setting, connect to a listener of ours, signal us), and reports each as a line. What
//! must not arrive outside is also looked for outside: a write may seem to succeed in a private /tmp.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use super::{Sandbox, SandboxSpec};
use crate::ids::{Ids as _, SystemIds};
use crate::spawn::{Command, Ended};

/// What was tried inside and must come out exactly so. `connect` needs bash; where there is none the network
/// is judged by its namespace alone.
const EXPECTED: &[(&str, &str)] = &[
    ("work", "open"),
    ("read", "shut"),
    ("system", "shut"),
    ("kernel", "shut"),
    ("connect", "shut"),
    ("process", "shut"),
];

/// Further on Linux, this machine's or an engine's.
const EXPECTED_OF_LINUX: &[(&str, &str)] = &[("filter", "2"), ("privileges", "1")];

const SCRIPT: &str = r#"
try() { name=$1; shift; if ("$@") >/dev/null 2>&1; then echo "$name=open"; else echo "$name=shut"; fi; }
put() { echo x > "$1"; }
touch_open() { exec 3>>"$1"; }
limited() { if command -v timeout >/dev/null; then timeout 5 "$@"; else "$@"; fi; }
call() { command -v bash >/dev/null || return 1; limited bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"; }
fact() { while read -r key value; do [ "$key" = "$2:" ] && echo "$1=$value"; done < /proc/self/status; }
try work put "$PROBE_WORK/written"
try read cat "$PROBE_SECRET"
put "$PROBE_SECRET" 2>/dev/null
try system put /usr/.pilothouse-probe
try kernel touch_open /proc/sys/kernel/core_pattern
try connect call "$PROBE_PORT"
try process kill -0 "$PROBE_PID"
fact filter Seccomp
fact privileges NoNewPrivs
echo "net=$(readlink /proc/self/ns/net)"
"#;

/// Runs the test with its folders below `scratch`. An error is the reason in plain words.
pub(super) async fn run(sandbox: &Sandbox, scratch: &Path) -> Result<(), String> {
    let root = scratch.join(format!("self-test-{}", SystemIds.uuid()));
    let result = within(sandbox, &root).await;
    let _ = std::fs::remove_dir_all(&root);
    result
}

/// The same where the tools of the test are not known to work: without the sandbox they must find everything open.
#[cfg(target_os = "macos")]
pub(super) async fn run_with_control(sandbox: &Sandbox, scratch: &Path) -> Result<(), String> {
    let root = scratch.join(format!("self-test-{}", SystemIds.uuid()));
    let opened = opened_without(&root).await;
    let _ = std::fs::remove_dir_all(&root);
    opened?;
    run(sandbox, scratch).await
}

#[cfg(target_os = "macos")]
async fn opened_without(root: &Path) -> Result<(), String> {
    let plain = |error: &dyn std::fmt::Display| format!("the control could not be set up: {error}");
    let secret = root.join("secret");
    std::fs::create_dir_all(root).map_err(|error| plain(&error))?;
    std::fs::write(&secret, "outside").map_err(|error| plain(&error))?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| plain(&error))?;
    let port = listener.local_addr().map_err(|error| plain(&error))?.port();
    let spec = SandboxSpec::new(root, root);
    let outcome = Sandbox::Host.run(&spec, probe(root, &secret, port)).await;
    let report = outcome.map_err(|error| plain(&error))?.stdout.text();
    for name in ["work", "read", "connect", "process"] {
        if !report.lines().any(|line| line == format!("{name}=open")) {
            return Err(format!("its control is wrong: without a sandbox `{name}` is shut as well"));
        }
    }
    Ok(())
}

fn probe(work: &Path, secret: &Path, port: u16) -> Command {
    Command::new(["sh", "-c", SCRIPT])
        .env("PROBE_WORK", work)
        .env("PROBE_SECRET", secret)
        .env("PROBE_PORT", port.to_string())
        .env("PROBE_PID", std::process::id().to_string())
        .timeout(Duration::from_secs(20))
}

/// Whether a trivial command runs with the machine's network.
#[cfg(target_os = "linux")]
pub(super) async fn starts_with_network(sandbox: &Sandbox, scratch: &Path) -> bool {
    let mut spec = SandboxSpec::new(scratch, scratch);
    spec.network = true;
    let command = Command::new(["true"]).timeout(Duration::from_secs(10));
    sandbox.run(&spec, command).await.is_ok_and(|outcome| outcome.success())
}

async fn within(sandbox: &Sandbox, root: &Path) -> Result<(), String> {
    let plain = |error: &dyn std::fmt::Display| format!("the self-test could not be set up: {error}");
    let (work, home, secret) = (root.join("work"), root.join("home"), root.join("secret"));
    for folder in [&work, &home] {
        std::fs::create_dir_all(folder).map_err(|error| plain(&error))?;
    }
    std::fs::write(&secret, "outside").map_err(|error| plain(&error))?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| plain(&error))?;
    listener.set_nonblocking(true).map_err(|error| plain(&error))?;
    let port = listener.local_addr().map_err(|error| plain(&error))?.port();

    let command = probe(&work, &secret, port);
    let spec = SandboxSpec::new(&work, &home);
    let outcome = sandbox.run(&spec, command).await.map_err(|error| error.to_string())?;
    if outcome.ended != Ended::Exited || outcome.code != Some(0) {
        let said = outcome.stderr.text();
        return Err(format!("a trivial command failed in it: {} ({})", said.trim(), outcome.summary()));
    }
    judge(&outcome.stdout.text(), sandbox.backend() != "seatbelt")?;
    if listener.accept().is_ok() {
        return Err("a connection to a port of this machine came through".to_owned());
    }
    if std::fs::read_to_string(&secret).ok().as_deref() != Some("outside") {
        return Err("a file outside the job's folder was changed".to_owned());
    }
    match work.join("written").exists() {
        true => Ok(()),
        false => Err("a file written in the job's folder did not arrive".to_owned()),
    }
}

fn judge(report: &str, linux: bool) -> Result<(), String> {
    let said = |name: &str| report.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let further = if linux { EXPECTED_OF_LINUX } else { &[] };
    for (name, expected) in EXPECTED.iter().chain(further) {
        match said(name) {
            Some(value) if value == *expected => {}
            Some(value) => {
                return Err(format!("in its self-test `{name}` was {value} instead of {expected}"));
            }
            None => return Err(format!("its self-test said nothing about `{name}`")),
        }
    }
    if !cfg!(target_os = "linux") {
        // Its engine has a Linux of its own; there is no namespace here to compare with.
        return Ok(());
    }
    let ours = std::fs::read_link("/proc/self/ns/net").map(|link| link.to_string_lossy().into_owned());
    match (said("net"), ours) {
        (Some(inside), Ok(ours)) if !inside.is_empty() && inside != ours => Ok(()),
        _ => Err("it does not separate the network".to_owned()),
    }
}
