//! Moving a dependency to a version, and telling which could move.
//!
//! Manifests are edited here, exactly and with everything else as it was; a lock is only ever written by the package
//! manager, since only that knows what fits together. Nothing is added: a dependency that nobody declares is refused.

mod cargo;
mod go;
mod node;
mod python;
mod requirement;

use super::commands::{CommandToRun, Purpose};
use super::content::{read_named, write};
use super::tree::{Tree, shown};
use super::{DeterministicError, Edits};
use protocol::count;
use std::path::{Path, PathBuf};

const TOOL_S: u64 = 600;
/// Rows of a table of dependencies.
const ROWS: usize = 200;

/// What one ecosystem would do about a dependency.
#[derive(Debug, Default, PartialEq, Eq)]
struct Moves {
    /// Whole new contents of manifests.
    edits: Vec<(String, String)>,
    commands: Vec<Vec<String>>,
    /// Where it is declared or locked.
    seen: Vec<String>,
    /// Declarations that are left as they are, and why.
    notes: Vec<String>,
}

/// One dependency as declared and locked.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    manifest: String,
    name: String,
    declared: String,
    locked: Option<String>,
}

/// A text file of the repository by its path, and every path of a name.
struct Files<'a> {
    tree: &'a Tree<'a>,
    paths: Vec<String>,
}

impl<'a> Files<'a> {
    fn of(tree: &'a Tree<'_>) -> Result<Self, DeterministicError> {
        let paths =
            tree.files()?.iter().filter(|path| path.to_str().is_some()).map(|path| shown(path)).collect();
        Ok(Self { tree, paths })
    }

    fn named<'b>(&'b self, fits: impl Fn(&str) -> bool + 'b) -> impl Iterator<Item = &'b str> {
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned).unwrap_or_default();
        self.paths.iter().map(String::as_str).filter(move |path| fits(&name(path)))
    }

    fn has(&self, path: &str) -> bool {
        self.paths.iter().any(|known| known == path)
    }

    fn text(&self, path: &str) -> Result<String, DeterministicError> {
        let bytes = read_named(&self.tree.file(path)?, path)?;
        String::from_utf8(bytes).map_err(|_| key(path, "is not UTF-8 text"))
    }

    /// The file of this name in the folder of `path` or the nearest folder above it.
    fn nearest(&self, path: &str, name: &str) -> Option<String> {
        let mut folder = folder(path);
        loop {
            let here = within(folder, name);
            if self.has(&here) {
                return Some(here);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn key(file: &str, why: &str) -> DeterministicError {
    DeterministicError::Key { file: file.to_owned(), why: why.to_owned() }
}

fn argv<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

pub(super) fn bump(tree: &Tree<'_>, name: &str, version: Option<&str>) -> Result<Edits, DeterministicError> {
    let files = Files::of(tree)?;
    let mut moves = Moves::default();
    for look in [cargo::bump, node::bump, python::bump, go::bump] {
        let more = look(&files, name, version)?;
        if !moves.seen.is_empty() && !more.seen.is_empty() {
            let places = [moves.seen, more.seen].concat().join(", ");
            let message = format!("`{name}` is a dependency of more than one kind: {places}");
            return Err(DeterministicError::Unclear(message));
        }
        if !more.seen.is_empty() || moves.seen.is_empty() && moves.notes.is_empty() {
            moves = more;
        }
    }
    if moves.seen.is_empty() {
        let reason = moves.notes.into_iter().next();
        return Err(DeterministicError::NothingToDo(
            reason
                .unwrap_or_else(|| format!("no manifest and no lock here names `{name}`; nothing is added")),
        ));
    }
    if moves.edits.is_empty() && moves.commands.is_empty() {
        let wanted = version.map(|v| format!(" {v}")).unwrap_or_default();
        let message = format!("`{name}` is at{wanted} already in {}", moves.seen.join(", "));
        return Err(DeterministicError::NothingToDo(moves.notes.into_iter().next().unwrap_or(message)));
    }
    let mut changed = Vec::new();
    for (path, text) in &moves.edits {
        write(&tree.file(path)?, text.as_bytes())?;
        changed.push(PathBuf::from(path));
    }
    let to = version.map_or("the newest allowed version".to_owned(), str::to_owned);
    let mut report = format!("Moved {name} to {to}: {}.", moves.seen.join(", "));
    for note in &moves.notes {
        report.push_str(&format!("\n\n{note}."));
    }
    let commands = moves.commands.into_iter();
    let commands =
        commands.map(|argv| CommandToRun { argv, purpose: Purpose::Lock, timeout_s: TOOL_S }).collect();
    Ok(Edits {
        changed,
        summary: format!("Bumped {name} to {to}"),
        report: Some(report),
        commands,
        notes: None,
    })
}

/// What is declared and locked; what is newer only the package managers know, and they are asked.
pub(super) fn outdated(tree: &Tree<'_>) -> Result<Edits, DeterministicError> {
    let files = Files::of(tree)?;
    let (mut rows, mut commands) = (Vec::new(), Vec::new());
    for look in [cargo::listed, node::listed, python::listed, go::listed] {
        let (more, ask) = look(&files)?;
        rows.extend(more);
        commands.extend(ask);
    }
    if rows.is_empty() {
        let why = "no manifest here declares a dependency that is known: Cargo.toml, package.json, requirements*.txt, go.mod";
        return Err(DeterministicError::NothingToDo(why.to_owned()));
    }
    let total = count(rows.len(), "dependency", "dependencies");
    let more = if rows.len() > ROWS { format!(" The first {ROWS} are listed.") } else { String::new() };
    let cell = |text: &str| text.replace('|', "\\|").replace('`', "'");
    let lines: Vec<String> = rows
        .iter()
        .take(ROWS)
        .map(|row| {
            let locked = row.locked.as_deref().unwrap_or("–");
            format!(
                "| `{}` | {} | {} | {} |",
                cell(&row.name),
                cell(&row.declared),
                cell(locked),
                cell(&row.manifest)
            )
        })
        .collect();
    let report = format!(
        "{total}.{more}\n\n| dependency | declared | locked | in |\n|---|---|---|---|\n{}\n",
        lines.join("\n")
    );
    let commands = commands.into_iter();
    let commands =
        commands.map(|argv| CommandToRun { argv, purpose: Purpose::Ask, timeout_s: TOOL_S }).collect();
    Ok(Edits { summary: total, report: Some(report), commands, ..Edits::default() })
}

/// `./x` for a tool that works in the folder of a manifest; none at the root.
fn below_root(path: &str) -> Option<String> {
    let folder = folder(path);
    (!folder.is_empty()).then(|| Path::new(folder).to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
