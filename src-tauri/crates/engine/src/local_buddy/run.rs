//! `/local run …`: one command of a person's own, run once after a yes to exactly it.
//!
//! The question's payload is all there is to know: what is asked, answered and run is read from it, so nothing else can
//! come to run. It runs confined and without network on a copy of the commit that was shown, which is gone afterwards;
//! the user's folder is never entered. This knows nothing of plans and jobs, and what the command is good for is the
//! person's own affair.

use super::LocalAnswer;
use crate::markdown::plain;
use crate::rooms::Room;
use crate::setup::{Laid, On, Once, Prepared};
use crate::{Engine, git, hash, outbox, shutting_down};
use flow::asks::sentence;
use flow::policy::about;
use flow::policy::command::{reading, risk};
use host::redact::Redactor;
use host::sandbox::Sandbox;
use host::spawn::{Ended, Outcome};
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::check::Check;
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, Event, fenced};
use repo::ObjectId;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use store::{NewApproval, NewEvent, OutboxRow, StoreError, Tx};

/// Begins the subjects of these questions; the turn they belong to follows.
const SUBJECT: &str = "local:";
/// How long a question waits for a person: the commit it names will not be the newest for ever.
const ASKED_FOR_MS: i64 = 60 * 60_000;
const LIMIT_S: u64 = 60;
/// Bytes of output that are shown.
const SHOWN_BYTES: usize = 16 * 1024;
/// Characters of the command in a question's sentence.
const TITLE_CHARS: usize = 160;

const WHY: &str = "LocalBuddy runs no command without an answer to exactly that one.";
const NOTE: &str =
    "It runs once, without network, on a copy that is removed afterwards: nothing it writes is kept.";

/// What a question's payload says is to be run.
#[derive(Deserialize)]
struct Wanted {
    commit: String,
    argv: Vec<String>,
}

