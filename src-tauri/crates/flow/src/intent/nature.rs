//! What each intent is: reading or changing, with or without running the repository's own code.

use protocol::intent::{Intent, Place};

/// How careful one has to be with an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// Whether it can change files, branches or anything outside.
    pub changing: bool,
    /// Whether code of the repository runs: then it needs a sandbox.
    pub runs_code: bool,
    /// Whether the server does it, so that no worker and no clone is needed.
    pub by_server: bool,
}

pub fn nature(intent: &Intent) -> Nature {
    let (changing, runs_code, by_server) = match intent {
        Intent::Status => (false, false, true),
        Intent::Overview | Intent::Log { .. } | Intent::Find { .. } | Intent::Todos => (false, false, false),
        Intent::Test { .. } | Intent::Flaky { .. } | Intent::Bisect { .. } => (false, true, false),
        Intent::Failing => (false, false, true),
        // It asks the package manager, which reads the project's own settings.
        Intent::Outdated => (false, true, false),
        Intent::Lint { fix } => (*fix, true, false),
        // Formatters read configuration that may name plugins: repository code.
        Intent::Format { .. } | Intent::Bump { .. } | Intent::Run { .. } => (true, true, false),
        Intent::Replace { .. } | Intent::Rename { .. } | Intent::Apply { .. } => (true, false, false),
        Intent::Append { .. } | Intent::Insert { .. } | Intent::SetKey { .. } => (true, false, false),
        Intent::Revert { .. } | Intent::CherryPick { .. } => (true, false, false),
        Intent::Branch { .. } | Intent::Land { .. } | Intent::Publish { .. } => (true, false, true),
    };
    Nature { changing, runs_code, by_server }
}

/// One thing understood from a phrase, as shown beside the confirm button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Slot {
    pub name: &'static str,
    pub value: String,
}

/// What was understood, slot by slot, in reading order.
pub fn slots(intent: &Intent) -> Vec<Slot> {
    let mut out = Vec::new();
    let mut slot = |name, value: &str| out.push(Slot { name, value: value.to_owned() });
    match intent {
        Intent::Status | Intent::Overview | Intent::Failing | Intent::Todos => {}
        Intent::Outdated => {}
        Intent::Publish { title, body, base, head, no_pr, force } => {
            slot("branch", head.as_deref().unwrap_or("what has landed"));
            base.iter().for_each(|b| slot("into", b));
            slot("pull request", if *no_pr { "no" } else { "yes" });
            title.iter().for_each(|t| slot("title", t));
            body.iter().for_each(|b| slot("text", b));
            if *force {
                slot("overwrite", "yes");
            }
        }
        Intent::Log { since } => since.iter().for_each(|s| slot("since", s)),
        Intent::Test { filter } => filter.iter().for_each(|f| slot("only", f)),
        Intent::Flaky { runs } => slot("runs", &runs.to_string()),
        Intent::Bisect { good, command } => {
            slot("good commit", good);
            command.iter().for_each(|c| slot("command", c));
        }
        Intent::Format { paths } if paths.is_empty() => slot("in", "the whole tree"),
        Intent::Format { paths } => slot("in", &paths.join(", ")),
        Intent::Lint { fix } => slot("repair", if *fix { "yes" } else { "no" }),
        Intent::Find { pattern, glob, regex } => {
            slot(if *regex { "pattern" } else { "text" }, pattern);
            slot("in", glob.as_deref().unwrap_or("the whole tree"));
        }
        Intent::Replace { from, to, glob, regex } => {
            slot(if *regex { "pattern" } else { "text" }, from);
            slot("becomes", to);
            slot("in", glob.as_deref().unwrap_or("the whole tree"));
        }
        Intent::Rename { from, to, update_references } => {
            slot("from", from);
            slot("to", to);
            slot("mentions", if *update_references { "updated" } else { "listed only" });
        }
        Intent::Apply { patch } => slot("files", &super::patch_paths(patch).join(", ")),
        Intent::Bump { name, version } => {
            slot("dependency", name);
            slot("version", version.as_deref().unwrap_or("the newest allowed"));
        }
        Intent::Append { file, text } => {
            slot("file", file);
            slot("at the end", text);
        }
        Intent::Insert { file, text, place } => {
            slot("file", file);
            slot("text", text);
            match place {
                Place::Start => slot("where", "at the start"),
                Place::Line { line } => slot("where", &format!("as line {line}")),
                Place::Before { anchor } => slot("before", anchor),
                Place::After { anchor } => slot("after", anchor),
            }
        }
        Intent::SetKey { file, key, value } => {
            slot("file", file);
            slot("key", key);
            slot("value", value);
        }
        Intent::Revert { commit } | Intent::CherryPick { commit } => slot("commit", commit),
        Intent::Branch { name, at } => {
            slot("branch", name);
            slot("at", at.as_deref().unwrap_or("the tip that work starts from"));
        }
        Intent::Run { recipe } => slot("recipe", recipe),
        Intent::Land { job } => slot("job", job),
    }
    out
}
