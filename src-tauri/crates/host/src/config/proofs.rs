//! Checks, set-up steps and recipes: how a repository is proven.

use std::collections::{BTreeMap, BTreeSet};

use protocol::check::{Check, CheckGroup, Recipe, SetupStep};

use super::nearest::nearest;
use super::node::{Kind, Node};
use super::value::texts;

const DEFAULT_TIMEOUT_S: u64 = 600;
const LONGEST_TIMEOUT_S: i64 = 24 * 3600;

/// What one layer says; `None` where it says nothing, which is different from an empty list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Proofs {
    pub(super) checks: Option<(usize, Vec<Check>)>,
    pub(super) groups: BTreeMap<String, CheckGroup>,
    pub(super) setup: Option<(usize, Vec<SetupStep>)>,
    pub(super) recipes: BTreeMap<String, (usize, Recipe)>,
}

/// A mistake in one of the lists: key, line, cause.
pub(super) struct Mistake {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) cause: String,
}

/// A name inside an entry that means nothing: key, line, suggestion.
pub(super) struct Stranger {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) nearest: Option<&'static str>,
}

impl Proofs {
    /// Whether a top-level name belongs here.
    pub(super) fn owns(name: &str) -> bool {
        matches!(name, "check" | "checks" | "checkGroup" | "setup" | "setups" | "recipes")
    }

    pub(super) fn take(
        &mut self,
        name: &str,
        node: &Node,
        strangers: &mut Vec<Stranger>,
    ) -> Result<(), Mistake> {
        match name {
            "check" | "checks" => {
                let checks = entries("check", node, strangers, check)?;
                let mut names = BTreeSet::new();
                if let Some(twice) = checks.iter().find(|check| !names.insert(check.name.clone())) {
                    let cause = format!("two checks are named {}", twice.name);
                    return Err(Mistake { key: "check".to_owned(), line: node.line, cause });
                }
                self.checks = Some((node.line, checks));
                // Groups of other checks.
                self.groups.clear();
            }
            "checkGroup" => {
                let Kind::Table(named) = &node.kind else {
                    return Err(wrong("checkGroup", node, "must be tables such as [checkGroup.test]"));
                };
                for (name, node) in named {
                    let mut entry = Entry::open(format!("checkGroup.{name}"), node)?;
                    let group = group(&mut entry)?;
                    entry.close(&["timeoutS", "paths", "skipUntouched", "always"], strangers);
                    self.groups.insert(name.clone(), group);
                }
            }
            "setup" | "setups" => self.setup = Some((node.line, entries("setup", node, strangers, setup)?)),
            _ => {
                let Kind::Table(named) = &node.kind else {
                    return Err(wrong("recipes", node, "must be tables such as [recipes.build]"));
                };
                for (name, node) in named {
                    let mut entry = Entry::open(format!("recipes.{name}"), node)?;
                    let recipe = recipe(&mut entry)?;
                    entry.close(&["run", "timeoutS", "writes"], strangers);
                    self.recipes.insert(name.clone(), (node.line, recipe));
                }
            }
        }
        Ok(())
    }
}

