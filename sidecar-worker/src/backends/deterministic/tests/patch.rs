use super::*;

fn apply(patch: &str) -> Intent {
    Intent::Apply { patch: patch.into() }
}

const TEN: &[u8] = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

#[test]
fn a_git_diff_changes_creates_deletes_and_moves() {
    let clone = clone(&[("a", TEN), ("gone", b"x\ny\n"), ("old", b"same\n")]);
    let patch = "From: someone\nSubject: many things\n\ndiff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n\
                 @@ -8,3 +8,4 @@ context\n 8\n 9\n 10\n+eleven\n\
                 diff --git a/gone b/gone\ndeleted file mode 100644\nindex 1..0\n--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n\
                 diff --git a/old b/sub/new\nsimilarity index 100%\nrename from old\nrename to sub/new\n\
                 diff --git a/made b/made\nnew file mode 100755\nindex 0..1\n--- /dev/null\n+++ b/made\n@@ -0,0 +1,2 @@\n+#!/bin/sh\n+echo\n-- \n2.40.0\n";
    let edits = clone.run(&apply(patch)).unwrap();
    assert_eq!(edits.changed, paths(&["a", "gone", "made", "old", "sub/new"]));
    assert_eq!(clone.text("a"), "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n10\neleven\n");
    assert!(!clone.exists("gone") && !clone.exists("old"));
    assert_eq!(clone.text("sub/new"), "same\n");
    assert_eq!(clone.text("made"), "#!/bin/sh\necho\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_ne!(fs::metadata(clone.path("made")).unwrap().permissions().mode() & 0o100, 0);
        assert_eq!(fs::metadata(clone.path("a")).unwrap().permissions().mode() & 0o100, 0);
    }
}

#[test]
fn what_git_itself_writes_is_applied_to_the_same_result() {
    let clone = clone(&[("f", TEN)]);
    let after = "0\n1\n2\n4\n5\nfive and a half\n6\n7\n8\n9\nten";
    clone.put("before", TEN);
    clone.put("after", after.as_bytes());
    let diff = std::process::Command::new("git")
        .args(["diff", "--no-index", "--no-color", "before", "after"])
        .current_dir(clone.folder.path())
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    let patch = String::from_utf8(diff.stdout).unwrap().replace("a/before", "a/f").replace("b/after", "b/f");
    assert!(patch.contains("\\ No newline at end of file"));
    clone.run(&apply(&patch)).unwrap();
    assert_eq!(clone.text("f"), after);
}

#[test]
fn a_hunk_may_stand_elsewhere_only_where_exactly_one_place_fits() {
    let clone = clone(&[("a", b"x\ny\n1\n2\n3\n"), ("b", b"0\n1\n2\n1\n2\n")]);
    let edits = clone.run(&apply("--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n")).unwrap();
    assert_eq!(clone.text("a"), "x\ny\n1\ntwo\n3\n");
    assert!(edits.report.unwrap().contains("Hunk 1 of a stands at line 3, the patch says 1"));
    let why = clone.fails(&apply("--- a/b\n+++ b/b\n@@ -1,2 +1,2 @@\n 1\n-2\n+two\n"));
    assert!(why.contains("fits in several other places"), "{why}");
}

#[test]
fn a_patch_that_does_not_fit_says_where_and_writes_nothing() {
    let clone = clone(&[("a", TEN), ("b", b"other\n")]);
    let patch = "--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-1\n+one\n--- a/b\n+++ b/b\n@@ -1,1 +1,1 @@\n-what\n+x\n";
    let why = clone.fails(&apply(patch));
    assert_eq!(why, "the patch does not apply: hunk 1 of b needs line 1 to be \"what\", but it is \"other\"");
    assert_eq!(clone.bytes("a"), TEN);
    let why = clone.fails(&apply("--- a/b\n+++ b/b\n@@ -1,2 +1,1 @@\n other\n-more\n"));
    assert!(why.ends_with("needs line 2 to be \"more\", but the file has 1 line"), "{why}");
}

#[test]
fn a_diff_that_lost_its_carriage_returns_keeps_the_endings_of_the_file() {
    let clone = clone(&[("a", b"1\r\n2\r\n3\r\n")]);
    clone.run(&apply("--- a/a\n+++ b/a\n@@ -1,3 +1,4 @@\n 1\n-2\n+two\n+more\n 3\n")).unwrap();
    assert_eq!(clone.bytes("a"), b"1\r\ntwo\r\nmore\r\n3\r\n");
    clone.run(&apply("--- a/a\r\n+++ b/a\r\n@@ -1,1 +1,1 @@\r\n-1\r\n+one\r\n")).unwrap();
    assert_eq!(clone.bytes("a"), b"one\r\ntwo\r\nmore\r\n3\r\n");
}

#[test]
fn the_end_of_a_file_without_a_newline_is_part_of_the_patch() {
    let clone = clone(&[("a", b"1\n2")]);
    assert!(
        clone
            .fails(&apply("--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n+two\n"))
            .contains("end of the line differs")
    );
    clone.run(&apply("--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n 1\n-2\n\\ No newline at end of file\n+2\n+3\n\\ No newline at end of file\n")).unwrap();
    assert_eq!(clone.text("a"), "1\n2\n3");
}

#[test]
fn what_could_do_harm_or_is_not_understood_is_refused() {
    let clone = clone(&[("a", b"1\n")]);
    for (patch, part) in [
        ("hello", "names no file"),
        (
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
            "symbolic links",
        ),
        (
            "diff --git a/s b/s\nnew file mode 160000\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+Subproject\n",
            "submodules",
        ),
        ("diff --git a/x b/x\nindex 1..2\nGIT binary patch\n", "binary"),
        ("diff --git a/a b/c\ncopy from a\ncopy to c\n", "copies"),
        ("--- a/a\n+++ b/a\n@@ -1,5 +1,5 @@\n 1\n", "cut off"),
        ("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+x\n+y\n", "more lines than"),
        ("--- a/a\n+++ b/a\n@@ nonsense @@\n", "not a hunk header"),
        ("--- a/a\nnothing\n", "without a +++ line"),
        ("--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n", "leaves the repository"),
        ("--- /dev/null\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+x\n", "git's own folder"),
        ("--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n", "already exists"),
        ("--- a/zzz\n+++ b/zzz\n@@ -1 +1 @@\n-1\n+x\n", "there is no zzz"),
        ("--- \"a/\\303\\244\"\n+++ \"b/\\303\\244\"\n@@ -1 +1 @@\n-1\n+x\n", "quoted path"),
        ("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+x\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n", "two parts"),
    ] {
        let why = clone.fails(&apply(patch));
        assert!(why.contains(part), "{patch:?}: {why}");
        assert_eq!(clone.text("a"), "1\n");
    }
}

#[test]
fn a_deletion_has_to_take_away_everything() {
    let clone = clone(&[("a", b"1\n2\n")]);
    assert!(clone.fails(&apply("--- a/a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n")).contains("holds more than"));
    assert!(clone.exists("a"));
}

#[test]
fn more_files_than_allowed_are_not_patched() {
    let mut clone = clone(&[("a", b"1\n"), ("b", b"1\n")]);
    clone.max_files = 1;
    let patch = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+x\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-1\n+x\n";
    assert!(clone.fails(&apply(patch)).contains("at most 1"));
    assert_eq!(clone.text("a"), "1\n");
}
