//! What holds a program: a process of ours with its tree, or a command in a cell.

use tokio::process::Child;

use super::tree_end::TreeEnd;
use super::{Command, Ended, RUN_VAR, marker};
use crate::HostError;

/// How a program ended: its exit code or the signal that ended it; neither while it runs.
pub(super) type Status = (Option<i32>, Option<i32>);

/// A program and everything it starts. Dropping it kills all of that.
pub(super) trait Held: Send + 'static {
    fn pid(&self) -> u32;

    /// Waits until the program is gone, or whatever held it. May be dropped and called again.
    fn ended(&mut self) -> impl Future<Output = ()> + Send;

    /// Asks for an end, which follows by force after the grace.
    fn end(&mut self);

    fn kill(&mut self);

    /// Looks for what the end left behind and kills it; yields what could not be killed.
    fn leftovers(&mut self, ended: Ended) -> impl Future<Output = usize> + Send;

    /// How it ended. An error says that whatever held it is gone, and nobody asked for that.
    fn status(&mut self, ended: Ended) -> Result<Status, HostError>;

    /// Whether the kernel is known to have killed for want of memory around it, while it ran.
    fn memory_ran_out(&self) -> bool {
        false
    }
}

/// A child process and its tree.
pub(super) struct ChildTree {
    child: Child,
    tree: TreeEnd,
    run: String,
}

impl ChildTree {
    pub(super) fn new(child: Child, command: &mut Command, run: String) -> Self {
        let tree = TreeEnd {
            pid: child.id().unwrap_or(0),
            kind: command.tree,
            alive: true,
            #[cfg(windows)]
            job: command.job_object.take(),
        };
        Self { child, tree, run }
    }

    fn exit(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Held for ChildTree {
    fn pid(&self) -> u32 {
        self.tree.pid
    }

    async fn ended(&mut self) {
        let _ = self.child.wait().await;
    }

    fn end(&mut self) {
        self.tree.end();
    }

    fn kill(&mut self) {
        self.tree.kill();
    }

    async fn leftovers(&mut self, ended: Ended) -> usize {
        let exit = self.exit();
        self.tree.alive = exit.is_none();
        #[cfg(windows)]
        if self.tree.job.is_some() {
            self.tree.kill();
            return 0;
        }
        // A guard or namespace that ended in peace has emptied its tree; in all other cases we look ourselves.
        let in_peace = ended == Ended::Exited && exit.is_some_and(|exit| exit.code().is_some());
        if in_peace { 0 } else { marker::sweep(RUN_VAR, &self.run).await.left }
    }

    fn status(&mut self, _ended: Ended) -> Result<Status, HostError> {
        let exit = self.exit();
        #[cfg(unix)]
        let signal = exit.and_then(|exit| std::os::unix::process::ExitStatusExt::signal(&exit));
        #[cfg(not(unix))]
        let signal = None;
        Ok((exit.and_then(|exit| exit.code()), signal))
    }
}
