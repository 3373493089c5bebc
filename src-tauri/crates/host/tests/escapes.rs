//! What a confined command tries and must not manage, and what it must still be able to do.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use host::sandbox::{Mount, Preference, Sandbox, SandboxSpec, detect};
use host::spawn::{Command, Ended, Outcome, OutputCaps};
use host::toolchains::{Machine, Toolchains};
use support::place::{Place, confined};
use support::{Ground, all_up, eventually, hiding_tree, processes_with, sandbox, unique_seconds};

async fn sh(place: &Place, spec: &SandboxSpec, script: &str) -> Outcome {
    let command = Command::new(["bash", "-c", script]).timeout(Duration::from_secs(60));
    place.run(spec, command).await.unwrap()
}

/// Runs `script` and wants it to fail without having printed `secret`.
async fn refused(place: &Place, spec: &SandboxSpec, script: &str) {
    let outcome = sh(place, spec, script).await;
    let text = outcome.stdout.text() + &outcome.stderr.text();
    assert_eq!(outcome.ended, Ended::Exited, "{script}: {text}");
    assert!(!outcome.success() && !text.contains("secret-token"), "{script}: {text}");
}

async fn allowed(place: &Place, spec: &SandboxSpec, script: &str) -> String {
    let outcome = sh(place, spec, script).await;
    let text = outcome.stdout.text();
    assert!(outcome.success(), "{script}: {} {text} {}", outcome.summary(), outcome.stderr.text());
    text
}

/// Each of these in a sandbox of its own for every command, and in a cell with doors.
macro_rules! in_every_place {
    ($($name:ident),+ $(,)?) => {
        mod every_place {
            $(#[tokio::test]
            async fn $name() {
                for place in super::confined().await {
                    eprintln!("in {place:?}");
                    super::$name(place).await;
                }
            })+
        }
    };
}

in_every_place! {
    files_outside_the_job_cannot_be_read,
    sockets_agents_and_other_peoples_processes_are_invisible,
    nothing_outside_the_job_can_be_written,
    no_network_of_the_machine_can_be_reached,
    with_the_network_allowed_the_machine_is_reached_and_files_stay_hidden,
    dangerous_system_calls_are_refused,
    capabilities_and_privileges_are_gone,
    a_hidden_path_is_covered_even_inside_a_shown_folder,
    limits_hold_inside,
}

#[tokio::test]
async fn the_detected_sandbox_says_what_it_is() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let isolation = sandbox.isolation(&ground.spec());
    assert_eq!(
        (isolation.backend.as_str(), isolation.fs.as_str(), isolation.net.as_str(), isolation.kill.as_str()),
        ("bwrap", "private", "none", "pidNamespace")
    );
}

#[tokio::test]
async fn the_host_must_be_asked_for() {
    let scratch = tempfile::tempdir().unwrap();
    let host = detect(Preference::Host, scratch.path()).await.unwrap();
    assert_eq!((host.sandbox.backend(), host.isolation.fs.as_str()), ("host", "open"));
}

async fn files_outside_the_job_cannot_be_read(place: Place) {
    let ground = Ground::new();
    let spec = ground.spec();
    let token = ground.path("local.token");
    for script in [
        format!("cat {}", token.display()),
        format!("cat {}", ground.path("jobs/other/file").display()),
        format!("ls {}", ground.path("homes/other").display()),
        format!("cat /proc/1/root{}", token.display()),
        format!("cat {}/../../local.token", spec.work.display()),
        format!("ln -s {} l && cat l", token.display()),
        "ls /root".to_owned(),
        "ls /home".to_owned(),
        "cat /etc/shadow".to_owned(),
        "ls /etc/ssl/private".to_owned(),
        "ls /var/lib".to_owned(),
        "ls /sys/kernel".to_owned(),
        "ls /boot".to_owned(),
        "cat /dev/mem".to_owned(),
        "head -c1 /dev/vda /dev/sda /dev/vsock".to_owned(),
        "cat /proc/kcore".to_owned(),
    ] {
        refused(&place, &spec, &script).await;
    }
}

async fn sockets_agents_and_other_peoples_processes_are_invisible(place: Place) {
    let ground = Ground::new();
    let spec = ground.spec();
    refused(&place, &spec, "ls /run/docker.sock /var/run/docker.sock").await;
    refused(&place, &spec, "ls /run/user /run/dbus").await;
    refused(&place, &spec, &format!("kill -0 {}", std::process::id())).await;
    refused(&place, &spec, "env | grep -E 'SSH_|GPG|DBUS|DISPLAY|TOKEN'").await;
    let seen = allowed(&place, &spec, "ls /proc | grep -c '^[0-9]'").await;
    assert!(seen.trim().parse::<u32>().unwrap() <= 6, "sees {seen} processes");
}

