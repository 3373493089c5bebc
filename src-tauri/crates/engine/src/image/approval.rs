//! Asking whether an image may be built: once for each content.

use super::wanted::{Build, Wanted};
use crate::rooms::Room;
use crate::{Engine, ask, hash, policy};
use flow::asks::sentence;
use host::sandbox::container::described::tag_of;
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::{ApiError, ErrorCode, RiskLevel, SessionId};
use serde_json::{Value, json};
use store::NewApproval;

pub(crate) const ACTION: &str = "image.build";
/// Characters of the Dockerfile that the question shows.
const SHOWN: usize = 6_000;
/// Files of the context that it names.
const NAMED: usize = 100;

/// What a person has said about a build.
pub(super) enum Leave {
    Unasked,
    Waiting,
    Given,
    Denied(ApiError),
}

impl Engine {
    /// The newest answer that counts. An approval holds for exactly this content, for good; a denial or an open
    /// question only until somebody wants the work anew.
    pub(super) async fn leave_to_build(
        &self,
        room: &Room,
        wanted: &Wanted,
        build: &Build,
    ) -> Result<Leave, ApiError> {
        let (subject, hash) = (subject(room), payload(room, wanted, build).1);
        let asked = self.store.read(move |tx| tx.approvals_about(&subject)).await?;
        let newest = asked.into_iter().rfind(|approval| approval.action == ACTION && approval.hash == hash);
        let Some(newest) = newest else { return Ok(Leave::Unasked) };
        let at = |text: &str| host::clock::parse_iso(text).unwrap_or_default();
        Ok(match newest.state {
            ApprovalState::Approved => Leave::Given,
            ApprovalState::Pending => Leave::Waiting,
            ApprovalState::Denied if room.set_up.counts(newest.decided_at.as_deref().map_or(0, at)) => {
                Leave::Denied(denied(wanted, build, &newest))
            }
            _ => Leave::Unasked,
        })
    }

    pub(super) async fn ask_to_build(
        &self,
        room: &Room,
        wanted: &Wanted,
        build: &Build,
        session: &SessionId,
    ) -> Result<(), ApiError> {
        let (mut details, hash) = payload(room, wanted, build);
        details["hash"] = json!(hash);
        let asks = Asks::ImageBuild {
            file: build.dockerfile.clone(),
            digest: short(&text_digest(build)).to_owned(),
            described_by: wanted.place.to_owned(),
        };
        let new = NewApproval {
            workspace_id: Some(room.id.clone()),
            session_id: session.clone(),
            action: ACTION.into(),
            subject: subject(room),
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            details,
            hash,
            risk: RiskLevel::High,
            why: format!(
                "{} describes the image of jobs and checks. Its build runs the repository's own steps with the engine's network, outside of the sandbox.",
                wanted.place
            ),
            because: None,
            asked_by: "setup".into(),
            expires_at: None,
        };
        self.store
            .write(move |tx| {
                policy::supersede(tx, &new.subject, &new.hash)?;
                ask::ask(tx, new).map(drop)
            })
            .await?;
        Ok(())
    }
}

/// One for each workspace: of two contents only the newer one is asked about.
fn subject(room: &Room) -> String {
    format!("image:{}", room.id)
}

/// What the question is bound to: all that decides the image, and that its steps get the network.
fn payload(room: &Room, wanted: &Wanted, build: &Build) -> (Value, String) {
    let text = String::from_utf8_lossy(&build.described.dockerfile);
    let shown = match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!(
            "{}\n… (cut here: the digest is of all {} bytes)",
            text.get(..at).unwrap_or_default(),
            build.described.dockerfile.len()
        ),
        None => text.into_owned(),
    };
    let files = &build.described.files;
    let named: Vec<&str> = files.iter().take(NAMED).map(|file| file.path.as_str()).collect();
    let details = json!({
        "kind": ACTION,
        "workspaceId": room.id,
        "root": room.root,
        "describedBy": wanted.place,
        "dockerfile": build.dockerfile,
        "dockerfileDigest": format!("sha256:{}", text_digest(build)),
        "startsFrom": build.bases,
        "buildArguments": build.described.args,
        "stage": build.described.target,
        "copies": named,
        "copiesMore": (files.len() > NAMED).then(|| files.len() - NAMED),
        "network": "The build uses the network of the container engine: it fetches missing base images, and its steps may connect anywhere. Jobs and checks in the image stay without.",
        "image": tag_of(&build.digest),
        "imageDigest": build.digest,
        "dockerfileText": shown,
    });
    let hash = hash::json(&details);
    (details, hash)
}

fn text_digest(build: &Build) -> String {
    hash::text(&String::from_utf8_lossy(&build.described.dockerfile))
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn denied(wanted: &Wanted, build: &Build, approval: &Approval) -> ApiError {
    let by = approval.decided_by.as_deref().unwrap_or("somebody");
    let text = format!(
        "{} wants an image built from {}, and {by} denied that. Try again to be asked again. {}",
        wanted.place,
        build.dockerfile,
        super::WAYS_OUT
    );
    ApiError::new(ErrorCode::Forbidden, text)
}
