//! A cell in the real sandbox: doors and nothing else, floods, deaths.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use host::cell::{Answering, Cell, Door, Doors, InsideProgram, Stream};
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::{Command, Ended, Outcome, OutputCaps};
use support::place::{inside, shut_doors};
use support::{Ground, all_up, eventually, hiding_tree, processes_with, sandbox, unique_seconds};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// A server of HTTP in its smallest form: says which door it is, and what it was asked.
struct Http {
    door: &'static str,
    answered: Arc<AtomicUsize>,
}

impl Door for Http {
    fn answer(&self, connection: Stream) -> Answering {
        let (door, answered) = (self.door, self.answered.clone());
        Box::pin(async move {
            let mut connection = BufReader::new(connection);
            let (mut asked, mut line) = (String::new(), String::new());
            while connection.read_line(&mut line).await.is_ok_and(|got| got > 2) {
                if asked.is_empty() {
                    line.trim().clone_into(&mut asked);
                }
                line.clear();
            }
            let body = format!("{door} was asked {asked}");
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // Before it is written: whoever has read the answer finds it counted.
            answered.fetch_add(1, Ordering::Relaxed);
            if connection.write_all((head + &body).as_bytes()).await.is_ok() {
                let _ = connection.shutdown().await;
            }
        })
    }
}

fn http_doors() -> (Doors, Arc<AtomicUsize>) {
    let answered = Arc::new(AtomicUsize::new(0));
    let door = |door| Some(Arc::new(Http { door, answered: answered.clone() }) as Arc<dyn Door>);
    (Doors { proxy: door("proxy"), model: door("model") }, answered)
}

async fn opened(spec: SandboxSpec, doors: Doors) -> Option<Cell> {
    Some(sandbox().await?.open(spec, doors, &inside()).await.unwrap())
}

fn sh(script: &str) -> Command {
    Command::new(["bash", "-c", script]).timeout(Duration::from_secs(60)).grace(Duration::from_millis(200))
}

async fn run(cell: &Cell, script: &str) -> Outcome {
    cell.start(sh(script)).await.unwrap().wait().await.unwrap()
}

async fn says(cell: &Cell, script: &str) -> String {
    let outcome = run(cell, script).await;
    let text = outcome.stdout.text();
    assert!(outcome.success(), "{script}: {} {text} {}", outcome.summary(), outcome.stderr.text());
    text
}

#[tokio::test]
async fn http_goes_through_each_door_and_is_answered_outside() {
    let ground = Ground::new();
    let (doors, answered) = http_doors();
    let Some(cell) = opened(ground.spec(), doors).await else { return };
    let isolation = cell.isolation();
    assert_eq!((isolation.backend.as_str(), isolation.net.as_str()), ("bwrap", "doors"));
    assert_eq!(cell.model_url().as_deref(), Some("http://127.0.0.1:3129"));
    let get = |url: &str| {
        format!("python3 -c \"import urllib.request as u; print(u.urlopen('{url}').read().decode())\"")
    };
    let model = cell.model_url().unwrap();
    assert_eq!(
        says(&cell, &get(&format!("{model}/v1/models"))).await,
        "model was asked GET /v1/models HTTP/1.1\n"
    );
    // Nothing but the environment tells this program of the proxy.
    let through = says(&cell, &get("http://registry.example/crate")).await;
    assert_eq!(through, "proxy was asked GET http://registry.example/crate HTTP/1.1\n");
    let connect = "python3 -c \"import urllib.request as u; u.urlopen('https://registry.example/')\"";
    assert!(!run(&cell, connect).await.success());
    eventually("the tunnel was asked for", || answered.load(Ordering::Relaxed) == 3).await;
    assert_eq!(
        says(&cell, "echo $https_proxy $NO_PROXY").await,
        "http://127.0.0.1:3128 localhost,127.0.0.1,::1\n"
    );
    cell.close().await;
}

