//! Events become messages: each is written into the ledger for every browser that is told, together with how far the
//! log was read. So a crash neither forgets nor repeats one.

use crate::Engine;
use flow::telling::{self, Asked, Telling};
use protocol::approval::{Approval, ApprovalState};
use protocol::push::{NoticeKind, PushMessage, PushQuestion, Told};
use protocol::{ApiError, Delivered, Envelope, Event, SessionId};
use store::{EventFilter, NewNotification, StoreError, StoredEvent, Target, Tx};

/// News of yesterday is none.
const OLD_MS: i64 = 24 * 3_600_000;
/// The place in the log is kept at least this often, so that a restart reads little again.
const KEPT_EVERY: i64 = 2_000;
/// Told when what is told of changes.
const CHANGED: &str = "config.changed";

impl Engine {
    /// Follows the log while somebody is told of anything.
    pub(crate) async fn push_tell_loop(&self) {
        while !self.is_stopping() {
            let begin = self.store.read(|tx| Ok((tx.push_targets()?.is_empty(), tx.push_cursor()?))).await;
            let ended = match begin {
                Ok((false, cursor)) => {
                    let from = cursor.unwrap_or_else(|| self.store.latest_cursor());
                    tokio::select! {
                        ended = self.push_tell_from(from) => ended,
                        () = self.stopping() => return,
                    }
                }
                Ok((true, _)) => {
                    tokio::select! {
                        () = self.push.registered.notified() => {}
                        () = self.stopping() => return,
                    }
                    Ok(())
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = ended {
                tracing::error!(%error, "notifications");
                tokio::select! {
                    () = tokio::time::sleep(super::AFTER_FAILURE) => {}
                    () = self.stopping() => {}
                }
            }
        }
    }

    /// Ends when nobody is told any more.
    async fn push_tell_from(&self, from: i64) -> Result<(), ApiError> {
        let filter = EventFilter { session: None, all_types: true, scopes: None };
        let mut events = self.follow(filter, from);
        let mut kept = from;
        loop {
            for event in events.next().await? {
                let kind = kind_of(&event);
                if kind == CHANGED {
                    self.store.write(|tx| tx.hurry_notifications()).await?;
                    self.push.due.notify_one();
                } else if telling::TYPES.contains(&kind) {
                    if !self.push_tell(&event).await? {
                        return Ok(());
                    }
                    kept = event.cursor;
                } else if event.cursor - kept >= KEPT_EVERY {
                    kept = event.cursor;
                    self.store.write(move |tx| tx.set_push_cursor(kept)).await?;
                }
            }
        }
    }

    /// False when nobody is told any more.
    async fn push_tell(&self, event: &StoredEvent) -> Result<bool, ApiError> {
        let cursor = event.cursor;
        // An event this version cannot read is passed over; the next one is not held up by it.
        let Ok(delivered) = serde_json::from_slice::<Delivered>(&event.json) else { return Ok(true) };
        let told = self.store.write(move |tx| {
            let targets = tx.push_targets()?;
            if targets.is_empty() {
                return Ok(false);
            }
            match &delivered.envelope.event {
                Event::ApprovalRequired { approval_id, .. } => {
                    let approval = tx.approval(approval_id.as_str())?;
                    if approval.state == ApprovalState::Pending {
                        ask(tx, &targets, &delivered.envelope, cursor, &approval)?;
                    }
                }
                Event::ApprovalChanged { approval } if approval.state != ApprovalState::Pending => {
                    answered(tx, approval)?;
                }
                _ => {
                    if let Some(telling) = telling::of(cursor, &delivered.envelope)
                        && let Some(telling) = looked_up(tx, telling, &delivered.envelope.session_id)?
                    {
                        for target in since(&targets, &delivered.envelope) {
                            write(tx, target, &delivered.envelope.session_id, cursor, telling.clone(), None)?;
                        }
                    }
                }
            }
            tx.set_push_cursor(cursor)?;
            Ok(true)
        });
        let told = told.await?;
        self.push.due.notify_one();
        Ok(told)
    }
}

/// Whoever came later is not told what was before.
fn since<'a>(targets: &'a [Target], envelope: &'a Envelope) -> impl Iterator<Item = &'a Target> {
    targets.iter().filter(|target| host::clock::iso(target.created_at) <= envelope.ts)
}

fn ask(
    tx: &mut Tx<'_>,
    targets: &[Target],
    envelope: &Envelope,
    cursor: i64,
    approval: &Approval,
) -> Result<(), StoreError> {
    let (telling, question) = telling::question(approval);
    for target in since(targets, envelope) {
        write(tx, target, &approval.session_id, cursor, telling.clone(), Some(question.clone()))?;
    }
    Ok(())
}

/// A question is not asked any more: what was not sent is not sent, and what is shown says so.
fn answered(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    use protocol::push::PushOutcome::{Quiet, Sent, Shown, Waiting, Withdrawn};
    for (row, target) in tx.notifications_asking(approval.id.as_str())? {
        match row.outcome {
            Waiting | Quiet => tx.settle_notification(&row.message.id, Withdrawn, None)?,
            // Whoever answered sees it on the screen they answered on.
            Sent | Shown if approval.decided_by.as_deref() != Some(target.of.device.as_str()) => {
                let by = approval.decided_by.clone().unwrap_or_default();
                let message = PushMessage {
                    told: Told::Answered,
                    // The state, then who answered: a second line only where somebody did.
                    detail: format!("{}\n{}", approval.state, telling::shortened(&by)),
                    question: None,
                    ..row.message
                };
                let new = NewNotification {
                    cause: format!("answered:{}", approval.id),
                    asks: None,
                    message,
                    ends_at: tx.now() + OLD_MS,
                };
                tx.add_notification(&target, new)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// With what is looked up; none when it is not worth telling after all.
fn looked_up(tx: &Tx<'_>, telling: Telling, session: &SessionId) -> Result<Option<Telling>, StoreError> {
    let mut telling = telling;
    match telling.asked.clone() {
        Asked::Nothing => {}
        Asked::Report(job) => {
            let job = tx.job(job.as_str())?;
            if job.commit_sha.is_some() {
                return Ok(None);
            }
            if telling.subject.is_empty() {
                telling.subject = telling::shortened(&job.title);
            }
        }
        Asked::TitleOf(job) => telling.subject = telling::shortened(&tx.job(job.as_str())?.title),
        Asked::Request(request) => {
            use protocol::limit::{Stop, stopped};
            let request = tx.request(request.as_str())?;
            let code = request.result.as_ref().and_then(|result| result["code"].as_str());
            // What went wrong otherwise is said in the conversation the request came from.
            if !stopped(Stop::Request { status: request.status, code }) {
                return Ok(None);
            }
            telling.subject = telling::shortened(&request.original_prompt);
            telling.detail = telling::shortened(&request.error.unwrap_or_default());
        }
        Asked::Push(publish) => {
            // The pull request is told when it is there.
            if tx.publish(publish.as_str())?.shown.create_pr {
                return Ok(None);
            }
        }
        Asked::UnlessDenied(approval) => {
            if tx.approval(approval.as_str()).is_ok_and(|one| one.state == ApprovalState::Denied) {
                return Ok(None);
            }
        }
    }
    if telling.workspace.is_none() {
        telling.workspace = tx.require_session(session).ok().flatten();
    }
    Ok(Some(telling))
}

fn write(
    tx: &mut Tx<'_>,
    target: &Target,
    session: &SessionId,
    cursor: i64,
    telling: Telling,
    question: Option<PushQuestion>,
) -> Result<(), StoreError> {
    let message = message(tx, telling, session, question)?;
    let asks = message.question.as_ref().map(|question| question.id.clone());
    let new = NewNotification { cause: format!("event:{cursor}"), asks, message, ends_at: tx.now() + OLD_MS };
    tx.add_notification(target, new).map(drop)
}

fn message(
    tx: &Tx<'_>,
    telling: Telling,
    session: &SessionId,
    question: Option<PushQuestion>,
) -> Result<PushMessage, StoreError> {
    let workspace = telling.workspace.as_ref();
    let named = tx.workspaces()?.into_iter().find(|row| Some(&row.id) == workspace);
    let place = workspace.map_or("-", |id| id.as_str());
    Ok(PushMessage {
        id: String::new(),
        tag: telling.tag,
        kind: telling.kind,
        told: telling.told,
        subject: telling.subject,
        asks: telling.asks,
        detail: telling.detail,
        because: telling.because,
        reason: telling.reason,
        name: named.map(|row| telling::shortened(&row.name)),
        page: telling.page.unwrap_or_else(|| format!("/w/{place}/s/{session}")),
        question,
        waiting: 0,
    })
}

/// The message somebody asked for to see that it comes.
pub(super) fn trial(tag: String) -> PushMessage {
    PushMessage {
        id: String::new(),
        tag,
        kind: NoticeKind::Test,
        told: Told::Test,
        subject: String::new(),
        asks: None,
        detail: String::new(),
        because: None,
        reason: None,
        name: None,
        page: "/settings".into(),
        question: None,
        waiting: 0,
    }
}

/// The type of an event without parsing it: the first member of that name is the envelope's own.
fn kind_of(event: &StoredEvent) -> &str {
    const MARK: &[u8] = b"\"type\":\"";
    let json: &[u8] = &event.json;
    let Some(at) = json.windows(MARK.len()).position(|window| window == MARK) else { return "" };
    let rest = &json[at + MARK.len()..];
    let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(0);
    std::str::from_utf8(&rest[..end]).unwrap_or_default()
}
