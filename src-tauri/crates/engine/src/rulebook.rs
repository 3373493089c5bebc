//! The rules of a workspace as they stand written, each with its file and line.
//!
//! A file that cannot be read whole, or says something nobody understands, stops what it would have judged: half of it
//! could say the opposite. Whoever only wants to look is told what is wrong instead.

use crate::Engine;
use crate::rooms::Room;
use flow::policy::{PackageHosts, Policy, Source, rule_problems, says};
use host::network::{PRESETS, hosts_of};
use protocol::command::DeniedCommand;
use protocol::policy::{ActorKind, Effect, Profile, Rule};
use protocol::rulebook::{RuleFileState, RuleSource, StandingRule};
use protocol::{ApiError, ErrorCode};
use repo::{Depot, ObjectId, RepoError};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

/// The user's rules, in their configuration folder.
const USER_FILE: &str = "policy.toml";
/// Holds a file with the user's rules for one workspace alone, named by its id.
const USER_FOLDER: &str = "policy";
/// The repository's rules; they can only tighten.
const REPOSITORY_FILE: &str = ".pilothouse/policy.toml";
const FILE_BYTES: usize = 256 * 1024;
/// What a rule may say.
const FIELDS: [&str; 14] = [
    "id",
    "effect",
    "kinds",
    "paths",
    "argvPrefix",
    "classes",
    "hosts",
    "ports",
    "confined",
    "maxRisk",
    "maxFiles",
    "maxLines",
    "actors",
    "minutes",
];

/// Everything that stands written about a workspace.
pub(crate) struct Book {
    pub profile: Profile,
    /// The workspace's own setting.
    pub chosen: Profile,
    pub tightened_by: Option<String>,
    pub files: Vec<RuleFileState>,
    /// In the order of their files, the user's first.
    pub rules: Vec<StandingRule>,
    package_hosts: Vec<String>,
}

impl Book {
    /// What decides; an error while any of it cannot be read.
    pub(crate) fn policy(&self) -> Result<Policy, ApiError> {
        if let Some(why) = self.files.iter().find_map(|file| file.problem.clone()) {
            return Err(ApiError::new(ErrorCode::ConfigInvalid, why));
        }
        let of = |source| {
            self.rules
                .iter()
                .filter(|one| one.source == source && one.counts)
                .map(|one| one.rule.clone())
                .collect()
        };
        Ok(Policy {
            profile: self.profile,
            user: of(RuleSource::User),
            repository: of(RuleSource::Repository),
            package_hosts: PackageHosts(self.package_hosts.clone()),
            ..Policy::default()
        })
    }

    /// Where the rule that decided stands.
    pub(crate) fn place(&self, rule_id: &str, sentence: &str) -> Option<String> {
        let source =
            if sentence.starts_with("The repository") { RuleSource::Repository } else { RuleSource::User };
        let found =
            self.rules.iter().find(|one| one.source == source && one.counts && one.rule.id == rule_id);
        found.filter(|_| !rule_id.is_empty()).map(|one| format!("{}:{}", one.file, one.line))
    }
}

impl Engine {
    /// Profile, the user's file and, once the folder is trusted, the repository's file at the integration base.
    pub(crate) async fn book(&self, room: &Arc<Room>) -> Result<Book, ApiError> {
        let row = room.row();
        let allow = self.config_now().await?.network.allow;
        let presets = allow.iter().filter(|word| PRESETS.iter().any(|preset| preset.name == word.as_str()));
        let package_hosts = hosts_of(presets.map(String::as_str));
        let (engine, room) = (self.clone(), room.clone());
        self.blocking(move || {
            let base = room.look().map_err(crate::git::api)?.onto;
            let config = engine.configured_at(&room, &base)?;
            let (profile, by) = config.tightened(row.profile);
            let mut book = Book {
                profile,
                chosen: row.profile,
                tightened_by: by.map(ToString::to_string),
                files: Vec::new(),
                rules: Vec::new(),
                package_hosts,
            };
            for name in [USER_FILE.to_owned(), format!("{USER_FOLDER}/{}.toml", room.id)] {
                let path = host::paths::user_config_folder().map(|dir| dir.join(&name));
                let shown = path.as_ref().map_or(name, |path| path.display().to_string());
                book.add(RuleSource::User, &shown, users_file(path), true);
            }
            let bytes = committed_file(&room.depot, &base, REPOSITORY_FILE, FILE_BYTES);
            // Nobody's mistake in a folder that is not trusted stops anything.
            let bytes = if row.trusted { bytes } else { bytes.or(Ok(None)) };
            book.add(RuleSource::Repository, REPOSITORY_FILE, bytes, row.trusted);
            Ok(book)
        })
        .await?
    }

    /// What commands of a job may not begin with, as far as rules say so of every command there. A file that cannot be
    /// read denies each command when it comes.
    pub(crate) async fn denied_commands(&self, room: &Arc<Room>) -> Vec<DeniedCommand> {
        let Ok(book) = self.book(room).await else { return Vec::new() };
        let whole = |rule: &Rule| {
            Rule {
                id: String::new(),
                effect: None,
                kinds: Vec::new(),
                argv_prefix: Vec::new(),
                actors: Vec::new(),
                ..rule.clone()
            } == Rule::default()
        };
        let denies = book.rules.iter().filter(|one| {
            let rule = &one.rule;
            one.counts
                && rule.effect == Some(Effect::Deny)
                && !rule.argv_prefix.is_empty()
                && whole(rule)
                && (rule.kinds.is_empty() || rule.kinds.iter().any(|kind| kind == "*" || kind == "command"))
                && (rule.actors.is_empty() || rule.actors.contains(&ActorKind::Worker))
        });
        denies
            .map(|one| DeniedCommand { argv_prefix: one.rule.argv_prefix.clone(), rule: one.says.clone() })
            .collect()
    }
}

