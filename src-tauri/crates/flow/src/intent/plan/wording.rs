//! What a plan says in words: title, instruction and criteria.

use super::super::coding::cut;
use super::super::nature::slots;
use protocol::intent::{Intent, Place};
use protocol::plan::{LINTER_IS_QUIET, TESTS_PASS};

pub(super) fn title(intent: &Intent) -> String {
    let short = |text: &str| cut(text.lines().next().unwrap_or_default(), 40);
    let place = |glob: &Option<String>| glob.as_deref().map(|g| format!(" in {g}")).unwrap_or_default();
    match intent {
        Intent::Status => "Show the status".into(),
        Intent::Overview => "Show what the repository holds".into(),
        Intent::Log { since: None } => "List the last commits".into(),
        Intent::Log { since: Some(since) } => format!("List commits since {}", short(since)),
        Intent::Test { filter: None } => "Run the tests".into(),
        Intent::Test { filter: Some(filter) } => format!("Run the tests that match {}", short(filter)),
        Intent::Failing => "Show failing tests".into(),
        Intent::Flaky { runs } => format!("Run the tests {runs} times"),
        Intent::Bisect { good, .. } => format!("Find the commit that broke it since {good}"),
        Intent::Format { paths } if paths.is_empty() => "Format the code".into(),
        Intent::Format { paths } => format!("Format {}", paths.join(", ")),
        Intent::Lint { fix: false } => "Run the linter".into(),
        Intent::Lint { fix: true } => "Repair what the linter can".into(),
        Intent::Find { pattern, glob, .. } => format!("Search for {}{}", short(pattern), place(glob)),
        Intent::Replace { from, to, glob, .. } => {
            format!("Replace {} with {}{}", short(from), short(to), place(glob))
        }
        Intent::Rename { from, to, .. } => format!("Move {from} to {to}"),
        Intent::Apply { .. } => "Apply a patch".into(),
        Intent::Bump { name, version: None } => format!("Bump {}", short(name)),
        Intent::Bump { name, version: Some(version) } => {
            format!("Bump {} to {}", short(name), short(version))
        }
        Intent::Outdated => "Look for outdated dependencies".into(),
        Intent::Append { file, .. } => format!("Append to {file}"),
        Intent::Insert { file, .. } => format!("Insert into {file}"),
        Intent::SetKey { file, key, .. } => format!("Set {} in {file}", short(key)),
        Intent::Revert { commit } => format!("Revert {}", cut(commit, 12)),
        Intent::CherryPick { commit } => format!("Cherry-pick {}", cut(commit, 12)),
        Intent::Branch { name, .. } => format!("Make the branch {}", short(name)),
        Intent::Run { recipe } => format!("Run the recipe {recipe}"),
        Intent::Todos => "List TODO and FIXME notes".into(),
        Intent::Land { job } => format!("Land {job}"),
        Intent::Publish { head, no_pr, .. } => {
            let head = head.as_deref().map(|head| format!(" {}", short(head))).unwrap_or_default();
            if *no_pr { format!("Push{head}") } else { format!("Publish{head}") }
        }
    }
}

pub(super) fn instruction(intent: &Intent, title: &str) -> String {
    let slots = slots(intent);
    slots.iter().fold(format!("{title}."), |out, slot| format!("{out}\n{}: {}", slot.name, slot.value))
}

pub(super) fn criteria(intent: &Intent) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match intent {
        Intent::Test { .. } => one(TESTS_PASS),
        Intent::Lint { fix: false } => one(LINTER_IS_QUIET),
        Intent::Replace { .. } => {
            one("Only the named text changed, at least once, and only in the named place")
        }
        Intent::Rename { update_references: false, .. } => {
            one("The file has its new path and the same content")
        }
        Intent::Rename { update_references: true, .. } => {
            vec!["The file has its new path".into(), "No file mentions the old path".into()]
        }
        Intent::Apply { .. } => one("Every hunk of the patch is applied where its context stands"),
        Intent::Append { .. } => one("The file ends with the new text and is otherwise as before"),
        Intent::Insert { place, .. } => match place {
            Place::Start | Place::Line { .. } => {
                one("The new text stands at the named line, all else is as before")
            }
            Place::Before { .. } | Place::After { .. } => {
                one("The new text stands at the anchor, all else is as before")
            }
        },
        Intent::SetKey { .. } => one("The key has the new value and nothing else changed"),
        Intent::Format { .. } => one("The formatter ran without an error"),
        Intent::Lint { fix: true } => one("The linter's repairs are applied"),
        Intent::Run { .. } => one("The recipe ended without an error and wrote only where it may"),
        Intent::Revert { .. } => one("The commit's change is undone and nothing else changed"),
        Intent::CherryPick { .. } => one("The commit's change is repeated and nothing else changed"),
        Intent::Branch { .. } => one("The branch is there, and no other branch moved"),
        Intent::Bump { .. } => one("The manifest and the lock file name the new version"),
        Intent::Status
        | Intent::Overview
        | Intent::Log { .. }
        | Intent::Failing
        | Intent::Flaky { .. }
        | Intent::Bisect { .. }
        | Intent::Find { .. }
        | Intent::Outdated
        | Intent::Todos => one("The report is written and no file changed"),
        Intent::Land { .. } => one("The job's result is queued for landing"),
        Intent::Publish { no_pr: true, .. } => one("The branch is pushed"),
        Intent::Publish { .. } => vec!["The branch is pushed".into(), "A pull request is open".into()],
    }
}
