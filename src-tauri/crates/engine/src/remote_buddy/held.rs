//! Planned jobs that wait: for a person's answer, or for the set-up their commands need.

use super::dispatch::enqueue_plan;
use super::recipe::allowed_key;
use crate::markdown::plain;
use crate::rooms::Room;
use crate::setup::{self, On, Prepared};
use crate::{Engine, ask, outbox, reaction};
use protocol::approval::{Approval, ApprovalState};
use protocol::request::{Request, RequestStatus};
use protocol::{ApiError, ErrorCode, Event, Plan, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{NewApproval, NewEvent, OutboxRow, RequestFinish, StoreError, Tx};

/// A planned job that is not in the queue yet.
#[derive(Serialize, Deserialize)]
pub(super) struct Held {
    pub request: Request,
    pub workspace: WorkspaceId,
    pub plan: Plan,
    /// Of the recipe as it was when it was asked about, or found allowed.
    #[serde(default)]
    pub recipe_digest: Option<String>,
    /// Live work it was found to meet when it was planned.
    #[serde(default)]
    pub meets: Vec<protocol::forecast::Meets>,
}

impl Held {
    fn read(value: Value) -> Result<Self, StoreError> {
        Ok(serde_json::from_value(value)?)
    }

    pub(super) fn needs_set_up(&self) -> bool {
        let plan = &self.plan;
        setup::runs_repository_code(plan.lane, &plan.planning.validation_steps, plan.deterministic.as_ref())
    }

    fn enqueue(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let job = enqueue_plan(tx, self)?;
        tx.set_request_job(self.request.id.as_str(), job.as_str())
    }

    /// Ends the request without a job, and says why.
    fn give_up(&self, tx: &mut Tx<'_>, why: &str) -> Result<(), StoreError> {
        let session = &self.request.session_id;
        tx.fail_waiting_plan(self.request.id.as_str(), why)?;
        let event =
            Event::RequestChanged { request_id: self.request.id.clone(), status: RequestStatus::Failed };
        tx.append(NewEvent::new(session, event, "remotebuddy").about(self.request.id.as_str()))?;
        reaction::say(tx, session, format!("**{}** was not started. {why}", plain(&self.plan.title)), None)
    }

    /// Waits for the workspace's set-up; the effect that makes it is posted with it.
    fn wait_for_set_up(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let key = format!("{}{}", set_up_keys(&self.workspace), self.request.id);
        tx.set_setting(&key, &serde_json::to_value(self)?)?;
        post_set_up(tx, &self.workspace)?;
        let message = "The workspace's set-up comes first; the job starts when it is done.".to_owned();
        let event = Event::BuddyStatus { message, request_id: Some(self.request.id.clone()) };
        tx.append(
            NewEvent::new(&self.request.session_id, event, "remotebuddy").about(self.request.id.as_str()),
        )
        .map(drop)
    }
}

/// Settings key of a job that waits for an approval.
fn held_key(approval: &str) -> String {
    format!("held.{approval}")
}

/// Start of the settings keys of jobs that wait for a workspace's set-up.
fn set_up_keys(workspace: &WorkspaceId) -> String {
    format!("setup.held/{workspace}/")
}

fn post_set_up(tx: &mut Tx<'_>, workspace: &WorkspaceId) -> Result<(), StoreError> {
    tx.post(outbox::SET_UP, json!({ "workspace": workspace }))
}

impl Engine {
    /// Keeps the planned job until its question is answered.
    pub(super) async fn hold(&self, held: Held, token: &str, question: NewApproval) -> Result<(), ApiError> {
        let token = token.to_owned();
        self.store
            .write(move |tx| {
                let approval = ask::ask(tx, question)?;
                tx.set_setting(&held_key(approval.id.as_str()), &serde_json::to_value(&held)?)?;
                end_planning(tx, &held.request, &token, json!({ "waitsFor": approval.id }))?;
                reaction::say(
                    tx,
                    &held.request.session_id,
                    format!("{}. I wait for your answer above.", approval.summary),
                    None,
                )
            })
            .await?;
        Ok(())
    }

    /// Keeps the planned job until the workspace is set up.
    pub(super) async fn hold_for_set_up(&self, room: &Room, held: Held, token: &str) -> Result<(), ApiError> {
        room.set_up.try_anew(self.clock.now_ms());
        let token = token.to_owned();
        self.store
            .write(move |tx| {
                held.wait_for_set_up(tx)?;
                end_planning(tx, &held.request, &token, json!({ "waitsFor": "setup" }))
            })
            .await?;
        Ok(())
    }

    /// Performs a `set_up` effect: makes the layers, then starts what waited for them. Repeating it is harmless.
    pub(crate) async fn perform_set_up(&self, row: &OutboxRow) -> Result<(), ApiError> {
        let id = row.id;
        let workspace = row.payload["workspace"].as_str().and_then(|w| WorkspaceId::parse(w).ok());
        let Some(workspace) = workspace else {
            self.store.write(move |tx| tx.performed(id)).await?;
            return Ok(());
        };
        let keys = set_up_keys(&workspace);
        let prefix = keys.clone();
        let waiting = self.store.read(move |tx| tx.settings_under(&prefix)).await?;
        let Some((_, first)) = waiting.into_iter().next() else {
            self.store.write(move |tx| tx.performed(id)).await?;
            return Ok(());
        };
        let session = Held::read(first)?.request.session_id;
        let prepared = self.prepare_base(&workspace, &session).await;
        if let Err(error) = &prepared
            && error.code == ErrorCode::Unavailable
        {
            return Err(error.clone());
        }
        self.store
            .write(move |tx| {
                let waiting = match prepared {
                    Ok(Prepared::Asked) => Vec::new(),
                    Ok(Prepared::Ready) | Err(_) => tx.settings_under(&keys)?,
                };
                for (key, held) in waiting {
                    tx.remove_setting(&key)?;
                    let held = Held::read(held)?;
                    match &prepared {
                        Err(error) => held.give_up(tx, &error.message)?,
                        Ok(_) => held.enqueue(tx)?,
                    }
                }
                tx.performed(id)
            })
            .await?;
        Ok(())
    }

    async fn prepare_base(
        &self,
        workspace: &WorkspaceId,
        session: &protocol::SessionId,
    ) -> Result<Prepared, ApiError> {
        let room: Arc<Room> = self.room(workspace)?;
        let plan = self.check_plan(&room).await?;
        self.prepare(&room, session, &plan, On::Base).await
    }
}

fn end_planning(tx: &mut Tx<'_>, request: &Request, token: &str, result: Value) -> Result<(), StoreError> {
    tx.finish_request(
        request.id.as_str(),
        token,
        RequestFinish { status: RequestStatus::Completed, result: Some(result), error: None, job_id: None },
    )
}

/// An answered question sets its held job free, or drops it.
pub(crate) fn release_held(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    let key = held_key(approval.id.as_str());
    let Some(held) = tx.setting(&key)? else { return Ok(()) };
    tx.remove_setting(&key)?;
    let held = Held::read(held)?;
    if approval.state != ApprovalState::Approved {
        return held.give_up(tx, "It was denied; nothing was run.");
    }
    // The recipe may have changed by now. What was allowed is named by the digest, and the claim compares.
    if let Some(digest) = approval.details["digest"].as_str() {
        tx.set_setting(&allowed_key(&held.workspace, digest), &json!(true))?;
    }
    // The effect finds out whether anything is missing; it is quick when not.
    if held.needs_set_up() { held.wait_for_set_up(tx) } else { held.enqueue(tx) }
}

/// Something about a workspace's set-up has changed (a layer is there, a question was answered either way): what
/// waits for it is looked at again.
pub(crate) fn look_again(tx: &mut Tx<'_>, workspace: &WorkspaceId) -> Result<(), StoreError> {
    if tx.settings_under(&set_up_keys(workspace))?.is_empty() {
        return Ok(());
    }
    post_set_up(tx, workspace)
}
