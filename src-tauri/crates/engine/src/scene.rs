//! For tests: an engine whose clock is moved by hand, and a job that somebody elsewhere works on.

use crate::{Caller, Engine, Options, Principal, SandboxChoice, ask};
use host::clock::Clock;
use protocol::approval::ApprovalState;
use protocol::queue::RenewParams;
use protocol::{RiskLevel, SessionId};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{NewApproval, QueueName};

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// Stands still until it is moved.
pub(crate) struct Moved(AtomicI64);

impl Clock for Moved {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn monotonic_ms(&self) -> u64 {
        self.now_ms().unsigned_abs()
    }
    fn minute_of_day(&self) -> u16 {
        u16::try_from(self.now_ms().rem_euclid(24 * HOUR) / MINUTE).unwrap()
    }
}

/// A running job and a question that waits ten minutes, begun at noon.
pub(crate) struct Scene {
    data: tempfile::TempDir,
    clock: Arc<Moved>,
    pub(crate) engine: Engine,
    variables: Vec<(String, String)>,
    pub(crate) job: String,
    pub(crate) token: String,
    question: String,
}

async fn open(data: &Path, clock: &Arc<Moved>, variables: &[(String, String)]) -> Engine {
    let options = Options {
        data: Some(data.to_owned()),
        host: None,
        port: None,
        workers: Some(0),
        sandbox: Some(SandboxChoice::Host),
        repos: Vec::new(),
        trust: false,
        worker_program: None,
        config_folder: None,
        environment: variables.to_vec(),
        unsafe_no_fsync: true,
    };
    crate::open::open_by(options, clock.clone()).await.unwrap().engine
}

pub(crate) fn owner() -> Caller {
    Caller::new(Principal::Owner)
}

impl Scene {
    pub(crate) async fn begun(variables: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(Moved(AtomicI64::new(20_000 * 24 * HOUR + 12 * HOUR)));
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let engine = open(data.path(), &clock, &variables).await;
        let (job, token) = Self::claimed(&engine, "elsewhere").await;
        let question = NewApproval {
            workspace_id: None,
            session_id: SessionId::parse("dev").unwrap(),
            action: "command".into(),
            subject: format!("{job}:c-1"),
            summary: "Let it run".into(),
            asks: None,
            details: json!({}),
            hash: "h".into(),
            risk: RiskLevel::Medium,
            why: "nobody listed it".into(),
            because: None,
            asked_by: "elsewhere".into(),
            expires_at: Some(clock.now_ms() + 10 * MINUTE),
        };
        let asked = engine.store.write(move |tx| ask::ask(tx, question)).await.unwrap();
        Self { data, clock, engine, variables, job, token, question: asked.id.to_string() }
    }

    /// One more job that is worked on; its id and its claim.
    pub(crate) async fn claimed(engine: &Engine, by: &str) -> (String, String) {
        let new = json!({ "taskId": "t", "kind": "k", "sessionId": "dev" });
        engine.jobs_enqueue(owner(), serde_json::from_value(new).unwrap()).await.unwrap();
        let claim = json!({ "workerId": by, "kinds": ["k"] });
        let claimed = engine.jobs_claim(owner(), serde_json::from_value(claim).unwrap()).await.unwrap();
        (claimed.job.id.to_string(), claimed.claim_token)
    }

    /// The server ends, and is started again that much later.
    pub(crate) async fn down(self, ms: i64) -> Self {
        let Self { data, clock, engine, variables, job, token, question } = self;
        drop(engine);
        clock.0.fetch_add(ms, Ordering::SeqCst);
        let engine = open(data.path(), &clock, &variables).await;
        Self { data, clock, engine, variables, job, token, question }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) async fn tick(&self) {
        self.engine.tick(self.now()).await.unwrap();
    }

    /// Time in which the sweep ticks and the worker renews its claim.
    pub(crate) async fn awake(&self, ms: i64) {
        for _ in 0..ms / (5 * SECOND) {
            self.pass(5 * SECOND);
            self.tick().await;
            self.renewed().await;
        }
    }

    /// What its worker is told: to stop, or not.
    pub(crate) async fn renewed(&self) -> Value {
        self.renews(&self.job, &self.token).await
    }

    pub(crate) async fn renews(&self, job: &str, token: &str) -> Value {
        let claim = RenewParams { id: job.to_owned(), claim_token: token.to_owned(), lease_ms: None };
        self.engine.jobs_renew(owner(), claim).await.unwrap()["pause"].clone()
    }

    pub(crate) async fn worked(&self) -> i64 {
        let job = self.job.clone();
        let spent = self.engine.store.read(move |tx| tx.spent_on_job(&job)).await.unwrap();
        i64::try_from(spent.work_ms).unwrap()
    }

    pub(crate) async fn question(&self) -> (ApprovalState, i64) {
        let id = self.question.clone();
        let found = self.engine.store.read(move |tx| tx.approval(&id)).await.unwrap();
        (found.state, host::clock::parse_iso(found.expires_at.as_deref().unwrap()).unwrap())
    }

    pub(crate) async fn is_held(&self) -> bool {
        let (id, token) = (self.job.clone(), self.token.clone());
        self.engine.store.read(move |tx| tx.require_claim(QueueName::Jobs, &id, &token)).await.is_ok()
    }

    /// What was told of a kind, oldest first.
    pub(crate) async fn told(&self, kind: &str) -> Vec<Value> {
        let events = self.engine.store.read(|tx| tx.events_after(Some("dev"), 0, 1_000)).await.unwrap();
        let all = events.iter().map(|event| serde_json::from_slice::<Value>(&event.json).unwrap());
        all.map(|event| event["envelope"].clone())
            .filter(|event| event["type"] == kind)
            .map(|event| event["payload"].clone())
            .collect()
    }
}
