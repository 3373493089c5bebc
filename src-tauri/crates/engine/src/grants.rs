//! Remembered answers: made from an approval's own offer, counted when they decide, ended by whoever made them.

use protocol::approval::Approval;
use protocol::grant::{GrantFor, KeptGrant};
use protocol::policy::{Effect, Grant, Verdict};
use protocol::{ApiError, ErrorCode, Event, JobId, SessionId};
use store::{NewEvent, StoreError, Tx};

/// Longest life of what is remembered for a conversation, which may never end by itself.
const SESSION_MS: i64 = 12 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;
/// A job's grants end with it; this is for one that waits for ever.
const JOB_MS: i64 = 7 * 24 * 3_600_000;

/// Remembers an approval that was just given. Nothing of the grant comes from whoever answers but for how long.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    answered: &mut Approval,
    span: GrantFor,
    by: &str,
) -> Result<KeptGrant, StoreError> {
    let Some(offer) = answered.offer.clone() else {
        return refused("Every single time of this needs its own answer; it cannot be remembered.");
    };
    if !offer.spans.contains(&span)
        || answered.workspace_id.is_none()
        || offer.rule.effect != Some(Effect::Allow)
    {
        return refused("This approval cannot be remembered for that.");
    }
    let now = tx.now();
    let expires_at_ms = match span {
        GrantFor::Job => Some(now + JOB_MS),
        GrantFor::Session => Some(now + SESSION_MS),
        GrantFor::Hour => Some(now + HOUR_MS),
        GrantFor::Always => None,
    };
    let id = format!("grant-{}", tx.new_id());
    let mut rule = offer.rule;
    rule.id.clone_from(&id);
    let kept = KeptGrant {
        grant: Grant {
            id,
            rule,
            workspace_id: answered.workspace_id.clone(),
            session_id: (span == GrantFor::Session).then(|| answered.session_id.clone()),
            job_id: offer.job_id.filter(|_| span == GrantFor::Job),
            expires_at_ms,
        },
        span,
        covers: offer.covers,
        approval_id: answered.id.clone(),
        by: by.to_owned(),
        made_at: host::clock::iso(now),
        expires_at: expires_at_ms.map(host::clock::iso),
        used: 0,
        last_used_at: None,
    };
    tx.put_grant(&kept)?;
    tx.note_remembered(answered, span)?;
    Ok(kept)
}

/// Counts that a grant decided, and says so. False when it is gone meanwhile, and decides nothing any more.
pub(crate) fn used(
    tx: &mut Tx<'_>,
    verdict: &Verdict,
    session: &SessionId,
    job: Option<&JobId>,
) -> Result<bool, StoreError> {
    let Some(kept) = tx.use_grant(&verdict.rule_id)? else { return Ok(false) };
    let event = Event::PolicyGrantUsed { grant_id: kept.grant.id, covers: kept.covers, job_id: job.cloned() };
    tx.append(NewEvent::new(session, event, "policy")).map(|_| true)
}

/// Ends a grant. What it let through before stays done.
pub(crate) fn revoke(tx: &mut Tx<'_>, id: &str, by: &str) -> Result<KeptGrant, StoreError> {
    let kept = tx.remove_grant(id)?;
    let session = tx.approval(kept.approval_id.as_str())?.session_id;
    let event = Event::PolicyRevoked {
        grant_id: kept.grant.id.clone(),
        covers: kept.covers.clone(),
        by: by.to_owned(),
    };
    tx.append(NewEvent::new(&session, event, by))?;
    Ok(kept)
}

fn refused<T>(why: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(ApiError::new(ErrorCode::BadRequest, why)))
}
