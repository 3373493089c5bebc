//! What policy says: profile, rules of the user and the repository, grants. Decided in `flow`, told here.

use crate::rooms::Room;
use crate::{Engine, ask};
use flow::policy::{Moment, Policy, Question, Source, rule_problems};
use protocol::approval::ApprovalState;
use protocol::policy::{Action, Rule, Verdict};
use protocol::{ApiError, ErrorCode, Event, SessionId};
use repo::{Depot, ObjectId, RepoError};
use serde::Deserialize;
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};

/// The user's rules, in their configuration folder.
const USER_FILE: &str = "policy.toml";
/// The repository's rules; they can only tighten.
const REPOSITORY_FILE: &str = ".pilothouse/policy.toml";
const FILE_BYTES: usize = 256 * 1024;

impl Engine {
    /// Decides an action in a workspace; every decision is an event.
    pub(crate) async fn decide(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        action: &Action,
    ) -> Result<Verdict, ApiError> {
        let policy = self.policy_of(room).await?;
        let question = Question { action, session: Some(session), job: None };
        let moment = Moment { ms: self.clock.now_ms(), minute_of_day: self.clock.minute_of_day() };
        let verdict = flow::policy::decide(&policy, &[], question, moment);
        let word = action.what.word().to_owned();
        let (session, told) = (session.clone(), verdict.clone());
        self.store
            .write(move |tx| {
                tx.append(NewEvent::new(
                    &session,
                    Event::PolicyDecided { action: word, effect: told.effect, rule: told.rule },
                    "policy",
                ))
                .map(drop)
            })
            .await?;
        Ok(verdict)
    }

    /// Profile, the user's file and, once the folder is trusted, the repository's file at the integration base.
    async fn policy_of(&self, room: &Arc<Room>) -> Result<Policy, ApiError> {
        let row = room.row();
        let (engine, room) = (self.clone(), room.clone());
        let (profile, user, repository) = self
            .blocking(move || {
                let base = room.look().map_err(crate::git::api)?.onto;
                let (profile, _) = engine.configured_at(&room, &base)?.tightened(row.profile);
                let user = match users_file()? {
                    Some(bytes) => rules(&bytes, USER_FILE, Source::User)?,
                    None => Vec::new(),
                };
                if !row.trusted {
                    return Ok((profile, user, Vec::new()));
                }
                let repository = match committed_file(&room.depot, &base, REPOSITORY_FILE, FILE_BYTES)? {
                    Some(bytes) => rules(&bytes, REPOSITORY_FILE, Source::Repository)?,
                    None => Vec::new(),
                };
                Ok::<_, ApiError>((profile, user, repository))
            })
            .await??;
        Ok(Policy { profile, user, repository, ..Policy::default() })
    }
}

/// The user's own file; none only when there is none.
fn users_file() -> Result<Option<Vec<u8>>, ApiError> {
    let Some(path) = host::paths::user_config_folder().map(|dir| dir.join(USER_FILE)) else {
        return Ok(None);
    };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&path.display().to_string(), &error.to_string())),
    }
}

/// A file of rules or settings that the repository keeps at `commit`; none only when there is none. Whatever else
/// keeps it from being read whole is an error: half a file, or none, could say the opposite. Blocks.
pub(crate) fn committed_file(
    depot: &Depot,
    commit: &ObjectId,
    path: &str,
    most: usize,
) -> Result<Option<Vec<u8>>, ApiError> {
    match depot.read_file(commit, path, most) {
        Ok(file) if file.truncated => {
            Err(unreadable(path, &format!("it has {} bytes, more than {most}", file.size)))
        }
        Ok(file) => Ok(Some(file.bytes)),
        Err(RepoError::NotFound { .. }) => Ok(None),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

fn unreadable(path: &str, why: &str) -> ApiError {
    let message = format!("{path} cannot be read: {why}. Until it can, nothing it might judge is done.");
    ApiError::new(ErrorCode::ConfigInvalid, message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Reads `[[rule]]` entries. A file that cannot be read stops what it would have judged; it is never passed over.
fn rules(bytes: &[u8], name: &str, source: Source) -> Result<Vec<Rule>, ApiError> {
    let bad = |why: String| ApiError::new(ErrorCode::ConfigInvalid, format!("{name}: {why}"));
    let text = std::str::from_utf8(bytes).map_err(|e| bad(e.to_string()))?;
    let file: RuleFile = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
    for problem in rule_problems(&file.rule, source) {
        tracing::warn!(file = name, rule = problem.rule_id, problem = problem.message, "policy rule");
    }
    Ok(file.rule)
}

/// Closes open questions about a subject whose payload is no longer `hash`.
pub(crate) fn supersede(tx: &mut Tx<'_>, subject: &str, hash: &str) -> Result<(), StoreError> {
    for approval in tx.approvals_about(subject)? {
        if approval.state == ApprovalState::Pending && approval.hash != hash {
            ask::close(tx, approval, ApprovalState::Superseded)?;
        }
    }
    Ok(())
}
