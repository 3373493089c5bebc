//! Intents that are a command: named here, run by the worker in its sandbox.

use super::{DeterministicError, Edits};
use protocol::check::CheckPlan;
use protocol::intent::Intent;

/// What a command is for; decides how its output is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Format,
    LintFix,
    Recipe,
    /// Resolves a dependency anew: a failure says what is missing.
    Lock,
    /// Asks a package manager; its failure is an answer too.
    Ask,
    /// A git command in the job's clone: the worker runs it the way it runs all git.
    Git,
}

/// One command the worker has to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandToRun {
    pub argv: Vec<String>,
    pub purpose: Purpose,
    pub timeout_s: u64,
}

const TOOL_S: u64 = 600;
const GIT_S: u64 = 60;

/// The commands of an intent that edits nothing by itself.
pub(super) fn plan(intent: &Intent, checks: &CheckPlan) -> Result<Edits, DeterministicError> {
    let none = |what: &str| DeterministicError::NoTool(format!("no {what} is known for this workspace"));
    let run = |argv: Vec<String>, purpose, timeout_s, summary: String| Edits {
        summary,
        commands: vec![CommandToRun { argv, purpose, timeout_s }],
        ..Edits::default()
    };
    let git = |args: &[&str], summary: String| {
        let argv = ["git"].iter().chain(args).map(|a| a.to_string()).collect();
        run(argv, Purpose::Git, GIT_S, summary)
    };
    match intent {
        Intent::Status => Ok(git(&["status", "--short", "--branch"], "State of the clone".into())),
        Intent::Log { since } => {
            let mut args = vec![
                "log",
                "--no-color",
                "--date=short",
                "--shortstat",
                "--max-count=200",
                "--format=%h %ad %an: %s",
            ];
            let (after, range);
            if let Some(since) = since {
                if is_commit(since) {
                    range = format!("{since}..HEAD");
                    args.push(&range);
                } else {
                    after = format!("--since={since}");
                    args.push(&after);
                }
            }
            args.push("--");
            let summary = since.as_deref().map_or("Last commits".into(), |s| format!("Commits since {s}"));
            Ok(git(&args, summary))
        }
        // The gate runs the plan's validation steps, and those are the whole job here.
        Intent::Test { .. } => {
            Ok(Edits { summary: "The tests run as this job's validation".into(), ..Edits::default() })
        }
        Intent::Lint { fix: false } => {
            Ok(Edits { summary: "The linter runs as this job's validation".into(), ..Edits::default() })
        }
        Intent::Lint { fix: true } => {
            let linter = checks.linter().ok_or_else(|| none("linter"))?;
            let shown = linter.join(" ");
            let argv = fixing(linter.to_vec()).ok_or_else(|| {
                DeterministicError::NoTool(format!("it is not known how `{shown}` repairs what it finds"))
            })?;
            Ok(run(argv, Purpose::LintFix, TOOL_S, "Repairs of the linter".into()))
        }
        Intent::Format { paths } => {
            let mut argv = checks.formatter.clone().ok_or_else(|| none("formatter"))?;
            // A formatter of the whole tree is told so by its last word.
            if !paths.is_empty() && argv.last().is_some_and(|last| last == ".") {
                argv.pop();
            }
            argv.extend(paths.iter().map(|glob| folder_of(glob)));
            let place = if paths.is_empty() { String::new() } else { format!(" of {}", paths.join(", ")) };
            Ok(run(argv, Purpose::Format, TOOL_S, format!("Formatting{place}")))
        }
        Intent::Run { recipe } => {
            let found = checks.recipes.get(recipe);
            let found =
                found.ok_or_else(|| DeterministicError::NoTool(format!("there is no recipe `{recipe}`")))?;
            Ok(run(found.run.clone(), Purpose::Recipe, found.timeout_s, format!("Recipe {recipe}")))
        }
        Intent::Revert { commit } => Ok(git(
            &["revert", "--no-commit", "--no-edit", "--end-of-options", commit],
            format!("Revert of {commit}"),
        )),
        Intent::CherryPick { commit } => Ok(git(
            &["cherry-pick", "--no-commit", "--end-of-options", commit],
            format!("Cherry-pick of {commit}"),
        )),
        other => Err(DeterministicError::NotHere { word: other.word() }),
    }
}

fn is_commit(since: &str) -> bool {
    since.starts_with("HEAD")
        || ((7..=64).contains(&since.len()) && since.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A linter's command line with its own option for repairing.
fn fixing(mut argv: Vec<String>) -> Option<Vec<String>> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let flags: &[&str] = match words.as_slice() {
        ["cargo", "clippy", ..] => &["--fix", "--allow-dirty", "--allow-staged"],
        ["eslint", ..] | ["npx" | "pnpm" | "yarn", "eslint", ..] => &["--fix"],
        ["npx", "--no-install", "eslint", ..] => &["--fix"],
        ["ruff", "check", ..] | ["uv" | "poetry", "run", "ruff", "check", ..] => &["--fix"],
        ["biome", "lint" | "check", ..] | ["npx" | "pnpm", "biome", "lint" | "check", ..] => &["--write"],
        ["npm", "run", ..] | ["npm", "--prefix", _, "run", ..] if !words.contains(&"--") => &["--", "--fix"],
        ["pnpm" | "yarn", "run", ..] | ["pnpm", "--dir", _, "run", ..] | ["yarn", "--cwd", _, "run", ..] => {
            &["--fix"]
        }
        _ => return None,
    };
    // What follows `--` belongs to another program.
    let at = words.iter().position(|w| *w == "--").unwrap_or(words.len());
    argv.splice(at..at, flags.iter().map(|f| f.to_string()));
    Some(argv)
}

/// What a formatter is given for a glob: the part before its first wildcard. The gate judges what it changed.
fn folder_of(glob: &str) -> String {
    let fixed: Vec<&str> = glob.split('/').take_while(|step| !step.contains(['*', '?', '[', '{'])).collect();
    if fixed.is_empty() { ".".to_owned() } else { fixed.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_linter_repairs_by_its_own_option() {
        let fixed = |text: &str| fixing(argv(text)).map(|a| a.join(" "));
        let clippy = fixed("cargo clippy --workspace -- -D warnings").unwrap();
        assert_eq!(clippy, "cargo clippy --workspace --fix --allow-dirty --allow-staged -- -D warnings");
        assert_eq!(fixed("npm run lint").unwrap(), "npm run lint -- --fix");
        assert_eq!(fixed("pnpm run lint").unwrap(), "pnpm run lint --fix");
        assert_eq!(fixed("npx --no-install eslint .").unwrap(), "npx --no-install eslint . --fix");
        for unknown in ["make lint", "go vet ./..."] {
            assert_eq!(fixed(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_formatter_gets_the_folder_of_a_glob() {
        assert_eq!(folder_of("src/**"), "src");
        assert_eq!(folder_of("src/net/*.rs"), "src/net");
        assert_eq!(folder_of("**/*.md"), ".");
        assert_eq!(folder_of("src/a.rs"), "src/a.rs");
    }
}
