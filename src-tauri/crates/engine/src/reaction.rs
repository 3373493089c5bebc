//! What the user is told when something ends. Facts of ours, in plain words; a model's claim is quoted as one.

use crate::markdown::plain;
use protocol::job::Job;
use protocol::{Event, SessionId};
use store::{NewEvent, StoreError, Tx};

/// Appends a line by RemoteBuddy.
pub(crate) fn say(
    tx: &mut Tx<'_>,
    session: &SessionId,
    text: impl Into<String>,
    turn: Option<String>,
) -> Result<(), StoreError> {
    tx.append(NewEvent::new(session, Event::AssistantMessage { text: text.into() }, "remotebuddy").turn(turn))
        .map(drop)
}

/// A job that changed nothing has ended: its report is the answer.
pub(crate) fn report(
    tx: &mut Tx<'_>,
    session: &SessionId,
    job: &Job,
    summary: Option<&str>,
) -> Result<(), StoreError> {
    let text = match summary.filter(|s| !s.trim().is_empty()) {
        Some(summary) => summary.to_owned(),
        None => format!("{} is done; it left nothing to report.", plain(&job.title)),
    };
    say(tx, session, text, None)
}

/// A job failed: why, and what can be done.
pub(crate) fn failure(
    tx: &mut Tx<'_>,
    session: &SessionId,
    job: &Job,
    message: &str,
) -> Result<(), StoreError> {
    let text = format!(
        "**{}** did not work: {message}\n\nNothing was changed. Its log has the details; try it again from the job's page, or send a corrected request.",
        plain(&job.title)
    );
    say(tx, session, text, None)
}
