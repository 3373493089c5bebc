//! Whose machine this is, and the key it proves that with. The key is in the system's keychain where one is open when the
//! machine is paired, else in a file only its owner may read. It never leaves the machine; the server has its public half.

use crate::NodeError;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use host::data_lock::DataLock;
use host::keychain::{Keychain, Supplied};
use host::layers::LayerStore;
use host::paths::DataFolder;
use host::{atomic_file, token_file};
use protocol::DeviceId;
use protocol::device::{DeviceProof, KeyAlgorithm, PublicKey, connect_text};
use protocol::keys::{KeyPlace, KeyText, KeychainState};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The server this machine belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hub {
    pub url: String,
    pub server_id: String,
    pub device_id: DeviceId,
    /// What this machine is called there.
    pub name: String,
    /// Of the server's certificate, where it made it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Where this machine's key is.
    #[serde(default = "in_a_file")]
    pub key_place: KeyPlace,
}

/// As it was before there was a choice.
fn in_a_file() -> KeyPlace {
    KeyPlace::File
}

/// The folder a node keeps its things in, for one process at a time.
#[derive(Debug)]
pub struct Home {
    folder: DataFolder,
    /// None where only the file is to be used.
    chain: Option<Keychain>,
    _lock: DataLock,
}

impl Home {
    /// Inside a data folder, apart from what a server keeps there.
    pub fn open(data: &Path) -> Result<Self, NodeError> {
        let home = Self::with_files_alone(data)?;
        // Its encrypted file is of no use here: whoever could open it can read the plain one.
        let chain = Keychain::of_this_machine(home.folder.sealed_keys(), Supplied::Nothing);
        Ok(Self { chain: Some(chain), ..home })
    }

    fn with_files_alone(data: &Path) -> Result<Self, NodeError> {
        let folder = DataFolder::open(&data.join("node"))?;
        let lock = DataLock::acquire(&folder)?;
        Ok(Self { folder, chain: None, _lock: lock })
    }

    pub(crate) fn terminals(&self) -> PathBuf {
        self.folder.terminals()
    }

    /// What its worker keeps.
    pub(crate) fn crew(&self) -> PathBuf {
        self.folder.root().join("crew")
    }

    fn hub_file(&self) -> PathBuf {
        self.folder.root().join("hub.json")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.secrets().join("node.key")
    }

    /// The server this machine belongs to; none before it was paired.
    pub fn hub(&self) -> Result<Option<Hub>, NodeError> {
        let path = self.hub_file();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(NodeError::Unreadable { path, cause: error.to_string() }),
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| NodeError::Unreadable { path, cause: error.to_string() })
    }

    /// From now on it belongs to this one; answers it with the place its key is in.
    pub(crate) async fn belong(&self, hub: Hub, key: &Key) -> Result<Hub, NodeError> {
        let text = KeyText::new(URL_SAFE_NO_PAD.encode(&key.pkcs8));
        let key_place = self.keep(&hub, &text).await?;
        let hub = Hub { key_place, ..hub };
        // They are known by what they were made of and not by their content, and another hub said what that is.
        let layers = self.crew().join("layers");
        if layers.is_dir() {
            LayerStore::open(&layers, host::layers::LARGEST)?.collect(0, &[])?;
        }
        let text = serde_json::to_string_pretty(&hub).map_err(|error| NodeError::Key(error.to_string()))?;
        atomic_file::write(&self.hub_file(), text.as_bytes())?;
        Ok(hub)
    }

    /// In the system's keychain, if it is open and gives back what it was given; else in the file.
    async fn keep(&self, hub: &Hub, key: &KeyText) -> Result<KeyPlace, NodeError> {
        if let Some(chain) = &self.chain
            && chain.look().await.system == KeychainState::Available
            && matches!(chain.save(&account(hub), key).await, Ok(KeyPlace::System))
            && let Ok(Some(kept)) = chain.read(KeyPlace::System, &account(hub)).await
            && kept.expose() == key.expose()
        {
            // One of an earlier pairing opens nothing any more.
            gone(self.key_file())?;
            return Ok(KeyPlace::System);
        }
        token_file::write_secret(&self.key_file(), key.expose())?;
        Ok(KeyPlace::File)
    }

    /// It belongs to nobody any more; whether it did.
    pub async fn leave(&self) -> Result<bool, NodeError> {
        if let Ok(Some(hub)) = self.hub()
            && hub.key_place == KeyPlace::System
            && let Some(chain) = &self.chain
        {
            let forgotten = chain.forget(KeyPlace::System, &account(&hub)).await;
            forgotten.map_err(|error| NodeError::Key(error.to_string()))?;
        }
        let key = gone(self.key_file())?;
        Ok(gone(self.hub_file())? || key)
    }

    pub(crate) async fn key(&self, hub: &Hub) -> Result<Key, NodeError> {
        if hub.key_place == KeyPlace::System
            && let Some(chain) = &self.chain
        {
            let read = chain.read(KeyPlace::System, &account(hub)).await;
            let kept = read.map_err(|error| NodeError::Key(error.to_string()))?;
            let kept = kept.ok_or_else(|| {
                NodeError::Key("the keychain has it no more; pair this machine again".into())
            })?;
            let pkcs8 =
                URL_SAFE_NO_PAD.decode(kept.expose()).map_err(|error| NodeError::Key(error.to_string()))?;
            return Key::read(pkcs8);
        }
        let path = self.key_file();
        let text = token_file::read_secret(&path)?;
        let unreadable = |cause: String| NodeError::Unreadable { path: path.clone(), cause };
        let pkcs8 = URL_SAFE_NO_PAD.decode(text).map_err(|error| unreadable(error.to_string()))?;
        Key::read(pkcs8).map_err(|error| unreadable(error.to_string()))
    }
}

