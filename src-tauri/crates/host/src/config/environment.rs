//! Variables of the process that set keys.
//!
//! `merge.flakyRetries` is `PILOTHOUSE_MERGE_FLAKY_RETRIES`; older names without our prefix are understood for
//! models, workers and the merge queue.

use super::keys::{KEYS, Key, find};
use super::nearest::nearest;

/// What one variable means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Sets `key` to `value`.
    Sets { key: &'static str, value: String },
    /// Ours or an old one, accepted and without effect, for this reason.
    Unneeded(&'static str),
    /// Begins with our prefix and means nothing; maybe this one was meant.
    Unknown(Option<String>),
    /// Somebody else's, or of no interest to configuration.
    NotOurs,
}

/// Ours, but no key: name without prefix and meaning.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("CONFIG_DIR", "Folder of the user's own files, instead of the system's place for them."),
    ("PROFILE", "Profile to read after the user's file."),
    ("LOG", "What is logged on standard error, such as `info` or `engine=debug,warn`."),
    ("TOKEN", "Token for the server named by `server.url`."),
    ("TOKEN_FILE", "File that holds this token and that only its owner may read."),
    (
        "SECRETS_KEY",
        "What `secrets.keyFile` would hold, for where a variable is easier to give than a file; it wins over the file.",
    ),
    ("ON_CLOSE", "Of the window: what closing it means, `ask`, `keep` (go on serving) or `quit`."),
    ("INSIDE_BIN", "The program that runs inside sandboxes, instead of the one beside the worker."),
    ("JOB", "Set by the server for what it runs; marks the processes of a job."),
    ("RUN", "Set by the server for what it runs; marks the processes of a command."),
];

/// An endpoint for every role that nothing else names a model for.
pub(super) const ENDPOINT_OF_ALL: &str = "LLM_ENDPOINT";

/// Names that differ from what their key would give.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("HOST", "server.host"),
    ("PORT", "server.port"),
    ("WORKERS", "workers.count"),
    ("SANDBOX", "sandbox.backend"),
    ("WORKERS_SANDBOX", "sandbox.backend"),
    ("WORKERS_EXECUTOR", "sandbox.backend"),
    ("WORKERS_DOCKER_IMAGE", "sandbox.image"),
    ("LOCALBUDDY_PORT", "server.localbuddyPort"),
];

const ROLES: &[&str] = &["localbuddy", "remotebuddy", "workers", "reviewer"];

