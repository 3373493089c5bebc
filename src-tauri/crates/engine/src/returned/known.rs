//! What is known about a return, put together before it is stored.

use crate::Engine;
use crate::rooms::Room;
use flow::merge::{Input, Returned};
use flow::returned::{clash, said as git_said, trimmed};
use protocol::merge::MergeEntry;
use protocol::returned::{CameBack, ConflictedFile, FailedCheck};
use protocol::{ApiError, ErrorCode};
use repo::ConflictFile;
use std::sync::Arc;

/// Conflicted files and clashes of one file that are kept.
const FILES: usize = 20;
const CLASHES: usize = 8;

/// What did not merge, for whoever mends it.
pub(crate) fn conflict(onto: &str, files: &[ConflictFile]) -> CameBack {
    let listed = files.iter().take(FILES).map(|file| ConflictedFile {
        path: file.path.clone(),
        said: git_said(&file.note, file.hunks.len()),
        clashes: file.hunks.iter().take(CLASHES).map(|h| clash(h.line, &h.text, h.truncated)).collect(),
        more: count(file.hunks.len(), CLASHES),
    });
    CameBack {
        code: Returned::Conflict.code().into(),
        onto: Some(onto.to_owned()),
        files: listed.collect(),
        more_files: count(files.len(), FILES),
        check: None,
        beside: Vec::new(),
    }
}

fn count(all: usize, shown: usize) -> u32 {
    u32::try_from(all.saturating_sub(shown)).unwrap_or(u32::MAX)
}

impl Engine {
    /// Completes an input that gives an entry back, or finds that it is the branch's own fault. Any other passes.
    pub(crate) async fn made_known(&self, entry: &MergeEntry, input: Input) -> Result<Input, ApiError> {
        let (mut why, mut said, back) = match input {
            Input::GiveBack { why, said } => (why, said, None),
            Input::Returned { why, said, back, .. } => (why, said, Some(back)),
            other => return Ok(other),
        };
        let Ok(room) = self.room(&entry.workspace_id) else { return Ok(Input::GiveBack { why, said }) };
        let id = entry.id.to_string();
        // Its verdicts were stored meanwhile.
        let entry = self.store.read(move |tx| tx.entry(&id)).await?;
        if why == Returned::CheckFailed
            && let Some(input) = self.branch_at_fault(&room, &entry, said.text()).await?
        {
            match input {
                Input::GiveBack { why: instead, said: other } => (why, said) = (instead, other),
                other => return Ok(other),
            }
        }
        let mut back = back.unwrap_or_else(|| Box::new(of_checks(&entry, why)));
        match self.beside(&room, &entry, &back).await {
            Ok(beside) => back.beside = beside,
            // What went wrong is known all the same.
            Err(error) if error.code != ErrorCode::Unavailable => {
                tracing::warn!(entry = %entry.id, %error, "what else reached the branch is not known");
            }
            Err(error) => return Err(error),
        }
        let fix_ups = self.fix_ups(&room).await;
        Ok(Input::Returned { why, said, back, fix_ups })
    }

    /// How often a change is mended by itself here.
    pub(super) async fn fix_ups(&self, room: &Arc<Room>) -> u32 {
        match self.configured(room).await {
            Ok(config) => config.merge.fix_ups,
            // A mistake in the configuration is shown where the entry waits; it is no reason to ask for nothing.
            Err(_) => super::FIX_UPS,
        }
    }
}

/// What an entry's own verdicts say.
fn of_checks(entry: &MergeEntry, why: Returned) -> CameBack {
    let failed = entry.checks.iter().find(|check| check.state == "failed");
    CameBack {
        code: why.code().into(),
        onto: entry.onto.clone(),
        files: Vec::new(),
        more_files: 0,
        check: failed.map(|check| {
            let log = trimmed(&check.tail);
            FailedCheck {
                name: check.name.clone(),
                run: check.run.clone(),
                tree: entry.tree.clone().unwrap_or_default(),
                log: log.text,
                left_out: log.left_out,
                passed_alone: entry.verified,
            }
        }),
        beside: Vec::new(),
    }
}
