//! The real process inside, as a plain process of this machine: commands, trees, files, doors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cell::door::Answering;
use cell::session::Command;
use cell::{Door, DoorName, Doors, Exit, Hello, Session, SessionError, Stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;
use tokio::time::timeout;

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

async fn session(hello: Hello, doors: Doors) -> (Session, Child) {
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_pilothouse-inside"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (read, write) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    (Session::over(read, write, hello, doors).await.unwrap(), child)
}

fn sh(script: &str) -> Command {
    let mut command = Command::new(["sh", "-c", script]);
    command.env = vec![("PATH".into(), PATH.into())];
    command.grace = Duration::from_millis(200);
    command
}

async fn run(session: &Session, command: Command) -> (Exit, String, String) {
    let mut started = session.start(command).await.unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    let (a, b) =
        tokio::join!(started.stdout.read_to_string(&mut out), started.stderr.read_to_string(&mut err));
    a.and(b).unwrap();
    (timeout(Duration::from_secs(60), started.handle.ended()).await.unwrap().unwrap(), out, err)
}

fn alive(needle: &str) -> usize {
    let line = |pid: &str| std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|pid| String::from_utf8_lossy(&line(pid)).replace('\0', " ").starts_with(needle)).count()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn seconds() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("6{:05}{:03}", std::process::id() % 100_000, NEXT.fetch_add(1, Ordering::Relaxed))
}

#[tokio::test]
async fn a_command_runs_with_exactly_its_environment_and_tells_how_it_ended() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let (exit, out, err) = run(&session, sh("echo out; echo err >&2; pwd; exit 3")).await;
    assert_eq!((exit.code, exit.signal, exit.leaked), (Some(3), None, 0));
    assert_eq!((out.as_str(), err.as_str()), ("out\n/\n", "err\n"));
    let mut env = Command::new(["/usr/bin/env"]);
    env.env = vec![("A".into(), "1".into()), ("A".into(), "2".into())];
    assert_eq!(run(&session, env).await.1, "A=2\n");
    assert_eq!(run(&session, sh("kill -9 $$")).await.0.signal, Some(9));
    // The channel is not among what a command inherits.
    assert_eq!(run(&session, sh("ls /proc/self/fd | wc -l")).await.1.trim(), "4");
}

#[tokio::test]
async fn names_and_paths_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt as _;
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let odd = std::ffi::OsString::from_vec(vec![b'x', 0xff, b'y']);
    let mut command = Command::new([std::ffi::OsString::from("printf"), "%s".into(), odd]);
    command.env = vec![("PATH".into(), PATH.into())];
    let mut started = session.start(command).await.unwrap();
    let mut out = Vec::new();
    started.stdout.read_to_end(&mut out).await.unwrap();
    assert_eq!(out, [b'x', 0xff, b'y']);
}

#[tokio::test]
async fn what_cannot_start_says_why_and_harms_nobody() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let refused = async |command: Command| match session.start(command).await.unwrap_err() {
        SessionError::Refused { code, .. } => code,
        other => panic!("{other}"),
    };
    assert_eq!(refused(Command::new(["no-such-program-here"])).await, "inside.no_program");
    assert_eq!(refused(Command::new(["/etc"])).await, "inside.spawn");
    let mut nowhere = sh("true");
    nowhere.cwd = "/no/such/folder".into();
    assert_eq!(refused(nowhere).await, "inside.no_folder");
    assert_eq!(run(&session, sh("exit 0")).await.0.code, Some(0));
}

#[tokio::test]
async fn input_flows_in_and_ends() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let mut command = sh("wc -c");
    command.stdin = true;
    let mut started = session.start(command).await.unwrap();
    let mut stdin = started.stdin.take().unwrap();
    stdin.write_all(&vec![b'x'; 1_000_000]).await.unwrap();
    stdin.finish();
    drop(stdin);
    let mut out = String::new();
    started.stdout.read_to_string(&mut out).await.unwrap();
    assert_eq!(out.trim(), "1000000");
}

#[tokio::test]
async fn two_commands_run_at_once_and_each_ends_alone() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let (one, two) = (seconds(), seconds());
    let first = session.start(sh(&format!("setsid sleep {one} & sleep {one}"))).await.unwrap();
    let mut second = session.start(sh(&format!("setsid sleep {two} & sleep {two}"))).await.unwrap();
    let (one, two) = (format!("sleep {one}"), format!("sleep {two}"));
    until("both run", || alive(&one) == 2 && alive(&two) == 2).await;
    // Dropping a command kills its tree and no other.
    drop(first);
    until("the first is gone", || alive(&one) == 0).await;
    assert_eq!(alive(&two), 2);
    second.handle.end();
    let exit = timeout(Duration::from_secs(60), second.handle.ended()).await.unwrap().unwrap();
    assert_eq!((exit.signal, exit.leaked, alive(&two)), (Some(15), 0, 0));
}

