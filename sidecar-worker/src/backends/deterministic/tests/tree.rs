use super::*;

fn append(file: &str) -> Intent {
    Intent::Append { file: file.into(), text: "x".into() }
}

#[test]
fn a_path_never_leaves_the_folder() {
    let clone = clone(&[("a", b"foo")]);
    for file in [
        "../a",
        "/etc/hostname",
        "b/../../a",
        ".git/config",
        ".GIT/config",
        "sub/.git/x",
        "a\\b",
        "",
        "./../x",
        "a\0",
    ] {
        let error = clone.run(&append(file)).unwrap_err();
        assert!(matches!(error, DeterministicError::BadPath { .. }), "{file:?}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_never_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "foo").unwrap();
    let clone = clone(&[("real/a", b"foo")]);
    symlink(outside.path(), clone.path("out")).unwrap();
    symlink(outside.path().join("secret"), clone.path("link")).unwrap();
    symlink(clone.path("real"), clone.path("inside")).unwrap();

    for file in ["link", "out/secret", "inside/a"] {
        assert!(matches!(clone.run(&append(file)), Err(DeterministicError::Symlink { .. })), "{file}");
    }
    let replace = Intent::Replace { from: "foo".into(), to: "bar".into(), glob: None, regex: false };
    assert_eq!(clone.run(&replace).unwrap().changed, paths(&["real/a"]));
    let rename = Intent::Rename { from: "link".into(), to: "moved".into(), update_references: false };
    assert!(matches!(clone.run(&rename), Err(DeterministicError::Symlink { .. })));
    let into = Intent::Rename { from: "real/a".into(), to: "out/a".into(), update_references: false };
    assert!(matches!(clone.run(&into), Err(DeterministicError::Symlink { .. })));
    let patch = "--- /dev/null\n+++ b/out/new\n@@ -0,0 +1 @@\n+x\n";
    assert!(matches!(
        clone.run(&Intent::Apply { patch: patch.into() }),
        Err(DeterministicError::Symlink { .. })
    ));
    assert_eq!(fs::read_to_string(outside.path().join("secret")).unwrap(), "foo");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn another_repository_inside_is_left_alone() {
    let clone = clone(&[("a", b"foo"), ("vendor/lib/.git/HEAD", b"foo"), ("vendor/lib/a", b"foo")]);
    let replace = Intent::Replace { from: "foo".into(), to: "bar".into(), glob: None, regex: false };
    assert_eq!(clone.run(&replace).unwrap().changed, paths(&["a"]));
}

#[test]
fn a_folder_or_a_missing_file_is_not_appended_to() {
    let clone = clone(&[("src/a", b"foo")]);
    assert_eq!(clone.fails(&append("src")), "src is not a regular file");
    assert_eq!(clone.fails(&append("nowhere.txt")), "there is no nowhere.txt in the repository");
    assert!(!clone.exists("nowhere.txt"));
}

#[test]
fn what_a_worker_does_not_do_is_refused() {
    let clone = clone(&[]);
    for intent in
        [Intent::publish(), Intent::Failing, Intent::Flaky { runs: 3 }, Intent::Land { job: "j-1".into() }]
    {
        assert!(matches!(clone.run(&intent), Err(DeterministicError::NotHere { .. })), "{intent:?}");
    }
}