#[tokio::test]
async fn nothing_but_the_doors_is_there() {
    let ground = Ground::new();
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let Some(cell) = opened(ground.spec(), shut_doors()).await else { return };
    let call = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
    let control = Sandbox::Host.run(&ground.spec(), sh(&call)).await.unwrap();
    assert!(control.success(), "the control fails: {}", control.summary());
    eventually("the control reaches it", || listener.accept().is_ok()).await;
    // Hosts of a LAN, a metadata service and a resolver are tried in `escape_effects`, in a network of the test's own.
    for call in [call, "timeout 5 bash -c 'exec 3<>/dev/tcp/::1/3128'".to_owned()] {
        assert!(!run(&cell, &call).await.success(), "{call}");
    }
    assert!(listener.accept().is_err());
    // What listens inside are the doors, and only to the inside.
    let listening = says(&cell, "awk '$4 == \"0A\" {print $2}' /proc/net/tcp /proc/net/tcp6 | sort").await;
    assert_eq!(listening, "0100007F:0C38\n0100007F:0C39\n");
    for port in [3128, 3129] {
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "{port} is open on this machine");
    }
    assert_eq!(says(&cell, "cat /proc/net/dev | grep -c :").await, "1\n");
    cell.close().await;
}

#[tokio::test]
async fn the_process_inside_can_be_neither_killed_nor_read() {
    let ground = Ground::new();
    let Some(cell) = opened(ground.spec(), shut_doors()).await else { return };
    assert_eq!(says(&cell, "tr '\\0' ' ' < /proc/1/cmdline").await, "/run/pilothouse-inside ");
    for attempt in [
        "exec 3</proc/1/mem",
        "exec 3<>/proc/1/mem",
        "readlink /proc/1/fd/10 /proc/1/fd/11 /proc/1/exe",
        "cat /proc/1/environ | grep .",
        "echo x > /proc/1/fd/11",
        "echo x > /run/pilothouse-inside",
        "rm /run/pilothouse-inside",
    ] {
        assert!(!run(&cell, attempt).await.success(), "{attempt}");
    }
    run(&cell, "kill -9 1; kill -TERM 1; kill -STOP 1; kill -INT 1; kill -USR2 1; kill -HUP 1").await;
    assert_eq!(says(&cell, "echo still here").await, "still here\n");
    // Everything that can be killed, killed: the command's own end is all that comes of it.
    let suicide = run(&cell, "kill -9 -1").await;
    assert!(!suicide.success());
    assert_eq!((suicide.ended, suicide.leaked), (Ended::Exited, 0));
    assert_eq!(says(&cell, "echo still here").await, "still here\n");
    cell.close().await;
}

#[tokio::test]
async fn two_commands_share_the_cell_and_end_apart() {
    let ground = Ground::new();
    let Some(cell) = opened(ground.spec(), shut_doors()).await else { return };
    let (one, two) = (unique_seconds(), unique_seconds());
    let first = cell.start(sh(&hiding_tree(&one))).await.unwrap();
    let second = cell.start(sh(&hiding_tree(&two))).await.unwrap();
    all_up(&one).await;
    all_up(&two).await;
    first.cancel_handle().cancel();
    let outcome = first.wait().await.unwrap();
    assert_eq!((outcome.ended, outcome.leaked), (Ended::Cancelled, 0));
    assert!(processes_with(&format!("sleep {one}")).is_empty());
    all_up(&two).await;
    cell.close().await;
    assert!(processes_with(&format!("sleep {two}")).is_empty());
    assert_eq!(second.wait().await.unwrap_err().code(), "host.cell_gone");
}

#[tokio::test]
async fn a_dropped_cell_leaves_nothing() {
    let ground = Ground::new();
    let Some(cell) = opened(ground.spec(), shut_doors()).await else { return };
    let seconds = unique_seconds();
    let _running = cell.start(sh(&hiding_tree(&seconds))).await.unwrap();
    all_up(&seconds).await;
    drop(cell);
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
}

/// Not a test by itself: the parent that the next test kills.
#[test]
fn helper_parent() {
    let Ok(seconds) = std::env::var("HELPER_PARENT_SECONDS") else { return };
    let on_host = std::env::var_os("HELPER_PARENT_ON_HOST").is_some();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let sandbox = if on_host { Sandbox::Host } else { sandbox().await.unwrap() };
        let ground = Ground::new();
        let cell = sandbox.open(ground.spec(), shut_doors(), &inside()).await.unwrap();
        let _ = cell.start(Command::new(["bash", "-c", &hiding_tree(&seconds)])).await.unwrap().wait().await;
    });
}

#[tokio::test]
async fn no_descendant_survives_the_violent_death_of_the_outside() {
    if sandbox().await.is_none() {
        return;
    }
    for on_host in [false, true] {
        let seconds = unique_seconds();
        let mut parent = std::process::Command::new(std::env::current_exe().unwrap());
        parent.args(["--exact", "helper_parent"]).env("HELPER_PARENT_SECONDS", &seconds);
        if on_host {
            parent.env("HELPER_PARENT_ON_HOST", "1");
        }
        let mut parent = parent.stdout(std::process::Stdio::null()).spawn().unwrap();
        all_up(&seconds).await;
        parent.kill().unwrap();
        parent.wait().unwrap();
        eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
    }
}

