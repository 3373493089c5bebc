//! The backend without a model: carries out an intent in a job's clone.
//!
//! It edits files itself, with the standard library only, and runs nothing: commands that an intent needs (a formatter,
//! a recipe, git) are handed back for the worker to run in its sandbox. It never leaves the root, never follows a
//! symbolic link, never touches `.git`, and writes only after every edit of the intent is known to be possible.

mod bump;
mod commands;
mod content;
mod error;
mod find;
mod lines;
mod overview;
mod patch;
mod rename;
mod replace;
mod set_key;
mod todos;
mod tree;

pub use commands::{CommandToRun, Purpose};
pub use error::DeterministicError;
pub use todos::Notes;

use protocol::check::CheckPlan;
use protocol::intent::Intent;
use std::path::{Path, PathBuf};
use tree::Tree;

/// What a job knows besides the intent.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Checks, recipes and tools of the workspace.
    pub checks: &'a CheckPlan,
    /// Most files the job may change.
    pub max_files: u32,
    /// The files git tracks, relative to the root. Given, nothing else is searched or changed in bulk: caches and
    /// build folders of a set-up layer stay as they are.
    pub tracked: Option<&'a [PathBuf]>,
}

/// What was done and what is left to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// Paths that changed, relative to the root; both paths of a move.
    pub changed: Vec<PathBuf>,
    /// One line: what happened.
    pub summary: String,
    /// Markdown for the user, when the answer is more than a line.
    pub report: Option<String>,
    /// Commands to run next, in order; each has to succeed.
    pub commands: Vec<CommandToRun>,
    /// The notes that the report lists, for whoever can say how old they are.
    pub notes: Option<Notes>,
}

impl Edits {
    fn report(summary: impl Into<String>, report: String) -> Self {
        Self { summary: summary.into(), report: Some(report), ..Self::default() }
    }

    fn changed(changed: Vec<PathBuf>, summary: impl Into<String>) -> Self {
        Self { changed, summary: summary.into(), ..Self::default() }
    }
}

/// Carries out one intent in the folder `root`.
///
/// On an error nothing was written, unless the error is [`DeterministicError::Io`] while writing.
pub fn execute(intent: &Intent, root: &Path, ctx: &Context<'_>) -> Result<Edits, DeterministicError> {
    let tree = Tree::open(root, ctx.tracked)?;
    match intent {
        Intent::Overview => overview::overview(&tree, ctx.checks),
        Intent::Find { pattern, glob, regex } => find::find(&tree, pattern, glob.as_deref(), *regex),
        Intent::Todos => todos::todos(&tree),
        Intent::Replace { from, to, glob, regex } => {
            let wanted = replace::Wanted { from, to, glob: glob.as_deref(), regex: *regex };
            replace::replace(&tree, &wanted, ctx.max_files)
        }
        Intent::Rename { from, to, update_references } => {
            rename::rename(&tree, from, to, *update_references, ctx.max_files)
        }
        Intent::Apply { patch } => patch::apply(&tree, patch, ctx.max_files),
        Intent::Append { file, text } => lines::append(&tree, file, text),
        Intent::Insert { file, text, place } => lines::insert(&tree, file, text, place),
        Intent::SetKey { file, key, value } => set_key::set_key(&tree, file, key, value),
        Intent::Status
        | Intent::Log { .. }
        | Intent::Test { .. }
        | Intent::Format { .. }
        | Intent::Lint { .. }
        | Intent::Revert { .. }
        | Intent::CherryPick { .. }
        | Intent::Run { .. } => commands::plan(intent, ctx.checks),
        Intent::Bump { name, version } => bump::bump(&tree, name, version.as_deref()),
        Intent::Outdated => bump::outdated(&tree),
        // Several runs with a look at each are the lane's own; the rest is the server's.
        Intent::Failing
        | Intent::Flaky { .. }
        | Intent::Bisect { .. }
        | Intent::Branch { .. }
        | Intent::Land { .. }
        | Intent::Publish { .. } => Err(DeterministicError::NotHere { word: intent.word() }),
    }
}

#[cfg(test)]
mod tests;
