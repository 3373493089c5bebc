//! The words every part of Pilothouse speaks: ids, events, operations, rows and error codes.
//!
//! There is no behaviour here beyond parsing an id, mapping an error code to a status, and the few readings of these
//! words on which the server and everything that follows one must agree. Nothing in this crate knows about SQLite,
//! git, HTTP frameworks or the user interface. Types are exported to TypeScript (`ui/src/client/protocol.ts`) and to
//! JSON Schema (`/openapi.json`), so a change here is a change of contract.

pub mod approval;
pub mod asks;
pub mod backend;
pub mod because;
pub mod budget;
pub mod check;
pub mod command;
mod count;
pub mod device;
pub mod diff;
pub mod doctor;
pub mod envelope;
pub mod error;
pub mod event;
pub mod forecast;
pub mod gateway;
pub mod grant;
pub mod hold;
pub mod ids;
pub mod intent;
pub mod job;
pub mod keys;
pub mod limit;
pub mod line;
pub mod listen;
pub mod main_line;
mod markdown;
pub mod memory;
pub mod merge;
pub mod merge_history;
pub mod merge_order;
pub mod message;
pub mod network;
pub mod node;
pub mod notify;
pub mod ops;
pub mod pairing;
pub mod plan;
pub mod policy;
pub mod presence;
pub mod publish;
pub mod publishing;
pub mod push;
pub mod queue;
pub mod request;
pub mod returned;
pub mod review;
pub mod rulebook;
pub mod services;
pub mod session;
pub mod settings;
pub mod status;
pub mod steer;
pub mod switches;
pub mod taken;
pub mod terminal;
pub mod test_run;
pub mod worker;
pub mod workspace;

pub use count::count;
pub use envelope::{Delivered, Envelope, PROTOCOL_VERSION};
pub use error::{ApiError, ErrorCode};
pub use event::Event;
pub use ids::*;
pub use markdown::fenced;
pub use plan::{Lane, Plan, Planning, Priority, RiskLevel, Scope};

/// Derives every wire type shares.
#[macro_export]
macro_rules! wire {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(rename_all = "camelCase")]
        $(#[$meta])* $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS)]
        #[serde(rename_all = "snake_case")]
        #[ts(rename_all = "snake_case")]
        $(#[$meta])* $vis enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The word used on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $crate::snake!($variant)),* }
            }
            /// The value a wire word names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }
    };
}

/// The snake_case word of an identifier, computed once per call site.
#[macro_export]
macro_rules! snake {
    ($name:ident) => {{
        const WORD: &str = stringify!($name);
        const BYTES: ([u8; 64], usize) = $crate::ids::snake_bytes(WORD);
        const OUT: &[u8] = BYTES.0.split_at(BYTES.1).0;
        match std::str::from_utf8(OUT) {
            Ok(word) => word,
            Err(_) => WORD,
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::Priority;

    #[test]
    fn a_word_of_the_wire_can_be_put_into_a_column() {
        assert_eq!(
            format!("{}|{:<8}|{:>8}", Priority::Normal, Priority::Normal, Priority::Normal),
            "normal|normal  |  normal"
        );
    }
}
