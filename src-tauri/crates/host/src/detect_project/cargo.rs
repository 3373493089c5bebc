//! Rust: `Cargo.toml`.

use super::{FORMAT, Proposal, TEST, Tree, argv};

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    let Some(manifest) = tree.text("Cargo.toml") else { return };
    let is_workspace = manifest.parse::<toml::Table>().is_ok_and(|table| table.contains_key("workspace"));
    let cargo = |command: &[&str], after: &[&str]| {
        let mut run = argv(["cargo"].iter().chain(command).copied());
        if !tree.folder.is_empty() {
            run.extend(["--manifest-path".to_owned(), tree.path("Cargo.toml")]);
        }
        run.extend(after.iter().map(|word| (*word).to_owned()));
        run
    };
    let all: &[&str] = if is_workspace { &["--workspace"] } else { &[] };
    if tree.first(&["rustfmt.toml", ".rustfmt.toml"]).is_some() {
        proposal.check(tree, "cargo fmt", FORMAT, cargo(&["fmt"], &["--all", "--check"]));
    }
    proposal.check_within(tree, "cargo test", TEST, cargo(&["test"], all), 1800);
    proposal.tests(cargo(&["test"], all));
    proposal.formats(cargo(&["fmt"], &["--all"]));
    proposal.recipe(tree, "clippy", cargo(&["clippy"], &[all, &["--all-targets"]].concat()), &[]);
    proposal.recipe(tree, "build", cargo(&["build"], all), &[]);
    let has_lock = tree.has("Cargo.lock");
    let key = tree.path(if has_lock { "Cargo.lock" } else { "Cargo.toml" });
    proposal.step(cargo(&["fetch"], if has_lock { &["--locked"] } else { &[] }), "cargo", vec![key]);
}
