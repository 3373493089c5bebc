//! The native loop: its machine alone, and driven against a scripted model server with scripted hands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod limits;
mod resuming;
mod scenarios;
mod trouble;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use agent::model::{Dialect, Endpoint, ModelClient, RetryPolicy, Timeouts};
use agent::native::{
    BashCall, EditCall, Hands, Input, Limits, Loop, LoopEvent, NativeOutcome, Observation, ReadCall, Sink,
    Task, drive,
};
use agent::prompt::{Inputs, Prompts};
use agent::{Cancel, Pace};
use testkit::model_server::{ModelServer, Script, Step};

pub const DIALECTS: [Dialect; 3] =
    [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::AnthropicMessages];

pub fn server(steps: impl IntoIterator<Item = Step>) -> ModelServer {
    ModelServer::start(Script::new(steps)).unwrap()
}

pub fn client(dialect: Dialect, server: &ModelServer) -> ModelClient {
    let endpoint = Endpoint { dialect, base_url: server.url(), model: "scripted".into(), api_key: None };
    ModelClient::new(endpoint, Timeouts::default()).unwrap()
}

/// The prompt as the worker sends it.
pub fn task(limits: Limits) -> Task {
    let prompt = Prompts::builtin()
        .unwrap()
        .render(
            "worker.native",
            Inputs::new()
                .with("platform", "Linux")
                .with("shell", "bash")
                .with("write_globs", ["src/**"])
                .with("max_files", 2)
                .with("validation", ["./test"])
                .with("criteria", ["./test passes"])
                .with("minutes", 15)
                .with("steps", limits.steps)
                .with("instruction", "The sum is off by one. Mend it.")
                .with("notes", ""),
        )
        .unwrap();
    Task { system: prompt.system, task: prompt.user.unwrap(), limits, retry: RetryPolicy::default() }
}

/// A project of one file whose test passes when the file says `a + b`.
#[derive(Default)]
pub struct Project {
    pub files: BTreeMap<String, String>,
    pub commands: Vec<String>,
    /// Fixed outputs for commands that are not the test.
    pub outputs: BTreeMap<String, String>,
    /// Cancels when this command runs.
    pub cancels_on: Option<String>,
    pub timeouts: Vec<u64>,
}

impl Project {
    pub fn broken() -> Self {
        let files = BTreeMap::from([("src/sum".to_owned(), "a + b + 1\n".to_owned())]);
        Self { files, ..Self::default() }
    }

    pub fn mended(&self) -> bool {
        self.files["src/sum"] == "a + b\n"
    }
}

impl Hands for Project {
    async fn bash(&mut self, call: &BashCall, timeout_ms: u64, cancel: &Cancel) -> Observation {
        self.commands.push(call.command.clone());
        self.timeouts.push(timeout_ms);
        if self.cancels_on.as_deref() == Some(call.command.as_str()) {
            cancel.cancel();
            cancel.cancelled().await;
            return Observation::failed("killed");
        }
        if call.command == "./test" {
            return if self.mended() {
                Observation::exited(0, "1 passed")
            } else {
                Observation::exited(1, "expected 3, got 4")
            };
        }
        match self.outputs.get(&call.command) {
            Some(text) => Observation::exited(0, text.clone()),
            None => Observation::exited(127, "not found"),
        }
    }

    async fn read(&mut self, call: &ReadCall, _: &Cancel) -> Observation {
        match self.files.get(&call.path) {
            Some(text) => Observation::ok(text.clone()),
            None => Observation::failed("no such file"),
        }
    }

    async fn edit(&mut self, call: &EditCall, _: &Cancel) -> Observation {
        let Some(text) = self.files.get_mut(&call.path) else { return Observation::failed("no such file") };
        if text.matches(&call.old).count() != 1 {
            return Observation::failed("`old` must occur exactly once");
        }
        *text = text.replace(&call.old, &call.new);
        Observation::ok("edited")
    }
}

#[derive(Default)]
pub struct Log {
    pub events: Vec<LoopEvent>,
    pub artifacts: Vec<(String, String)>,
}

impl Log {
    pub fn has(&self, wanted: impl Fn(&LoopEvent) -> bool) -> bool {
        self.events.iter().any(wanted)
    }

    pub fn nudges(&self) -> Vec<&str> {
        let texts = self.events.iter().filter_map(|event| match event {
            LoopEvent::Nudged { why } => Some(why.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

impl Sink for Log {
    fn event(&mut self, event: LoopEvent) {
        self.events.push(event);
    }

    fn artifact(&mut self, name: &str, text: &str) {
        self.artifacts.push((name.to_owned(), text.to_owned()));
    }
}

/// Short waits pass at once and move the clock; long ones, which are only bounds, never come to an end.
#[derive(Default)]
pub struct TestPace {
    now: AtomicU64,
    pub waits: Mutex<Vec<u64>>,
}

impl Pace for TestPace {
    fn now_ms(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, ms: u64) {
        if ms > 60_000 {
            std::future::pending::<()>().await;
        }
        self.now.fetch_add(ms, Ordering::SeqCst);
        self.waits.lock().unwrap().push(ms);
    }
}

pub struct Run {
    pub outcome: NativeOutcome,
    pub project: Project,
    pub log: Log,
    pub waits: Vec<u64>,
    pub machine: Loop,
}

pub async fn run_with(dialect: Dialect, server: &ModelServer, limits: Limits, mut project: Project) -> Run {
    let mut machine = Loop::new(task(limits));
    let mut log = Log::default();
    let pace = TestPace::default();
    let model = client(dialect, server);
    let start = Input::Start { now_ms: 0 };
    let cancel = Cancel::new();
    let outcome = drive(&mut machine, start, &model, &mut project, &mut log, &pace, &cancel).await;
    let waits = pace.waits.into_inner().unwrap();
    Run { outcome, project, log, waits, machine }
}

pub async fn run(dialect: Dialect, server: &ModelServer) -> Run {
    run_with(dialect, server, Limits::default(), Project::broken()).await
}
