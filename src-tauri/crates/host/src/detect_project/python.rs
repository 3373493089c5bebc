//! Python: pytest or unittest, plain or with uv.

use super::{LINT, Proposal, TEST, Tree, argv};

const MANIFESTS: &[&str] =
    &["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "pytest.ini"];

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    if tree.first(MANIFESTS).is_none() {
        return;
    }
    let project = tree.text("pyproject.toml").unwrap_or_default();
    let tests = tree.below().any(is_test);
    let own = !tree.has("uv.lock") && tree.has("requirements.txt");
    let python = if own { format!("{}/bin/python", tree.path(".venv")) } else { "python3".to_owned() };
    let here = || (!tree.folder.is_empty()).then(|| tree.folder.clone());
    let test: Option<Vec<String>> = if !tests {
        None
    } else if tree.has("uv.lock") {
        let inside = here().map(|folder| ["--project".to_owned(), folder]);
        Some(
            [
                argv(["uv", "run"]),
                inside.into_iter().flatten().collect(),
                argv(["pytest"]),
                here().into_iter().collect(),
            ]
            .concat(),
        )
    } else if uses_pytest(tree, &project) {
        Some([argv([python.as_str(), "-m", "pytest"]), here().into_iter().collect()].concat())
    } else {
        let inside = here().map(|folder| ["-s".to_owned(), folder]);
        Some(
            [argv([python.as_str(), "-m", "unittest", "discover"]), inside.into_iter().flatten().collect()]
                .concat(),
        )
    };
    if let Some(test) = test {
        proposal.check(
            tree,
            if test.iter().any(|word| word == "pytest") { "pytest" } else { "unittest" },
            TEST,
            test.clone(),
        );
        proposal.tests(test);
    } else {
        proposal.notes.push(tree.name("No Python tests were found"));
    }
    let all = if tree.folder.is_empty() { "." } else { tree.folder.as_str() };
    if project.contains("[tool.ruff") || tree.first(&["ruff.toml", ".ruff.toml"]).is_some() {
        proposal.check(tree, "ruff", LINT, argv(["ruff", "check", all]));
        proposal.formats(argv(["ruff", "format", all]));
    } else if project.contains("[tool.black]") {
        proposal.formats(argv(["black", all]));
    }
    if tree.has("uv.lock") {
        let inside = here().map(|folder| ["--project".to_owned(), folder]);
        let run = [argv(["uv", "sync", "--frozen"]), inside.into_iter().flatten().collect()].concat();
        proposal.step(run, "pypi", vec![tree.path("uv.lock")]);
    } else if own {
        let (venv, list) = (tree.path(".venv"), tree.path("requirements.txt"));
        let script = format!("python3 -m venv '{venv}' && '{venv}/bin/pip' install -r '{list}'");
        proposal.step(argv(["sh", "-c", script.as_str()]), "pypi", vec![list]);
    }
}

fn uses_pytest(tree: &Tree<'_>, project: &str) -> bool {
    let mentions = |name: &str| tree.text(name).is_some_and(|text| text.contains("pytest"));
    project.contains("pytest")
        || tree.has("pytest.ini")
        || tree.below().any(|path| path.ends_with("conftest.py"))
        || ["setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt"]
            .iter()
            .any(|name| mentions(name))
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py") || name == "tests.py")
}
