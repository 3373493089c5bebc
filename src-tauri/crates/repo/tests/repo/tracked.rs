use repo::is_tracked;

use crate::world::{plain, write};

#[test]
fn a_file_is_tracked_by_its_name_in_any_case_or_by_a_link_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    plain(root, &["init", "--quiet"]);
    write(root, ".tern/local.toml", "");
    let tracked = || is_tracked(root, ".tern/local.toml").unwrap();
    assert!(!tracked());
    write(root, ".tern/other.toml", "");
    plain(root, &["add", ".tern/other.toml"]);
    assert!(!tracked(), "its neighbours are of no concern");
    plain(root, &["add", ".tern/local.toml"]);
    assert!(tracked());
    let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    for entry in [format!("100644,{empty},.TERN/Local.toml"), format!("120000,{empty},.tern")] {
        plain(root, &["read-tree", "--empty"]);
        assert!(!tracked());
        plain(root, &["update-index", "--add", "--cacheinfo", &entry]);
        assert!(tracked(), "{entry}");
    }
}