async fn nothing_outside_the_job_can_be_written(place: Place) {
    let ground = Ground::new();
    let spec = ground.spec();
    for target in ["/usr/x", "/etc/x", "/x", "/bin/x", "/var/x", "/run/x"] {
        refused(&place, &spec, &format!("echo x > {target}")).await;
    }
    // Only opened, never written: if this ever goes wrong the machine must not change.
    for kernel in ["sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/vm/drop_caches", "sysrq-trigger"] {
        refused(&place, &spec, &format!("exec 3>>/proc/{kernel}")).await;
    }
    refused(&place, &spec, &format!("echo x > {}", ground.path("jobs/other/file").display())).await;
    refused(&place, &spec, &format!("rm -rf {}; test -e /nonexistent", ground.path("").display())).await;
    assert_eq!(std::fs::read_to_string(ground.path("jobs/other/file")).unwrap(), "other-job");
    refused(&place, &spec, "mount -t tmpfs x /tmp || mount -o remount,rw /usr").await;
    refused(&place, &spec, "chmod u+w /usr && touch /usr/x").await;
    refused(&place, &spec, "mknod disk b 254 0 && head -c1 disk").await;
}

async fn no_network_of_the_machine_can_be_reached(place: Place) {
    let ground = Ground::new();
    let spec = ground.spec();
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    refused(&place, &spec, &format!("exec 3<>/dev/tcp/127.0.0.1/{port}")).await;
    // A host elsewhere is tried in `escape_effects`, in a network of the test's own.
    refused(&place, &spec, "ls /sys/class/net | grep -v '^lo$'").await;
    assert!(listener.accept().is_err());
    let abstract_name = format!("pilothouse-escape-{port}");
    let address = <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(
        abstract_name.as_bytes(),
    )
    .unwrap();
    let _listening = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
    let call = format!("import socket; socket.socket(socket.AF_UNIX).connect('\\0{abstract_name}')");
    refused(&place, &spec, &format!("python3 -c \"{call}\"")).await;
}

async fn with_the_network_allowed_the_machine_is_reached_and_files_stay_hidden(place: Place) {
    let ground = Ground::new();
    let mut spec = ground.spec();
    spec.network = true;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    allowed(&place, &spec, &format!("exec 3<>/dev/tcp/127.0.0.1/{port}")).await;
    refused(&place, &spec, &format!("cat {}", ground.path("local.token").display())).await;
    // Only where the kernel has Landlock scopes: without them a shared network shares these sockets too.
    if format!("{place:?}").contains("scopes: true") {
        let name = format!("pilothouse-open-{port}");
        let address =
            <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(&name)
                .unwrap();
        let _listening = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();
        let call = format!("import socket; socket.socket(socket.AF_UNIX).connect('\\0{name}')");
        refused(&place, &spec, &format!("python3 -c \"{call}\"")).await;
    }
    assert_eq!(place.isolation(&spec).net, "open");
}

async fn dangerous_system_calls_are_refused(place: Place) {
    let ground = Ground::new();
    let spec = ground.spec();
    refused(&place, &spec, "unshare -U true").await;
    refused(&place, &spec, "unshare -m true").await;
    let probe = r#"
import ctypes, errno, sys, fcntl, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *a):
    ctypes.set_errno(0)
    r = libc.syscall(*a)
    print(name, 'open' if r >= 0 else errno.errorcode[ctypes.get_errno()])
call('keyctl', 250, 0, -3, 1)
call('bpf', 321, 0, 0, 0)
call('io_uring', 425, 1, 0)
call('ptrace', 101, 0, 0, 0, 0)
call('userfaultfd', 323, 0)
call('clone3', 435, 0, 0)
call('clone_newuser', 56, 0x10000000, 0, 0, 0, 0)
call('x32_getpid', 0x40000000 + 39)
for name, family, kind, proto in [('vsock', 40, 1, 0), ('alg', 38, 5, 0), ('packet', 17, 3, 0), ('netfilter', 16, 3, 12)]:
    try: socket.socket(family, kind, proto); print(name, 'open')
    except OSError as e: print(name, errno.errorcode[e.errno])
