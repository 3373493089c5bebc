//! A repository with very many files: opened, asked about and changed in bounded time and memory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, Start, TestRepo};

/// Files in the repository; `PILOTHOUSE_LONG=1` asks for more.
fn count() -> usize {
    if std::env::var_os("PILOTHOUSE_LONG").is_some() { 100_000 } else { 20_000 }
}

/// One more commit with `count` small files, a hundred to a folder.
fn grow(repo: &TestRepo, count: usize) {
    let mut stream =
        String::from("commit refs/heads/main\ncommitter Ada <ada@example.invalid> 0 +0000\ndata 4\nmany\n");
    stream.push_str("from refs/heads/main^0\n");
    for n in 0..count {
        let text = format!("file {n} says foo\n");
        let _ = write!(
            stream,
            "M 100644 inline many/{}/{}/{n}.txt\ndata {}\n{text}\n",
            n / 10_000,
            n / 100 % 100,
            text.len()
        );
    }
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(repo.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    repo.git(&["reset", "--quiet", "--hard", "main"]);
}

/// Kilobytes of memory a process uses now, and the most it ever did.
#[cfg(target_os = "linux")]
fn memory(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |name: &str| {
        let value = status.lines().find_map(|l| l.strip_prefix(name)).unwrap();
        value.trim().trim_end_matches(" kB").parse().unwrap()
    };
    (line("VmRSS:"), line("VmHWM:"))
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn a_huge_repository_opens_answers_and_takes_a_change_in_bounded_time_and_memory() {
    let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
    let count = count();
    let mut since = Instant::now();
    let mut step = |what: &str, most: Duration| {
        let took = std::mem::replace(&mut since, Instant::now()).elapsed();
        println!("{what}: {:.1} s", took.as_secs_f64());
        assert!(took < most, "{what} took {took:?}");
    };
    grow(&repo, count);
    step(&format!("{count} files made"), Duration::from_secs(120));
    let before = repo.git(&["status", "--porcelain"]);
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    step("opened", Duration::from_secs(120));
    let status = server.say("dev", "/status").await;
    let answer = server.first("dev", status.cursor, "assistant_message").await;
    assert!(answer.payload()["text"].as_str().unwrap().contains("Sandbox"));
    step("/status", Duration::from_secs(60));
    let sent = server.say("dev", "/replace foo bar many/0/0/**").await;
    server.approve_next("dev", sent.cursor, "land").await;
    step("replaced and asked", Duration::from_secs(120));
    server.first("dev", sent.cursor, "merge.entry.landed").await;
    step("landed", Duration::from_secs(120));
    assert_eq!(repo.git(&["show", "main_agents:many/0/0/99.txt"]), "file 99 says bar");
    assert_eq!(repo.git(&["show", "main_agents:many/0/1/100.txt"]), "file 100 says foo");
    let (now, most) = memory(server.pid());
    println!("the server uses {} MiB, at most {} MiB", now / 1024, most / 1024);
    assert!(most < 512 * 1024, "the server used {} MiB", most / 1024);
    assert_eq!(repo.git(&["status", "--porcelain"]), before, "the checkout is untouched");
    assert_eq!(server.terminate(), Some(0));
}