pub(super) fn meaning(name: &str, value: &str) -> Meaning {
    // Set to nothing is not set.
    if value.trim().is_empty() {
        return Meaning::NotOurs;
    }
    let (bare, prefixed) = match name.strip_prefix("PILOTHOUSE_") {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    if let Some(meaning) = model(bare, name, value) {
        return meaning;
    }
    let old = bare.starts_with("MERGE_") || bare.starts_with("WORKERS_");
    if !prefixed && !old {
        return Meaning::NotOurs;
    }
    if bare.contains("POLL") {
        return Meaning::Unneeded("not needed: claims are pushed, nothing polls");
    }
    if bare.starts_with("WORKERS_OPENHANDS_") {
        return Meaning::Unneeded("not needed: that backend is not part of this build");
    }
    if bare == "WORKERS_REQUIRE_DOCKER" {
        return match value.trim().to_ascii_lowercase().as_str() {
            "0" | "false" | "no" | "off" => Meaning::NotOurs,
            _ => Meaning::Sets { key: "sandbox.require", value: "container".to_owned() },
        };
    }
    if prefixed && ELSEWHERE.iter().any(|(name, _)| *name == bare) {
        return Meaning::NotOurs;
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == bare).and_then(|(_, key)| find(key));
    match alias.or_else(|| KEYS.iter().find(|key| variable(key) == bare)) {
        Some(key) => Meaning::Sets { key: key.name, value: old_word(key.name, value) },
        None if prefixed => {
            let names: Vec<String> = KEYS.iter().map(|key| format!("PILOTHOUSE_{}", variable(key))).collect();
            Meaning::Unknown(nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
        }
        None => Meaning::NotOurs,
    }
}

/// `LOCALBUDDY_LLM_MODEL` and its like. `…_API_KEY` holds a secret: only its own name becomes configuration.
fn model(bare: &str, name: &str, value: &str) -> Option<Meaning> {
    let (role, field) = bare.split_once("_LLM_")?;
    let role = ROLES.iter().find(|known| known.to_uppercase() == role)?;
    let field = match field {
        "BACKEND" => "backend",
        "ENDPOINT" => "endpoint",
        "MODEL" => "model",
        "KEY" => "key",
        "CONTEXT" | "CONTEXT_WINDOW" => "contextWindow",
        "PRICE_INPUT" => "priceInput",
        "PRICE_CACHED_INPUT" => "priceCachedInput",
        "PRICE_OUTPUT" => "priceOutput",
        "API_KEY" => {
            let key = find(&format!("llm.{role}.key"))?;
            return Some(Meaning::Sets { key: key.name, value: name.to_owned() });
        }
        "SESSION_ID" => return Some(Meaning::Unneeded("not needed: sessions are named by the caller")),
        _ => return Some(Meaning::Unknown(None)),
    };
    let key = find(&format!("llm.{role}.{field}"))?;
    Some(Meaning::Sets { key: key.name, value: old_word(key.name, value) })
}

/// Every variable that sets a key, the one to use first.
pub(super) fn variables(key: &Key) -> Vec<String> {
    let own = match key.name.strip_prefix("llm.").and_then(|rest| rest.split_once('.')) {
        Some((role, "key")) => return vec![format!("{}_LLM_API_KEY", role.to_uppercase())],
        Some((role, _)) => {
            let field = variable(key);
            let field = field.rsplit_once(&role.to_uppercase()).map_or("", |(_, field)| field);
            return vec![format!("{}_LLM{field}", role.to_uppercase())];
        }
        None => variable(key),
    };
    let aliases = ALIASES.iter().filter(|(_, of)| *of == key.name).map(|(alias, _)| (*alias).to_owned());
    std::iter::once(own).chain(aliases).map(|bare| format!("PILOTHOUSE_{bare}")).collect()
}

/// `merge.flakyRetries` as `MERGE_FLAKY_RETRIES`.
fn variable(key: &Key) -> String {
    let mut name = String::new();
    for c in key.name.chars() {
        match c {
            '.' => name.push('_'),
            c if c.is_ascii_uppercase() => name.extend(['_', c]),
            c => name.push(c.to_ascii_uppercase()),
        }
    }
    name
}

fn old_word(key: &str, value: &str) -> String {
    match (key, value.trim()) {
        ("sandbox.backend", "docker" | "podman") => "container".to_owned(),
        ("sandbox.backend", "local" | "process" | "none") => "host".to_owned(),
        (_, "anthropic_messages") if key.ends_with(".backend") => "anthropic".to_owned(),
        (_, "responses") if key.ends_with(".backend") => "openai_responses".to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(name: &str, value: &str) -> (&'static str, String) {
        match meaning(name, value) {
            Meaning::Sets { key, value } => (key, value),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn keys_have_their_own_variables_and_the_old_ones() {
        assert_eq!(sets("PILOTHOUSE_SERVER_PORT", "1").0, "server.port");
        assert_eq!(sets("PILOTHOUSE_PORT", "1").0, "server.port");
        assert_eq!(sets("PILOTHOUSE_MERGE_FLAKY_RETRIES", "2").0, "merge.flakyRetries");
        assert_eq!(sets("MERGE_SLOTS", "2").0, "merge.slots");
        assert_eq!(sets("PILOTHOUSE_DATA_DIR", "/d").0, "data.dir");
        assert_eq!(sets("WORKERS_EXECUTOR", "docker"), ("sandbox.backend", "container".into()));
        assert_eq!(sets("WORKERS_REQUIRE_DOCKER", "1"), ("sandbox.require", "container".into()));
        assert_eq!(sets("PILOTHOUSE_POLICY_PROFILE", "autopilot").0, "policy.profile");
    }

    #[test]
    fn a_models_key_is_only_ever_named() {
        let (key, value) = sets("REMOTEBUDDY_LLM_API_KEY", "sk-secret");
        assert_eq!((key, value.as_str()), ("llm.remotebuddy.key", "REMOTEBUDDY_LLM_API_KEY"));
        assert_eq!(sets("WORKERS_LLM_MODEL", "m").0, "llm.workers.model");
        assert_eq!(sets("PILOTHOUSE_LOCALBUDDY_LLM_ENDPOINT", "http://h").0, "llm.localbuddy.endpoint");
        assert_eq!(sets("PILOTHOUSE_LLM_WORKERS_MODEL", "m").0, "llm.workers.model");
        assert_eq!(sets("WORKERS_LLM_CONTEXT", "9").0, "llm.workers.contextWindow");
        assert_eq!(sets("WORKERS_LLM_BACKEND", "responses").1, "openai_responses");
    }

    #[test]
    fn every_variable_that_is_told_sets_its_key() {
        for key in KEYS {
            for name in variables(key) {
                assert_eq!(sets(&name, "x").0, key.name, "{name}");
            }
        }
    }

    #[test]
    fn strangers_are_left_alone_and_slips_are_suggested() {
        assert_eq!(meaning("PATH", "/bin"), Meaning::NotOurs);
        assert_eq!(meaning("PILOTHOUSE_LOG", "debug"), Meaning::NotOurs);
        assert_eq!(meaning("PILOTHOUSE_PORT", " "), Meaning::NotOurs, "set to nothing is not set");
        let slip = Meaning::Unknown(Some("PILOTHOUSE_SERVER_PORT".into()));
        assert_eq!(meaning("PILOTHOUSE_SERVER_PROT", "1"), slip);
        assert!(matches!(meaning("WORKERS_POLL_MS", "1"), Meaning::Unneeded(_)));
    }
}