#[tokio::test]
async fn a_command_that_ignores_the_request_to_end_is_killed_after_the_grace() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let mut started = session.start(sh("trap '' TERM; echo up; while :; do sleep 0.01; done")).await.unwrap();
    let mut up = [0; 3];
    started.stdout.read_exact(&mut up).await.unwrap();
    started.handle.end();
    let exit = timeout(Duration::from_secs(60), started.handle.ended()).await.unwrap().unwrap();
    assert_eq!(exit.code, None);
}

#[tokio::test]
async fn killing_its_own_guard_frees_no_descendant() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let seconds = seconds();
    // The guard is the program's parent.
    let script = format!(
        "setsid setsid sleep {seconds} & (setsid sh -c 'trap \"\" TERM; sleep {seconds} & wait' &) ; \
         sleep 0.2; kill -9 $PPID; sleep {seconds}"
    );
    let mut started = session.start(sh(&script)).await.unwrap();
    let exit = timeout(Duration::from_secs(60), started.handle.ended()).await.unwrap().unwrap();
    assert_eq!((exit.signal, exit.leaked), (Some(9), 0));
    assert_eq!(alive(&format!("sleep {seconds}")), 0);
}

#[tokio::test]
async fn the_end_of_the_channel_ends_everything_inside() {
    let (session, mut child) = session(Hello::new(), Doors::none()).await;
    let seconds = seconds();
    let started = session.start(sh(&format!("setsid sleep {seconds} & trap '' TERM; sleep {seconds}"))).await;
    let sleeping = format!("sleep {seconds}");
    until("both run", || alive(&sleeping) == 2).await;
    session.close();
    let status = timeout(Duration::from_secs(60), child.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(alive(&sleeping), 0);
    let error = started.unwrap().handle.ended().await.unwrap_err();
    assert_eq!(error.code(), "channel.closed");
}

#[tokio::test]
async fn the_death_of_the_process_inside_takes_its_commands_along() {
    let (session, mut child) = session(Hello::new(), Doors::none()).await;
    let seconds = seconds();
    let _started = session.start(sh(&format!("setsid sleep {seconds} & sleep {seconds}"))).await.unwrap();
    let sleeping = format!("sleep {seconds}");
    until("both run", || alive(&sleeping) == 2).await;
    child.start_kill().unwrap();
    assert_eq!(timeout(Duration::from_secs(60), session.closed()).await.unwrap().code(), "channel.gone");
    until("all are gone", || alive(&sleeping) == 0).await;
}

#[tokio::test]
async fn a_command_gets_the_filter_the_promise_and_its_limits() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let mut command =
        sh("grep -E 'NoNewPrivs|Seccomp:' /proc/self/status; ulimit -n; ulimit -c; unshare -U true");
    command.limits.nofile = Some(77);
    let (exit, out, _) = run(&session, command).await;
    let words: Vec<&str> = out.split_whitespace().collect();
    assert_eq!(words, ["NoNewPrivs:", "1", "Seccomp:", "2", "77", "0"]);
    assert_ne!(exit.code, Some(0));
    let mut small = sh("head -c 100000 /dev/zero > big");
    let folder = tempfile::tempdir().unwrap();
    small.cwd = folder.path().into();
    small.limits.fsize = Some(1000);
    assert_ne!(run(&session, small).await.0.code, Some(0));
    assert_eq!(std::fs::metadata(folder.path().join("big")).unwrap().len(), 1000);
}

#[tokio::test]
async fn files_go_in_and_out_below_the_named_folders_only() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let shared = root.join("shared");
    std::fs::create_dir_all(shared.join("deep")).unwrap();
    std::fs::write(root.join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(&root, shared.join("up")).unwrap();
    std::os::unix::fs::symlink(root.join("secret"), shared.join("link")).unwrap();
    std::fs::create_dir(shared.join("folder")).unwrap();
    let hello = Hello::new().folder(shared.to_str().unwrap());
    let (session, _child) = session(hello, Doors::none()).await;

    let content: Vec<u8> = (0..700_000).map(|at| (at % 251) as u8).collect();
    let size = session.put(&shared.join("deep/file"), 0o600, &content[..]).await.unwrap();
    assert_eq!((size, std::fs::read(shared.join("deep/file")).unwrap()), (700_000, content.clone()));
    assert_eq!(std::fs::read_dir(shared.join("deep")).unwrap().count(), 1, "the temporary name is gone");
    let mut back = Vec::new();
    assert_eq!(session.take(&shared.join("deep/file"), 1 << 20, &mut back).await.unwrap(), 700_000);
    assert!(back == content);
    let small = session.take(&shared.join("deep/file"), 1000, &mut Vec::new()).await.unwrap_err();
    assert_eq!(small.code(), "session.too_large");

    let code = async |path: &Path| {
        let mut into = Vec::new();
        let taken = session.take(path, 1 << 20, &mut into).await.unwrap_err();
        assert!(into.is_empty());
        taken.code().to_owned()
    };
    std::process::Command::new("mkfifo").arg(shared.join("pipe")).status().unwrap();
    for path in [
        "secret",
        "shared/../secret",
        "shared/up/secret",
        "shared/link",
        "shared/folder",
        "shared/pipe",
        "shared",
    ] {
        assert_eq!(code(&root.join(path)).await, "inside.path", "{path}");
    }
    assert_eq!(code(&shared.join("missing")).await, "inside.file");
    for path in ["new", "shared/../new", "shared/up/new"] {
        let refused = session.put(&root.join(path), 0o600, &content[..]).await.unwrap_err();
        assert_eq!(refused.code(), "inside.path", "{path}");
    }
    // A link in the place of the file is replaced, never followed.
    session.put(&shared.join("link"), 0o600, &b"new"[..]).await.unwrap();
    assert_eq!(std::fs::read_to_string(root.join("secret")).unwrap(), "secret");
    assert_eq!(std::fs::read_to_string(shared.join("link")).unwrap(), "new");
    assert!(!root.join("new").exists());
}

