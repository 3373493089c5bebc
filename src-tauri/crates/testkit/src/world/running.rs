//! The built server as a child process, and what a test does with it.

use super::processes::{self, Process};
use super::wire::Call;
use client::{Client, StreamEvent};
use protocol::approval::{AnswerParams, Approval, Decision};
use protocol::message::{MessageAccepted, SendMessage};
use protocol::ops::typed;
use protocol::queue::ListParams;
use protocol::{ApprovalId, SessionId};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longest wait for anything; a test that needs longer is broken, or drives something slow and says so.
const PATIENCE: Duration = Duration::from_secs(120);

/// A shell that reads no file of whoever runs the tests.
pub const PLAIN_SHELL: &str = "/bin/sh";

/// A program of ours beside the test binaries.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test binary");
    let found = own
        .ancestors()
        .skip(1)
        .take(3)
        .map(|dir| dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|p| p.is_file());
    found.unwrap_or_else(|| panic!("{name} is not built: cargo build -p pilothouse -p pilothouse-worker"))
}

/// How to start.
#[derive(Clone)]
pub struct Start {
    pub data: PathBuf,
    pub repos: Vec<PathBuf>,
    /// Exactly so many; none leaves it to the server.
    pub workers: Option<usize>,
    /// 0 takes a free one.
    pub port: u16,
    pub flags: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// A program and its arguments that start the server in their turn.
    pub under: Vec<String>,
}

impl Start {
    pub fn on(data: &Path, repo: &Path) -> Self {
        Self {
            data: data.to_owned(),
            repos: vec![repo.to_owned()],
            workers: Some(1),
            port: 0,
            flags: Vec::new(),
            environment: Vec::new(),
            under: Vec::new(),
        }
    }

    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// As many workers as there is work for, between these.
    pub fn scaled(mut self, min: usize, max: usize) -> Self {
        self.workers = None;
        self.env("PILOTHOUSE_WORKERS_MIN", &min.to_string()).env("PILOTHOUSE_WORKERS_MAX", &max.to_string())
    }

    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server through another program, such as one that changes what it sees.
    pub fn under(mut self, argv: &[&str]) -> Self {
        self.under = argv.iter().map(|a| (*a).to_owned()).collect();
        self
    }

    /// Starts the server where it sees one folder read-only.
    #[cfg(target_os = "linux")]
    pub fn with_read_only(self, folder: &str) -> Self {
        self.under(&["bwrap", "--dev-bind", "/", "/", "--ro-bind", folder, folder, "--die-with-parent", "--"])
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives a role (`WORKERS` and its like) the scripted model at an address, spoken to as `backend`.
    pub fn model(self, role: &str, base_url: &str, backend: &str) -> Self {
        self.env(&format!("{role}_LLM_ENDPOINT"), base_url)
            .env(&format!("{role}_LLM_MODEL"), "scripted")
            .env(&format!("{role}_LLM_BACKEND"), backend)
    }

    /// The command line of `pilothouse serve`.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut argv: Vec<&std::ffi::OsStr> = self.under.iter().map(AsRef::as_ref).collect();
        argv.push(program.as_ref());
        let mut command = Command::new(argv[0]);
        command.args(&argv[1..]);
        command.args(["serve", "--json", "--port", &self.port.to_string(), "--data"]).arg(&self.data);
        if let Some(workers) = self.workers {
            command.arg("--workers").arg(workers.to_string());
        }
        for repo in &self.repos {
            command.arg("--repo").arg(repo);
        }
        command.args(&self.flags);
        for name in ["REMOTEBUDDY_LLM_ENDPOINT", "WORKERS_LLM_ENDPOINT", "LLM_ENDPOINT"] {
            command.env_remove(name);
        }
        // Nothing the person at this machine has configured reaches a test, and what their shell reads as it starts neither.
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.join("no-settings")).env("SHELL", PLAIN_SHELL);
        command.envs(self.environment.iter().map(|(k, v)| (k, v)));
        command
    }
}

/// A server that is up; killed when dropped.
pub struct RunningServer {
    child: Child,
    /// Whether the child is another program, which started it.
    under: bool,
    pub client: Client,
    pub url: String,
    pub token: String,
    pub open_url: String,
    /// Longest wait for anything of this server.
    pub patience: Duration,
}

impl RunningServer {
    /// Starts `pilothouse serve` and waits for its ready line.
    pub fn start(start: &Start) -> Self {
        let mut child = start
            .command(&program("pilothouse"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a ready line");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not ready: {line:?}"));
        let text = |key: &str| ready[key].as_str().expect("a text").to_owned();
        #[cfg_attr(not(target_os = "linux"), allow(unused_mut))]
        let mut token_file = PathBuf::from(text("tokenFile"));
        #[cfg(target_os = "linux")]
        if !token_file.exists() {
            token_file = super::small_disk::inside(child.id(), &token_file);
        }
        let token = std::fs::read_to_string(token_file).expect("the token").trim().to_owned();
        let url = text("url");
        Self {
            child,
            under: !start.under.is_empty(),
            client: Client::new(url.clone(), token.clone()).expect("a client"),
            url,
            token,
            open_url: text("openUrl"),
            patience: PATIENCE,
        }
    }

