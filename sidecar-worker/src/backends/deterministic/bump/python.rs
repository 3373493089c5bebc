//! Python: exact pins in `requirements*.txt`, and uv's lock.

use super::{DeterministicError, Files, Moves, Row, argv, below_root, key};

pub(super) fn bump(
    files: &Files<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Moves, DeterministicError> {
    let mut moves = Moves::default();
    for path in files.named(is_requirements) {
        let text = files.text(path)?;
        let mut new = String::with_capacity(text.len());
        let mut seen = false;
        for line in text.split_inclusive('\n') {
            let Some(pin) = pin(line).filter(|pin| normal(pin.name) == normal(name)) else {
                new.push_str(line);
                continue;
            };
            seen = true;
            let (Some(old), Some(wanted)) = (pin.version, version) else {
                let why = match pin.version {
                    None => format!("asks for `{}`; only exact versions (`==`) are moved", pin.asked.trim()),
                    Some(_) => {
                        format!("pins `{name}`, and which version is newest is not known here; name one")
                    }
                };
                return Err(key(path, &why));
            };
            if line.contains("--hash=") || text.contains("--hash=") {
                return Err(key(path, "pins hashes too, which only the tool that wrote them can renew"));
            }
            new.push_str(&line.replacen(old, wanted, 1));
        }
        if seen {
            moves.seen.push(path.to_owned());
        }
        if new != text {
            moves.edits.push((path.to_owned(), new));
        }
    }
    for lock in files.named(|file| file == "uv.lock") {
        if !files.text(lock)?.contains(&format!("name = \"{}\"\n", normal(name))) {
            continue;
        }
        moves.seen.push(lock.to_owned());
        let wanted = version.map_or(name.to_owned(), |version| format!("{name}=={version}"));
        let inside = below_root(lock).into_iter().flat_map(|folder| ["--project".to_owned(), folder]);
        moves
            .commands
            .push([argv(["uv", "lock"]), inside.collect(), argv(["--upgrade-package", &wanted])].concat());
    }
    Ok(moves)
}

pub(super) fn listed(files: &Files<'_>) -> Result<(Vec<Row>, Vec<Vec<String>>), DeterministicError> {
    let mut rows = Vec::new();
    for path in files.named(is_requirements) {
        for line in files.text(path)?.lines() {
            let Some(pin) = pin(line) else { continue };
            rows.push(Row {
                manifest: path.to_owned(),
                name: pin.name.to_owned(),
                declared: pin.asked.trim().to_owned(),
                locked: pin.version.map(str::to_owned),
            });
        }
    }
    Ok((rows, Vec::new()))
}

fn is_requirements(file: &str) -> bool {
    file.starts_with("requirements") && file.ends_with(".txt")
}

/// One line of a requirements file.
struct Pin<'a> {
    name: &'a str,
    /// What follows the name.
    asked: &'a str,
    /// The version of an exact pin.
    version: Option<&'a str>,
}

fn pin(line: &str) -> Option<Pin<'_>> {
    let line = line.split(['#', ';']).next().unwrap_or(line).trim_end();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(line.len());
    let (name, asked) = line.split_at(end);
    if name.is_empty() || name.starts_with(['-', '.']) || asked.trim_start().starts_with(['/', ':', '@']) {
        return None;
    }
    let bare = asked.trim_start();
    let bare = bare
        .strip_prefix('[')
        .and_then(|extras| extras.split_once(']'))
        .map_or(bare, |(_, rest)| rest.trim_start());
    let version = bare
        .strip_prefix("==")
        .map(|v| v.split_whitespace().next().unwrap_or(v))
        .filter(|v| !v.contains([',', '*', '=']));
    Some(Pin { name, asked, version })
}

/// Names that pip takes for the same.
fn normal(name: &str) -> String {
    let dashed = name.to_lowercase().replace(['_', '.'], "-");
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
