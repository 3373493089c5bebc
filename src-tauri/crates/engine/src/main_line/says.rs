//! How a landing on the user's branch is told in words.

use crate::markdown::plain;
use protocol::fenced;
use protocol::main_line::{MainLanding, MainLandingState, MainWith};
use repo::CheckoutBlock;

/// Lines of output that a message carries; the whole of what is kept is on the Work page.
const LINES: usize = 30;

pub(super) fn ended(landing: &MainLanding) -> String {
    let MainLanding { branch, from, to, by, .. } = landing;
    let at = landing.commit.as_deref().unwrap_or(to);
    let mut text = match landing.state {
        MainLandingState::Landed if landing.with == MainWith::Server => {
            format!("`{branch}` went from `{}` to `{}`, as {} said.", short(from), short(at), plain(by))
        }
        MainLandingState::Landed => format!(
            "Your git brought `{branch}` from `{}` to `{}`, as {} said.",
            short(from),
            short(at),
            plain(by)
        ),
        _ => format!("`{branch}` was not moved to `{}`.", short(to)),
    };
    if let Some(reason) = &landing.reason {
        text.push(' ');
        text.push_str(reason);
    }
    for folder in &landing.folders {
        text.push_str(&format!(" The files in `{folder}` followed."));
    }
    if let Some(output) = landing.output.as_deref().filter(|output| !output.trim().is_empty()) {
        let lines: Vec<&str> = output.trim().lines().collect();
        let end = lines[lines.len().saturating_sub(LINES)..].join("\n");
        text.push_str(&format!("\n\n{}", fenced("", &end)));
    }
    text
}

/// Why a folder's files cannot follow, with what to do.
pub(super) fn checkout(branch: &str, folder: &str, block: &CheckoutBlock) -> String {
    let (why, next) = match block {
        CheckoutBlock::Dirty { files } => {
            let (first, more) =
                (files.iter().take(5).cloned().collect::<Vec<_>>(), files.len().saturating_sub(5));
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (format!("has uncommitted changes in {}{more}", first.join(", ")), "Commit or stash them")
        }
        CheckoutBlock::Unfinished { operation } => {
            (format!("is in the middle of a {operation}"), "Finish it")
        }
        CheckoutBlock::Busy => ("is being worked on by another git".to_owned(), "Wait for it"),
        CheckoutBlock::Missing => ("is gone".to_owned(), "Run `git worktree prune`"),
        CheckoutBlock::Sparse => (
            "shows only part of the files".to_owned(),
            "Let your own git do it, or switch to another branch there",
        ),
        CheckoutBlock::Filtered { file } => (
            format!("needs a filter program for {file}, which is not run unasked"),
            "Let your own git do it, or switch to another branch there",
        ),
    };
    format!("{branch} is checked out in {folder}, which {why}. {next}, then try again.")
}

pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
