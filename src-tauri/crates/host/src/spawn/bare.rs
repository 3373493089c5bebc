//! A process whose pipes belong to somebody else: the first process of a cell.

use std::time::Duration;

use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::held::{ChildTree, Held as _};
use super::launch::launch_ours;
use super::{Command, Ended};
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// A started process and its tree. Dropping it kills both.
pub(crate) struct Bare(ChildTree);

/// The pipes of a bare process.
pub(crate) struct BarePipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// Starts `command` with three pipes; nothing of it that needs a supervisor (times, caps, lines) counts.
pub(crate) async fn start_bare(mut command: Command) -> Result<(Bare, BarePipes), HostError> {
    let run = SystemIds.uuid();
    let mut child = launch_ours(&mut command, &run).await?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let bare = Bare(ChildTree::new(child, &mut command, run));
    match pipes {
        (Some(stdin), Some(stdout), Some(stderr)) => Ok((bare, BarePipes { stdin, stdout, stderr })),
        _ => Err(HostError::Supervision { program: command.program(), cause: "it has no pipes".to_owned() }),
    }
}

impl Bare {
    /// Gives it a while to end by itself, then kills it. Yields what could not be killed.
    pub(crate) async fn end(mut self, within: Duration) -> usize {
        if timeout(within, self.0.ended()).await.is_ok() {
            return self.0.leftovers(Ended::Exited).await;
        }
        self.0.kill();
        let _ = timeout(within, self.0.ended()).await;
        self.0.leftovers(Ended::TimedOut).await
    }
}
