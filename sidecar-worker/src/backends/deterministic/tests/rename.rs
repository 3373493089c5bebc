use super::*;

fn rename(from: &str, to: &str, update_references: bool) -> Intent {
    Intent::Rename { from: from.into(), to: to.into(), update_references }
}

#[test]
fn a_file_moves_and_mentions_of_it_are_listed_but_left() {
    let clone =
        clone(&[("src/a.rs", b"x"), ("README.md", b"See src/a.rs.\n"), ("docs/x.md", b"[a](../src/a.rs)\n")]);
    let edits = clone.run(&rename("src/a.rs", "lib/deep/b.rs", false)).unwrap();
    assert_eq!(edits.changed, paths(&["lib/deep/b.rs", "src/a.rs"]));
    assert!(!clone.exists("src/a.rs") && clone.text("lib/deep/b.rs") == "x");
    assert_eq!(clone.text("README.md"), "See src/a.rs.\n");
    let report = edits.report.unwrap();
    assert!(report.contains("README.md:1: See src/a.rs.") && report.contains("docs/x.md:1:"), "{report}");
}

#[test]
fn mentions_are_rewritten_only_when_asked_for() {
    let clone = clone(&[
        ("src/a.rs", b"// src/a.rs\n"),
        ("README.md", b"src/a.rs src/a.rs.bak lib/src/a.rs\r\n"),
        ("docs/x.md", b"../src/a.rs\n"),
    ]);
    let edits = clone.run(&rename("src/a.rs", "lib/b.rs", true)).unwrap();
    assert_eq!(edits.changed, paths(&["README.md", "docs/x.md", "lib/b.rs", "src/a.rs"]));
    assert_eq!(clone.text("README.md"), "lib/b.rs src/a.rs.bak lib/src/a.rs\r\n");
    assert_eq!(clone.text("docs/x.md"), "../lib/b.rs\n");
    assert_eq!(clone.text("lib/b.rs"), "// lib/b.rs\n");
}

#[test]
fn a_folder_moves_with_everything_in_it() {
    let clone = clone(&[("docs/a.md", b"a"), ("docs/x/b.md", b"b"), ("docs2/c", b"docs/a.md\n")]);
    let edits = clone.run(&rename("docs", "manual", true)).unwrap();
    assert_eq!(
        edits.changed,
        paths(&["docs/a.md", "docs/x/b.md", "docs2/c", "manual/a.md", "manual/x/b.md"])
    );
    assert_eq!(clone.text("docs2/c"), "manual/a.md\n");
    assert!(!clone.exists("docs"));
}

#[test]
fn nothing_is_overwritten_and_nothing_missing_moves() {
    let clone = clone(&[("a", b"a"), ("b", b"b")]);
    assert_eq!(clone.fails(&rename("a", "b", false)), "b already exists");
    assert_eq!(clone.fails(&rename("zzz", "b2", false)), "there is no zzz in the repository");
    assert_eq!((clone.text("a"), clone.text("b")), ("a".into(), "b".into()));
    clone.run(&rename("a", "A", false)).unwrap();
    assert_eq!(clone.text("A"), "a");
}

#[test]
fn a_folder_with_too_many_files_stays_where_it_is() {
    let mut clone = clone(&[("d/a", b""), ("d/b", b"")]);
    clone.max_files = 3;
    assert!(clone.fails(&rename("d", "e", false)).contains("4 files"));
    assert!(clone.exists("d/a") && !clone.exists("e"));
}
