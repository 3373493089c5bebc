//! Keys of models that are kept for the user: where one lives and what it is good for, never its value.

use crate::settings::Role;
use crate::wire;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A key on its way in. Debug shows that there is one; nothing of ours ever answers with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct KeyText(String);

impl KeyText {
    /// Surrounding white space, a frequent companion of pasted keys, is dropped.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The key itself, for where it is kept and the one header that needs it.
    pub fn expose(&self) -> &str {
        self.0.trim()
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText([redacted])")
    }
}

wire! {
    /// Where a key is kept: the system's keychain, our encrypted file, or the memory of this run.
    pub enum KeyPlace { System, File, Run }
}

wire! {
    /// `ready`: goes with the model's calls. `elsewhere`: saved for another address than the model has now, so it
    /// stays unused. `locked`: the place it is in does not open. `gone`: no longer where it was put.
    pub enum KeyState { Ready, Elsewhere, Locked, Gone }
}

wire! {
    /// What the system's own keychain says of itself. `none`: there is none here.
    pub enum KeychainState { Available, Locked, None }
}

wire! {
    /// Where a key would be kept that is saved now.
    pub struct KeychainShown {
        /// Absent when no key can be saved now; `detail` and `fix` say why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub place: Option<KeyPlace>,
        /// The place's name for people.
        pub name: String,
        pub system: KeychainState,
        /// The cause, in plain words.
        pub detail: String,
        /// The one next step, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub fix: Option<String>,
    }
}

wire! {
    /// A key that was saved for the model of a role.
    pub struct SavedKey {
        pub role: Role,
        /// The only address it is sent to.
        pub endpoint: String,
        pub place: KeyPlace,
        pub state: KeyState,
        /// What its state means here.
        pub detail: String,
        /// Milliseconds since 1970.
        pub saved_at: i64,
    }
}

wire! {
    pub struct SavedKeys { pub keychain: KeychainShown, pub keys: Vec<SavedKey> }
}

wire! {
    /// The key of a role's model. `endpoint` must be the address the model has: a key goes nowhere else.
    #[serde(deny_unknown_fields)]
    pub struct SetKey { pub role: Role, pub endpoint: String, pub key: KeyText }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ForgetKey { pub role: Role }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_on_its_way_does_not_show_itself() {
        let set = SetKey {
            role: Role::Workers,
            endpoint: "https://h/v1".into(),
            key: KeyText::new(" sk-very-secret \n"),
        };
        assert!(!format!("{set:?}").contains("very-secret"));
        assert_eq!(set.key.expose(), "sk-very-secret");
    }
}
