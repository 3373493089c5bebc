use super::*;

const KEY: &str = "correct horse battery";

fn with(folder: &Path, key: &str) -> SealedFile {
    SealedFile::new(folder.join("keys.sealed"), Supplied::Key(KeyText::new(key)))
}

fn saved(folder: &Path) -> SealedFile {
    let file = with(folder, KEY);
    file.set("model/workers@a", &KeyText::new("sk-workers-value")).unwrap();
    file.set("model/remotebuddy@a", &KeyText::new("sk-remote-value")).unwrap();
    file
}

fn got(file: &SealedFile, name: &str) -> Option<String> {
    file.get(name).unwrap().map(|key| key.expose().to_owned())
}

fn envelope(file: &SealedFile) -> serde_json::Value {
    serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap()
}

#[test]
fn keys_come_back_in_another_run_and_only_with_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path());
    let again = with(folder.path(), KEY);
    assert_eq!(got(&again, "model/workers@a").as_deref(), Some("sk-workers-value"));
    assert_eq!(got(&again, "model/workers@b"), None, "another folder's name is another name");
    let error = with(folder.path(), "another key altogether").get("model/workers@a").unwrap_err();
    assert_eq!(error.code(), "keychain.wrong_key");
}

#[test]
fn nothing_in_the_file_can_be_read_and_only_its_owner_may_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let bytes = fs::read(file.path()).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for hidden in ["sk-workers-value", "sk-remote-value", "workers", "remotebuddy", KEY] {
        assert!(!text.contains(hidden) && !text.contains(&STANDARD.encode(hidden)), "{hidden}: {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(file.get("model/workers@a").unwrap_err().code(), "host.secret_exposed");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays behind");
}

#[test]
fn the_same_keys_are_never_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let before = envelope(&file);
    file.set("model/workers@a", &KeyText::new("sk-workers-value")).unwrap();
    let after = envelope(&file);
    assert_ne!(before["nonce"], after["nonce"], "no nonce is used twice");
    assert_ne!(before["sealed"], after["sealed"]);
}

#[test]
fn a_file_that_was_cut_off_at_any_point_is_damaged_and_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let whole = fs::read(file.path()).unwrap();
    for length in [0, 1, 40, whole.len() / 2, whole.len() - 1] {
        fs::write(file.path(), &whole[..length]).unwrap();
        assert_eq!(file.get("model/workers@a").unwrap_err().code(), "keychain.damaged", "{length} bytes");
        assert!(file.set("model/workers@a", &KeyText::new("new")).is_err());
        assert_eq!(fs::read(file.path()).unwrap(), &whole[..length], "it stays as it was");
    }
}

#[test]
fn a_change_anywhere_in_the_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let whole = envelope(&file);
    let put = |changed: &serde_json::Value| fs::write(file.path(), changed.to_string()).unwrap();
    let flipped = |text: &serde_json::Value, at: usize| {
        let mut bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 1;
        serde_json::Value::String(STANDARD.encode(bytes))
    };
    for part in ["salt", "nonce", "sealed"] {
        for at in [0, 7, 23] {
            let mut changed = whole.clone();
            changed[part] = flipped(&whole[part], at);
            put(&changed);
            assert_eq!(file.get("model/workers@a").unwrap_err().code(), "keychain.wrong_key", "{part} {at}");
        }
    }
    let mut cheaper = whole.clone();
    cheaper["passes"] = 1.into();
    put(&cheaper);
    assert_eq!(file.get("model/workers@a").unwrap_err().code(), "keychain.wrong_key");
    let mut dear = whole.clone();
    dear["memoryKib"] = 4_000_000_000_u32.into();
    put(&dear);
    assert_eq!(
        file.get("model/workers@a").unwrap_err().code(),
        "keychain.damaged",
        "no memory is taken for it"
    );
    put(&whole);
    assert_eq!(got(&file, "model/workers@a").as_deref(), Some("sk-workers-value"), "as it was it opens");
}

#[test]
fn a_wrong_key_writes_nothing_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    let before = fs::read(file.path()).unwrap();
    let other = with(folder.path(), "another key altogether");
    assert!(other.set("model/workers@a", &KeyText::new("new")).is_err());
    assert!(other.remove("model/workers@a").is_err());
    assert_eq!(fs::read(file.path()).unwrap(), before);
}

#[test]
fn the_last_key_that_is_forgotten_takes_the_file_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path());
    file.remove("model/workers@a").unwrap();
    assert_eq!(got(&file, "model/remotebuddy@a").as_deref(), Some("sk-remote-value"));
    file.remove("model/remotebuddy@a").unwrap();
    file.remove("model/remotebuddy@a").unwrap();
    assert!(!file.path().exists());
}

#[test]
fn without_a_key_an_encrypted_file_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path()).path().to_owned();
    let error = SealedFile::new(path, Supplied::Nothing).get("model/workers@a").unwrap_err();
    assert_eq!(error.code(), "keychain.key_missing");
    assert!(error.to_string().contains("PILOTHOUSE_SECRETS_KEY"), "{error}");
}
