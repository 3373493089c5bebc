//! What a repository is made of, and how it is probably checked, set up, formatted and tested.
//!
//! Pure: it is given the list of tracked files and a way to read one, both from a commit. What it says is a
//! proposal; nothing of it counts before the user confirms.

mod cargo;
mod go;
mod jvm;
mod make;
mod npm;
mod python;

use std::collections::BTreeMap;

use protocol::check::{Check, Recipe, SetupStep};

/// Groups of the checks: what each is for, which is also about what it costs.
const FORMAT: &str = "format";
const LINT: &str = "lint";
const TYPES: &str = "types";
const TEST: &str = "test";

/// What detection proposes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proposal {
    pub checks: Vec<Check>,
    pub setup: Vec<SetupStep>,
    pub recipes: BTreeMap<String, Recipe>,
    /// Formats the whole tree in place.
    pub formatter: Option<Vec<String>>,
    /// Runs all tests.
    pub test_runner: Option<Vec<String>>,
    /// What was looked for and not found, in whole sentences.
    pub notes: Vec<String>,
}

/// Looks at manifests at the root, or, if there is none, in the folders directly below it.
pub fn detect(files: &[String], read: &dyn Fn(&str) -> Option<String>) -> Proposal {
    let mut proposal = Proposal::default();
    let mut tree = Tree { files, read, folder: String::new() };
    look(&tree, &mut proposal);
    if proposal == Proposal::default() {
        for folder in tree.folders() {
            tree.folder = folder;
            look(&tree, &mut proposal);
        }
    }
    make::detect(&Tree { files, read, folder: String::new() }, &mut proposal);
    if proposal.checks.is_empty() {
        proposal.notes.push(
            "No checks were found: add [[check]] entries to .pilothouse/config.toml, or changes land unproven."
                .to_owned(),
        );
    }
    proposal
}

fn look(tree: &Tree<'_>, proposal: &mut Proposal) {
    for detect in [cargo::detect, npm::detect, python::detect, go::detect, jvm::detect] {
        detect(tree, proposal);
    }
}

/// The tracked files as seen from one folder.
struct Tree<'a> {
    files: &'a [String],
    read: &'a dyn Fn(&str) -> Option<String>,
    /// Empty for the root, else a name without slash.
    folder: String,
}

impl Tree<'_> {
    /// The path of a name in this folder, from the root.
    fn path(&self, name: &str) -> String {
        if self.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", self.folder) }
    }

    fn has(&self, name: &str) -> bool {
        let path = self.path(name);
        self.files.contains(&path)
    }

    /// The first of these names that exists here.
    fn first(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.has(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.has(name).then(|| (self.read)(&self.path(name))).flatten()
    }

    /// Files below this folder, as seen from it.
    fn below(&self) -> impl Iterator<Item = &str> {
        let prefix = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        self.files.iter().filter_map(move |file| file.strip_prefix(prefix.as_str()))
    }

    /// Folders directly below the root, in order.
    fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self
            .files
            .iter()
            .filter_map(|file| file.split_once('/'))
            .map(|(folder, _)| folder.to_owned())
            .collect();
        folders.sort();
        folders.dedup();
        folders.retain(|folder| !folder.starts_with('.'));
        folders
    }

    /// A name for something in this folder.
    fn name(&self, what: &str) -> String {
        if self.folder.is_empty() { what.to_owned() } else { format!("{what} ({})", self.folder) }
    }
}

impl Proposal {
    fn check(&mut self, tree: &Tree<'_>, name: &str, group: &str, run: Vec<String>) {
        self.check_within(tree, name, group, run, 900);
    }

    fn check_within(&mut self, tree: &Tree<'_>, name: &str, group: &str, run: Vec<String>, timeout_s: u64) {
        let group = Some(group.to_owned());
        self.checks.push(Check {
            name: tree.name(name),
            run,
            timeout_s,
            group,
            paths: Vec::new(),
            skip_untouched: false,
        });
    }

    fn step(&mut self, run: Vec<String>, network: &str, key: Vec<String>) {
        let network = network.split(' ').map(str::to_owned).collect();
        self.setup.push(SetupStep { run, timeout_s: 1800, network, key });
    }

    fn recipe(&mut self, tree: &Tree<'_>, name: &str, run: Vec<String>, writes: &[&str]) {
        let writes = writes.iter().map(|glob| tree.path(glob)).collect();
        let name = if tree.folder.is_empty() { name.to_owned() } else { format!("{}-{name}", tree.folder) };
        self.recipes.entry(name).or_insert(Recipe { run, timeout_s: 900, writes });
    }

    fn formats(&mut self, run: Vec<String>) {
        self.formatter.get_or_insert(run);
    }

    fn tests(&mut self, run: Vec<String>) {
        self.test_runner.get_or_insert(run);
    }
}

/// Words to an argument list.
fn argv<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Vec<String> {
    words.into_iter().map(Into::into).collect()
}
