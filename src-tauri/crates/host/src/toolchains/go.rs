//! Go and its module cache.

use super::Machine;
use super::kit::{Kit, Setting};
use super::machine::{installation, newest_first};

pub(super) fn detect(machine: &Machine) -> Option<Kit> {
    let usual = std::path::PathBuf::from("/usr/local/go");
    let root = machine
        .program("go")
        .as_deref()
        .and_then(installation)
        .or_else(|| usual.join("bin/go").exists().then_some(usual))
        .or_else(|| {
            newest_first(&machine.home.join("sdk")).into_iter().find(|root| root.join("bin/go").exists())
        })?;
    let gopath = machine.folder("GOPATH", "go");
    let mut kit = Kit { name: "go", place: root.join("bin/go"), ..Kit::default() };
    kit.path.push(root.join("bin"));
    kit.shown.push(root);
    if let Some(gopath) = gopath {
        kit.path.push(gopath.join("bin"));
        kit.shown.push(gopath.join("bin"));
        let modules = machine.folder("GOMODCACHE", "go/pkg/mod").unwrap_or_else(|| gopath.join("pkg/mod"));
        kit.outside.push(("GOMODCACHE", modules.clone()));
        kit.caches.push((modules, "go/pkg/mod"));
    }
    kit.always = vec![
        ("GOPATH", Setting::BelowHome("go")),
        ("GOMODCACHE", Setting::BelowHome("go/pkg/mod")),
        ("GOCACHE", Setting::BelowHome(".cache/go-build")),
        // A newer toolchain could not be stored; better said than tried.
        ("GOTOOLCHAIN", Setting::text("local")),
    ];
    kit.offline.push(("GOPROXY", Setting::text("off")));
    Some(kit)
}
