//! `pilothouse job diff`: what a job changed. In a pipe it is git's own text, in which files that are no text are only
//! named; on a terminal the text of others can do nothing there but be read.

use crate::output;
use client::Client;
use protocol::diff::JobDiff;
use protocol::ops::{JobParams, typed};
use protocol::{ApiError, ErrorCode, JobId, line};
use std::io::IsTerminal;

pub(super) async fn run(client: &Client, id: JobId, as_json: bool) -> Result<(), ApiError> {
    let diff = client.call(typed::JobsDiff, &JobParams { id }, None).await?;
    if as_json {
        output::json(&diff);
        return Ok(());
    }
    if std::io::stdout().is_terminal() {
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        output::written(&(on_terminal(&diff, colours).join("\n") + "\n"));
    } else {
        output::written(&diff.unified);
    }
    match diff.truncated {
        true => Err(ApiError::new(
            ErrorCode::TooLarge,
            "The diff is longer than what is sent; its end is left out.",
        )),
        false => Ok(()),
    }
}

fn on_terminal(diff: &JobDiff, colours: bool) -> Vec<String> {
    let (more, less) =
        diff.files.iter().fold((0, 0), |(more, less), file| (more + file.additions, less + file.deletions));
    let files = match diff.files.len() {
        1 => "1 file".to_owned(),
        n => format!("{n} files"),
    };
    let mut lines = vec![format!("{}: {files}, +{more} -{less}", crate::plain::plain(&diff.title))];
    for file in &diff.files {
        if let Some(risky) = &file.risky {
            lines.push(format!("Look twice: {}: {}", line::plain(&file.path), line::plain(risky)));
        }
    }
    lines.extend(diff.unified.lines().map(|line| painted(line, colours)));
    lines
}

/// A line of the diff: tabs stay, whatever else would move or colour something does not.
fn painted(text: &str, colours: bool) -> String {
    let plain = output::readable(text.strip_suffix('\r').unwrap_or(text));
    let colour = match text.as_bytes() {
        _ if !colours => None,
        [b'+', ..] => Some(32),
        [b'-', ..] => Some(31),
        [b'@', b'@', ..] => Some(36),
        _ if text.starts_with("diff --git ") => Some(1),
        _ => None,
    };
    match colour {
        Some(colour) => format!("\u{1b}[{colour}m{plain}\u{1b}[0m"),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_diff_keeps_its_tabs_and_moves_nothing() {
        assert_eq!(painted("+a\tb\r", false), "+a\tb");
        assert_eq!(painted("-\u{1b}[2Jgone \u{202e}txet", false), "-\u{fffd}[2Jgone \u{fffd}txet");
        assert_eq!(painted("+new", true), "\u{1b}[32m+new\u{1b}[0m");
        assert_eq!(painted("@@ -1 +1 @@", true), "\u{1b}[36m@@ -1 +1 @@\u{1b}[0m");
        assert_eq!(painted(" same", true), " same");
    }
}