try: fcntl.ioctl(0, 0x5412, b'x'); print('tiocsti', 'open')
except OSError as e: print('tiocsti', errno.errorcode[e.errno])
"#;
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    std::fs::write(spec.work.join("probe.py"), probe).unwrap();
    let said = allowed(&place, &spec, "python3 probe.py").await;
    assert!(!said.contains("open"), "{said}");
    for absent in ["clone3 ENOSYS", "x32_getpid ENOSYS"] {
        assert!(said.contains(absent), "{said}");
    }
    for refused in
        ["keyctl", "bpf", "io_uring", "ptrace", "userfaultfd", "clone_newuser", "netfilter", "tiocsti"]
    {
        assert!(said.contains(&format!("{refused} EPERM")), "{said}");
    }
}

async fn capabilities_and_privileges_are_gone(place: Place) {
    let ground = Ground::new();
    let said =
        allowed(&place, &ground.spec(), "grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status")
            .await;
    let values: Vec<&str> = said.lines().map(|line| line.split_whitespace().last().unwrap()).collect();
    assert_eq!(values, ["0000000000000000", "0000000000000000", "1", "2"]);
}

#[tokio::test]
async fn ordinary_work_is_not_disturbed() {
    let Some(sandbox) = sandbox().await else { return };
    for place in [Place::Sandboxed(sandbox.clone()), Place::Cell(sandbox)] {
        ordinary_work(place).await;
    }
}

async fn ordinary_work(place: Place) {
    let ground = Ground::new();
    let mut spec = ground.spec();
    // Interpreters may live anywhere on this machine.
    Toolchains::detect(&Machine::current()).equip(place.sandbox(), &mut spec).unwrap();
    allowed(&place, &spec, "echo a > f && mkdir d && mv f d/ && cat d/f | wc -c && echo x > /tmp/y").await;
    assert_eq!(allowed(&place, &spec, "pwd").await.trim(), spec.work.to_str().unwrap());
    assert_eq!(allowed(&place, &spec, "echo $HOME").await.trim(), spec.home.to_str().unwrap());
    allowed(&place, &spec, "echo 1 > ~/state && date && id -u && test -w /dev/null && sort /dev/null").await;
    allowed(
        &place,
        &spec,
        "git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log",
    )
    .await;
    allowed(
        &place,
        &spec,
        "python3 -c 'import threading, multiprocessing, ssl, socket; \
        t = threading.Thread(target=print); t.start(); t.join(); \
        s = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(s.getsockname()); \
        p = multiprocessing.Process(target=print); p.start(); p.join(); exit(p.exitcode)'",
    )
    .await;
    let node = "const os = require('os'); os.networkInterfaces(); os.cpus(); new (require('worker_threads').Worker)('1', {eval: true})";
    allowed(&place, &spec, &format!("node -e \"{node}\"")).await;
}

async fn a_hidden_path_is_covered_even_inside_a_shown_folder(place: Place) {
    let ground = Ground::new();
    let mut spec = ground.spec();
    std::fs::create_dir_all(ground.path("cargo/registry")).unwrap();
    std::fs::write(ground.path("cargo/credentials.toml"), "secret-token").unwrap();
    std::fs::write(ground.path("cargo/registry/ok"), "fine").unwrap();
    spec.extra_ro = vec![ground.folder.path().to_path_buf()];
    spec.mounts =
        vec![Mount { source: ground.path("cargo"), target: spec.home.join(".cargo"), writable: false }];
    spec.hide = vec![
        ground.path("cargo/credentials.toml"),
        ground.path("local.token"),
        ground.path("jobs"),
        ground.path("homes"),
    ];
    assert_eq!(allowed(&place, &spec, "cat ~/.cargo/registry/ok").await, "fine");
    refused(&place, &spec, "cat ~/.cargo/credentials.toml | grep .").await;
    refused(&place, &spec, &format!("cat {} | grep .", ground.path("local.token").display())).await;
    assert_eq!(allowed(&place, &spec, &format!("ls {}", ground.path("jobs").display())).await, "mine\n");
    allowed(&place, &spec, "echo x > own && echo x > ~/own").await;
    refused(&place, &spec, &format!("echo x > {}/new", ground.path("jobs").display())).await;
    refused(&place, &spec, &format!("echo x > {}", ground.path("cargo/registry/ok").display())).await;
}

