//! What is said when a worker's process has ended: in its history, in the log, and to everybody when it happens again
//! and again.

use super::process::Exit;
use crate::{Engine, ops};
use flow::pool::Died;
use protocol::Event;
use protocol::worker::{WorkerEnd, WorkerEndKind};

impl Engine {
    /// `why` is what we ended it for, when we did; `died` what follows when we did not.
    pub(super) async fn tell_end(
        &self,
        id: String,
        why: Option<WorkerEndKind>,
        exit: Exit,
        lived_ms: u64,
        died: Option<Died>,
    ) {
        // One that we wanted gone may have died first: what counts is that it was wanted.
        let kind = why.unwrap_or(WorkerEndKind::Died);
        let cause = match kind {
            WorkerEndKind::Died => exit.cause(),
            WorkerEndKind::Drained => "It was drained and had nothing left to do.".to_owned(),
            WorkerEndKind::Idle => "It had nothing to do for a while.".to_owned(),
            WorkerEndKind::Stopped => "The server ended.".to_owned(),
        };
        if kind == WorkerEndKind::Died {
            tracing::error!(worker = id, cause, "a worker ended and is started again");
        }
        let end = WorkerEnd {
            kind,
            cause: cause.clone(),
            at: host::clock::iso(self.clock.now_ms()),
            lived_ms,
            in_row: died.map_or(0, |died| died.in_row),
            again_in_ms: died.map(|died| died.wait_ms),
        };
        let trouble = died.filter(|died| died.alarm);
        let written = self.store.write(move |tx| {
            tx.set_worker_offline(&id)?;
            tx.end_retirement(Some(&id))?;
            tx.add_worker_end(&id, &end)?;
            if let Some(died) = trouble {
                let event = Event::WorkerTrouble { worker_id: id, in_row: died.in_row, cause };
                ops::tell(tx, event, "server".into())?;
            }
            Ok(())
        });
        if let Err(error) = written.await {
            tracing::debug!(%error, "the end of a worker is not remembered");
        }
    }
}
