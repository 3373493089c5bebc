//! When two set-up runs would give the same result.

use protocol::check::SetupStep;
use sha2::{Digest as _, Sha256};

/// A digest (64 hex digits) of the command, its network, its key files and `ground`: whatever else decides
/// the result, such as the platform and the versions of toolchains. `read` gives a key file of the tree the
/// step will run on; an absent one is part of the digest too.
pub fn digest(step: &SetupStep, ground: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    // Every part is preceded by its length, so no two lists of parts read the same.
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(b"pilothouse-layer-1");
    part(ground.as_bytes());
    for list in [&step.run, &step.network] {
        part(&(list.len() as u64).to_be_bytes());
        list.iter().for_each(|word| part(word.as_bytes()));
    }
    let mut keys: Vec<&String> = step.key.iter().collect();
    keys.sort();
    for key in keys {
        part(key.as_bytes());
        match read(key) {
            Some(content) => {
                part(b"present");
                part(&content);
            }
            None => part(b"absent"),
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(run: &[&str], key: &[&str]) -> SetupStep {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        SetupStep { run: words(run), timeout_s: 1, network: vec![], key: words(key) }
    }

    #[test]
    fn the_digest_follows_command_key_files_and_ground_and_nothing_else() {
        let base = digest(&step(&["npm", "ci"], &["lock"]), "x86", |_| Some(b"1".to_vec()));
        let mut slower = step(&["npm", "ci"], &["lock"]);
        slower.timeout_s = 99;
        assert_eq!(digest(&slower, "x86", |_| Some(b"1".to_vec())), base);
        assert_eq!(base.len(), 64);
        for other in [
            digest(&step(&["npm", "ci"], &["lock"]), "arm", |_| Some(b"1".to_vec())),
            digest(&step(&["npm", "ci"], &["lock"]), "x86", |_| Some(b"2".to_vec())),
            digest(&step(&["npm", "ci"], &["lock"]), "x86", |_| None),
            digest(&step(&["npm ci"], &["lock"]), "x86", |_| Some(b"1".to_vec())),
            digest(&step(&["npm", "ci", "lock"], &[]), "x86", |_| Some(b"1".to_vec())),
        ] {
            assert_ne!(other, base);
        }
    }
}
