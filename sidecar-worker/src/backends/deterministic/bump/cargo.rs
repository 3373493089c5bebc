//! Rust: `Cargo.toml` and `Cargo.lock`.

use super::requirement::{allows, rewritten};
use super::{DeterministicError, Files, Moves, Row, argv, below_root, folder, key, within};
use toml_edit::{DocumentMut, Item, TableLike, Value};

const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn bump(
    files: &Files<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Moves, DeterministicError> {
    let mut moves = Moves::default();
    for path in files.named(|file| file == "Cargo.toml") {
        let mut document = document(files, path)?;
        let mut edited = false;
        for table in tables(&mut document) {
            for (declared, item) in table.iter_mut() {
                if package(declared.get(), item) != name || inherits(item) {
                    continue;
                }
                let Some(requirement) = requirement(item) else {
                    moves.notes.push(format!(
                        "{path} takes `{name}` from a folder or from git, which has no version to move"
                    ));
                    continue;
                };
                moves.seen.push(path.to_owned());
                let Some(wanted) = version.filter(|wanted| !allows(&requirement, wanted, false)) else {
                    continue;
                };
                let new = rewritten(&requirement, wanted).ok_or_else(|| {
                    key(path, &format!("asks for `{name}` as `{requirement}`, which is not moved on a guess"))
                })?;
                edited |= require(item, &new);
            }
        }
        if edited {
            moves.edits.push((path.to_owned(), document.to_string()));
        }
    }
    moves.seen.dedup();
    for lock in files.named(|file| file == "Cargo.lock") {
        let locked = locked(files, lock, name)?;
        match locked.as_slice() {
            [] => continue,
            [only] if moves.edits.is_empty() && version == Some(only.as_str()) => {}
            [_] => moves.commands.push(update(lock, name, version)),
            many => {
                let message = format!(
                    "{lock} holds `{name}` more than once ({}); which one is not said",
                    many.join(", ")
                );
                return Err(DeterministicError::Unclear(message));
            }
        }
        moves.seen.push(lock.to_owned());
    }
    Ok(moves)
}

/// A version that is written without its build part, as the lock has it or not, is cargo's to complete.
fn update(lock: &str, name: &str, version: Option<&str>) -> Vec<String> {
    let mut run = argv(["cargo", "update", "--package", name]);
    if let Some(version) = version {
        run.extend(argv(["--precise", version]));
    }
    if let Some(folder) = below_root(lock) {
        run.extend(["--manifest-path".to_owned(), within(&folder, "Cargo.toml")]);
    }
    run
}

pub(super) fn listed(files: &Files<'_>) -> Result<(Vec<Row>, Vec<Vec<String>>), DeterministicError> {
    let mut rows = Vec::new();
    for path in files.named(|file| file == "Cargo.toml") {
        let lock = files.nearest(path, "Cargo.lock");
        let mut document = document(files, path)?;
        for table in tables(&mut document) {
            for (declared, item) in table.iter_mut() {
                let name = package(declared.get(), item).to_owned();
                let Some(requirement) = requirement(item).filter(|_| !inherits(item)) else { continue };
                let locked = match &lock {
                    Some(lock) => Some(locked(files, lock, &name)?.join(", ")).filter(|l| !l.is_empty()),
                    None => None,
                };
                rows.push(Row { manifest: path.to_owned(), name, declared: requirement, locked });
            }
        }
    }
    let ask = files.named(|file| file == "Cargo.lock").map(|lock| {
        let mut run = argv(["cargo", "update", "--dry-run", "--color", "never"]);
        if !folder(lock).is_empty() {
            run.extend(["--manifest-path".to_owned(), within(folder(lock), "Cargo.toml")]);
        }
        run
    });
    Ok((rows, ask.collect()))
}

fn document(files: &Files<'_>, path: &str) -> Result<DocumentMut, DeterministicError> {
    files
        .text(path)?
        .parse()
        .map_err(|e: toml_edit::TomlError| key(path, &format!("is not TOML: {}", e.message())))
}

/// Every table of dependencies: of the package, of the workspace, and of single targets.
fn tables(document: &mut DocumentMut) -> Vec<&mut dyn TableLike> {
    let mut found: Vec<&mut dyn TableLike> = Vec::new();
    for (name, item) in document.iter_mut() {
        let Some(table) = item.as_table_like_mut() else { continue };
        match name.get() {
            name if TABLES.contains(&name) => found.push(table),
            "workspace" => found.extend(
                table
                    .iter_mut()
                    .filter(|(key, _)| key.get() == "dependencies")
                    .filter_map(|(_, i)| i.as_table_like_mut()),
            ),
            "target" => {
                let targets = table.iter_mut().filter_map(|(_, target)| target.as_table_like_mut());
                let inner = targets.flat_map(|target| target.iter_mut());
                found.extend(
                    inner
                        .filter(|(key, _)| TABLES.contains(&key.get()))
                        .filter_map(|(_, i)| i.as_table_like_mut()),
                );
            }
            _ => {}
        }
    }
    found
}

/// The package's own name: a dependency may be called otherwise in the code.
fn package<'a>(declared: &'a str, item: &'a Item) -> &'a str {
    item.as_table_like().and_then(|table| table.get("package")).and_then(Item::as_str).unwrap_or(declared)
}

fn inherits(item: &Item) -> bool {
    item.as_table_like().is_some_and(|table| table.get("workspace").is_some())
}

fn requirement(item: &Item) -> Option<String> {
    let text = match item.as_table_like() {
        Some(table) => table.get("version")?.as_str()?,
        None => item.as_str()?,
    };
    Some(text.to_owned())
}

/// Writes the requirement in its place, with the white space and comments around it.
fn require(item: &mut Item, new: &str) -> bool {
    let item = match item.is_table_like() {
        true => item.as_table_like_mut().and_then(|table| table.get_mut("version")),
        false => Some(item),
    };
    let Some(Item::Value(old)) = item else { return false };
    let mut value = Value::from(new);
    *value.decor_mut() = old.decor().clone();
    *old = value;
    true
}

fn locked(files: &Files<'_>, lock: &str, name: &str) -> Result<Vec<String>, DeterministicError> {
    let document = document(files, lock)?;
    let packages = document.get("package").and_then(Item::as_array_of_tables);
    let of = packages.into_iter().flatten().filter(|p| p.get("name").and_then(Item::as_str) == Some(name));
    // Packages without a source are the repository's own.
    let foreign = of.filter(|p| p.get("source").is_some());
    Ok(foreign.filter_map(|p| p.get("version")?.as_str().map(str::to_owned)).collect())
}
