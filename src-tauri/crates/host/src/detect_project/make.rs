//! Make: targets by their usual names; they prove something only where nothing else does.

use super::{LINT, Proposal, TEST, Tree, argv};

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    let Some(text) = tree.first(&["Makefile", "makefile", "GNUmakefile"]).and_then(|name| tree.text(name))
    else {
        return;
    };
    let has = |target: &str| text.lines().any(|line| targets(line).any(|name| name == target));
    if proposal.checks.is_empty() {
        for (target, group) in [("check", TEST), ("lint", LINT), ("test", TEST)] {
            if has(target) {
                proposal.check(tree, &format!("make {target}"), group, argv(["make", target]));
            }
        }
    }
    if let Some(target) = ["test", "check"].iter().find(|target| has(target)) {
        proposal.tests(argv(["make", target]));
    }
    if let Some(target) = ["format", "fmt"].iter().find(|target| has(target)) {
        proposal.formats(argv(["make", target]));
    }
    for target in ["build", "lint", "docs", "generate"].iter().filter(|target| has(target)) {
        proposal.recipe(tree, &format!("make-{target}"), argv(["make", target]), &[]);
    }
}

/// The names before the colon of a rule; none for assignments and recipe lines.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let rule = line.split_once(':').filter(|(names, rest)| {
        !names.starts_with(['\t', ' ', '#', '.']) && !names.contains('=') && !rest.starts_with('=')
    });
    rule.map(|(names, _)| names.split_whitespace()).into_iter().flatten()
}
