//! From the answer to a question until the agent that waited for it goes on: the command it asked about has run, and its
//! model is asked for the next step. Beside it the same steps of an agent that a rule allows them to.

use crate::ground::Ground;
use crate::row::{Amount, Row};
use crate::sample::Sample;
use crate::{by_hand, looks};
use anyhow::{Context as _, ensure};
use client::StreamEvent;
use protocol::JobId;
use protocol::approval::Decision;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start};

/// Commands of one job.
const TIMES: usize = 25;
const PATIENCE: Duration = Duration::from_secs(60);
/// Without a sandbox every command asks, unless a rule of the user's own allows it.
const ALLOWED: &str =
    "[[rule]]\nid = \"say\"\neffect = \"allow\"\nkinds = [\"command\"]\nargvPrefix = [\"echo\"]\n";

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let repository = ground.folder("answered-repo");
    by_hand::repository(&repository)?;
    let asked = ground.runtime.block_on(of_job(ground, &repository, "answered", ""))?;
    let allowed = ground.runtime.block_on(of_job(ground, &repository, "answered-floor", ALLOWED))?;
    let row = |name: &str, quantile: f64| {
        Row::new(
            format!("a question answered → its agent's next step, {name}"),
            Amount::Millis(asked.millis(quantile)),
        )
        .floor(Amount::Millis(allowed.millis(quantile)), "the same step of one that need not ask")
    };
    Ok(vec![row("p50", 0.5), row("p99", 0.99)])
}

/// How long each step of the job took from the moment it was let go on.
async fn of_job(ground: &Ground, repository: &Path, name: &str, rules: &str) -> anyhow::Result<Sample> {
    let settings = ground.folder(&format!("{name}-settings"));
    std::fs::create_dir_all(&settings)?;
    std::fs::write(settings.join("policy.toml"), rules)?;
    let model = ModelServer::start(script())?;
    let start = Start::on(&ground.folder(name), repository)
        .flag("--trust")
        .flag("--sandbox")
        .flag("host")
        .workers(1)
        .env("PILOTHOUSE_CONFIG_DIR", &settings.to_string_lossy())
        .model("REMOTEBUDDY", &model.base_url(), "openai")
        .model("WORKERS", &model.base_url(), "openai");
    let server = RunningServer::start(&start);
    let steps = steps(&server, &model, rules.is_empty()).await;
    server.terminate();
    steps
}

async fn steps(server: &RunningServer, model: &ModelServer, asks: bool) -> anyhow::Result<Sample> {
    let mut cursor = server.say("dev", "please say some numbers in the clone").await.cursor;
    // The plan, then the first step; nothing of that is waited for by a person.
    ensure!(model.has_seen(2, PATIENCE).await, "the job does not begin");
    let mut took = Vec::new();
    for n in 0..TIMES {
        let mut since = Instant::now();
        if asks {
            let asks = |event: &StreamEvent| {
                event.kind() == "approval_required" && event.payload()["action"] == "command"
            };
            let (event, _) = server.until("dev", cursor, asks).await;
            cursor = event.cursor;
            let id = event.payload()["approvalId"].as_str().context("a question without an id")?.to_owned();
            since = Instant::now();
            server.answer(&id, Decision::Approve).await?;
        }
        let who = if asks { "who was answered" } else { "whom a rule allows" };
        ensure!(model.has_seen(n + 3, PATIENCE).await, "step {n} of one {who} does not go on");
        took.push(since.elapsed());
    }
    let (end, _) = server.until("dev", cursor, |event| event.kind() == "job_completed").await;
    let id = JobId::parse(end.payload()["jobId"].as_str().unwrap_or_default())?;
    looks::completed(&server.client, &id).await?;
    Ok(Sample::new(took))
}

/// A plan without checks, a command for each step, and the end.
fn script() -> Script {
    let plan = json!({
        "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will.",
        "title": "Say numbers", "instruction": "Say numbers.",
        "planning": {
            "intent": "question", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 0 },
            "acceptanceCriteria": ["They were said"], "validationSteps": [], "queuePriority": "interactive",
            "queueWaitBudgetMs": 90_000, "executionBudgetMs": 300_000, "finalizationBudgetMs": 120_000,
        },
    });
    let worker = || When::tool("bash");
    let say = |n: usize| Step::call("bash", json!({ "command": format!("echo {n}") })).when(worker());
    let end = Step::call("finish", json!({ "summary": "said", "confidence": "high" })).when(worker());
    let plan = Step::json(plan).when(When::system("RemoteBuddy"));
    Script::new(std::iter::once(plan).chain((0..TIMES).map(say)).chain([end]))
}
