//! Go: `go.mod`.

use super::{LINT, Proposal, TEST, Tree, argv};

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    if !tree.has("go.mod") {
        return;
    }
    let go = |words: &[&str]| {
        let inside: &[&str] = if tree.folder.is_empty() { &[] } else { &["-C", tree.folder.as_str()] };
        argv(["go"].iter().chain(inside).chain(words).copied())
    };
    proposal.check(tree, "go vet", LINT, go(&["vet", "./..."]));
    proposal.check(tree, "go test", TEST, go(&["test", "./..."]));
    proposal.tests(go(&["test", "./..."]));
    proposal.formats(argv(["gofmt", "-w", if tree.folder.is_empty() { "." } else { tree.folder.as_str() }]));
    proposal.recipe(tree, "build", go(&["build", "./..."]), &[]);
    if tree.has("go.sum") {
        proposal.step(go(&["mod", "download"]), "go", vec![tree.path("go.mod"), tree.path("go.sum")]);
    }
}
