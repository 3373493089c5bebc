//! Node (also by nvm, fnm and volta), npm, pnpm, yarn.

use std::path::PathBuf;

use super::Machine;
use super::kit::{Kit, Setting};
use super::machine::{installation, newest_first};

/// Where version managers keep installations, and what lies between a version and its `bin`.
const MANAGED: &[(&str, &str)] = &[
    (".nvm/versions/node", ""),
    (".local/share/fnm/node-versions", "installation"),
    (".fnm/node-versions", "installation"),
    (".volta/tools/image/node", ""),
    (".asdf/installs/nodejs", ""),
    (".local/share/mise/installs/node", ""),
];

pub(super) fn detect(machine: &Machine) -> Option<Kit> {
    let root = on_path(machine).or_else(|| managed(machine))?;
    let mut kit = Kit { name: "node", place: root.join("bin/node"), ..Kit::default() };
    kit.path.push(root.join("bin"));
    kit.shown.push(root);
    for below in [".local/share/pnpm", ".bun/bin", ".yarn/bin"] {
        let folder = machine.home.join(below);
        if folder.is_dir() {
            kit.path.push(folder);
        }
    }
    kit.shown.extend(machine.below_home(&[".local/share/pnpm", ".bun/bin", ".yarn/bin"]));
    let npm = machine.folder("npm_config_cache", ".npm").unwrap_or_else(|| machine.home.join(".npm"));
    kit.caches = vec![
        (npm.join("_cacache"), ".npm/_cacache"),
        (machine.home.join(".cache/yarn"), ".cache/yarn"),
        (machine.home.join(".yarn/berry/cache"), ".yarn/berry/cache"),
        (machine.home.join(".cache/node/corepack"), ".cache/node/corepack"),
        (machine.home.join(".cache/pnpm"), ".cache/pnpm"),
    ];
    kit.always = vec![
        ("npm_config_cache", Setting::BelowHome(".npm")),
        ("npm_config_update_notifier", Setting::text("false")),
        ("npm_config_fund", Setting::text("false")),
        ("npm_config_audit", Setting::text("false")),
        ("COREPACK_ENABLE_DOWNLOAD_PROMPT", Setting::text("0")),
    ];
    kit.offline = vec![
        ("npm_config_offline", Setting::text("true")),
        ("npm_config_fetch_retries", Setting::text("0")),
        ("YARN_ENABLE_NETWORK", Setting::text("0")),
        ("COREPACK_ENABLE_NETWORK", Setting::text("0")),
    ];
    kit.outside.push(("npm_config_cache", npm));
    Some(kit)
}

/// Volta's programs are stand-ins that look for the real one themselves; the real one is used directly.
fn on_path(machine: &Machine) -> Option<PathBuf> {
    let root = installation(&machine.program("node")?)?;
    (!root.ends_with(".volta") && root.join("bin/node").exists()).then_some(root)
}

fn managed(machine: &Machine) -> Option<PathBuf> {
    MANAGED
        .iter()
        .flat_map(|(folder, below)| {
            newest_first(&machine.home.join(folder)).into_iter().map(move |root| root.join(below))
        })
        .find(|root| root.join("bin/node").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_managed_node_is_found_without_a_search_path() {
        let home = tempfile::tempdir().unwrap();
        for version in ["v9.0.0", "v20.1.0"] {
            let bin = home.path().join(".nvm/versions/node").join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::fs::write(bin.join("node"), "").unwrap();
        }
        let machine = Machine { home: home.path().into(), ..Machine::default() };
        let kit = detect(&machine).unwrap();
        assert!(kit.place.ends_with(".nvm/versions/node/v20.1.0/bin/node"));
    }
}
