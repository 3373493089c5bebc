//! A process whose pipes belong to somebody else: the first process of a cell.

use std::time::Duration;

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::launch::launch;
use super::tree_end::TreeEnd;
use super::{Command, RUN_VAR, Stdin, marker};
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// A started process and its tree. Dropping it kills both.
pub(crate) struct Bare {
    child: Child,
    tree: TreeEnd,
    run: String,
}

/// The pipes of a bare process.
pub(crate) struct BarePipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// Starts `command` with three pipes; nothing of it that needs a supervisor (times, caps, lines) counts.
pub(crate) async fn start_bare(mut command: Command) -> Result<(Bare, BarePipes), HostError> {
    command.stdin = Stdin::Piped;
    let run = SystemIds.uuid();
    let mut child = launch(&mut command, &run).await?;
    let tree = TreeEnd { pid: child.id().unwrap_or(0), kind: command.tree, alive: true };
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let bare = Bare { child, tree, run };
    match pipes {
        (Some(stdin), Some(stdout), Some(stderr)) => Ok((bare, BarePipes { stdin, stdout, stderr })),
        _ => Err(HostError::Supervision { program: command.program(), cause: "it has no pipes".to_owned() }),
    }
}

impl Bare {
    /// Gives it a while to end by itself, then kills it. Yields what could not be killed.
    pub(crate) async fn end(mut self, within: Duration) -> usize {
        let ended = timeout(within, self.child.wait()).await;
        if ended.is_err() {
            self.tree.kill();
            let _ = timeout(within, self.child.wait()).await;
        }
        let exit = self.child.try_wait().ok().flatten();
        self.tree.alive = exit.is_none();
        match exit.is_some_and(|exit| exit.code().is_some()) && ended.is_ok() {
            true => 0,
            false => marker::sweep(RUN_VAR, &self.run).await.left,
        }
    }
}
