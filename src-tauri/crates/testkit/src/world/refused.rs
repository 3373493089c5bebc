//! Starts that must not succeed.

use super::{Start, program};
use serde_json::Value;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A server that cannot start has this long to say so.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a start was refused.
#[derive(Debug)]
pub struct RefusedStart {
    pub code: Option<i32>,
    /// The error's code in the answer on standard output.
    pub word: String,
    /// Everything on standard error, without the line break at its end.
    pub said: String,
}

impl RefusedStart {
    /// Starts the server and waits until it gives up; panics when it comes up instead.
    pub fn of(start: &Start) -> Self {
        let mut command = start.command(&program("pilothouse"));
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let output = ended(child);
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"));
        assert_eq!(answer["ready"], false, "it came up: {answer}");
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        let word = answer["code"].as_str().expect("its code").to_owned();
        assert_eq!(answer["message"].as_str(), said.strip_prefix("pilothouse: "), "both say the same");
        Self { code: output.status.code(), word, said }
    }

    /// Exit code, one line, and every part of it that must be there.
    #[track_caller]
    pub fn assert_says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert_eq!(self.said.lines().count(), 1, "one sentence: {}", self.said);
        assert!(self.said.starts_with("pilothouse: "), "{}", self.said);
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is not in: {}", self.said);
        }
    }
}

/// The output of a process that ends by itself, killed when it does not.
fn ended(mut child: Child) -> Output {
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().expect("its state").is_none() {
        if Instant::now() > deadline {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            break;
        }
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(10));
    }
    child.wait_with_output().expect("its output")
}
