//! The slash forms there are, as help and menus show them.

/// A slash form as help and menus show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    pub name: &'static str,
    pub usage: &'static str,
    pub help: &'static str,
}

const fn command(name: &'static str, usage: &'static str, help: &'static str) -> Command {
    Command { name, usage, help }
}

const COMMANDS: &[Command] = &[
    command("status", "/status", "Your branch, uncommitted files, what landed, queues, open approvals"),
    command("overview", "/overview", "Languages, manifests, recipes: facts about the repository"),
    command("log", "/log [SINCE]", "Commits, newest first"),
    command("test", "/test [FILTER]", "Run the tests"),
    command("failing", "/failing", "What failed in the last test run, with lines and who touched them last"),
    command("flaky", "/flaky N", "Run the tests N times, 2 to 10, and tell which change their mind"),
    command("bisect", "/bisect GOOD [COMMAND]", "Find the commit that broke something"),
    command("format", "/format [PATH…]", "Run the formatter"),
    command("lint", "/lint [fix]", "Run the linter, or let it repair what it can"),
    command("find", "/find PATTERN [GLOB] [regex]", "Search the text of files"),
    command("replace", "/replace A B [GLOB] [regex]", "Replace text A with text B"),
    command("rename", "/rename A B [refs]", "Move a file or folder; refs also rewrites mentions of its path"),
    command("apply", "/apply, then a diff on the next lines", "Apply a unified diff exactly as written"),
    command("bump", "/bump NAME [VERSION]", "Move a dependency to a version, its lock with it"),
    command("outdated", "/outdated", "Dependencies: declared, locked, and what is newer"),
    command("append", "/append FILE TEXT", "Add a line at the end of a file"),
    command("insert", "/insert FILE LINE|start|before ANCHOR|after ANCHOR TEXT", "Add a line inside a file"),
    command("set", "/set FILE KEY VALUE", "Set a key of a TOML, JSON, YAML or .env file"),
    command("revert", "/revert COMMIT", "Undo one commit with a new one"),
    command("pick", "/pick COMMIT", "Repeat one commit's change with a new one (cherry-pick)"),
    command("branch", "/branch NAME [COMMIT]", "Make a branch; one that is there is never moved"),
    command("run", "/run RECIPE", "Run a named recipe"),
    command("todos", "/todos", "List TODO and FIXME notes"),
    command("land", "/land JOB", "Queue a job's result for landing"),
    command(
        "publish",
        "/publish [BRANCH] [--title TEXT] [--body TEXT] [--base BRANCH] [--no-pr] [--force]",
        "Push what has landed, or a branch, and open a pull request",
    ),
];

/// Every slash form of this lane, in the order of help.
pub fn commands() -> &'static [Command] {
    COMMANDS
}

/// The known command a mistyped one most likely meant.
pub(super) fn closest_command(typed: &str) -> Option<&'static str> {
    let names = COMMANDS.iter().map(|c| c.name);
    let (distance, name) = names.map(|name| (edits(typed, name), name)).min()?;
    (distance <= 2 && distance < name.len().min(typed.len())).then_some(name)
}

/// Edit distance, letters only; command names are short.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(32).enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = if ca == *cb { diagonal } else { diagonal + 1 };
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
