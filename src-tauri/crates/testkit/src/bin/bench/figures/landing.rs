//! A message from the moment it is sent: until a worker has its job, until the job can begin, until it landed.

use crate::ground::Ground;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use crate::{by_hand, floor};
use anyhow::{Context, bail};
use client::EventStream;
use protocol::SessionId;
use protocol::message::SendMessage;
use protocol::ops::typed;
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, Start};

/// Landings measured; the first is shown by itself, since it makes what the later ones find.
const TIMES: usize = 7;
/// Commits in a row before a worker can have the job: message, claim of the request, plan, claim of the job.
const COMMITS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// One message's way, from the moment it was sent.
struct Way {
    claimed: Duration,
    ready: Duration,
    landed: Duration,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let (repository, scratch, depot) =
        (ground.folder("landing-repo"), ground.folder("by-hand"), ground.folder("by-hand.git"));
    std::fs::create_dir_all(&scratch)?;
    by_hand::repository(&repository)?;
    by_hand::bare_copy(&repository, &depot)?;
    let start = Start::on(&ground.folder("landing"), &repository)
        .flag("--trust")
        .env("PILOTHOUSE_POLICY_PROFILE", "autopilot");
    let server = RunningServer::start(&start);
    let (mut ways, mut hands, mut clones) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..TIMES {
        ways.push(ground.runtime.block_on(one(&server, n))?);
        let hand = by_hand::landing(&repository, &depot, &scratch, n)?;
        hands.push(hand.whole);
        clones.push(hand.clone);
    }
    server.terminate();
    let first = ways.remove(0);
    let millis = |duration: Duration| Amount::Millis(duration.as_secs_f64() * 1e3);
    let middle = |of: &dyn Fn(&Way) -> Duration| {
        Amount::Millis(Sample::new(ways.iter().map(of).collect()).millis(0.5))
    };
    let syncs = floor::syncs_and_exchange(ground.dir(), COMMITS, 200)?;
    let [hand, clone] = [hands, clones].map(|times| Amount::Millis(Sample::new(times).millis(0.5)));
    Ok(vec![
        Row::new("message → job started, p50", middle(&|way| way.claimed))
            .floor(Amount::Millis(syncs.millis(0.5)), "4 raw write+fsync, 1 loopback exchange"),
        Row::new(
            "job started → first sign from its clone, p50",
            middle(&|way| way.ready.saturating_sub(way.claimed)),
        )
        .floor(clone, "git clone --shared by hand")
        .goal(Goal::AtMost(Amount::Millis(1_000.0))),
        Row::new("message → landed, p50", middle(&|way| way.landed)).floor(hand, "the git commands by hand"),
        Row::new("message → landed, first of a workspace", millis(first.landed))
            .floor(hand, "the git commands by hand"),
    ])
}

async fn one(server: &RunningServer, n: usize) -> anyhow::Result<Way> {
    let session_id = SessionId::parse("dev")?;
    let text = format!("append a line \"bench {n}\" to README.md");
    let message = SendMessage { session_id, text, intent: None, priority: None, target_worker_id: None };
    let since = Instant::now();
    let sent = server.client.call(typed::ChatSend, &message, None).await?;
    let mut events = server.client.events(Some("dev"), sent.cursor).await?;
    let follow = follow(&mut events, since);
    tokio::time::timeout(PATIENCE, follow).await.context("a message took longer than a minute")?
}

async fn follow(events: &mut EventStream, since: Instant) -> anyhow::Result<Way> {
    let (mut claimed, mut ready) = (None, None);
    while let Some(event) = events.next().await? {
        match event.kind() {
            "job_claimed" => claimed = Some(since.elapsed()),
            "job.progress" => ready = ready.or(Some(since.elapsed())),
            "merge.entry.landed" => {
                let (claimed, ready) =
                    (claimed.context("it was never claimed")?, ready.context("it never began")?);
                return Ok(Way { claimed, ready, landed: since.elapsed() });
            }
            "approval_required" | "job_failed" | "merge.entry.returned" | "merge.entry.failed" => {
                bail!("it did not land: {} {}", event.kind(), event.payload())
            }
            _ => {}
        }
    }
    bail!("the event stream ended")
}
