//! What a client is told of the present when it connects, so that it shows something before it has asked anything.

use crate::Engine;
use protocol::ApiError;
use protocol::approval::Approval;
use protocol::job::Job;
use protocol::presence::{RunningJob, Snapshot};
use protocol::queue::ListParams;
use protocol::terminal::TerminalState;

/// Most rows of each kind.
const ROWS: usize = 50;
/// Most bytes of all approvals: what they would do can be long, and all of it fits one frame.
const APPROVAL_BYTES: usize = 256 * 1024;

impl Engine {
    /// Without who is there, which the server knows. Terminals are for those who may look at them.
    pub async fn snapshot(&self, with_terminals: bool) -> Result<Snapshot, ApiError> {
        // Read first: an event in between comes twice, and is not lost.
        let cursor = self.store.latest_cursor();
        let rows = |status: &str| ListParams {
            status: Some(status.to_owned()),
            limit: Some(ROWS as u64 + 1),
            workspace_id: None,
            session_id: None,
        };
        let (waiting, claimed) = (rows("pending"), rows("claimed"));
        let (approvals, jobs) =
            self.store.read(move |tx| Ok((tx.approvals(&waiting)?, tx.jobs(&claimed)?))).await?;
        let mut more = jobs.len() > ROWS;
        let approvals = fitting(approvals, &mut more);
        let jobs = jobs.into_iter().take(ROWS).map(brief).collect();
        let mut terminals = match with_terminals {
            true => self.terminals_list().await?.terminals,
            false => Vec::new(),
        };
        terminals.retain(|terminal| terminal.state == TerminalState::Running);
        more |= terminals.len() > ROWS;
        terminals.truncate(ROWS);
        Ok(Snapshot { cursor, approvals, jobs, terminals, presence: Vec::new(), more })
    }

    /// Milliseconds since 1970, by the clock everything here goes by.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// Those that fit, oldest first; one that is too long on its own is left out, and the others still come.
fn fitting(mut all: Vec<Approval>, more: &mut bool) -> Vec<Approval> {
    all.sort_by(|a, b| a.created_at.cmp(&b.created_at));
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for approval in all {
        let size = approval.details.to_string().len() + approval.summary.len() + 512;
        if kept.len() == ROWS || bytes + size > APPROVAL_BYTES {
            *more = true;
            continue;
        }
        bytes += size;
        kept.push(approval);
    }
    kept
}

fn brief(job: Job) -> RunningJob {
    RunningJob {
        id: job.id,
        title: job.title,
        kind: job.kind,
        status: job.status,
        session_id: job.session_id,
        worker_id: job.worker_id,
        step: job.step,
        started_at: job.started_at,
    }
}