async fn limits_hold_inside(place: Place) {
    let ground = Ground::new();
    let mut spec = ground.spec();
    spec.limits.fsize = Some(1 << 20);
    spec.limits.memory = Some(256 << 20);
    spec.limits.nofile = Some(64);
    spec.tmp_bytes = 8 << 20;
    refused(&place, &spec, "head -c 2000000 /dev/zero > big").await;
    assert!(std::fs::metadata(spec.work.join("big")).unwrap().len() <= 1 << 20);
    refused(&place, &spec, "python3 -c 'x = bytearray(600 << 20)'").await;
    refused(
        &place,
        &spec,
        "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 1000000 /dev/zero > /tmp/$i || exit 1; done",
    )
    .await;
    assert_eq!(allowed(&place, &spec, "ulimit -n").await.trim(), "64");
    if host::spawn::effective_uid() != 0 {
        spec.limits.pids = Some(32);
        refused(&place, &spec, "sh -c 'for i in $(seq 100); do sleep 30 & done'").await;
    }
}

#[tokio::test]
async fn floods_are_capped_and_terminal_escapes_can_be_stripped() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let caps = OutputCaps { head: 100, tail: 100, total: Some(1_000_000) };
    let flood = Command::new(["sh", "-c", "cat /dev/zero"]).caps(caps);
    let outcome = sandbox.confine(&ground.spec(), flood).unwrap().run().await.unwrap();
    assert_eq!((outcome.ended, outcome.stdout.bytes().len()), (Ended::OutputLimit, 200));
    let said = allowed(
        &Place::Sandboxed(sandbox.clone()),
        &ground.spec(),
        r"printf '\033]52;c;ZXZpbA==\007\033[2Jhello\n'",
    )
    .await;
    assert_eq!(host::ansi::strip(&said), "hello\n");
}

async fn planted(sandbox: &Sandbox, ground: &Ground, seconds: &str) -> host::spawn::Running {
    let command = Command::new(["bash", "-c", &hiding_tree(seconds)]);
    let running = sandbox.confine(&ground.spec(), command).unwrap().start().await.unwrap();
    all_up(seconds).await;
    running
}

#[tokio::test]
async fn no_descendant_survives_a_cancel() {
    let Some(sandbox) = sandbox().await else { return };
    let (ground, seconds) = (Ground::new(), unique_seconds());
    let running = planted(&sandbox, &ground, &seconds).await;
    running.cancel_handle().cancel();
    let outcome = running.wait().await.unwrap();
    assert_eq!((outcome.ended, outcome.leaked), (Ended::Cancelled, 0));
    assert!(processes_with(&format!("sleep {seconds}")).is_empty());
}

#[tokio::test]
async fn no_descendant_survives_a_timeout() {
    let Some(sandbox) = sandbox().await else { return };
    let (ground, seconds) = (Ground::new(), unique_seconds());
    let command = Command::new(["bash", "-c", &hiding_tree(&seconds)]).timeout(Duration::from_secs(10));
    let outcome = sandbox.confine(&ground.spec(), command).unwrap().run().await.unwrap();
    assert!(outcome.timed_out() && outcome.stdout.text() == "planted\n");
    assert!(processes_with(&format!("sleep {seconds}")).is_empty());
}

#[tokio::test]
async fn no_descendant_survives_the_programs_own_end() {
    let Some(sandbox) = sandbox().await else { return };
    let (ground, seconds) = (Ground::new(), unique_seconds());
    let script = hiding_tree(&seconds).replace("echo planted\n", "exit 7\n");
    assert_eq!(sh(&Place::Sandboxed(sandbox), &ground.spec(), &script).await.code, Some(7));
    // bubblewrap passes the exit code on just before its namespace ends, and the kernel ends the rest with that.
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
}

/// Not a test by itself: the parent that the next test kills.
#[test]
fn helper_parent() {
    let Ok(seconds) = std::env::var("HELPER_PARENT_SECONDS") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let sandbox = sandbox().await.unwrap();
        let command = Command::new(["bash", "-c", &hiding_tree(&seconds)]);
        let _ = sandbox.confine(&Ground::new().spec(), command).unwrap().run().await;
    });
}

#[tokio::test]
async fn no_descendant_survives_the_death_of_the_parent() {
    if sandbox().await.is_none() {
        return;
    }
    let seconds = unique_seconds();
    let mut parent = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_parent"])
        .env("HELPER_PARENT_SECONDS", &seconds)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    all_up(&seconds).await;
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
}
