//! The ways something dies.

use crate::TWO_LEASES;
use crate::load::Load;
use client::StreamEvent;
use protocol::approval::{Approval, Decision};
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, Start, processes};

/// A check that came and went between two looks is followed by another after this.
const ANOTHER: Duration = Duration::from_secs(10);

/// Kills every worker of a server.
pub async fn workers_die(server: &RunningServer) {
    for worker in processes::below(server.pid()) {
        if worker.argv.contains("pilothouse-worker") {
            worker.kill();
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn within_two_leases<T>(what: &str, since: Instant, work: impl Future<Output = T>) -> T {
    let left = TWO_LEASES.saturating_sub(since.elapsed());
    let done = tokio::time::timeout(left, work).await;
    done.unwrap_or_else(|_| panic!("{what} is not settled within two lease periods"))
}

/// The server lives on while the worker dies that holds a job: somebody claims it again and finishes it.
pub async fn one_worker_dies(server: &RunningServer) {
    let sent = server.say("dev", "/run slow").await;
    let request = sent.request_id.unwrap();
    let of_request =
        |e: &StreamEvent| e.kind() == "plan.ready" && e.payload()["requestId"] == request.as_str();
    let (plan, _) = server.until("dev", sent.cursor, of_request).await;
    let job = plan.payload()["jobId"].as_str().unwrap().to_owned();
    let claimed = |e: &StreamEvent| e.kind() == "job_claimed" && e.payload()["jobId"] == job.as_str();
    let (claim, _) = server.until("dev", sent.cursor, claimed).await;
    let holder = format!("--worker-id {}", claim.payload()["workerId"].as_str().unwrap());
    let victims: Vec<_> = processes::below(server.pid())
        .into_iter()
        .filter(|p| p.argv.contains("pilothouse-worker") && p.argv.contains(&holder))
        .collect();
    let since = Instant::now();
    assert!(victims.iter().filter(|v| v.kill()).count() > 0, "{holder} runs");
    let ended = |e: &StreamEvent| {
        matches!(e.kind(), "job_completed" | "job_failed") && e.payload()["jobId"] == job.as_str()
    };
    let (end, _) = within_two_leases("the job", since, server.until("dev", claim.cursor, ended)).await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    let job = server.client.send("GET", &format!("/jobs/{job}"), None).await.unwrap();
    assert_eq!(job["job"]["attempts"], 2, "{job}");
    println!("a killed worker's job was done again after {:.1} s", since.elapsed().as_secs_f64());
}

/// The server lives on while a running check dies: the entry it was for is judged all the same.
pub async fn one_check_dies(server: &RunningServer, load: &mut Load, round: u64) {
    let mut said = Vec::new();
    for _ in 0..3 {
        said.push(load.line(server, round).await);
    }
    let after = said[0].cursor;
    let deadline = Instant::now() + server.patience;
    let mut asked = Instant::now();
    let check = loop {
        let running = processes::below(server.pid()).into_iter().find(|p| p.argv == "sh check.sh");
        if let Some(check) = running.filter(|check| check.kill()) {
            break check;
        }
        if Instant::now() > deadline {
            let queue = server.client.send("POST", "/v1/rpc/merge.queue", None).await;
            panic!("no check was seen running; the queue: {queue:#?}");
        }
        if asked.elapsed() > ANOTHER {
            said.push(load.line(server, round).await);
            asked = Instant::now();
        }
        tokio::task::yield_now().await;
    };
    let since = Instant::now();
    for one in said {
        let of_request =
            |e: &StreamEvent| e.kind() == "plan.ready" && e.payload()["requestId"] == one.request.as_str();
        let (plan, _) = server.until("dev", after, of_request).await;
        let job = plan.payload()["jobId"].clone();
        let settled = |e: &StreamEvent| {
            matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned" | "merge.entry.failed")
                && e.payload()["entry"]["jobId"] == job
        };
        let (end, _) = within_two_leases("an entry", since, server.until("dev", after, settled)).await;
        let fair = end.kind() == "merge.entry.landed" || end.payload()["reason"] == "merge.conflict";
        assert!(fair, "the death of check {} was held against a change: {}", check.pid, end.payload());
    }
    println!("a killed check held nothing up: {:.1} s", since.elapsed().as_secs_f64());
}

/// Questions that wait for an answer while everything around them dies.
pub struct Questions {
    yes: Approval,
    no: Approval,
}

async fn asked_about(server: &RunningServer, file: &str, line: &str) -> Approval {
    let sent = server.say("dev", &format!("append a line \"{line}\" to {file}")).await;
    let about_file = |e: &StreamEvent| {
        e.kind() == "approval_required" && e.payload()["details"]["paths"] == serde_json::json!([file])
    };
    let (event, _) = server.until("dev", sent.cursor, about_file).await;
    let id = event.payload()["approvalId"].as_str().unwrap();
    let pending = server.pending_approvals().await;
    pending.into_iter().find(|a| a.id.as_str() == id).unwrap()
}

impl Questions {
    pub async fn ask(server: &RunningServer, round: u64) -> Self {
        Self {
            yes: asked_about(server, "guarded/yes.md", &format!("round {round} line 900001")).await,
            no: asked_about(server, "guarded/no.md", &format!("round {round} line 900002")).await,
        }
    }

    /// The same questions about the same change, each once.
    pub async fn assert_open(&self, server: &RunningServer) {
        let pending = server.pending_approvals().await;
        for asked in [&self.yes, &self.no] {
            let same: Vec<_> = pending.iter().filter(|a| a.subject == asked.subject).collect();
            assert_eq!(same.len(), 1, "one question about {}: {pending:#?}", asked.subject);
            assert_eq!((&same[0].id, &same[0].hash), (&asked.id, &asked.hash), "the same question");
        }
    }

    /// Answers both, kills the server at once, and finds the answers kept and followed.
    pub async fn answer(self, server: RunningServer, start: &Start) -> RunningServer {
        self.assert_open(&server).await;
        let latest = server.say("dev", "/status").await.cursor;
        server.answer(self.no.id.as_str(), Decision::Deny).await.unwrap();
        server.answer(self.yes.id.as_str(), Decision::Approve).await.unwrap();
        server.kill();
        let server = RunningServer::start(start);
        let of = |e: &StreamEvent, kind: &str, asked: &Approval| {
            e.kind() == kind && e.payload()["entry"]["id"] == asked.subject.as_str()
        };
        let landed = |e: &StreamEvent| of(e, "merge.entry.landed", &self.yes);
        server.until("dev", latest, landed).await;
        let pending = server.pending_approvals().await;
        let again = |asked: &Approval| pending.iter().any(|a| a.subject == asked.subject);
        assert!(!again(&self.yes) && !again(&self.no), "an answer counts once: {pending:#?}");
        server
    }
}
