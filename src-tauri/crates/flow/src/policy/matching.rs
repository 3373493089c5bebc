//! Whether a rule speaks of an action.
//!
//! A condition about something an action does not have never holds: a rule about paths says nothing of a host. Apart
//! from that a rule is read against its own interest. One that loosens has to cover everything the action touches, by
//! exact spelling; one that tightens is met by any part of it, in any case of letters.

use super::Moment;
use super::command::{self, Reading};
use crate::scope::{WILD, path_problem};
use globset::GlobBuilder;
use protocol::RiskLevel;
use protocol::policy::{Action, ActionKind, Rule};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Loosen,
    Tighten,
    /// As loosening, and a command line is the whole one.
    Grant,
}

pub(super) fn matches(rule: &Rule, action: &Action, now: Moment, sense: Sense) -> bool {
    kind(rule, action)
        && (rule.actors.is_empty() || rule.actors.contains(&action.actor))
        && rule.max_risk.is_none_or(|max| rank(action.risk) <= rank(max))
        && rule.minutes.is_none_or(|window| in_window(window, now.minute_of_day))
        && paths(rule, action, sense)
        && command_line(rule, action, sense)
        && classes(rule, action, sense)
        && sandbox(rule, action)
        && hosts(rule, action, sense)
        && ports(rule, action)
        && size(rule, action)
}

fn kind(rule: &Rule, action: &Action) -> bool {
    let word = action.what.word();
    rule.kinds.is_empty()
        || rule.kinds.iter().any(|kind| match kind.strip_suffix(".*") {
            Some(family) => word.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
            None => kind == "*" || kind == word,
        })
}

fn rank(risk: RiskLevel) -> u8 {
    match risk {
        RiskLevel::Low => 0,
        RiskLevel::Medium => 1,
        RiskLevel::High => 2,
    }
}

fn in_window((from, to): (u16, u16), minute: u16) -> bool {
    if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
}

fn paths(rule: &Rule, action: &Action, sense: Sense) -> bool {
    if rule.paths.is_empty() {
        return true;
    }
    let touched: Vec<&String> = match &action.what {
        ActionKind::FileWrite { paths } => paths.iter().collect(),
        ActionKind::Land { paths, risky_paths, .. } => paths.iter().chain(risky_paths).collect(),
        _ => return false,
    };
    match sense {
        Sense::Tighten => touched
            .iter()
            .any(|path| rule.paths.iter().any(|glob| one_glob(glob, path, true).unwrap_or(true))),
        Sense::Loosen | Sense::Grant => {
            !touched.is_empty() && touched.iter().all(|path| any_glob(&rule.paths, path))
        }
    }
}

/// Whether a clean path is covered by one of the globs, by exact spelling.
pub(super) fn any_glob(globs: &[String], path: &str) -> bool {
    path_problem(path).is_none() && globs.iter().any(|glob| one_glob(glob, path, false).unwrap_or(false))
}

/// `None` for a glob that cannot be read.
fn one_glob(glob: &str, path: &str, any_case: bool) -> Option<bool> {
    let read = |text: &str| {
        let built = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(false)
            .case_insensitive(any_case)
            .build();
        built.ok().map(|glob| glob.compile_matcher().is_match(path))
    };
    let bare = glob.trim_end_matches('/');
    if bare.contains(WILD) {
        return read(if glob.ends_with('/') { format!("{bare}/**") } else { glob.to_owned() }.as_str());
    }
    Some(read(bare)? || read(&format!("{bare}/**"))?)
}

fn command_line(rule: &Rule, action: &Action, sense: Sense) -> bool {
    if rule.argv_prefix.is_empty() {
        return true;
    }
    let argv = match &action.what {
        ActionKind::Command { argv, .. } | ActionKind::TerminalStart { argv, .. } => argv,
        ActionKind::RecipeFirstUse { argv, .. } | ActionKind::SetupNetwork { argv, .. } => argv,
        _ => return false,
    };
    match sense {
        // The line as it stands, or every command in it.
        Sense::Loosen => argv.starts_with(&rule.argv_prefix) || covers_every_part(&rule.argv_prefix, action),
        Sense::Grant => *argv == rule.argv_prefix,
        Sense::Tighten => {
            begins(argv, &rule.argv_prefix)
                || read(action).parts.iter().any(|part| begins(&part.argv, &rule.argv_prefix))
        }
    }
}

