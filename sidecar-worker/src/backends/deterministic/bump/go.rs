//! Go: `go.mod` and `go.sum`, both written by `go get`.

use super::{DeterministicError, Files, Moves, Row, argv, below_root};

pub(super) fn bump(
    files: &Files<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Moves, DeterministicError> {
    let mut moves = Moves::default();
    for path in files.named(|file| file == "go.mod") {
        let text = files.text(path)?;
        let Some((_, held)) = required(&text).find(|(module, _)| *module == name) else { continue };
        moves.seen.push(path.to_owned());
        let wanted = version.map(|version| format!("v{}", version.strip_prefix('v').unwrap_or(version)));
        if wanted.as_deref() == Some(held) {
            continue;
        }
        let wanted = format!("{name}@{}", wanted.as_deref().unwrap_or("upgrade"));
        moves.commands.push([go(path), argv(["get", &wanted])].concat());
    }
    Ok(moves)
}

pub(super) fn listed(files: &Files<'_>) -> Result<(Vec<Row>, Vec<Vec<String>>), DeterministicError> {
    let (mut rows, mut ask) = (Vec::new(), Vec::new());
    for path in files.named(|file| file == "go.mod") {
        let text = files.text(path)?;
        let before = rows.len();
        rows.extend(required(&text).map(|(module, version)| Row {
            manifest: path.to_owned(),
            name: module.to_owned(),
            declared: version.to_owned(),
            locked: Some(version.to_owned()),
        }));
        if rows.len() > before {
            ask.push([go(path), argv(["list", "-m", "-u", "all"])].concat());
        }
    }
    Ok((rows, ask))
}

fn go(path: &str) -> Vec<String> {
    let inside = below_root(path).into_iter().flat_map(|folder| ["-C".to_owned(), folder]);
    [argv(["go"]), inside.collect()].concat()
}

/// `module version` pairs of every `require`.
fn required(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut inside = false;
    text.lines().filter_map(move |line| {
        let line = line.split("//").next().unwrap_or(line).trim();
        let entry = match line {
            "require (" => {
                inside = true;
                None
            }
            ")" => {
                inside = false;
                None
            }
            line if inside => Some(line),
            line => line.strip_prefix("require "),
        };
        let (module, version) = entry?.split_once(' ')?;
        Some((module, version.trim())).filter(|(_, version)| version.starts_with('v'))
    })
}