impl Engine {
    /// The question before a command. Policy may forbid it; it is asked about even where policy would let it run.
    pub(super) async fn question_about(
        &self,
        job: &LocalAnswer,
        argv: Vec<String>,
    ) -> Result<NewApproval, ApiError> {
        let room = self.room(job.workspace.as_ref().ok_or_else(no_repository)?)?;
        let commit = self.trusted_base(&room).await?;
        // An image of its own that is not ready is made ready before the run.
        if !matches!(room.image.sandbox(), Some(Err(_))) {
            self.confined(&room)?;
        }
        let read = reading(&argv, ".");
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: risk(&read, true),
            what: ActionKind::Command { argv: argv.clone(), cwd: ".".into(), confined: true },
        };
        let verdict = self.decide(&room, &job.session, &action).await?;
        if verdict.effect == Effect::Deny {
            return Err(ApiError::new(ErrorCode::Forbidden, verdict.rule));
        }
        let because = if verdict.effect == Effect::Ask { crate::ask::because(&verdict) } else { None };
        let details = json!({
            "kind": "command", "workspaceId": room.id, "commit": commit.to_string(), "argv": argv, "cwd": ".",
            "sandbox": true, "classes": read.classes, "timeoutS": LIMIT_S, "note": NOTE,
        });
        let asks = Asks::LocalCommand { command: about(&action.what).chars().take(TITLE_CHARS).collect() };
        Ok(NewApproval {
            workspace_id: Some(room.id.clone()),
            session_id: job.session.clone(),
            action: action.what.word().to_owned(),
            subject: format!("{SUBJECT}{}", job.turn),
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            hash: hash::json(&details),
            details,
            risk: action.risk,
            why: if because.is_some() { verdict.rule } else { WHY.to_owned() },
            because,
            asked_by: "localbuddy".into(),
            expires_at: Some(self.clock.now_ms() + ASKED_FOR_MS),
        })
    }

    /// Performs a `local_run` effect. What had begun when the server ended is told and not begun again.
    pub(crate) async fn perform_local_run(&self, row: &OutboxRow) -> Result<(), ApiError> {
        let id = row.payload["approval"].as_str().unwrap_or_default().to_owned();
        let key = begun_key(&id);
        let known = key.clone();
        let (approval, begun) =
            self.store.read(move |tx| Ok((tx.approval(&id)?, tx.setting(&known)?.is_some()))).await?;
        let text = match begun {
            true => "It was interrupted: the server ended while the command ran, so nobody knows how it ended. It is not run again by itself.".to_owned(),
            false => match self.run_asked(&approval, &key).await {
                Ok(Some(text)) => text,
                Ok(None) => return Ok(()),
                Err(error) if self.is_stopping() => return Err(error),
                Err(error) => refused(&error),
            },
        };
        let row = row.id;
        self.store
            .write(move |tx| {
                tx.remove_setting(&key)?;
                say(tx, &approval, text)?;
                tx.performed(row)
            })
            .await?;
        Ok(())
    }

    /// What is to be told of it; an error says why nothing was run. None when everything is paused: it is looked at
    /// again afterwards.
    async fn run_asked(&self, approval: &Approval, key: &str) -> Result<Option<String>, ApiError> {
        let wanted: Wanted = serde_json::from_value(approval.details.clone())
            .map_err(|error| ApiError::bad(format!("The question cannot be read: {error}")))?;
        let room = self.room(approval.workspace_id.as_ref().ok_or_else(no_repository)?)?;
        let commit = ObjectId::parse(&wanted.commit).map_err(git::api)?;
        self.still_stands(&room, &commit).await?;
        let plan = self.check_plan_at(&room, commit.clone()).await?;
        // A person wants it done: what stood in the way of a set-up before does not count.
        room.set_up.try_anew(self.clock.now_ms());
        let on = On::Commit(commit.clone());
        if let Prepared::Asked = self.prepare(&room, &approval.session_id, &plan, on).await? {
            let text =
                "The workspace's set-up waits for an answer of its own. Answer that, then send it again";
            return Err(ApiError::new(ErrorCode::Conflict, text));
        }
        // Making the set-up takes its time.
        self.still_stands(&room, &commit).await?;
        let sandbox = self.confined(&room)?;
        let laid = self.fresh_tree(&room, Once::Command, &plan, &commit).await?;
        let ran = match self.begin_command(key).await {
            Ok(true) => self.run_on_copy(&room, &wanted, &sandbox, &laid).await.map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        if let Err(error) = self.clear_once(&room, laid).await {
            tracing::warn!(workspace = %room.id, %error, "the copy of a command stays behind");
        }
        ran
    }

    /// Written before the command starts, so that a crash cannot run it twice. False when everything is held.
    async fn begin_command(&self, key: &str) -> Result<bool, ApiError> {
        let key = key.to_owned();
        let begun = self.store.write(move |tx| {
            if tx.is_held()? {
                return Ok(false);
            }
            tx.set_setting(&key, &json!(true)).map(|()| true)
        });
        Ok(begun.await?)
    }

    async fn run_on_copy(
        &self,
        room: &Room,
        wanted: &Wanted,
        sandbox: &Sandbox,
        laid: &Laid,
    ) -> Result<String, ApiError> {
        let check = Check {
            name: "command".into(),
            run: wanted.argv.clone(),
            timeout_s: LIMIT_S,
            group: None,
            paths: Vec::new(),
            skip_untouched: false,
        };
        let of = (&laid.tree, laid.home.as_path());
        let ended = self.run_check(room, &check, sandbox, of, None, self.stopping()).await?;
        match ended.outcome {
            Ok(outcome) if outcome.ended == Ended::Cancelled => Err(shutting_down()),
            Ok(outcome) => Ok(told(wanted, &outcome, &self.redactor())),
            Err(error) => Ok(format!("{} could not be started: {error}.", line(wanted))),
        }
    }

    /// The commit that work starts from, in a folder its owner trusts.
    async fn trusted_base(&self, room: &Arc<Room>) -> Result<ObjectId, ApiError> {
        // Somebody's word may be stored and not be in the room yet.
        self.reload_row(&room.id).await?;
        if !room.row().trusted {
            let text = "This repository is not trusted yet. Trust it first, then send it again";
            return Err(ApiError::new(ErrorCode::Forbidden, text));
        }
        let looked = room.clone();
        Ok(self.blocking(move || looked.look()).await?.map_err(git::api)?.onto)
    }

    async fn still_stands(&self, room: &Arc<Room>, commit: &ObjectId) -> Result<(), ApiError> {
        if self.trusted_base(room).await? == *commit {
            return Ok(());
        }
        let text = "The branch has moved since you were asked. Send it again";
        Err(ApiError::new(ErrorCode::Stale, text))
    }

    /// A sandbox that keeps a command from the user's files. Leave for plain host processes is for what a repository
    /// declares, and not for this.
    fn confined(&self, room: &Room) -> Result<Sandbox, ApiError> {
        let sandbox = match room.image.sandbox() {
            Some(own) => own?,
            None => self.sandbox().map_err(|none| no_sandbox(&format!(" ({none})")))?.sandbox,
        };
        if sandbox.confines() { Ok(sandbox) } else { Err(no_sandbox("")) }
    }
}