type Reader<T> = fn(&mut Entry<'_>) -> Result<(T, &'static [&'static str]), Mistake>;

fn entries<T>(
    key: &str,
    node: &Node,
    strangers: &mut Vec<Stranger>,
    read: Reader<T>,
) -> Result<Vec<T>, Mistake> {
    let Kind::List(items) = &node.kind else {
        return Err(wrong(key, node, "must be a list of tables such as [[check]]"));
    };
    let mut read_all = Vec::new();
    for item in items {
        let mut entry = Entry::open(key.to_owned(), item)?;
        let (value, known) = read(&mut entry)?;
        entry.close(known, strangers);
        read_all.push(value);
    }
    Ok(read_all)
}

fn check(entry: &mut Entry<'_>) -> Result<(Check, &'static [&'static str]), Mistake> {
    let run = entry.argv()?;
    let name = match entry.text("name")? {
        Some(name) if name.trim().is_empty() => return Err(entry.mistake("name", "must not be empty")),
        Some(name) => name,
        None => run.join(" "),
    };
    let check = Check {
        name,
        run,
        timeout_s: entry.timeout()?,
        group: entry.text("group")?,
        paths: entry.words("paths")?,
        skip_untouched: entry.flag("skipUntouched")?,
    };
    Ok((check, &["name", "run", "timeoutS", "group", "paths", "skipUntouched"]))
}

fn group(entry: &mut Entry<'_>) -> Result<CheckGroup, Mistake> {
    Ok(CheckGroup {
        timeout_s: entry.fields.contains_key("timeoutS").then(|| entry.timeout()).transpose()?,
        paths: entry.words("paths")?,
        skip_untouched: entry.flag("skipUntouched")?,
        always: entry.words("always")?,
    })
}

fn setup(entry: &mut Entry<'_>) -> Result<(SetupStep, &'static [&'static str]), Mistake> {
    let step = SetupStep {
        run: entry.argv()?,
        timeout_s: entry.timeout()?,
        network: entry.words("network")?,
        key: entry.words("key")?,
    };
    Ok((step, &["run", "timeoutS", "network", "key"]))
}

fn recipe(entry: &mut Entry<'_>) -> Result<Recipe, Mistake> {
    Ok(Recipe { run: entry.argv()?, timeout_s: entry.timeout()?, writes: entry.words("writes")? })
}

/// One table of a list while it is read.
struct Entry<'a> {
    key: String,
    line: usize,
    fields: &'a BTreeMap<String, Node>,
}

impl<'a> Entry<'a> {
    fn open(key: String, node: &'a Node) -> Result<Self, Mistake> {
        match &node.kind {
            Kind::Table(fields) => Ok(Self { key, line: node.line, fields }),
            _ => Err(wrong(&key, node, "must be a table with `run` and more")),
        }
    }

    fn argv(&self) -> Result<Vec<String>, Mistake> {
        match self.fields.get("run").map(|node| &node.kind) {
            Some(Kind::List(items)) => {
                let argv = texts(items).map_err(|cause| self.mistake("run", &cause))?;
                let usable = argv.first().is_some_and(|program| !program.trim().is_empty());
                if usable { Ok(argv) } else { Err(self.mistake("run", "must name a program")) }
            }
            Some(Kind::Text(_)) => Err(self.mistake("run", "must be a list: run = [\"cargo\", \"test\"]")),
            _ => Err(self.mistake("run", "is missing: run = [\"program\", \"argument\"]")),
        }
    }

    fn timeout(&self) -> Result<u64, Mistake> {
        match self.fields.get("timeoutS").map(|node| &node.kind) {
            None => Ok(DEFAULT_TIMEOUT_S),
            Some(Kind::Number(seconds @ 1..=LONGEST_TIMEOUT_S)) => Ok(seconds.cast_unsigned()),
            Some(_) => Err(self.mistake("timeoutS", "must be a number of seconds from 1 to 86400")),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, Mistake> {
        match self.fields.get(name).map(|node| &node.kind) {
            None => Ok(None),
            Some(Kind::Text(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.mistake(name, &format!("must be a text, not {}", other.name()))),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, Mistake> {
        match self.fields.get(name).map(|node| &node.kind) {
            None => Ok(false),
            Some(Kind::Flag(flag)) => Ok(*flag),
            Some(other) => Err(self.mistake(name, &format!("must be true or false, not {}", other.name()))),
        }
    }

    fn words(&self, name: &str) -> Result<Vec<String>, Mistake> {
        match self.fields.get(name).map(|node| &node.kind) {
            None => Ok(Vec::new()),
            Some(Kind::List(items)) => texts(items).map_err(|cause| self.mistake(name, &cause)),
            Some(other) => Err(self.mistake(name, &format!("must be a list of texts, not {}", other.name()))),
        }
    }

    fn close(self, known: &[&'static str], strangers: &mut Vec<Stranger>) {
        for (name, node) in self.fields.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let nearest = nearest(name, known.iter().copied());
            strangers.push(Stranger { key: format!("{}.{name}", self.key), line: node.line, nearest });
        }
    }

    fn mistake(&self, field: &str, cause: &str) -> Mistake {
        let line = self.fields.get(field).map_or(self.line, |node| node.line);
        Mistake { key: format!("{}.{field}", self.key), line, cause: cause.to_owned() }
    }
}

fn wrong(key: &str, node: &Node, cause: &str) -> Mistake {
    Mistake { key: key.to_owned(), line: node.line, cause: cause.to_owned() }
}