/// What the key is called in a keychain.
fn account(hub: &Hub) -> String {
    format!("node/{}", hub.device_id)
}

/// Removes a file; whether it was there.
fn gone(path: PathBuf) -> Result<bool, NodeError> {
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(NodeError::Unreadable { path, cause: error.to_string() }),
    }
}

/// A pair of Ed25519 keys.
pub(crate) struct Key {
    pkcs8: Vec<u8>,
    pair: Ed25519KeyPair,
}

impl Key {
    pub(crate) fn new() -> Result<Self, NodeError> {
        let made = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new());
        let document = made.map_err(|_| NodeError::Key("the system gives no randomness".into()))?;
        Self::read(document.as_ref().to_vec())
    }

    fn read(pkcs8: Vec<u8>) -> Result<Self, NodeError> {
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|error| NodeError::Key(error.to_string()))?;
        Ok(Self { pkcs8, pair })
    }

    pub(crate) fn public(&self) -> PublicKey {
        let key = URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref());
        PublicKey { alg: KeyAlgorithm::Ed25519, key }
    }

    /// What the server's challenge is answered with.
    pub(crate) fn prove(&self, server: &str, challenge: &str, device: &DeviceId) -> DeviceProof {
        let signed = self.pair.sign(connect_text(server, challenge, device.as_str()).as_bytes());
        DeviceProof { id: device.clone(), signature: URL_SAFE_NO_PAD.encode(signed.as_ref()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    fn hub() -> Hub {
        Hub {
            url: "http://127.0.0.1:1".into(),
            server_id: "s".into(),
            device_id: DeviceId::parse("d").unwrap(),
            name: "n".into(),
            fingerprint: None,
            key_place: KeyPlace::File,
        }
    }

    #[tokio::test]
    async fn who_it_belongs_to_is_kept_in_files_nobody_else_reads() {
        let ground = tempfile::tempdir().unwrap();
        let home = Home::with_files_alone(ground.path()).unwrap();
        assert_eq!(home.hub().unwrap(), None);
        let key = Key::new().unwrap();
        let kept = home.belong(hub(), &key).await.unwrap();
        assert_eq!(home.hub().unwrap(), Some(kept.clone()));
        assert_eq!(kept.key_place, KeyPlace::File);
        let proof = home.key(&kept).await.unwrap().prove("s", "c", &hub().device_id);
        let public = URL_SAFE_NO_PAD.decode(key.public().key).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(proof.signature).unwrap();
        UnparsedPublicKey::new(&ED25519, public)
            .verify(connect_text("s", "c", "d").as_bytes(), &signature)
            .unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.key_file()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(home.leave().await.unwrap() && !home.leave().await.unwrap());
        assert!(home.key(&kept).await.is_err());
    }

    #[test]
    fn one_process_at_a_time_is_the_node_of_a_folder() {
        let ground = tempfile::tempdir().unwrap();
        let home = Home::open(ground.path()).unwrap();
        assert!(matches!(Home::open(ground.path()), Err(NodeError::Host(_))));
        drop(home);
        Home::open(ground.path()).unwrap();
    }
}
