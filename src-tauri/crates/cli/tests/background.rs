//! `pilothouse service` against a stand-in for `systemctl`: a script that writes down what it was told. What it
//! was told to run is then really run.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A home of the test's own with spaces and letters beyond ASCII in its paths.
struct Home {
    _temp: tempfile::TempDir,
    root: PathBuf,
}

impl Home {
    /// `systemctl` answers with `answers`, a piece of shell; without it there is none.
    fn new(answers: Option<&str>) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("Jörg Müller");
        std::fs::create_dir_all(root.join("bin")).unwrap();
        let home = Self { _temp: temp, root };
        if let Some(answers) = answers {
            let script = format!("#!/bin/sh\necho \"$*\" >> '{}'\n{answers}\n", home.told_file().display());
            let path = home.root.join("bin/systemctl");
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        home
    }

    fn told_file(&self) -> PathBuf {
        self.root.join("told")
    }

    /// What the stand-in was told, one call a line.
    fn told(&self) -> Vec<String> {
        std::fs::read_to_string(self.told_file()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn unit(&self) -> PathBuf {
        self.root.join("config/systemd/user/pilothouse.service")
    }

    fn data(&self) -> PathBuf {
        self.root.join("das Logbuch")
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pilothouse"))
            .args(args)
            .arg("--data")
            .arg(self.data())
            .env_clear()
            .env("PATH", self.root.join("bin"))
            .env("HOME", &self.root)
            .env("XDG_CONFIG_HOME", self.root.join("config"))
            .env("XDG_RUNTIME_DIR", &self.root)
            .output()
            .unwrap()
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

const RUNNING: &str =
    r#"case "$*" in *MainPID*) printf 'MainPID=1\nActiveState=active\nUnitFileState=enabled\n';; esac"#;

#[test]
fn install_writes_the_unit_and_starts_it_and_uninstall_takes_both_back() {
    let home = Home::new(Some(RUNNING));
    let repo = home.root.join("my repo");
    let args = [
        "service",
        "install",
        "--repo",
        repo.to_str().unwrap(),
        "--port",
        "0",
        "--sandbox",
        "auto",
        "--json",
    ];
    let output = home.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(json(&output)["started"], true);
    let text = std::fs::read_to_string(home.unit()).unwrap();
    let exec = format!(
        "ExecStart=:\"{}\" \"serve\" \"--data\" \"{}\" \"--repo\" \"{}\" \"--port\" \"0\" \"--sandbox\" \"auto\"\n",
        env!("CARGO_BIN_EXE_pilothouse"),
        home.data().display(),
        repo.display(),
    );
    assert!(text.contains(&exec), "{text}");
    assert!(text.contains(&format!("Environment=\"PATH={}\"", home.root.join("bin").display())), "{text}");
    let changes: Vec<String> = home.told().into_iter().filter(|line| !line.contains(" show ")).collect();
    let expected =
        ["--user daemon-reload", "--user enable pilothouse.service", "--user restart pilothouse.service"];
    assert_eq!(changes, expected);

    let output = home.run(&["service", "status", "--json"]);
    let status = json(&output);
    assert_eq!(output.status.code(), Some(0), "{status}");
    assert_eq!(
        (&status["installed"], &status["enabled"], &status["running"]),
        (&true.into(), &true.into(), &true.into())
    );
    assert_eq!((&status["pid"], &status["server"]), (&1.into(), &Value::Null));

    let output = home.run(&["service", "uninstall", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(json(&output)["removed"], true);
    assert!(!home.unit().exists());
    let told = home.told();
    assert_eq!(told[told.len() - 2..], ["--user disable --now pilothouse.service", "--user daemon-reload"]);
    assert_eq!(
        json(&home.run(&["service", "uninstall", "--json"]))["removed"],
        false,
        "a second time is fine"
    );
}

#[test]
fn where_no_manager_answers_nothing_is_written_and_the_next_step_is_said() {
    let deaf = Home::new(Some("echo 'Failed to connect to bus: No medium found' >&2; exit 1"));
    for (home, cause) in [(&deaf, "No medium found"), (&Home::new(None), "systemctl is not installed")] {
        let output = home.run(&["service", "install", "--json"]);
        assert_eq!(output.status.code(), Some(1));
        let error = json(&output);
        assert_eq!(error["code"], "background.no_manager");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(cause) && message.contains("pilothouse serve"), "{message}");
        assert!(!home.unit().exists());
        let output = home.run(&["service", "status"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said(&output).contains("not installed") && said(&output).contains(cause),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn a_unit_without_its_manager_can_still_be_removed() {
    let home = Home::new(Some(RUNNING));
    assert_eq!(home.run(&["service", "install"]).status.code(), Some(0));
    let wants = home.unit().with_file_name("default.target.wants");
    std::fs::create_dir(&wants).unwrap();
    std::os::unix::fs::symlink(home.unit(), wants.join("pilothouse.service")).unwrap();
    std::fs::remove_file(home.root.join("bin/systemctl")).unwrap();
    let output = home.run(&["service", "uninstall"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("could not be told"), "{}", said(&output));
    assert!(!home.unit().exists() && wants.join("pilothouse.service").symlink_metadata().is_err());
}

#[test]
fn a_refusal_puts_back_what_was_there() {
    let home = Home::new(Some(
        r#"case "$*" in *restart*) echo 'Job for pilothouse.service failed.' >&2; exit 1;; esac"#,
    ));
    let output = home.run(&["service", "install", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["code"], "background.refused");
    assert!(!home.unit().exists(), "nothing was there");
    assert_eq!(home.run(&["service", "install", "--no-start"]).status.code(), Some(0));
    let before = std::fs::read(home.unit()).unwrap();
    assert_eq!(home.run(&["service", "install", "--port", "0"]).status.code(), Some(1));
    assert_eq!(std::fs::read(home.unit()).unwrap(), before, "the older entry is back");
}

#[test]
fn somebody_elses_unit_is_left_alone() {
    let home = Home::new(Some(RUNNING));
    std::fs::create_dir_all(home.unit().parent().unwrap()).unwrap();
    std::fs::write(home.unit(), "[Service]\nExecStart=/bin/true\n").unwrap();
    for command in ["install", "uninstall", "status"] {
        let output = home.run(&["service", command, "--json"]);
        assert_eq!(
            (output.status.code(), &json(&output)["code"]),
            (Some(1), &"background.foreign_file".into())
        );
    }
    assert_eq!(std::fs::read_to_string(home.unit()).unwrap(), "[Service]\nExecStart=/bin/true\n");
}

/// Runs what stands in the unit, as systemd would: with the variable that names its ear.
#[test]
fn what_the_unit_runs_says_when_it_is_ready_and_ends_when_told() {
    let home = Home::new(Some(RUNNING));
    let output = home.run(&["service", "install", "--no-start", "--port", "0", "--workers", "0"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = std::fs::read_to_string(home.unit()).unwrap();
    let exec = text.lines().find_map(|line| line.strip_prefix("ExecStart=:")).unwrap();
    let words: Vec<&str> = exec.trim_matches('"').split("\" \"").collect();
    let ear = home.root.join("ear");
    let socket = UnixDatagram::bind(&ear).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut server = Command::new(words[0])
        .args(&words[1..])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", &home.root)
        .env("NOTIFY_SOCKET", &ear)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut message = [0; 64];
    let length = socket.recv(&mut message).unwrap_or_else(|error| {
        let _ = server.kill();
        panic!("it never said that it is ready: {error}")
    });
    assert_eq!(&message[..length], b"READY=1");
    let status = json(&home.run(&["service", "status", "--json"]));
    assert_eq!(status["server"]["pid"], server.id());
    // The same data folder is taken now, so an install does not start a second server.
    let output = json(&home.run(&["service", "install", "--json"]));
    assert_eq!((&output["started"], &output["otherServer"]), (&false.into(), &server.id().into()));
    end(server.id());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert!(!Path::new(&home.data()).join("server.json").exists());
}

fn end(pid: u32) {
    assert!(Command::new("kill").arg(pid.to_string()).status().unwrap().success());
}
