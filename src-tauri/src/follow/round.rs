//! One connection to one server, from the first look to its end.

use std::sync::Arc;
use std::time::Duration;

use client::{Client, EventStream};
use protocol::approval::ApprovalState;
use protocol::ops::{ApprovalParams, JobParams, RequestParams, typed};
use protocol::publish::PublishShowParams;
use tauri::async_runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::fact::{self, Ended, Fact, Parts, What};
use super::snapshot::{Failure, Link};
use super::{Following, look};
use crate::running::Address;
use crate::shell::Shell;
use protocol::limit::{self, Stop};

/// Events come in bursts; what they make old is read once for all of them.
const BURST: Duration = Duration::from_millis(100);
/// Everything that grows old by itself, such as workers that went away, is looked at this often.
const AGEING: Duration = Duration::from_secs(60);

/// The last event seen, of which server.
pub struct Mark {
    url: String,
    cursor: i64,
}

/// Where the shell's server is, or why there is none. Asked off the runtime's own threads: the shell holds its lock
/// while the server ends.
pub async fn address(shell: &Arc<Shell>) -> Result<Address, String> {
    let shell = Arc::clone(shell);
    let asked = async_runtime::spawn_blocking(move || {
        shell.address().ok_or_else(|| shell.problem().map(|problem| problem.text).unwrap_or_default())
    });
    asked.await.unwrap_or_else(|error| Err(error.to_string()))
}

/// Follows the server until it is gone or another one is meant. Answers whether it was there at all, and why it
/// ended.
pub async fn run(
    following: &Arc<Following>,
    shell: &Arc<Shell>,
    place: &Address,
    mark: &mut Option<Mark>,
    facts: &mpsc::Sender<Fact>,
) -> (bool, String) {
    let mut round = match open(place, mark).await {
        Ok(round) => round,
        Err(problem) => return (false, problem),
    };
    following.put_client(Some(round.client.clone()));
    // Nothing is told before names and switches are known.
    if let Err(problem) = look(following, &round.client, Parts::ALL).await {
        return (true, problem);
    }
    let mut old = Parts::default();
    let mut due = Instant::now();
    let mut ageing = Instant::now() + AGEING;
    loop {
        tokio::select! {
            // What is rare comes before events, which may come without end.
            biased;
            () = sleep_until(due), if old.any() => match look(following, &round.client, old).await {
                Ok(()) => old = Parts::default(),
                Err(problem) => return (true, problem),
            },
            () = following.again.notified() => (old, due) = (Parts::ALL, Instant::now()),
            () = sleep_until(ageing) => {
                if address(shell).await.is_ok_and(|now| now.url != place.url) {
                    return (true, String::new());
                }
                ageing = Instant::now() + AGEING;
                (old, due) = (old.with(Parts::AGEING), Instant::now());
            }
            event = round.stream.next() => match event {
                Ok(Some(event)) => {
                    let parts = fact::parts(event.kind());
                    if parts.any() && !old.any() {
                        due = Instant::now() + BURST;
                    }
                    old = old.with(parts);
                    if let Some(fact) = fact::of(&event) {
                        // They decide what is told of it.
                        if old.switches || old.spaces {
                            match look(following, &round.client, old).await {
                                Ok(()) => old = Parts::default(),
                                Err(problem) => return (true, problem),
                            }
                        }
                        tell(following, &round.client, facts, fact).await;
                    }
                    // What was not told yet is read again.
                    *mark = Some(Mark { url: place.url.clone(), cursor: event.cursor });
                }
                Ok(None) => return (true, String::new()),
                Err(error) => return (true, error.message),
            },
        }
    }
}

/// Reads these parts of the snapshot.
async fn look(following: &Following, client: &Client, parts: Parts) -> Result<(), String> {
    let seen = look::at(client, parts).await.map_err(|error| error.message)?;
    following.change(|now| {
        now.link = Link::Up;
        seen.put_into(now);
    });
    Ok(())
}

struct Round {
    client: Client,
    stream: EventStream,
}

