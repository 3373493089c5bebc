//! Which checks an entry's candidate does not need, because it touches nothing they read.
//!
//! Worked out anew each time from the candidate and the plan, never stored: a proof made later asks the same again.

use crate::rooms::Room;
use crate::{Engine, git, hand_over};
use flow::because::sentence;
use flow::checks::{Changed, skipped};
use protocol::ApiError;
use protocol::because::Because;
use protocol::check::CheckPlan;
use protocol::merge::{CheckVerdict, MergeEntry};
use repo::{ObjectId, RepoError};
use std::sync::Arc;

/// Modes of links and of repositories inside: what is behind them is not known by their names.
const OPAQUE: [&str; 2] = ["120000", "160000"];

impl Engine {
    /// For each check of the plan why it is left out; none where it runs.
    pub(crate) async fn left_out(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Vec<Option<Because>>, ApiError> {
        if !plan.checks.iter().any(|check| check.skip_untouched) {
            return Ok(vec![None; plan.checks.len()]);
        }
        let (looked, of) = (room.clone(), entry.clone());
        let changed = self.blocking(move || changed(&looked, &of)).await?.map_err(git::api)?;
        Ok(skipped(plan, &changed))
    }
}

fn changed(room: &Room, entry: &MergeEntry) -> Result<Changed, RepoError> {
    let id = |text: &Option<String>| ObjectId::parse(text.as_deref().unwrap_or_default());
    let diff = room.depot.diff(&id(&entry.onto)?, &id(&entry.candidate)?, &hand_over::summary_limits())?;
    let opaque = |mode: &Option<String>| mode.as_deref().is_some_and(|mode| OPAQUE.contains(&mode));
    let whole = diff.files.len() == diff.total_files
        && !diff.files.iter().any(|file| opaque(&file.old_mode) || opaque(&file.new_mode));
    let paths: Vec<String> =
        diff.files.into_iter().flat_map(|file| [Some(file.path), file.old_path]).flatten().collect();
    // A name that is no text is shown as another.
    let whole = whole && !paths.iter().any(|path| path.contains(char::REPLACEMENT_CHARACTER));
    Ok(Changed { paths, whole })
}

/// Shows what is left out as that, and as nothing else.
pub(super) fn mark_left_out(verdicts: &mut [CheckVerdict], left_out: &[Option<Because>]) {
    for (verdict, reason) in verdicts.iter_mut().zip(left_out) {
        if let Some(because) = reason {
            verdict.state = "skipped".into();
            verdict.reason = Some(sentence(because));
            verdict.because = Some(Box::new(because.clone()));
        }
    }
}
