//! The sentence of each reason.

use crate::policy;
use crate::returned::{NO_NETWORK, missing};
use protocol::because::{Absent, Because, FolderBlock};

/// The one place where the sentence of a reason is made.
pub fn sentence(because: &Because) -> String {
    match because {
        Because::Conflict { branch, paths, more } => {
            format!("It conflicts with what landed on {branch} meanwhile, in {}.", list(paths, *more))
        }
        Because::RevertConflict { branch, paths, more } => {
            format!("Taking it back conflicts with what is on {branch} now, in {}.", list(paths, *more))
        }
        Because::BringUpConflict { branch, paths, more } => {
            format!("Bringing it in conflicts with what is on {branch} now, in {}.", list(paths, *more))
        }
        Because::Empty { branch } => format!("{branch} already has everything in it."),
        Because::RevertEmpty { branch } => format!("{branch} has nothing of it any more."),
        Because::NotFastForward => {
            "The strategy is ff-only and the branch has moved. Choose another strategy, or repeat the job."
                .into()
        }
        Because::MergeCommit => {
            "It contains a merge commit, which cherry-pick cannot take. Choose no-ff or squash.".into()
        }
        Because::Unrelated => "It has no history in common with the branch.".into(),
        Because::TooManyCommits { limit } => {
            format!(
                "It has too many commits for this strategy, which takes at most {limit}. Choose squash or no-ff."
            )
        }
        Because::CheckFailed { check, network, absent } => {
            format!("The check “{check}” failed on the tree that would land.{}", hint(*network, absent))
        }
        Because::CheckEdited { check, paths } => format!(
            "The check “{check}” changed the files it was checking: {}. A check must leave the tree as it is.",
            paths.join(", ")
        ),
        Because::NotMended { check, branch, commit } => format!(
            "It came to make the check “{check}” pass, which fails on {branch} at {}. The check fails with this change too.",
            short(commit)
        ),
        Because::OtherNotMended { check, branch, commit } => format!(
            "It came to mend {branch}. The check “{check}” fails there too, at {}, and with this change as well.",
            short(commit)
        ),
        Because::BranchFails { check, branch, commit, network, absent } => format!(
            "The check “{check}” fails already on {branch} at {}, without this change. It waits; a change that makes the check pass can land.{}",
            short(commit),
            hint(*network, absent)
        ),
        Because::Policy { effect, ruling } => policy::sentence(ruling, *effect),
        Because::Denied { by } => format!("Denied by {by}. Its commit is kept; retry to ask again."),
        Because::Expired => "Nobody answered in time. Its commit is kept; retry to ask again.".into(),
        Because::Removed { by } => format!("Removed by {by}. Its commit is kept."),
        Because::HandedOn { by } => format!("{by} had it mended."),
        Because::RepairCancelled => "Its repair was cancelled.".into(),
        Because::RepairEmpty => "Its repair changed nothing.".into(),
        Because::RepairFailed => "Its repair did not work.".into(),
        Because::SetUpWaits => "Its set-up waits for an answer.".into(),
        Because::SetUpRemoved => "Its set-up was removed meanwhile.".into(),
        Because::CannotRun { said } => cannot_run(said),
        Because::CheckKilled { check } => cannot_run(&format!(
            "the check “{check}” was killed while it ran, which the system does when memory runs out"
        )),
        Because::ProgramMissing { check, program } => format!(
            "The check “{check}” needs `{program}`, which is not installed here or not on the path of checks. Install it, or change the check in Settings; it is tried again by itself."
        ),
        Because::GivenUp { attempts } => format!(
            "Its checks were begun {attempts} times and could not be ended, although this machine could run checks before each. Its commit is kept; look at what the change does to its checks, then retry or remove it."
        ),
        Because::Untouched { paths } => format!("Nothing that it reads is touched ({}).", paths.join(", ")),
        Because::Stopped => "It was stopped before its end.".into(),
        Because::ChecksChanged => {
            "The checks or their set-up were changed meanwhile. Try again with the new ones.".into()
        }
        Because::TrialUnconfirmed => {
            "These checks are not confirmed any more. Use them first, then try them.".into()
        }
        Because::Trust => {
            "Checks, recipes and set-up steps of a repository count only after its owner accepted them."
                .into()
        }
        Because::AllPaused => "Everything is paused. It lands when you resume.".into(),
        Because::QueuePaused => "The merge queue is paused. It lands when you resume.".into(),
        Because::ChecksUnconfirmed => {
            "Its checks are not confirmed any more. It lands when you have confirmed them.".into()
        }
        Because::CheckedOut { branch, folder, block, names, more } => {
            let (why, next) = folder_block(*block, &list(names, *more));
            format!(
                "{branch} is checked out in {folder}, and those files cannot follow now: {why}. {next}, or switch to another branch there; it lands by itself then."
            )
        }
        Because::Rule { said } | Because::Failed { said, .. } => said.clone(),
    }
}

fn folder_block(block: FolderBlock, names: &str) -> (String, &'static str) {
    match block {
        FolderBlock::Dirty => (format!("it has uncommitted changes in {names}"), "Commit or stash them"),
        FolderBlock::Unfinished => (format!("it is in the middle of a {names}"), "Finish it"),
        FolderBlock::Busy => ("another git is at work there".into(), "Wait for it"),
        FolderBlock::Missing => ("the folder is gone".into(), "Run `git worktree prune`"),
        FolderBlock::Sparse => ("it shows only part of the files".into(), "Let your own git do it"),
        FolderBlock::Filtered => {
            (format!("{names} needs a filter program, which is not run unasked"), "Let your own git do it")
        }
    }
}

/// How the sentence of what is tried again by itself ends.
pub const BY_THEMSELVES: &str = " They are tried again by themselves.";

fn cannot_run(why: &str) -> String {
    format!("This machine cannot run the checks now: {}.{BY_THEMSELVES}", why.trim())
}

fn hint(network: bool, absent: &[Absent]) -> String {
    let mut said = String::new();
    for hint in network.then_some(NO_NETWORK).into_iter().chain(absent.iter().map(|absent| missing(*absent)))
    {
        said.push(' ');
        said.push_str(hint);
    }
    said
}

fn list(paths: &[String], more: u32) -> String {
    let named = paths.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// A commit as sentences name it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