/// Asks; what is said beside the question.
pub(super) fn ask(tx: &mut Tx<'_>, question: NewApproval) -> Result<String, StoreError> {
    let asked = crate::ask::ask(tx, question)?;
    Ok(format!("{}. I wait for your answer above.", plain(&asked.summary)))
}

/// A question that is over lets its command run, or says that nothing was.
pub(crate) fn release(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    if !approval.subject.starts_with(SUBJECT) {
        return Ok(());
    }
    match approval.state {
        ApprovalState::Approved => tx.post(outbox::LOCAL_RUN, json!({ "approval": approval.id })),
        ApprovalState::Denied => say(tx, approval, "Nothing was run.".into()),
        ApprovalState::Expired => say(tx, approval, "Nobody answered in time. Nothing was run.".into()),
        // Nothing takes its place, and it belongs to no job.
        ApprovalState::Pending | ApprovalState::Superseded | ApprovalState::Orphaned => Ok(()),
    }
}

/// Why a command is not run.
pub(super) fn refused(error: &ApiError) -> String {
    format!("{}. Nothing was run.", error.message.trim_end_matches('.'))
}

/// Settings key of a command that was begun.
fn begun_key(approval: &str) -> String {
    format!("local.begun.{approval}")
}

/// Appends a line by LocalBuddy to the turn of a question.
fn say(tx: &mut Tx<'_>, approval: &Approval, text: String) -> Result<(), StoreError> {
    let turn = approval.subject.strip_prefix(SUBJECT).map(str::to_owned);
    let event = Event::AssistantMessage { text };
    tx.append(NewEvent::new(&approval.session_id, event, "localbuddy").turn(turn)).map(drop)
}

fn no_repository() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "No repository is open in this session")
}

fn no_sandbox(why: &str) -> ApiError {
    let text = format!(
        "Nothing here confines a command{why}, and without that I run none. A terminal runs it as you"
    );
    ApiError::new(ErrorCode::NoSandbox, text)
}

/// The command as it is named in a sentence.
fn line(wanted: &Wanted) -> String {
    plain(&about(&ActionKind::Command { argv: wanted.argv.clone(), cwd: ".".into(), confined: true }))
}

