//! The key a user supplies for the encrypted file.

use std::path::Path;

use protocol::keys::KeyText;

use crate::token_file;

/// The variable that holds it.
pub const SECRETS_KEY_VAR: &str = "PILOTHOUSE_SECRETS_KEY";

/// Fewer characters can be guessed by whoever has the file.
const SHORTEST: usize = 12;

/// What was supplied.
#[derive(Debug, Clone)]
pub enum Supplied {
    Nothing,
    Key(KeyText),
    /// Something that cannot be used, and why.
    Unusable(String),
}

impl Supplied {
    /// From the value of the variable, else from a file that only its owner may read.
    pub fn find(variable: Option<&str>, file: Option<&Path>) -> Self {
        let (key, from) = match (variable.filter(|text| !text.trim().is_empty()), file) {
            (Some(text), _) => (KeyText::new(text), SECRETS_KEY_VAR.to_owned()),
            (None, Some(file)) => match token_file::read_secret(file) {
                Ok(text) => (KeyText::new(text), file.display().to_string()),
                Err(error) => return Self::Unusable(error.to_string()),
            },
            (None, None) => return Self::Nothing,
        };
        match key.expose().chars().count() {
            0..SHORTEST => Self::Unusable(format!(
                "the key in {from} has fewer than {SHORTEST} characters; make one with: openssl rand -base64 32"
            )),
            _ => Self::Key(key),
        }
    }
}
