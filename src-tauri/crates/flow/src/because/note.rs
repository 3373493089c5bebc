//! The sentence of each note about a queue.

use super::sentence::short;
use protocol::because::{NoteCode, QueueNote};

/// The note of a code: the one place where its sentence is made.
pub fn note(code: NoteCode) -> QueueNote {
    let text = match &code {
        NoteCode::BranchFails { check, branch, commit, waiting } => {
            let waits = match waiting {
                1 => "One change waits for it".to_owned(),
                more => format!("{more} changes wait for it"),
            };
            format!(
                "The check “{check}” fails on {branch} itself, at {}. {waits}, and none is blamed. Mend the branch, or ask for a change that makes the check pass: that one can land.",
                short(commit)
            )
        }
        NoteCode::BaseGone { base, branch } => format!(
            "The branch {base} is not in your repository any more. Work goes on from {branch}; make {base} again to land on it."
        ),
        NoteCode::BranchGone { branch, commit } => format!(
            "{branch} is not in your repository any more. What landed is kept at {commit}; the next landing makes the branch again. To have it now: `git branch {branch} {commit}`."
        ),
        NoteCode::RemoteAhead { branch, commit } => format!(
            "origin/{branch} has commits that {branch} does not have ({commit}). Nothing is overwritten; take them in with `git merge origin/{branch}` on {branch}, and what is open is built anew on that."
        ),
        NoteCode::RemoteOnly { branch, commit } => format!(
            "{branch} is in your repository only as origin/{branch}, which has another history than what landed here ({commit}). Make {branch} where you want it to be: `git branch {branch} {commit}` or `git branch {branch} origin/{branch}`."
        ),
        NoteCode::Rewritten { branch, commit } => format!(
            "What landed last ({commit}) is not on {branch} any more: it was reset or rewritten from outside. It is kept; to have it back, `git merge {commit}` on {branch}."
        ),
        NoteCode::Closed { folder } => format!("{folder} cannot be opened now."),
        NoteCode::Failed { said, .. } => said.clone(),
    };
    QueueNote { text, code: Some(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_change_waits_and_two_wait() {
        let fails = |waiting| NoteCode::BranchFails {
            check: "tests".into(),
            branch: "main_agents".into(),
            commit: "0123456789abcdef".into(),
            waiting,
        };
        let one = note(fails(1));
        assert!(one.text.contains("at 0123456789. One change waits for it"), "{}", one.text);
        assert!(note(fails(2)).text.contains("2 changes wait for it"));
        assert_eq!(one.code, Some(fails(1)));
    }
}
