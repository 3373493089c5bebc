//! JavaScript and TypeScript: `package.json` with npm, pnpm or yarn.

use super::requirement::allows;
use super::{DeterministicError, Files, Moves, Row, argv, below_root, key};
use serde_json::Value;

const FIELDS: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
/// Install scripts of packages do not run here.
const QUIET: [&str; 3] = ["--ignore-scripts", "--no-audit", "--no-fund"];

/// The package manager writes manifest and lock together, and lays the package where the tests find it.
pub(super) fn bump(
    files: &Files<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Moves, DeterministicError> {
    let mut moves = Moves::default();
    for path in files.named(|file| file == "package.json") {
        let manifest = manifest(files, path)?;
        let Some(declared) = declared(&manifest, name) else { continue };
        if ["file:", "link:", "workspace:", "git", "http", "npm:"].iter().any(|p| declared.starts_with(p)) {
            moves.notes.push(format!("{path} takes `{name}` as `{declared}`, which has no version to move"));
            continue;
        }
        moves.seen.push(path.to_owned());
        let held = locked(files, path, name)?;
        if version.is_some()
            && held.as_deref() == version
            && allows(&declared, version.unwrap_or_default(), true)
        {
            continue;
        }
        moves.commands.push(update(files, path, name, version));
    }
    Ok(moves)
}

fn update(files: &Files<'_>, path: &str, name: &str, version: Option<&str>) -> Vec<String> {
    let wanted = version.map_or(name.to_owned(), |version| format!("{name}@{version}"));
    let folder = below_root(path);
    let inside = |flag: &str| folder.iter().flat_map(|f| [flag.to_owned(), f.clone()]).collect::<Vec<_>>();
    let wanted = wanted.as_str();
    if files.nearest(path, "pnpm-lock.yaml").is_some() {
        [argv(["pnpm"]), inside("--dir"), argv(["update", wanted, "--ignore-scripts"])].concat()
    } else if files.nearest(path, "yarn.lock").is_some() {
        let berry = files.nearest(path, ".yarnrc.yml").is_some();
        let how = if berry { argv(["up", wanted]) } else { argv(["upgrade", wanted, "--ignore-scripts"]) };
        [argv(["yarn"]), inside("--cwd"), how].concat()
    } else {
        let how = if version.is_some() { "install" } else { "update" };
        [argv(["npm"]), inside("--prefix"), argv([how, wanted]), argv(QUIET)].concat()
    }
}

pub(super) fn listed(files: &Files<'_>) -> Result<(Vec<Row>, Vec<Vec<String>>), DeterministicError> {
    let (mut rows, mut ask) = (Vec::new(), Vec::new());
    for path in files.named(|file| file == "package.json") {
        let manifest = manifest(files, path)?;
        let before = rows.len();
        for field in FIELDS {
            for (name, declared) in manifest.get(field).and_then(Value::as_object).into_iter().flatten() {
                let declared = declared.as_str().unwrap_or_default().to_owned();
                let locked = locked(files, path, name)?;
                rows.push(Row { manifest: path.to_owned(), name: name.clone(), declared, locked });
            }
        }
        if rows.len() > before
            && files.nearest(path, "pnpm-lock.yaml").or(files.nearest(path, "yarn.lock")).is_none()
        {
            let inside = below_root(path).into_iter().flat_map(|folder| ["--prefix".to_owned(), folder]);
            ask.push([argv(["npm"]), inside.collect(), argv(["outdated"])].concat());
        }
    }
    Ok((rows, ask))
}

fn manifest(files: &Files<'_>, path: &str) -> Result<Value, DeterministicError> {
    serde_json::from_str(&files.text(path)?).map_err(|e| key(path, &format!("is not JSON: {e}")))
}

fn declared(manifest: &Value, name: &str) -> Option<String> {
    FIELDS.iter().find_map(|field| Some(manifest.get(field)?.get(name)?.as_str()?.to_owned()))
}

/// What npm's lock holds for the package itself, not for packages of packages.
fn locked(files: &Files<'_>, path: &str, name: &str) -> Result<Option<String>, DeterministicError> {
    let Some(lock) = files.nearest(path, "package-lock.json") else { return Ok(None) };
    let lock = manifest(files, &lock)?;
    let place = format!("node_modules/{name}");
    let version = lock.get("packages").and_then(|packages| packages.get(&place)?.get("version")?.as_str());
    Ok(version.map(str::to_owned))
}
