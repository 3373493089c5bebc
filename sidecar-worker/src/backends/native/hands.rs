//! The loop's hands: commands in the sandbox, reads and edits in the clone, inside the scope.
//!
//! Files are opened by this process, outside the sandbox, in a tree that commands may have filled with anything:
//! every path is checked, no link is followed, and nothing outside the clone is ever touched.

use super::shell::Shell;
use crate::allow::{Asking, Said};
use crate::life::Attempt;
use agent::Cancel;
use agent::native::{BashCall, EditCall, Hands, Observation, ReadCall, ToolAction};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use protocol::policy::ActionKind;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Largest file that is read or edited.
const FILE_BYTES: u64 = 2 * 1024 * 1024;
/// Lines a read shows when it names no range.
const READ_LINES: usize = 600;

pub(crate) struct SandboxHands<'a> {
    attempt: &'a Attempt<'a>,
    shell: Shell,
    asking: Asking,
    scope: GlobSet,
    /// Files outside the scope that may be written all the same.
    also: BTreeSet<String>,
}

impl<'a> SandboxHands<'a> {
    pub(super) fn new(attempt: &'a Attempt<'a>, shell: Shell) -> anyhow::Result<Self> {
        let mut globs = GlobSetBuilder::new();
        for glob in &attempt.task.planning.scope.write_globs {
            globs.add(GlobBuilder::new(glob).literal_separator(true).build()?);
            // A plain folder means everything below it.
            globs.add(
                GlobBuilder::new(&format!("{}/**", glob.trim_end_matches('/')))
                    .literal_separator(true)
                    .build()?,
            );
        }
        let (asking, scope) = (Asking::of(attempt), globs.build()?);
        Ok(Self { attempt, shell, asking, scope, also: BTreeSet::new() })
    }

    /// The file a path of the model's means, or why not.
    fn place(&self, path: &str) -> Result<(PathBuf, String), String> {
        let root = self.attempt.bench.root();
        let relative = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path));
        let mut at = root.to_owned();
        let mut name = Vec::new();
        for part in relative.components() {
            match part {
                Component::CurDir => continue,
                Component::Normal(step) if step != ".git" => {
                    at.push(step);
                    name.push(step.to_string_lossy().into_owned());
                }
                Component::Normal(_) => return Err("`.git` is not read or edited.".into()),
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(format!("{path} is outside the clone; use a path relative to its root."));
                }
            }
            if at.symlink_metadata().is_ok_and(|m| m.file_type().is_symlink()) {
                return Err(format!("{path} goes through a link; links are not followed here."));
            }
        }
        if name.is_empty() {
            return Err("A path is needed.".into());
        }
        Ok((at, name.join("/")))
    }

    fn read_now(&self, call: &ReadCall) -> Result<String, String> {
        let (at, _) = self.place(&call.path)?;
        let text = load(&at, &call.path)?;
        let lines: Vec<&str> = text.lines().collect();
        let start = call.start.unwrap_or(1).max(1) as usize;
        let end = call.end.map_or(start + READ_LINES - 1, |e| e as usize).min(lines.len());
        let mut out = String::new();
        for (n, line) in lines.iter().enumerate().skip(start - 1).take((end + 1).saturating_sub(start)) {
            out.push_str(&format!("{:>5}  {line}\n", n + 1));
        }
        if end < lines.len() {
            out.push_str(&format!("[{} more lines]\n", lines.len() - end));
        }
        Ok(out)
    }

    fn edit_now(&self, call: &EditCall) -> Result<String, String> {
        let (at, name) = self.place(&call.path)?;
        if !self.scope.is_match(&name) && !self.also.contains(&name) {
            return Err(format!(
                "{name} is outside what this task may change: {}.",
                self.attempt.task.planning.scope.write_globs.join(", ")
            ));
        }
        if call.old.is_empty() {
            if at.exists() {
                return Err(format!("{name} exists; give the text to replace in `old`."));
            }
            if let Some(parent) = at.parent() {
                std::fs::create_dir_all(parent).map_err(|e| format!("{name}: {e}"))?;
            }
            std::fs::write(&at, &call.new).map_err(|e| format!("{name}: {e}"))?;
            return Ok(format!("Created {name}."));
        }
        let text = load(&at, &name)?;
        match text.matches(&call.old).count() {
            1 => {
                std::fs::write(&at, text.replacen(&call.old, &call.new, 1))
                    .map_err(|e| format!("{name}: {e}"))?;
                Ok(format!("Changed {name}."))
            }
            0 => {
                Err(format!("`old` does not occur in {name}. Read the file again and copy the text exactly."))
            }
            n => Err(format!("`old` occurs {n} times in {name}. Add lines around it until it occurs once.")),
        }
    }
}

fn load(at: &Path, shown: &str) -> Result<String, String> {
    let meta = at.symlink_metadata().map_err(|e| format!("{shown}: {e}"))?;
    if !meta.is_file() {
        return Err(format!("{shown} is not a file."));
    }
    if meta.len() > FILE_BYTES {
        return Err(format!("{shown} is too large to read whole; use bash with head, tail or sed."));
    }
    let bytes = std::fs::read(at).map_err(|e| format!("{shown}: {e}"))?;
    String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8 text."))
}

impl Hands for SandboxHands<'_> {
    /// Policy is asked before every command and every edit.
    async fn refusal(&mut self, action: &ToolAction, cancel: &Cancel) -> Option<Observation> {
        let (asked, file) = match action {
            ToolAction::Bash(call) => (self.asking.command(self.shell.judged(&call.command)), None),
            ToolAction::Edit(call) => match self.place(&call.path) {
                Ok((_, name)) => (ActionKind::FileWrite { paths: vec![name.clone()] }, Some(name)),
                // The edit says it better.
                Err(_) => return None,
            },
            ToolAction::Read(_) | ToolAction::Finish { .. } => return None,
        };
        let what = match &file {
            Some(name) => format!("{name} was not written"),
            None => "The command was not run".to_owned(),
        };
        match self.asking.before(asked, cancel.cancelled()).await {
            Said::Yes => {
                self.also.extend(file.filter(|name| !self.scope.is_match(name)));
                None
            }
            Said::No(why) => {
                let why = why.trim_end_matches('.');
                self.attempt.journal.say(format!("[not allowed: {why}]")).await;
                Some(Observation::failed(format!(
                    "{what}: {why}. Do not try to get round that; go on without it, or say in your summary what it keeps you from."
                )))
            }
            Said::Unasked(why) => Some(Observation::failed(format!("{what}. {why}"))),
        }
    }

    async fn bash(&mut self, call: &BashCall, timeout_ms: u64, cancel: &Cancel) -> Observation {
        let argv = self.shell.argv(&call.command);
        // Whoever watches sees the output while the command runs; the model gets it at the end.
        let journal = Some(self.attempt.journal);
        match self.attempt.bench.run(&argv, Duration::from_millis(timeout_ms), journal, cancel).await {
            Ok(outcome) => {
                let text = format!("{}{}", outcome.stdout.text(), outcome.stderr.text());
                match outcome.code {
                    Some(code) if !outcome.timed_out() => Observation::exited(code, text),
                    _ => Observation::failed(format!("{}\n{text}", outcome.summary())),
                }
            }
            Err(error) => Observation::failed(error.to_string()),
        }
    }

    async fn read(&mut self, call: &ReadCall, _: &Cancel) -> Observation {
        self.read_now(call).map_or_else(Observation::failed, Observation::ok)
    }

    async fn edit(&mut self, call: &EditCall, _: &Cancel) -> Observation {
        self.edit_now(call).map_or_else(Observation::failed, Observation::ok)
    }
}
