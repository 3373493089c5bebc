//! Keys in a file that is encrypted as a whole: XChaCha20-Poly1305 under a key that Argon2id makes from what
//! the user supplies. Written whole or not at all, mode 0600.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use protocol::keys::KeyText;
use serde::{Deserialize, Serialize};

use super::{KeychainError, Supplied};
use crate::{HostError, atomic_file, token_file};

const FORMAT: &str = "pilothouse sealed keys 1";
/// Cost of making the key: memory in KiB and passes over it.
const COST: (u32, u32) = (64 * 1024, 3);
/// Most that a file may ask for: its head is read before anything about it is proven.
const MOST: (u32, u32) = (256 * 1024, 10);
/// No file of ours is this large.
const LARGEST: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    format: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

/// Costs and salt of a file, which its contents vouch for.
#[derive(Clone, PartialEq, Eq)]
struct Head {
    cost: (u32, u32),
    salt: [u8; 16],
}

impl Head {
    fn vouched(&self) -> Vec<u8> {
        let (memory, passes) = self.cost;
        format!("{FORMAT}\n{memory}\n{passes}\n{}", STANDARD.encode(self.salt)).into_bytes()
    }
}

/// The file. One process uses it: whoever holds the data folder.
pub(super) struct SealedFile {
    path: PathBuf,
    supplied: Supplied,
    /// The key made last; making one is slow on purpose.
    made: Mutex<Option<(Head, [u8; 32])>>,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedFile({})", self.path.display())
    }
}

type Texts = BTreeMap<String, KeyText>;

impl SealedFile {
    pub(super) fn new(path: PathBuf, supplied: Supplied) -> Self {
        Self { path, supplied, made: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn supplied(&self) -> &Supplied {
        &self.supplied
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<KeyText>, KeychainError> {
        Ok(self.open()?.and_then(|(_, mut texts)| texts.remove(name)))
    }

    /// What does not open is never written over.
    pub(super) fn set(&self, name: &str, text: &KeyText) -> Result<(), KeychainError> {
        let (head, mut texts) = self.open()?.unwrap_or_else(|| (fresh_head(), Texts::new()));
        texts.insert(name.to_owned(), text.clone());
        self.write(&head, &texts)
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), KeychainError> {
        let Some((head, mut texts)) = self.open()? else { return Ok(()) };
        match texts.remove(name) {
            Some(_) if texts.is_empty() => {
                Ok(fs::remove_file(&self.path).map_err(HostError::file("remove", &self.path))?)
            }
            Some(_) => self.write(&head, &texts),
            None => Ok(()),
        }
    }

    fn open(&self) -> Result<Option<(Head, Texts)>, KeychainError> {
        let Some(bytes) = self.bytes()? else { return Ok(None) };
        let damaged = |why| KeychainError::Damaged { path: self.path.clone(), why };
        let envelope: Envelope =
            serde_json::from_slice(&bytes).map_err(|_| damaged("it is not a whole file of ours"))?;
        if envelope.format != FORMAT {
            return Err(damaged("it is of a kind this version does not know"));
        }
        let cost = (envelope.memory_kib, envelope.passes);
        if cost.0 > MOST.0 || cost.1 > MOST.1 {
            return Err(damaged("opening it would take more memory or time than any file of ours"));
        }
        let part = |text: &str| STANDARD.decode(text).map_err(|_| damaged("a part of it is no base64"));
        let salt = part(&envelope.salt)?.try_into().map_err(|_| damaged("its salt has another length"))?;
        let nonce: [u8; 24] =
            part(&envelope.nonce)?.try_into().map_err(|_| damaged("its nonce has another length"))?;
        let sealed = part(&envelope.sealed)?;
        let head = Head { cost, salt };
        let cipher = self.cipher(&head)?;
        let plain = cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: &sealed, aad: &head.vouched() })
            .map_err(|_| KeychainError::WrongKey { path: self.path.clone() })?;
        let texts = serde_json::from_slice(&plain).map_err(|_| damaged("its contents mean nothing"))?;
        Ok(Some((head, texts)))
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>, KeychainError> {
        let fail = |error| HostError::file("read", &self.path)(error);
        let file = match fs::File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(fail)?,
        };
        token_file::check_private(&self.path, &file)?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(fail)?;
        match bytes.len() as u64 > LARGEST {
            true => Err(KeychainError::Damaged { path: self.path.clone(), why: "it is far too large" }),
            false => Ok(Some(bytes)),
        }
    }

    fn write(&self, head: &Head, texts: &Texts) -> Result<(), KeychainError> {
        let failed = || KeychainError::Failed { why: "the keys could not be encrypted".to_owned() };
        let plain = serde_json::to_vec(texts).map_err(|_| failed())?;
        let nonce: [u8; 24] = crate::ids::random();
        let sealed = self
            .cipher(head)?
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &head.vouched() })
            .map_err(|_| failed())?;
        let envelope = Envelope {
            format: FORMAT.to_owned(),
            memory_kib: head.cost.0,
            passes: head.cost.1,
            salt: STANDARD.encode(head.salt),
            nonce: STANDARD.encode(nonce),
            sealed: STANDARD.encode(sealed),
        };
        let bytes = serde_json::to_vec(&envelope).map_err(|_| failed())?;
        Ok(atomic_file::write(&self.path, &bytes)?)
    }

    fn cipher(&self, head: &Head) -> Result<XChaCha20Poly1305, KeychainError> {
        let supplied = match &self.supplied {
            Supplied::Key(key) => key,
            Supplied::Nothing => return Err(KeychainError::KeyMissing { path: self.path.clone() }),
            Supplied::Unusable(why) => return Err(KeychainError::Unusable { why: why.clone() }),
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, key)) = made.as_ref()
            && of == head
        {
            return Ok(XChaCha20Poly1305::new(key.into()));
        }
        let damaged =
            |_| KeychainError::Damaged { path: self.path.clone(), why: "its costs are out of bounds" };
        let params = Params::new(head.cost.0, head.cost.1, 1, Some(32)).map_err(damaged)?;
        let mut key = [0_u8; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(supplied.expose().as_bytes(), &head.salt, &mut key)
            .map_err(damaged)?;
        *made = Some((head.clone(), key));
        Ok(XChaCha20Poly1305::new((&key).into()))
    }
}

fn fresh_head() -> Head {
    Head { cost: COST, salt: crate::ids::random() }
}

#[cfg(test)]
mod tests;
