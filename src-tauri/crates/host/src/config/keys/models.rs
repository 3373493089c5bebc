//! Keys of the roles' models. A repository has no say in any of them.

use super::super::value::Shape;
use super::{Key, Reader, Repository};

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
];
const WINDOW: Shape = Shape::Number(1, i64::MAX);

/// One key of a role's model; the last text says whose model it is.
macro_rules! llm {
    ($name:literal, backend, $read_by:ident, $whose:literal) => {
        key!(
            $name,
            Shape::Word(BACKENDS),
            None,
            $read_by,
            concat!(
                "What serves ",
                $whose,
                "; `none` switches it off. Unset beside an endpoint: `lmstudio`."
            )
        )
    };
    ($name:literal, endpoint, $read_by:ident, $whose:literal) => {
        key!(
            $name,
            Shape::Url,
            None,
            $read_by,
            concat!("Base address of ", $whose, ". Unset: the usual one of its backend.")
        )
    };
    ($name:literal, model, $read_by:ident, $whose:literal) => {
        key!($name, Shape::Text, None, $read_by, concat!("Name of ", $whose, ". Unset: `default`."))
    };
    ($name:literal, key, $read_by:ident, $whose:literal) => {
        key!(
            $name,
            Shape::KeyReference,
            None,
            $read_by,
            concat!("Name of the variable that holds the key of ", $whose, ", never the key itself.")
        )
    };
    ($name:literal, window, $read_by:ident, $whose:literal) => {
        key!($name, WINDOW, None, $read_by, concat!("Tokens ", $whose, " can hold. Unset: unknown."))
    };
    ($name:literal, price, $what:literal, $whose:literal) => {
        key!(
            $name,
            Shape::Money,
            None,
            Server,
            concat!("Price of a million ", $what, " tokens of ", $whose, ".")
        )
    };
}

pub(super) const KEYS: &[Key] = &[
    llm!("llm.localbuddy.backend", backend, Server, "LocalBuddy's model"),
    llm!("llm.localbuddy.endpoint", endpoint, Server, "LocalBuddy's model"),
    llm!("llm.localbuddy.model", model, Server, "LocalBuddy's model"),
    llm!("llm.localbuddy.key", key, Server, "LocalBuddy's model"),
    llm!("llm.localbuddy.contextWindow", window, Nobody, "LocalBuddy's model"),
    llm!("llm.localbuddy.priceInput", price, "input", "LocalBuddy's model"),
    llm!("llm.localbuddy.priceCachedInput", price, "cached input", "LocalBuddy's model"),
    llm!("llm.localbuddy.priceOutput", price, "output", "LocalBuddy's model"),
    llm!("llm.remotebuddy.backend", backend, Server, "the planner's model"),
    llm!("llm.remotebuddy.endpoint", endpoint, Server, "the planner's model"),
    llm!("llm.remotebuddy.model", model, Server, "the planner's model"),
    llm!("llm.remotebuddy.key", key, Server, "the planner's model"),
    llm!("llm.remotebuddy.contextWindow", window, Nobody, "the planner's model"),
    llm!("llm.remotebuddy.priceInput", price, "input", "the planner's model"),
    llm!("llm.remotebuddy.priceCachedInput", price, "cached input", "the planner's model"),
    llm!("llm.remotebuddy.priceOutput", price, "output", "the planner's model"),
    llm!("llm.workers.backend", backend, Server, "the workers' model"),
    llm!("llm.workers.endpoint", endpoint, Server, "the workers' model"),
    llm!("llm.workers.model", model, Server, "the workers' model"),
    llm!("llm.workers.key", key, Server, "the workers' model"),
    llm!("llm.workers.contextWindow", window, Server, "the workers' model"),
    llm!("llm.workers.priceInput", price, "input", "the workers' model"),
    llm!("llm.workers.priceCachedInput", price, "cached input", "the workers' model"),
    llm!("llm.workers.priceOutput", price, "output", "the workers' model"),
    llm!("llm.reviewer.backend", backend, Server, "the reviewer's model"),
    llm!("llm.reviewer.endpoint", endpoint, Server, "the reviewer's model"),
    llm!("llm.reviewer.model", model, Server, "the reviewer's model"),
    llm!("llm.reviewer.key", key, Server, "the reviewer's model"),
    llm!("llm.reviewer.contextWindow", window, Server, "the reviewer's model"),
    llm!("llm.reviewer.priceInput", price, "input", "the reviewer's model"),
    llm!("llm.reviewer.priceCachedInput", price, "cached input", "the reviewer's model"),
    llm!("llm.reviewer.priceOutput", price, "output", "the reviewer's model"),
    key!(
        "gate.reviewerRevises",
        Shape::Flag,
        Some("false"),
        Server,
        "Whether concerns of the reviewer's model lead to one more round of work. What it says is an opinion: it verifies nothing, approves nothing and holds nothing up."
    ),
    key!(
        "gate.reviewerSeconds",
        Shape::Number(1, 600),
        Some("120"),
        Server,
        "Longest time the reviewer's model is waited for; a job goes on without it."
    ),
];
