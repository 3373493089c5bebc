//! Python by pyenv and uv, programs installed by pip or pipx for one user, and pip's cache.

use super::Machine;
use super::kit::{Kit, Setting};
use super::machine::installation;

pub(super) fn detect(machine: &Machine) -> Option<Kit> {
    let pyenv = machine.folder("PYENV_ROOT", ".pyenv");
    let program = machine.program("python3").or_else(|| machine.program("python"));
    let local = machine.home.join(".local/bin");
    let place = pyenv
        .clone()
        .or_else(|| program.clone())
        .or_else(|| Some(local.join("uv")).filter(|uv| uv.exists()))?;
    let mut kit = Kit { name: "python", place, ..Kit::default() };
    if let Some(root) = &pyenv {
        kit.path.extend([root.join("shims"), root.join("bin")]);
        kit.shown.push(root.clone());
        kit.always.push(("PYENV_ROOT", Setting::path(root)));
        kit.outside.push(("PYENV_ROOT", root.clone()));
        kit.installed.push((root.join("versions"), "bin/python"));
        kit.chosen.push(root.join("version"));
        if let Some(version) = machine.variable("PYENV_VERSION") {
            kit.always.push(("PYENV_VERSION", Setting::text(version)));
        }
    } else if let Some(root) = program.as_deref().and_then(installation) {
        kit.path.push(root.join("bin"));
        kit.shown.push(root);
    }
    if local.is_dir() {
        kit.path.push(local.clone());
        kit.shown.push(local);
    }
    // Named one by one: uv keeps credentials beside its interpreters.
    kit.shown.extend(machine.below_home(&[
        ".local/share/pipx/venvs",
        ".local/share/uv/python",
        ".local/share/uv/tools",
        ".local/lib",
    ]));
    kit.caches.push((machine.home.join(".cache/pip"), ".cache/pip"));
    kit.always.extend([
        ("PIP_DISABLE_PIP_VERSION_CHECK", Setting::text("1")),
        ("PIP_CACHE_DIR", Setting::BelowHome(".cache/pip")),
        ("UV_CACHE_DIR", Setting::BelowHome(".cache/uv")),
    ]);
    let interpreters = machine.home.join(".local/share/uv/python");
    if interpreters.is_dir() {
        kit.installed.push((interpreters.clone(), "bin/python3"));
        kit.always.push(("UV_PYTHON_INSTALL_DIR", Setting::path(&interpreters)));
    }
    kit.offline.extend([("UV_OFFLINE", Setting::text("1")), ("PIP_RETRIES", Setting::text("0"))]);
    Some(kit)
}
