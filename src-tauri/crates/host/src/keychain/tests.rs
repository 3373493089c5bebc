//! Against a stand-in for the system's keychain. The real one is in `tests/keychain.rs` of the project.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use keyring_core::{CredentialStore, Error, mock};

use super::*;

const NAME: &str = "model/workers@folder";

fn key() -> KeyText {
    KeyText::new("sk-the-value")
}

fn file_key() -> Supplied {
    Supplied::Key(KeyText::new("correct horse battery"))
}

fn chain(folder: &Path, system: Option<System>, supplied: Supplied) -> Keychain {
    Keychain::made_of(system, folder.join("keys.sealed"), supplied, Duration::from_secs(60))
}

fn working() -> System {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    System::stand_in(Arc::new(move || Ok(store.clone())), Looked::available())
}

fn refusing(looked: Looked) -> System {
    System::stand_in(Arc::new(|| Err(Error::NoStorageAccess("no dialog".into()))), looked)
}

#[tokio::test]
async fn the_systems_keychain_is_used_where_it_is_even_with_a_key_for_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain(folder.path(), Some(working()), file_key());
    assert_eq!(chain.look().await.system, KeychainState::Available);
    assert_eq!(chain.save(NAME, &key()).await.unwrap(), KeyPlace::System);
    assert_eq!(chain.read(KeyPlace::System, NAME).await.unwrap(), Some(key()));
    assert_eq!(chain.read(KeyPlace::System, "model/workers@other").await.unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file");
    chain.forget(KeyPlace::System, NAME).await.unwrap();
    chain.forget(KeyPlace::System, NAME).await.unwrap();
    assert_eq!(chain.read(KeyPlace::System, NAME).await.unwrap(), None);
}

#[tokio::test]
async fn a_locked_keychain_is_said_with_its_next_step_and_nothing_is_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let locked = refusing(Looked::locked("its default keyring is locked", "Unlock it."));
    let chain = chain(folder.path(), Some(locked), Supplied::Nothing);
    let shown = chain.look().await;
    assert_eq!((shown.system, shown.fix.as_deref()), (KeychainState::Locked, Some("Unlock it.")));
    assert!(shown.detail.contains("is locked"), "{}", shown.detail);
    let error = chain.save(NAME, &key()).await.unwrap_err();
    assert_eq!(error.code(), "keychain.locked");
    assert!(!error.to_string().contains("sk-"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file");
    assert_eq!(chain.read(KeyPlace::Run, NAME).await.unwrap(), None, "not in memory either");
}

#[tokio::test]
async fn where_there_is_none_or_it_is_locked_a_supplied_key_keeps_them_in_the_encrypted_file() {
    for looked in [Looked::none("there is no session bus"), Looked::locked("it is locked", "Unlock it.")] {
        let folder = tempfile::tempdir().unwrap();
        let first = chain(folder.path(), Some(refusing(looked.clone())), file_key());
        let shown = first.look().await;
        assert_eq!(shown.place, Some(KeyPlace::File));
        assert!(shown.detail.contains(&looked.why), "the cause is said: {}", shown.detail);
        assert_eq!(first.save(NAME, &key()).await.unwrap(), KeyPlace::File);
        let second = chain(folder.path(), Some(refusing(looked)), file_key());
        assert_eq!(second.read(KeyPlace::File, NAME).await.unwrap(), Some(key()));
    }
}

#[tokio::test]
async fn with_neither_a_key_lasts_for_this_run_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let none = refusing(Looked::none("there is no session bus"));
    let here = chain(folder.path(), Some(none.clone()), Supplied::Nothing);
    let shown = here.look().await;
    assert!(shown.detail.contains("lasts only until the server stops"), "{}", shown.detail);
    assert!(shown.fix.unwrap().contains("PILOTHOUSE_SECRETS_KEY"));
    assert_eq!(here.save(NAME, &key()).await.unwrap(), KeyPlace::Run);
    assert_eq!(here.read(KeyPlace::Run, NAME).await.unwrap(), Some(key()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file, and no plain one above all");
    let later = chain(folder.path(), Some(none), Supplied::Nothing);
    assert_eq!(later.read(KeyPlace::Run, NAME).await.unwrap(), None);
}

#[tokio::test]
async fn a_supplied_key_that_cannot_be_used_keeps_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let none = refusing(Looked::none("there is no session bus"));
    for (variable, file, part) in [
        (Some("short"), None, "fewer than 12 characters"),
        (None, Some(folder.path().join("nowhere")), "nowhere"),
    ] {
        let chain = chain(folder.path(), Some(none.clone()), Supplied::find(variable, file.as_deref()));
        let shown = chain.look().await;
        assert_eq!(shown.place, None);
        assert!(shown.detail.contains(part), "{}", shown.detail);
        assert!(!shown.detail.contains("short;"), "the key itself is not repeated");
        assert_eq!(chain.save(NAME, &key()).await.unwrap_err().code(), "keychain.unusable");
    }
}

#[tokio::test]
async fn a_keychain_that_hangs_costs_one_thread_and_nobody_waits_for_it_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (release, held) = mpsc::channel::<()>();
    let (held, store) = (Mutex::new(held), mock::Store::new().unwrap());
    let hangs = Arc::new(AtomicBool::new(true));
    let hang = hangs.clone();
    let system = System::stand_in(
        Arc::new(move || {
            if hang.swap(false, Ordering::SeqCst) {
                let _ = held.lock().unwrap().recv();
            }
            Ok(store.clone() as Arc<CredentialStore>)
        }),
        Looked::available(),
    );
    let chain = Keychain::made_of(
        Some(system),
        folder.path().join("keys.sealed"),
        Supplied::Nothing,
        // What hangs does so until it is let go; what does not hang has to answer within this.
        Duration::from_secs(5),
    );
    assert_eq!(chain.read(KeyPlace::System, NAME).await.unwrap_err().code(), "keychain.no_answer");
    assert!(!hangs.load(Ordering::SeqCst), "it did begin");
    let shown = chain.look().await;
    assert_eq!(shown.system, KeychainState::Locked, "and that is shown: {}", shown.detail);
    assert_eq!(chain.read(KeyPlace::System, NAME).await.unwrap_err().code(), "keychain.no_answer");
    release.send(()).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while chain.look().await.system != KeychainState::Available {
        assert!(std::time::Instant::now() < deadline, "it never came back");
        tokio::task::yield_now().await;
    }
    let again = chain.save(NAME, &key()).await;
    assert_eq!(again.unwrap(), KeyPlace::System);
}

#[tokio::test]
async fn a_keychain_that_panics_is_an_error_and_not_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = mock::Store::new().unwrap();
    let first = AtomicBool::new(true);
    let system = System::stand_in(
        Arc::new(move || {
            assert!(!first.swap(false, Ordering::SeqCst), "a fault of the platform, made by this test");
            Ok(store.clone() as Arc<CredentialStore>)
        }),
        Looked::available(),
    );
    let chain = chain(folder.path(), Some(system), Supplied::Nothing);
    assert_eq!(chain.save(NAME, &key()).await.unwrap_err().code(), "keychain.failed");
    assert_eq!(chain.save(NAME, &key()).await.unwrap(), KeyPlace::System);
}