    /// A request to this server, written byte by byte, without a token.
    pub fn bare(&self, verb: &str, target: impl AsRef<[u8]>) -> Call {
        Call::new(&self.url, verb, target)
    }

    /// The same with the owner's token.
    pub fn owner(&self, verb: &str, target: impl AsRef<[u8]>) -> Call {
        self.bare(verb, target).bearer(&self.token)
    }

    /// Waits until `look` gives something.
    pub async fn eventually<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        mut look: impl FnMut() -> F,
    ) -> T {
        let deadline = tokio::time::Instant::now() + self.patience;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "never: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits until the process is gone.
    pub fn kill(mut self) {
        let own = |process: &Process| process.argv.contains(" serve --json ");
        let inner = if self.under { processes::below(self.pid()).into_iter().find(own) } else { None };
        let _ = self.child.kill();
        let _ = self.child.wait();
        // One that dies with what started it does so a moment later, and holds its folder until then.
        while inner.as_ref().is_some_and(Process::is_there) {
            std::thread::yield_now();
        }
    }

    /// Asks it to stop and waits; its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        self.child.wait().ok().and_then(|s| s.code())
    }

    /// Waits until it has ended by itself; its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().ok().and_then(|s| s.code())
    }

    /// Posts a message to a session.
    pub async fn say(&self, session: &str, text: &str) -> MessageAccepted {
        let session_id = SessionId::parse(session).expect("a session id");
        let message = SendMessage {
            session_id,
            text: text.to_owned(),
            intent: None,
            priority: None,
            target_worker_id: None,
        };
        self.client.call(typed::ChatSend, &message, None).await.expect("the message is taken")
    }

    /// Follows a session from a cursor until `wanted` picks an event; returns it and everything before it.
    pub async fn until(
        &self,
        session: &str,
        after: i64,
        wanted: impl Fn(&StreamEvent) -> bool,
    ) -> (StreamEvent, Vec<StreamEvent>) {
        let mut seen = Vec::new();
        let follow = async {
            let mut events = self.client.events(Some(session), after).await.expect("events");
            loop {
                let event = events.next().await.expect("an event").expect("the stream goes on");
                if wanted(&event) {
                    return event;
                }
                seen.push(event);
            }
        };
        match tokio::time::timeout(self.patience, follow).await {
            Ok(event) => (event, seen),
            Err(_) => panic!(
                "nothing matched; seen: {:#?}",
                seen.iter().map(|e| format!("{} {}", e.kind(), e.payload())).collect::<Vec<_>>()
            ),
        }
    }

    /// The first event of a type after a cursor.
    pub async fn first(&self, session: &str, after: i64, kind: &str) -> StreamEvent {
        self.until(session, after, |e| e.kind() == kind).await.0
    }

    pub async fn answer(&self, approval: &str, decision: Decision) -> Result<Approval, protocol::ApiError> {
        let approval_id = ApprovalId::parse(approval).expect("an approval id");
        self.client
            .call(
                typed::ApprovalAnswer,
                &AnswerParams { approval_id, decision, hash: None, remember: None },
                None,
            )
            .await
    }

    /// Answers the next question of an action after a cursor with yes; returns its event.
    pub async fn approve_next(&self, session: &str, after: i64, action: &str) -> StreamEvent {
        let (event, _) = self
            .until(session, after, |e| e.kind() == "approval_required" && e.payload()["action"] == action)
            .await;
        let id = event.payload()["approvalId"].as_str().expect("an id").to_owned();
        self.answer(&id, Decision::Approve).await.expect("the answer is taken");
        event
    }

    /// Waits until a request of the session did not work, and for what is said about it there.
    pub async fn told_why_not(&self, session: &str, after: i64) -> String {
        let (end, _) = self.until(session, after, failed).await;
        let (told, _) = self.until(session, end.cursor, |e| e.kind() == "assistant_message").await;
        told.payload()["text"].as_str().expect("a text").to_owned()
    }

    pub async fn pending_approvals(&self) -> Vec<Approval> {
        let list = ListParams { status: Some("pending".into()), ..ListParams::default() };
        self.client.call(typed::ApprovalList, &list, None).await.expect("a list").approvals
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a job, or the request it would have been for, did not work.
pub fn failed(event: &StreamEvent) -> bool {
    event.kind() == "job_failed" || event.kind() == "request.changed" && event.payload()["status"] == "failed"
}
