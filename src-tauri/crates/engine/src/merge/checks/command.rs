//! One check's command on files that are laid: started in the sandbox, ended early when it is to be. What its end says
//! about a change is for others to judge.

use crate::Engine;
use crate::rooms::Room;
use host::HostError;
use host::sandbox::Sandbox;
use host::spawn::{Command, Line, Outcome};
use protocol::ApiError;
use protocol::check::Check;
use repo::{CheckTree, ObjectId};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// How a command ended, or why it did not begin.
pub(crate) struct Ended {
    pub outcome: Result<Outcome, HostError>,
    pub duration_ms: u64,
}

impl Engine {
    /// Runs a check until it ends, or until `stop` resolves: then it and all it started are ended. `lines` are handed
    /// on as they come.
    pub(crate) async fn run_check(
        &self,
        room: &Room,
        check: &Check,
        sandbox: &Sandbox,
        (tree, home): (&CheckTree, &Path),
        lines: Option<mpsc::Sender<Line>>,
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, ApiError> {
        let spec = self.sandbox_spec(room, tree.dir(), home, false).await?;
        let mut command = Command::new(check.run.clone())
            .cwd(tree.dir().to_owned())
            .timeout(Duration::from_secs(check.timeout_s));
        if let Some(lines) = lines {
            command = command.lines(lines);
        }
        let started = self.clock.monotonic_ms();
        let outcome = async {
            let running = sandbox.start(&spec, command).await?;
            let cancel = running.cancel_handle();
            let mut waiting = std::pin::pin!(running.wait());
            tokio::select! {
                outcome = &mut waiting => outcome,
                () = stop => {
                    cancel.cancel();
                    waiting.await
                }
            }
        };
        let outcome = outcome.await;
        Ok(Ended { outcome, duration_ms: self.clock.monotonic_ms().saturating_sub(started) })
    }

    /// The first of the files that a check changed in the tree it was checking; none when it left it as it was.
    pub(crate) async fn edited(
        &self,
        tree: &CheckTree,
        expected: &ObjectId,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let (tree, expected) = (tree.clone(), expected.clone());
        let result = self.blocking(move || tree.verify_unedited(&expected)).await?;
        let edited = result.map_err(crate::git::api)?.err();
        Ok(edited.map(|edited| edited.paths.into_iter().take(10).collect()))
    }
}
