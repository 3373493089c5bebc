//! What policy says: profile, rules of the user and the repository, grants. Decided in `flow`, told here.

use crate::rooms::Room;
use crate::{Engine, ask};
use flow::policy::{Moment, Policy, Question, Source, rule_problems};
use protocol::approval::ApprovalState;
use protocol::policy::{Action, Rule, Verdict};
use protocol::{ApiError, ErrorCode, Event, SessionId};
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
        let moment = Moment { ms: self.clock.now_ms(), minute_of_day: self.minute_of_day() };
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

    /// Minutes after midnight. UTC: the machine's zone is not read.
    fn minute_of_day(&self) -> u16 {
        (self.clock.now_ms().rem_euclid(24 * 3_600_000) / 60_000) as u16
    }

    /// Profile, the user's file and, once the folder is trusted, the repository's file at the integration base.
    async fn policy_of(&self, room: &Arc<Room>) -> Result<Policy, ApiError> {
        let row = room.row();
        let room = room.clone();
        let trusted = row.trusted;
        let (user, repository) = self
            .blocking(move || {
                let own =
                    host::paths::user_config_folder().and_then(|dir| std::fs::read(dir.join(USER_FILE)).ok());
                let user =
                    own.map(|bytes| rules(&bytes, USER_FILE, Source::User)).transpose()?.unwrap_or_default();
                if !trusted {
                    return Ok((user, Vec::new()));
                }
                let base = room.look().map_err(crate::git::api)?.onto;
                let repository = match room.depot.read_file(&base, REPOSITORY_FILE, FILE_BYTES) {
                    Ok(file) => rules(&file.bytes, REPOSITORY_FILE, Source::Repository)?,
                    Err(_) => Vec::new(),
                };
                Ok::<_, ApiError>((user, repository))
            })
            .await??;
        Ok(Policy { profile: row.profile, user, repository, ..Policy::default() })
    }
}

#[derive(Deserialize)]
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
            let closed = tx.close_approval(approval, ApprovalState::Superseded, "server")?;
            ask::changed(tx, &closed)?;
        }
    }
    Ok(())
}
