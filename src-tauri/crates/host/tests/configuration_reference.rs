//! Keeps the tables of `docs/CONFIGURATION.md` equal to the keys. `npm run gen` writes them anew.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.

use host::config::{key_table, variable_table};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/CONFIGURATION.md");

/// The text with what stands between two marks replaced by `table`.
fn with(text: &str, name: &str, table: &str) -> String {
    let (begin, end) =
        (format!("<!-- {name}: written by npm run gen -->\n\n"), format!("<!-- end of {name} -->"));
    let at = text.find(&begin).unwrap_or_else(|| panic!("no mark {begin:?}")) + begin.len();
    let to = at + text[at..].find(&end).unwrap_or_else(|| panic!("no mark {end:?}"));
    format!("{}{table}\n{}", &text[..at], &text[to..])
}

#[test]
fn the_documented_keys_equal_those_that_are_read() {
    let kept = std::fs::read_to_string(FILE).unwrap().replace("\r\n", "\n");
    let now = with(&with(&kept, "keys", &key_table()), "variables", &variable_table());
    if std::env::var_os("PILOTHOUSE_GEN").is_some() {
        std::fs::write(FILE, &now).unwrap();
    } else {
        assert!(kept == now, "docs/CONFIGURATION.md differs from the keys: run `npm run gen`");
    }
}