fn resident_kib(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_flood_of_output_passes_in_bounded_memory_while_the_cell_stays_quick() {
    let ground = Ground::new();
    let (doors, _) = http_doors();
    let Some(cell) = opened(ground.spec(), doors).await else { return };
    let before = resident_kib("self");
    let caps = OutputCaps { head: 1000, tail: 1000, total: None };
    // It goes on until the answer is there, so that the question is asked in the midst of it.
    let enough = ground.path("jobs/mine/enough");
    let script = format!(
        "head -c 100000000 /dev/zero; until test -e {}; do head -c 1000000 /dev/zero; done; echo done",
        enough.display()
    );
    let flood = cell.start(sh(&script).timeout(Duration::from_secs(180)).caps(caps)).await.unwrap();
    let asked =
        "python3 -c \"import urllib.request as u; print(len(u.urlopen('http://127.0.0.1:3129/x').read()))\"";
    assert_eq!(says(&cell, asked).await, "31\n");
    std::fs::write(&enough, "").unwrap();
    let outcome = flood.wait().await.unwrap();
    assert!(outcome.success(), "{}", outcome.summary());
    let total = outcome.stdout.total();
    assert!(total >= 100_000_005 && total % 1_000_000 == 5, "{total}");
    assert!(outcome.stdout.tail.ends_with(b"done\n"));
    let grown = resident_kib("self").saturating_sub(before);
    assert!(grown < 40 * 1024, "grew by {grown} KiB");
    let inside = says(&cell, "grep VmHWM /proc/1/status").await;
    let most: u64 = inside.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(most < 64 * 1024, "the process inside took {most} KiB");
    cell.close().await;
}

#[tokio::test]
async fn many_connections_at_once_are_all_answered() {
    let ground = Ground::new();
    let (doors, answered) = http_doors();
    let Some(cell) = opened(ground.spec(), doors).await else { return };
    let script = "python3 -c \"
import threading, urllib.request as u
good = []
def ask(at):
    if u.urlopen('http://127.0.0.1:3129/' + str(at)).read().decode() == 'model was asked GET /%d HTTP/1.1' % at: good.append(at)
all = [threading.Thread(target=ask, args=(at,)) for at in range(200)]
[t.start() for t in all]; [t.join() for t in all]
print(len(good))\"";
    assert_eq!(says(&cell, script).await, "200\n");
    assert_eq!(answered.load(Ordering::Relaxed), 200);
    cell.close().await;
}

#[tokio::test]
async fn connections_nobody_answers_fill_their_places_and_disturb_nothing_else() {
    struct Silent;
    impl Door for Silent {
        fn answer(&self, connection: Stream) -> Answering {
            Box::pin(async move {
                std::future::pending::<()>().await;
                drop(connection);
            })
        }
    }
    let ground = Ground::new();
    let doors = Doors { proxy: None, model: Some(Arc::new(Silent)) };
    let Some(cell) = opened(ground.spec(), doors).await else { return };
    assert!(cell.environment().is_empty());
    let hog = "python3 -c \"
import socket, time
held = [socket.create_connection(('127.0.0.1', 3129)) for _ in range(150)]
for s in held: s.setblocking(False)
for s in held:
    try: s.send(b'x' * 1000000)
    except OSError: pass
print('held', flush=True)
time.sleep(60)\"";
    let (to, mut from) = tokio::sync::mpsc::channel(4);
    let hog = cell.start(sh(hog).lines(to)).await.unwrap();
    assert_eq!(from.recv().await.unwrap().text, "held");
    assert_eq!(says(&cell, "echo free").await, "free\n");
    hog.cancel_handle().cancel();
    assert_eq!(hog.wait().await.unwrap().ended, Ended::Cancelled);
    cell.close().await;
}

#[tokio::test]
async fn too_many_commands_at_once_are_refused_and_the_cell_goes_on() {
    let ground = Ground::new();
    let Some(cell) = opened(ground.spec(), shut_doors()).await else { return };
    let mut running = Vec::new();
    let refused = loop {
        match cell.start(sh("sleep 60")).await {
            Ok(command) => running.push(command),
            Err(error) => break error,
        }
        assert!(running.len() <= 64);
    };
    assert_eq!(refused.code(), "host.supervision", "{refused}");
    assert_eq!(running.len(), 32);
    drop(running);
    let deadline = Instant::now() + Duration::from_secs(60);
    while cell.start(sh("true")).await.is_err() {
        assert!(Instant::now() < deadline);
    }
    cell.close().await;
}

#[tokio::test]
async fn without_doors_each_command_has_a_sandbox_of_its_own() {
    let ground = Ground::new();
    let Some(cell) = opened(ground.spec(), Doors::none()).await else { return };
    assert!(cell.session().is_none() && cell.environment().is_empty() && cell.model_url().is_none());
    assert_eq!(cell.isolation().net, "none");
    assert_eq!(says(&cell, "echo x > f; cat f").await, "x\n");
    cell.close().await;
}

#[tokio::test]
async fn a_cell_that_cannot_open_says_why() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let broken = ground.path("broken");
    std::fs::write(&broken, "no program").unwrap();
    std::fs::set_permissions(&broken, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let program = host::cell::InsideProgram::find(Some(broken), "/x".as_ref()).unwrap();
    let error = sandbox.open(ground.spec(), shut_doors(), &program).await.unwrap_err();
    assert_eq!(error.code(), "host.sandbox");
    assert!(error.to_string().contains("did not open"), "{error}");
}

#[tokio::test]
async fn where_the_network_is_the_machines_a_door_is_for_its_own_user_alone() {
    let ground = Ground::new();
    let (doors, _) = http_doors();
    let cell = Sandbox::Host.open(ground.spec(), doors, &inside()).await.unwrap();
    let model = cell.model_url().unwrap();
    assert_ne!(model, "http://127.0.0.1:3129");
    let ask = format!("import urllib.request as u; print(u.urlopen('{model}/x').read().decode())");
    assert_eq!(says(&cell, &format!("python3 -c \"{ask}\"")).await, "model was asked GET /x HTTP/1.1\n");
    if host::spawn::effective_uid() == 0 {
        let other =
            run(&cell, &format!("setpriv --reuid=65534 --clear-groups /usr/bin/python3 -c \"{ask}\"")).await;
        let said = other.stderr.text();
        assert!(
            !other.success() && (said.contains("RemoteDisconnected") || said.contains("reset")),
            "{said}"
        );
    }
    cell.close().await;
}

/// The program as it is packaged: one static file. `None` (after saying so) where it was not built.
fn packaged() -> Option<std::path::PathBuf> {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(3).unwrap().join("inside/pilothouse-inside");
    let path = InsideProgram::named().unwrap_or(built);
    let linked = std::process::Command::new("ldd").arg(&path).output().unwrap();
    let said =
        String::from_utf8_lossy(&linked.stdout).into_owned() + &String::from_utf8_lossy(&linked.stderr);
    let is_static = said.contains("statically linked") || said.contains("not a dynamic executable");
    match path.is_file() && is_static {
        true => Some(path),
        false if std::env::var_os("CI").is_some() => panic!("no static program in CI: {said}"),
        false => {
            support::notes::not_run(&format!("{} is no static program", path.display()));
            None
        }
    }
}

#[tokio::test]
async fn the_packaged_program_needs_nothing_around_it() {
    let (Some(program), Some(_)) = (packaged(), sandbox().await) else { return };
    let root = tempfile::tempdir().unwrap();
    for folder in ["proc", "dev"] {
        std::fs::create_dir(root.path().join(folder)).unwrap();
    }
    std::fs::copy(&program, root.path().join("pilothouse-inside")).unwrap();
    let mut bwrap = tokio::process::Command::new("bwrap")
        .args(["--unshare-all", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"])
        .arg("--ro-bind")
        .args([root.path(), "/".as_ref()])
        .args(["--proc", "/proc", "--dev", "/dev", "/pilothouse-inside"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (read, write) = (bwrap.stdout.take().unwrap(), bwrap.stdin.take().unwrap());
    let session =
        host::cell::Session::over(read, write, host::cell::Hello::new(), Doors::none()).await.unwrap();
    // The only program there is.
    let command = host::cell::session::Command::new(["/pilothouse-inside", "--version"]);
    let mut started = session.start(command).await.unwrap();
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut started.stdout, &mut text).await.unwrap();
    assert_eq!(started.handle.ended().await.unwrap().code, Some(0));
    assert!(text.starts_with("pilothouse-inside "), "{text}");
    drop((started, session));
    assert!(bwrap.wait().await.unwrap().success());
}
