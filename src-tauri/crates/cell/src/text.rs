//! Text of the system (paths, arguments, variables), which need not be UTF-8.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// As a JSON string where it is one, else as its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Bytes(Vec<u8>),
}

impl<T: AsRef<OsStr>> From<T> for Text {
    fn from(text: T) -> Self {
        match text.as_ref().to_str() {
            Some(plain) => Self::Plain(plain.to_owned()),
            None => Self::Bytes(bytes(text.as_ref())),
        }
    }
}

#[cfg(unix)]
fn bytes(text: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(text).to_vec()
}

#[cfg(not(unix))]
fn bytes(text: &OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}

impl Text {
    pub fn into_os(self) -> OsString {
        match self {
            Self::Plain(plain) => plain.into(),
            #[cfg(unix)]
            Self::Bytes(bytes) => std::os::unix::ffi::OsStringExt::from_vec(bytes),
            #[cfg(not(unix))]
            Self::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
        }
    }

    pub fn into_path(self) -> PathBuf {
        self.into_os().into()
    }
}