/// `/usr/bin/rm` is `rm` for a rule that forbids it, and `git -C folder push` is `git push`.
fn begins(argv: &[String], prefix: &[String]) -> bool {
    let (Some(program), Some(wanted)) = (argv.first(), prefix.first()) else { return false };
    command::name(program) == command::name(wanted)
        && (argv[1..].starts_with(&prefix[1..]) || command::from_verb(argv).starts_with(&prefix[1..]))
}

fn covers_every_part(prefix: &[String], action: &Action) -> bool {
    let reading = read(action);
    // What needs no rule is named by one all the same, where somebody wrote it down.
    let mut named =
        reading.parts.iter().filter(|part| !part.idle || part.argv.starts_with(prefix)).peekable();
    reading.certain
        && named.peek().is_some()
        && reading.parts.iter().all(|part| !part.dressed)
        && named.all(|part| part.argv.starts_with(prefix))
}

fn read(action: &Action) -> Reading {
    match &action.what {
        ActionKind::Command { argv, cwd, .. } | ActionKind::TerminalStart { argv, cwd } => {
            command::reading(argv, cwd)
        }
        ActionKind::RecipeFirstUse { argv, .. } | ActionKind::SetupNetwork { argv, .. } => {
            command::reading(argv, "")
        }
        _ => Reading::default(),
    }
}

fn classes(rule: &Rule, action: &Action, sense: Sense) -> bool {
    if rule.classes.is_empty() {
        return true;
    }
    if !matches!(action.what, ActionKind::Command { .. }) {
        return false;
    }
    let reading = read(action);
    match sense {
        Sense::Tighten => reading.classes.iter().any(|class| rule.classes.contains(class)),
        Sense::Loosen | Sense::Grant => {
            reading.certain && reading.classes.iter().all(|class| rule.classes.contains(class))
        }
    }
}

fn sandbox(rule: &Rule, action: &Action) -> bool {
    rule.confined.is_none_or(
        |wanted| matches!(&action.what, ActionKind::Command { confined, .. } if *confined == wanted),
    )
}

fn ports(rule: &Rule, action: &Action) -> bool {
    rule.ports.is_empty()
        || matches!(&action.what, ActionKind::Network { port, .. } if rule.ports.contains(port))
}

fn hosts(rule: &Rule, action: &Action, sense: Sense) -> bool {
    if rule.hosts.is_empty() {
        return true;
    }
    let reached: Vec<&str> = match &action.what {
        ActionKind::Network { host, .. } => vec![host],
        ActionKind::SetupNetwork { hosts, .. } => hosts.iter().map(String::as_str).collect(),
        _ => return false,
    };
    let covered = |host: &&str| rule.hosts.iter().any(|glob| host_matches(glob, host));
    match sense {
        Sense::Tighten => reached.iter().any(covered),
        Sense::Loosen | Sense::Grant => !reached.is_empty() && reached.iter().all(covered),
    }
}

/// `*` is any host, `*.example.org` every name below `example.org`, anything else that one host.
pub(super) fn host_matches(glob: &str, host: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    let (glob, host) = (plain(glob), plain(host));
    match glob.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
        None => glob == "*" || glob == host,
    }
}

fn size(rule: &Rule, action: &Action) -> bool {
    let (files, lines) = match &action.what {
        ActionKind::Land { files, additions, deletions, .. } => {
            (Some(*files), Some(additions.saturating_add(*deletions)))
        }
        ActionKind::FileWrite { paths } => (u32::try_from(paths.len()).ok(), None),
        _ => (None, None),
    };
    rule.max_files.is_none_or(|max| files.is_some_and(|n| n <= max))
        && rule.max_lines.is_none_or(|max| lines.is_some_and(|n| n <= max))
}