#[tokio::test]
async fn a_put_that_breaks_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let (session, _child) = session(Hello::new().folder(root.to_str().unwrap()), Doors::none()).await;
    let (near, mut far) = tokio::io::duplex(1024);
    let (putting, path) = (session.clone(), root.join("file"));
    let put = tokio::spawn(async move { putting.put(&path, 0o600, near).await });
    far.write_all(&[1; 5000]).await.unwrap();
    until("it has begun", || std::fs::read_dir(&root).unwrap().count() == 1).await;
    put.abort();
    until("nothing is left", || std::fs::read_dir(&root).unwrap().count() == 0).await;
}

/// A server of one line: tells what it was told.
struct Echo(&'static str);

impl Door for Echo {
    fn answer(&self, mut connection: Stream) -> Answering {
        let name = self.0;
        Box::pin(async move {
            let mut said = String::new();
            if connection.read_to_string(&mut said).await.is_ok() {
                let _ = connection.write_all(format!("{name} heard {said}").as_bytes()).await;
                let _ = connection.shutdown().await;
            }
        })
    }
}

#[tokio::test]
async fn doors_are_answered_outside_each_by_its_own() {
    let doors = Doors { proxy: Some(Arc::new(Echo("proxy"))), model: Some(Arc::new(Echo("model"))) };
    let hello = Hello::new().door(DoorName::Proxy, 0).door(DoorName::Model, 0);
    let (session, _child) = session(hello, doors).await;
    for name in ["proxy", "model"] {
        let door = if name == "proxy" { DoorName::Proxy } else { DoorName::Model };
        let port = session.port(door).unwrap();
        let call = format!(
            "python3 -c \"import socket; c = socket.create_connection(('127.0.0.1', {port})); c.sendall(b'hi'); \
             c.shutdown(1); print(c.recv(99).decode())\""
        );
        assert_eq!(run(&session, sh(&call)).await.1, format!("{name} heard hi\n"));
    }
}

#[tokio::test]
async fn a_wish_that_cannot_be_fulfilled_is_refused_in_words() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for hello in [Hello::new().door(DoorName::Model, port), Hello::new().folder("/no/such/folder")] {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_pilothouse-inside"))
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (read, write) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let error = Session::over(read, write, hello, Doors::none()).await.unwrap_err();
        assert_eq!(error.code(), "channel.refused", "{error}");
        assert!(!timeout(Duration::from_secs(60), child.wait()).await.unwrap().unwrap().success());
    }
}

/// The kernel keeps a pipe locked while something is spliced into it, and a reader waits for that lock. What the
/// program wrote before may be had only afterwards, too.
#[tokio::test]
async fn a_program_that_holds_its_output_by_splicing_holds_up_nobody() {
    let (session, _child) = session(Hello::new(), Doors::none()).await;
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let script = "import os, socket, sys\na, b = socket.socketpair()\nprint('holds', flush=True)\n\
        open(sys.argv[1], 'w')\nos.splice(a.fileno(), 1, 1000)";
    let mut holding = Command::new(["python3", "-c", script, begun.to_str().unwrap()]);
    holding.env = vec![("PATH".into(), PATH.into())];
    let mut started = session.start(holding).await.unwrap();
    until("it has begun", || begun.exists()).await;
    for _ in 0..20 {
        let (exit, out, _) = timeout(Duration::from_secs(60), run(&session, sh("echo free"))).await.unwrap();
        assert_eq!((exit.code, out.as_str()), (Some(0), "free\n"));
    }
    started.handle.kill();
    let ended = timeout(Duration::from_secs(60), started.handle.ended()).await.unwrap().unwrap();
    assert_eq!((ended.signal, ended.leaked), (Some(9), 0));
    let mut said = String::new();
    timeout(Duration::from_secs(60), started.stdout.read_to_string(&mut said)).await.unwrap().unwrap();
    assert_eq!(said, "holds\n");
}
