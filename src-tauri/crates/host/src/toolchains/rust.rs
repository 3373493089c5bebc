//! rustup, cargo, and cargo's registry.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Machine;
use super::kit::{Kit, Setting};

pub(super) fn detect(machine: &Machine) -> Option<Kit> {
    let cargo_home = machine.folder("CARGO_HOME", ".cargo");
    let rustup_home = machine.folder("RUSTUP_HOME", ".rustup");
    let usual = cargo_home.as_ref().map(|home| home.join("bin")).filter(|bin| bin.join("cargo").exists());
    let bin = usual.or_else(|| folder_on_path(machine));
    let place = bin.as_ref().map(|bin| bin.join("cargo")).or_else(|| machine.program("cargo"))?;
    let mut kit = Kit { name: "rust", place, ..Kit::default() };
    kit.always.push(("CARGO_HOME", Setting::BelowHome(".cargo")));
    kit.offline.push(("CARGO_NET_OFFLINE", Setting::text("true")));
    if let Some(bin) = bin {
        kit.path.push(bin.clone());
        kit.shown.push(bin);
    }
    if let Some(rustup) = rustup_home {
        kit.always.push(("RUSTUP_HOME", Setting::path(&rustup)));
        // The folder is read-only inside: a missing toolchain should be said, not tried.
        kit.always.push(("RUSTUP_AUTO_INSTALL", Setting::text("0")));
        kit.outside.push(("RUSTUP_HOME", rustup.clone()));
        kit.installed.push((rustup.join("toolchains"), "bin/rustc"));
        kit.chosen.push(rustup.join("settings.toml"));
        kit.shown.push(rustup);
    }
    if let Some(cargo) = cargo_home {
        kit.caches = caches(&cargo);
        kit.files.extend(plain_config(&cargo).map(|text| (".cargo/config.toml", text)));
        kit.outside.push(("CARGO_HOME", cargo));
    }
    Some(kit)
}

/// The folder of the search path that has cargo, where an administrator put it. Never a whole home.
fn folder_on_path(machine: &Machine) -> Option<PathBuf> {
    let bin = machine.program("cargo")?.parent()?.to_path_buf();
    (bin.components().count() > 2 && bin != machine.home).then_some(bin)
}

fn caches(cargo_home: &Path) -> Vec<(PathBuf, &'static str)> {
    let registry = cargo_home.join("registry");
    let mut caches = vec![
        (registry.join("index"), ".cargo/registry/index"),
        (registry.join("cache"), ".cargo/registry/cache"),
        (cargo_home.join("git/db"), ".cargo/git/db"),
        (cargo_home.join("git/checkouts"), ".cargo/git/checkouts"),
    ];
    // cargo unpacks a crate on first use. Read-only that works only if all are unpacked; otherwise the job
    // unpacks for itself into its own HOME.
    if all_unpacked(&registry) {
        caches.push((registry.join("src"), ".cargo/registry/src"));
    }
    caches
}

fn all_unpacked(registry: &Path) -> bool {
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    names(registry.join("cache")).iter().all(|index| {
        let unpacked = names(registry.join("src").join(index));
        let archives = names(registry.join("cache").join(index));
        archives.iter().filter_map(|archive| archive.strip_suffix(".crate")).all(|name| {
            unpacked.contains(name) && registry.join("src").join(index).join(name).join(".cargo-ok").exists()
        })
    })
}

/// The user's cargo settings without anything that is a credential or names a program of theirs: where crates
/// come from has to be the same inside, or the cache is looked for under another name.
fn plain_config(cargo_home: &Path) -> Option<String> {
    let text = ["config.toml", "config"]
        .iter()
        .find_map(|name| std::fs::read_to_string(cargo_home.join(name)).ok())?;
    let settings: toml::Table = text.parse().ok()?;
    let mut plain = toml::Table::new();
    for (name, value) in settings {
        let value = match (name.as_str(), value) {
            ("source" | "registry" | "registries", value) => without_secrets(value),
            _ => continue,
        };
        plain.insert(name, value);
    }
    (!plain.is_empty()).then(|| toml::to_string(&plain).ok()).flatten()
}

fn without_secrets(value: toml::Value) -> toml::Value {
    const SECRET: &[&str] = &["token", "secret-key", "credential-provider", "global-credential-providers"];
    match value {
        toml::Value::Table(fields) => {
            let kept = fields.into_iter().filter(|(name, _)| !SECRET.contains(&name.as_str()));
            toml::Value::Table(kept.map(|(name, value)| (name, without_secrets(value))).collect())
        }
        // A registry's address may carry a password.
        toml::Value::String(text) => toml::Value::String(crate::redact::Redactor::default().text(&text)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_settings_arrive_without_tokens_and_programs() {
        let temp = tempfile::tempdir().unwrap();
        let text = "[source.crates-io]\nreplace-with = 'm'\n[source.m]\nregistry = 'sparse+https://u:pw12345@h/'\n\
            [registries.own]\nindex = 'i'\ntoken = 'abc'\n[build]\nrustc-wrapper = 'sccache'\n[registry]\ntoken = 'def'\n";
        std::fs::write(temp.path().join("config.toml"), text).unwrap();
        let plain = plain_config(temp.path()).unwrap();
        assert!(plain.contains("replace-with") && plain.contains("index"), "{plain}");
        for gone in ["abc", "def", "sccache", "pw12345"] {
            assert!(!plain.contains(gone), "{plain}");
        }
    }

    #[test]
    fn cargo_is_found_on_the_search_path_too_but_never_shows_a_home() {
        let temp = tempfile::tempdir().unwrap();
        let (home, tools) = (temp.path().join("home"), temp.path().join("tools"));
        for folder in [&home.join(".cargo"), &tools] {
            std::fs::create_dir_all(folder).unwrap();
        }
        for folder in [&home, &tools] {
            std::fs::write(folder.join("cargo"), "").unwrap();
        }
        let on_path = |path: &PathBuf| {
            let machine = Machine { home: home.clone(), path: vec![path.clone()], ..Machine::default() };
            detect(&machine).unwrap()
        };
        assert_eq!((on_path(&tools).path, on_path(&tools).shown), (vec![tools.clone()], vec![tools]));
        assert!(on_path(&home).shown.is_empty());
    }

    #[test]
    fn a_crate_that_is_not_unpacked_leaves_unpacking_to_the_job() {
        let temp = tempfile::tempdir().unwrap();
        let registry = temp.path().join("registry");
        std::fs::create_dir_all(registry.join("cache/i")).unwrap();
        std::fs::create_dir_all(registry.join("src/i/a-1")).unwrap();
        std::fs::write(registry.join("cache/i/a-1.crate"), "").unwrap();
        assert_eq!(caches(temp.path()).len(), 4);
        std::fs::write(registry.join("src/i/a-1/.cargo-ok"), "").unwrap();
        assert_eq!(caches(temp.path()).len(), 5);
    }
}