impl Book {
    fn add(
        &mut self,
        source: RuleSource,
        path: &str,
        bytes: Result<Option<Vec<u8>>, ApiError>,
        counts: bool,
    ) {
        let mut state = RuleFileState { source, path: path.to_owned(), found: false, problem: None };
        let read = match bytes {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(bytes)) => {
                state.found = true;
                rules(&bytes, path)
            }
            Err(error) => Err(error.message),
        };
        match read {
            Ok(found) => self.rules.extend(standing(found, source, path, counts)),
            // What is not looked at cannot stop anything.
            Err(why) => state.problem = Some(why).filter(|_| counts),
        }
        self.files.push(state);
    }
}

fn standing(found: Vec<(u32, Rule)>, source: RuleSource, path: &str, counts: bool) -> Vec<StandingRule> {
    let rules: Vec<Rule> = found.iter().map(|(_, rule)| rule.clone()).collect();
    let judged = rule_problems(
        &rules,
        match source {
            RuleSource::User => Source::User,
            RuleSource::Repository => Source::Repository,
        },
    );
    let told =
        |rule: &Rule| judged.iter().filter(|p| p.rule_id == rule.id).map(|p| p.message.clone()).collect();
    found
        .into_iter()
        .map(|(line, rule)| StandingRule {
            says: says(&rule),
            problems: told(&rule),
            counts: counts && !(source == RuleSource::Repository && rule.effect == Some(Effect::Allow)),
            source,
            file: path.to_owned(),
            line,
            rule,
        })
        .collect()
}

/// The user's own file; none only when there is none.
fn users_file(path: Option<PathBuf>) -> Result<Option<Vec<u8>>, ApiError> {
    let Some(path) = path else { return Ok(None) };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&path.display().to_string(), &error.to_string())),
    }
}

/// A file of rules or settings that the repository keeps at `commit`; none only when there is none. Whatever else
/// keeps it from being read whole is an error: half a file, or none, could say the opposite. Blocks.
pub(crate) fn committed_file(
    depot: &Depot,
    commit: &ObjectId,
    path: &str,
    most: usize,
) -> Result<Option<Vec<u8>>, ApiError> {
    match depot.read_file(commit, path, most) {
        Ok(file) if file.truncated => {
            Err(unreadable(path, &format!("it has {} bytes, more than {most}", file.size)))
        }
        Ok(file) => Ok(Some(file.bytes)),
        Err(RepoError::NotFound { .. }) => Ok(None),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

fn unreadable(path: &str, why: &str) -> ApiError {
    let message = format!("{path} cannot be read: {why}. Until it can, nothing it might judge is done.");
    ApiError::new(ErrorCode::ConfigInvalid, message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<toml::Spanned<toml::Table>>,
}

/// Reads `[[rule]]` entries with their lines. A condition nobody knows is an error: a rule read without it could let
/// more through than was meant.
fn rules(bytes: &[u8], name: &str) -> Result<Vec<(u32, Rule)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("{name}: {e}"))?;
    let file: RuleFile = toml::from_str(text).map_err(|e| format!("{name}: {}", e.to_string().trim_end()))?;
    let mut out = Vec::new();
    for one in file.rule {
        let before = text.get(..one.span().start).unwrap_or_default();
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        let table = one.into_inner();
        if let Some(odd) = table.keys().find(|key| !FIELDS.contains(&key.as_str())) {
            return Err(format!("{name}:{line}: a rule has no {odd:?}; it has {}", FIELDS.join(", ")));
        }
        let rule =
            Rule::deserialize(table).map_err(|e| format!("{name}:{line}: {}", e.to_string().trim_end()))?;
        out.push((line, rule));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_with_the_line_they_begin_on() {
        let text = "# mine\n\n[[rule]]\nid = \"a\"\neffect = \"deny\"\nkinds = [\"command\"]\nargvPrefix = [\"git\", \"push\"]\n\n\n[[rule]]\nid = \"b\"\neffect = \"ask\"\nclasses = [\"install\"]\n";
        let read = rules(text.as_bytes(), "policy.toml").unwrap();
        assert_eq!(
            read.iter().map(|(line, rule)| (*line, rule.id.as_str())).collect::<Vec<_>>(),
            [(3, "a"), (10, "b")]
        );
        let shown = standing(read, RuleSource::User, "policy.toml", true);
        assert_eq!(shown[0].says, "Denies command for commands that begin with `git push`");
        assert!(shown.iter().all(|one| one.counts && one.problems.is_empty()), "{shown:?}");
    }

    #[test]
    fn a_condition_nobody_knows_and_a_word_that_is_none_are_errors_with_their_place() {
        let with =
            |line: &str| rules(format!("[[rule]]\nid = \"a\"\n{line}\n").as_bytes(), "p.toml").unwrap_err();
        assert!(with("argv = [\"x\"]").starts_with("p.toml:1: a rule has no \"argv\""));
        assert!(with("effect = \"perhaps\"").contains("perhaps"));
        assert!(rules(b"[[rules]]\n", "p.toml").is_err());
        assert!(rules(b"\xff", "p.toml").is_err());
    }

    #[test]
    fn an_allowing_rule_of_a_repository_does_not_count() {
        let read =
            rules(b"[[rule]]\nid = \"a\"\neffect = \"allow\"\nkinds = [\"command\"]\n", "p.toml").unwrap();
        let shown = standing(read, RuleSource::Repository, "p.toml", true);
        assert!(!shown[0].counts && shown[0].problems[0].contains("only tighten"));
    }
}
