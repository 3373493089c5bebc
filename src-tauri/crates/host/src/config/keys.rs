//! Every key there is, once: its shape, its built-in value, and whether a repository may set it.

use super::value::Shape;

/// One configuration key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// In the form of a variable; none means unset.
    pub(super) built_in: Option<&'static str>,
    pub(super) repository: Repository,
}

/// What a repository's own file may do with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repository {
    Sets,
    /// Only to a stricter value than the user's.
    Tightens,
    Nothing,
}

/// Profiles of the policy from the strictest to the loosest.
pub(super) const PROFILES: &[&str] = &["careful", "balanced", "autopilot"];

const BACKENDS: &[&str] = &[
    "none",
    "openai",
    "openai_responses",
    "anthropic",
    "ollama",
    "lmstudio",
    "llama_server",
    "openai_compatible",
    "ollama_chat",
    "scripted",
];
const STRATEGIES: &[&str] = &["cherry_pick", "no_ff", "ff_only", "squash"];
const SANDBOXES: &[&str] = &["auto", "bwrap", "container", "host"];

macro_rules! key {
    ($name:literal, $shape:expr, $built_in:expr) => {
        key!($name, $shape, $built_in, Nothing)
    };
    ($name:literal, $shape:expr, $built_in:expr, $repository:ident) => {
        Key { name: $name, shape: $shape, built_in: $built_in, repository: Repository::$repository }
    };
}

/// All keys with a single value. Checks, set-up steps and recipes are lists of their own (`proofs`).
pub(super) const KEYS: &[Key] = &[
    key!("server.host", Shape::Text, Some("127.0.0.1")),
    key!("server.port", Shape::Number(0, 65_535), Some("3001")),
    key!("server.localbuddyPort", Shape::Number(0, 65_535), None),
    key!("server.url", Shape::Url, None),
    key!("data.dir", Shape::Text, None),
    key!("workers.count", Shape::Number(0, 64), Some("2")),
    key!("sandbox.backend", Shape::Word(SANDBOXES), Some("auto")),
    key!("sandbox.require", Shape::Word(&["bwrap", "container"]), None),
    key!("sandbox.image", Shape::Text, None),
    key!("merge.enabled", Shape::Flag, Some("true")),
    key!("merge.slots", Shape::Number(1, 32), Some("1")),
    key!("merge.window", Shape::Number(1, 64), Some("2")),
    key!("merge.strategy", Shape::Word(STRATEGIES), Some("cherry_pick"), Sets),
    key!("merge.flakyRetries", Shape::Number(0, 5), Some("1")),
    key!("merge.push", Shape::Flag, Some("false")),
    key!("merge.openPr", Shape::Flag, Some("false")),
    key!("policy.profile", Shape::Word(PROFILES), Some("careful"), Tightens),
    key!("scope.writeGlobs", Shape::Words, None, Sets),
    key!("scope.hints", Shape::Words, None, Sets),
    key!("budget.tokensPerJob", Shape::Number(0, i64::MAX), None),
    key!("budget.tokensPerDay", Shape::Number(0, i64::MAX), None),
    key!("llm.localbuddy.backend", Shape::Word(BACKENDS), None),
    key!("llm.localbuddy.endpoint", Shape::Url, None),
    key!("llm.localbuddy.model", Shape::Text, None),
    key!("llm.localbuddy.key", Shape::KeyReference, None),
    key!("llm.localbuddy.contextWindow", Shape::Number(1, i64::MAX), None),
    key!("llm.remotebuddy.backend", Shape::Word(BACKENDS), None),
    key!("llm.remotebuddy.endpoint", Shape::Url, None),
    key!("llm.remotebuddy.model", Shape::Text, None),
    key!("llm.remotebuddy.key", Shape::KeyReference, None),
    key!("llm.remotebuddy.contextWindow", Shape::Number(1, i64::MAX), None),
    key!("llm.workers.backend", Shape::Word(BACKENDS), None),
    key!("llm.workers.endpoint", Shape::Url, None),
    key!("llm.workers.model", Shape::Text, None),
    key!("llm.workers.key", Shape::KeyReference, None),
    key!("llm.workers.contextWindow", Shape::Number(1, i64::MAX), None),
];

pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_built_in_values_fit_their_shapes() {
        let names: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), KEYS.len());
        for key in KEYS {
            if let Some(built_in) = key.built_in {
                key.shape.parse(built_in).unwrap_or_else(|error| panic!("{}: {error}", key.name));
            }
        }
    }

    #[test]
    fn a_repository_may_set_no_endpoint_executor_sandbox_or_budget() {
        let open: Vec<_> =
            KEYS.iter().filter(|key| key.repository != Repository::Nothing).map(|k| k.name).collect();
        assert_eq!(open, ["merge.strategy", "policy.profile", "scope.writeGlobs", "scope.hints"]);
    }
}
