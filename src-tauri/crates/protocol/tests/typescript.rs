//! Keeps `ui/src/client/protocol.ts` equal to the Rust types. `npm run gen` writes it anew.

use protocol::ops;
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use ts_rs::{Config, TS, TypeVisitor};

struct Declarations<'a> {
    cfg: &'a Config,
    seen: HashSet<TypeId>,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let docs = T::docs().map(|text| format!("{}\n", text.trim_end())).unwrap_or_default();
            self.found.insert(T::name(self.cfg), format!("{docs}export {}\n", T::decl(self.cfg)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

fn generated() -> String {
    let cfg = Config::default().with_large_int("number");
    let mut all = Declarations { cfg: &cfg, seen: HashSet::new(), found: BTreeMap::new() };
    ops::visit_types(&mut all);
    let mut out = String::from("// Generated from the protocol crate by `npm run gen`. Do not edit.\n\n");
    out.push_str(&format!("export const PROTOCOL_VERSION = \"{}\";\n\n", protocol::PROTOCOL_VERSION));
    for declaration in all.found.values() {
        out.push_str(declaration);
        out.push('\n');
    }
    out.push_str("/** Parameters and answer of every method. */\n");
    out.push_str(&ops::typescript_methods(&cfg));
    out
}

#[test]
fn the_checked_in_typescript_equals_the_rust_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/client/protocol.ts");
    let now = generated();
    if std::env::var_os("PILOTHOUSE_GEN").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == now, "ui/src/client/protocol.ts differs from the Rust types: run `npm run gen`");
}

/// What each scope may call, in the order of the table; what changes something is in italics.
fn methods() -> String {
    let mut out = String::new();
    for scope in ops::Permission::ALL {
        let of_scope =
            ops::Method::ALL.iter().map(|method| method.operation()).filter(|one| one.scope == *scope);
        let names: Vec<_> = of_scope
            .map(|one| if one.mutating { format!("*{}*", one.name) } else { one.name.to_owned() })
            .collect();
        if !names.is_empty() {
            out.push_str(&format!("- `{scope}`: {}\n", names.join(", ")));
        }
    }
    out
}

/// Each other name with the method it is one of.
fn other_names() -> String {
    let name = |(other, method): &(&str, ops::Method)| format!("{other} ({})", method.operation().name);
    let all: Vec<_> = ops::OTHER_NAMES.iter().map(name).collect();
    format!("{}\n", all.join(", "))
}

#[test]
fn the_documented_methods_are_those_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/PROTOCOL.md");
    for (what, made) in [("methods", methods()), ("other names", other_names())] {
        let (from, to) = (format!("<!-- {what} -->\n"), format!("<!-- end of {what} -->"));
        let kept = std::fs::read_to_string(path).unwrap();
        let (before, rest) = kept.split_once(&from).unwrap();
        let (_, after) = rest.split_once(&to).unwrap();
        let now = format!("{before}{from}{made}{to}{after}");
        if std::env::var_os("PILOTHOUSE_GEN").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(kept == now, "the {what} in docs/PROTOCOL.md differ from the table: run `npm run gen`");
    }
}

#[test]
fn another_name_is_nobody_elses_and_leads_to_its_method() {
    for (n, (other, method)) in ops::OTHER_NAMES.iter().enumerate() {
        assert!(
            ops::Method::ALL.iter().all(|one| one.operation().name != *other),
            "{other} is a name already"
        );
        assert!(ops::OTHER_NAMES[..n].iter().all(|(earlier, _)| earlier != other), "{other} twice");
        assert_eq!(ops::Method::from_name(other), Some(*method));
    }
    assert_eq!(ops::Method::from_name("terminal.session.no_such"), None);
}