/// How it ended and the end of what it printed, in a fence that nothing in it can close. It is kept in the
/// conversation, so secrets are taken out, before anything is cut: half a secret is not known as one.
fn told(wanted: &Wanted, outcome: &Outcome, redactor: &Redactor) -> String {
    let said = redactor.text(&outcome.printed());
    let said = said.trim_end();
    let short = wanted.commit.get(..7).unwrap_or(&wanted.commit);
    let first = format!("{} on a copy of `{short}`: {}.", line(wanted), outcome.summary());
    if said.trim().is_empty() {
        return format!("{first} It printed nothing.");
    }
    let end = end_of(said);
    let cut =
        if end.len() < said.len() { " This is the end of what it printed; the rest is cut." } else { "" };
    format!("{first}{cut}\n\n{}", fenced("", end))
}

fn end_of(text: &str) -> &str {
    let from = text.len().saturating_sub(SHOWN_BYTES);
    let at = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{MINUTE, Scene};
    use host::spawn::Captured;
    use protocol::{RiskLevel, SessionId};
    use std::time::Duration;

    fn wanted() -> Wanted {
        Wanted { commit: "0123456789012345678901234567890123456789".into(), argv: vec!["make".into()] }
    }

    fn outcome(ended: Ended, code: Option<i32>, said: &str) -> Outcome {
        Outcome {
            ended,
            code,
            signal: None,
            stdout: Captured { head: said.into(), ..Captured::default() },
            stderr: Captured::default(),
            duration: Duration::from_secs(60),
            leaked: 0,
        }
    }

    #[test]
    fn what_it_printed_is_shown_by_its_end_without_secrets_and_cannot_leave_its_fence() {
        let redactor = Redactor::default();
        let of = |said: &str| told(&wanted(), &outcome(Ended::Exited, Some(3), said), &redactor);
        assert_eq!(
            of("```\n\x1b[31mred\x1b[0m\n"),
            "`make` on a copy of `0123456`: exit code 3 after 60.0 s.\n\n````\n```\nred\n````"
        );
        assert!(of(" \n").ends_with("after 60.0 s. It printed nothing."));
        let secret = format!("ghp_{}", "a1".repeat(18));
        // As it was printed the cut would go through the secret.
        let long = format!("{secret}{}end", " é".repeat((SHOWN_BYTES - 20) / 3));
        let shown = of(&long);
        assert!(!shown.contains("a1a1") && shown.contains("[redacted]"), "{shown}");
        let longer = of(&"é".repeat(SHOWN_BYTES));
        assert!(longer.contains("the rest is cut") && longer.len() < SHOWN_BYTES + 200);
    }

    #[test]
    fn one_that_takes_too_long_is_said_to_have_been_ended() {
        let shown = told(&wanted(), &outcome(Ended::TimedOut, None, "half"), &Redactor::default());
        assert_eq!(shown, "`make` on a copy of `0123456`: timed out after 60.0 s.\n\n```\nhalf\n```");
    }

    #[tokio::test]
    async fn a_question_that_nobody_answers_runs_nothing_and_says_so() {
        let scene = Scene::begun(&[]).await;
        let question = NewApproval {
            workspace_id: None,
            session_id: SessionId::parse("dev").unwrap(),
            action: "command".into(),
            subject: format!("{SUBJECT}t-1"),
            summary: "Run `make`".into(),
            asks: None,
            details: json!({}),
            hash: "h".into(),
            risk: RiskLevel::Low,
            why: WHY.into(),
            because: None,
            asked_by: "localbuddy".into(),
            expires_at: Some(scene.now() + 10 * MINUTE),
        };
        scene.engine.store.write(move |tx| ask(tx, question)).await.unwrap();
        scene.awake(9 * MINUTE).await;
        assert!(scene.told("assistant_message").await.is_empty(), "it still waits");
        scene.awake(2 * MINUTE).await;
        let told = scene.told("assistant_message").await;
        assert_eq!(told, [json!({ "text": "Nobody answered in time. Nothing was run." })]);
        assert!(scene.engine.store.read(|tx| tx.due_of(&[outbox::LOCAL_RUN], 1)).await.unwrap().is_empty());
    }
}
