//! A scripted model server, for tests only. It is no model: it says what its script says.
//!
//! It listens on a free loopback port and speaks the three wire dialects, streaming or not, at
//! `/v1/chat/completions`, `/v1/responses`, `/v1/messages`, `/v1/models` and `/health`. Every request is
//! recorded (also readable at `/_seen`, for tests outside Rust). Dropping [`ModelServer`] ends its thread and
//! every open connection.
//!
//! # Script
//! JSON, all field names in camelCase, everything optional but `steps`:
//! ```json
//! {
//!   "models": ["scripted"],
//!   "refuses": { "schema": "bounded", "tools": false, "temperature": false, "maxTokens": false },
//!   "steps": [
//!     { "name": "plan", "when": { "system": "RemoteBuddy" }, "say": { "json": { "schemaVersion": 2 } } },
//!     { "when": { "tool": "bash", "results": 0 }, "fault": { "kind": "status", "status": 429, "retryAfter": "0" } },
//!     { "when": { "tool": "bash" }, "say": { "calls": [{ "name": "bash", "arguments": { "command": "ls" } }] } },
//!     { "when": { "tool": "bash" }, "say": { "text": "half a reply" }, "fault": { "kind": "cut", "afterEvents": 2 } },
//!     { "times": 0, "say": { "text": "OK" } }
//!   ]
//! }
//! ```
//! A request is answered by the first step whose `when` matches and that has uses left. `times` is how often a
//! step may be used: 1 when absent, 0 means always. No step left is a 500 that says so, and
//! [`ModelServer::unmatched`] lists those requests. A fault without `say` stands alone.
//!
//! * `when`: `system` (the system text contains), `last` (the newest message contains), `any` (any message
//!   contains), `tool` (a tool of that name is declared), `results` (exact number of tool results), `model`,
//!   `dialect` (`openai_chat`, `openai_responses`, `anthropic_messages`), `schema` (whether one was sent).
//! * `say`: `text`, `reasoning`, `json` (sent as text), `calls` (`arguments` an object, or a string sent as it
//!   is), `stop` (`length`, `refused`), `usage` (`{"input":1,"output":2,"cached":0}`).
//! * `fault.kind`: `status` (`status`, `retryAfter`, `code`, `message`, `headers`), `cut` (`afterEvents`,
//!   `clean`: end as if the stream were complete), `garbage`, `giantLine`, `hang` (`ms`, `headersFirst`),
//!   `empty`, `errorInStream` (`code`, `message`).
//! * `style`: `chunkChars`, `delayMs` between events, `crlf`, `comments`, `omitDone`, `omitUsage`,
//!   `argumentsAsObject`, `argumentsOnce` (no deltas, only the finished item), `splitBytes` (network pieces of
//!   that many bytes), `wholeJson` (ignores that a stream was asked), `invalidUtf8` (broken bytes in the text).
//! * `refuses`: standing habits of the server, answered with 400 before any step: `schema` is `any` or
//!   `bounded` (only with length or item bounds), `tools`, `temperature`, `maxTokens` (wants
//!   `max_completion_tokens`).

mod choose;
mod plan;
mod play;
mod script;
mod seen;
mod serve;
mod wire;

pub use plan::Task;
pub use script::{Call, Fault, RefuseSchema, Refuses, Say, SayUsage, Script, Step, Style, When};
pub use seen::{Seen, WireDialect};
pub use serve::ModelServer;