/// The stream begins where the last one ended, so that a short cut loses nothing; a server that was not followed
/// before begins now.
async fn open(place: &Address, mark: &Option<Mark>) -> Result<Round, String> {
    let token_file = place.token_file.clone();
    let token = async_runtime::spawn_blocking(move || host::token_file::read_secret(&token_file))
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
    let opened = async {
        let client = Client::new(place.url.clone(), token)?;
        let latest = look::status(&client).await?.latest_cursor;
        let after = match mark {
            Some(mark) if mark.url == place.url && mark.cursor <= latest => mark.cursor,
            _ => latest,
        };
        let stream = client.events(None, after).await?;
        Ok(Round { client, stream })
    };
    opened.await.map_err(|error: protocol::ApiError| error.message)
}

/// Hands a fact on, once it is known that it is one.
async fn tell(following: &Following, client: &Client, facts: &mpsc::Sender<Fact>, fact: Fact) {
    let Some(fact) = settled(client, fact).await else { return };
    let snapshot = following.now();
    match &fact.what {
        What::CameBack { title, job, .. } | What::Parked { title, job, .. } => {
            let failure = Failure { title: title.clone(), page: format!("/jobs/{job}") };
            following.change(|now| now.failure = Some(failure));
        }
        What::JobFailed { job, message, .. } => {
            let failure = Failure { title: message.clone(), page: format!("/jobs/{job}") };
            following.change(|now| now.failure = Some(failure));
        }
        // What came back and lands after all needs nobody any more.
        What::Landed { job, .. }
            if snapshot.failure.as_ref().is_some_and(|f| f.page == format!("/jobs/{job}")) =>
        {
            following.change(|now| now.failure = None);
        }
        What::Landed { .. }
        | What::Reported { .. }
        | What::RequestFailed { .. }
        | What::JobWaits { .. }
        | What::Budget { .. }
        | What::WaitsForModel { .. }
        | What::Published { .. }
        | What::WorkerTrouble { .. } => {}
    }
    if facts.try_send(fact).is_err() {
        tracing::warn!("a notification was not made: too many are waiting");
    }
}

/// None when the event was not the end of the story, or a person's own doing.
async fn settled(client: &Client, mut fact: Fact) -> Option<Fact> {
    match &mut fact.what {
        What::Reported { job, summary } => {
            let job = client.call(typed::JobsGet, &JobParams { id: job.clone() }, None).await.ok()?;
            if job.commit_sha.is_some() {
                return None;
            }
            if summary.trim().is_empty() {
                *summary = job.title;
            }
        }
        What::JobFailed { job, message, .. } => {
            if let Ok(job) = client.call(typed::JobsGet, &JobParams { id: job.clone() }, None).await {
                *message = format!("{}: {message}", job.title);
            }
        }
        What::JobWaits { job, title, .. } => {
            *title = client.call(typed::JobsGet, &JobParams { id: job.clone() }, None).await.ok()?.title;
        }
        What::RequestFailed { request, prompt, why } => {
            let asked = RequestParams { id: request.clone() };
            let known = client.call(typed::RequestsGet, &asked, None).await.ok()?;
            *why = known.error.unwrap_or_default();
            *prompt = known.original_prompt;
            let code = known.result.as_ref().and_then(|result| result["code"].as_str());
            // What went wrong otherwise is said in the conversation, where the request came from.
            if !limit::stopped(Stop::Request { status: known.status, code }) {
                return None;
            }
        }
        What::Published { how: Ended::Pushed { publish }, .. } => {
            let of = PublishShowParams { session_id: fact.session.clone() };
            let shown = client.call(typed::PublishShow, &of, None).await.ok()?;
            // The pull request is told when it is there.
            if shown.recent.iter().find(|one| one.id == *publish).is_none_or(|one| one.create_pr) {
                return None;
            }
        }
        What::Parked { asked: Some(asked), .. } => {
            let asked =
                client.call(typed::ApprovalGet, &ApprovalParams { id: asked.clone() }, None).await.ok();
            if asked.is_some_and(|approval| approval.state == ApprovalState::Denied) {
                return None;
            }
        }
        _ => {}
    }
    Some(fact)
}
