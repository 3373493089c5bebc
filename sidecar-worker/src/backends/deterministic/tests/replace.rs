use super::*;

fn replace(from: &str, to: &str, glob: Option<&str>) -> Intent {
    Intent::Replace { from: from.into(), to: to.into(), glob: glob.map(str::to_owned), regex: false }
}

#[test]
fn every_occurrence_in_the_glob_is_replaced_and_nothing_outside_it() {
    let clone =
        clone(&[("src/a.rs", b"foo foo\nbar"), ("src/net/b.rs", b"xfoox\n"), ("docs/c.md", b"foo\n")]);
    let edits = clone.run(&replace("foo", "bar", Some("src/**"))).unwrap();
    assert_eq!(edits.changed, paths(&["src/a.rs", "src/net/b.rs"]));
    assert_eq!(edits.summary, "Replaced `foo` with `bar` 3 times in 2 files");
    assert_eq!(clone.text("src/a.rs"), "bar bar\nbar");
    assert_eq!(clone.text("docs/c.md"), "foo\n");
}

#[test]
fn one_place_in_one_file_is_said_in_the_singular() {
    let clone = clone(&[("a", b"foo"), ("b", b"x")]);
    assert_eq!(
        clone.run(&replace("foo", "y", None)).unwrap().summary,
        "Replaced `foo` with `y` once in 1 file"
    );
    let found = clone.run(&Intent::Find { pattern: "x".into(), glob: None, regex: false }).unwrap();
    assert_eq!(found.summary, "1 line in 1 file holds `x`");
}

#[test]
fn a_glob_without_wildcard_is_a_file_or_a_folder() {
    let clone = clone(&[("src/a", b"foo"), ("src2/a", b"foo"), ("one.txt", b"foo")]);
    assert_eq!(clone.run(&replace("foo", "x", Some("src"))).unwrap().changed, paths(&["src/a"]));
    assert_eq!(clone.run(&replace("foo", "x", Some("one.txt"))).unwrap().changed, paths(&["one.txt"]));
    assert_eq!(clone.text("src2/a"), "foo");
}

#[test]
fn literal_text_means_itself_even_when_it_looks_like_a_pattern() {
    let clone = clone(&[("a", b"a.b axb $1")]);
    clone.run(&replace("a.b", "$0\\n", None)).unwrap();
    assert_eq!(clone.text("a"), "$0\\n axb $1");
}

#[test]
fn a_pattern_may_use_its_groups() {
    let clone = clone(&[("a", b"fn one()\r\nfn two()\r\n")]);
    let intent = Intent::Replace {
        from: r"^fn (\w+)\(\)$".into(),
        to: "pub fn ${1}()".into(),
        glob: None,
        regex: true,
    };
    clone.run(&intent).unwrap();
    assert_eq!(clone.text("a"), "pub fn one()\r\npub fn two()\r\n");
    let broken = Intent::Replace { from: "(".into(), to: "x".into(), glob: None, regex: true };
    assert!(clone.fails(&broken).contains("cannot be read"));
}

#[test]
fn endings_byte_order_mark_and_foreign_bytes_stay_as_they_are() {
    let clone = clone(&[
        ("crlf", b"\xef\xbb\xbfone\r\nfoo\r\n"),
        ("latin", b"caf\xe9 foo \xff"),
        ("mixed", b"foo\r\nfoo\nfoo"),
    ]);
    clone.run(&replace("foo", "bar", None)).unwrap();
    assert_eq!(clone.bytes("crlf"), b"\xef\xbb\xbfone\r\nbar\r\n");
    assert_eq!(clone.bytes("latin"), b"caf\xe9 bar \xff");
    assert_eq!(clone.bytes("mixed"), b"bar\r\nbar\nbar");
}

#[test]
fn a_text_of_several_lines_finds_the_lines_of_the_file() {
    let clone = clone(&[("a", b"one\r\ntwo\r\nthree\r\n")]);
    clone.run(&replace("one\ntwo", "1\n2", None)).unwrap();
    assert_eq!(clone.bytes("a"), b"1\r\n2\r\nthree\r\n");
}

#[test]
fn binary_and_large_files_are_left_alone_and_counted() {
    let large = [b"foo".as_slice(), &vec![b'x'; 1024 * 1024]].concat();
    let clone = clone(&[("image", b"foo\0bar"), ("large", &large), ("text", b"foo")]);
    let edits = clone.run(&replace("foo", "bar", None)).unwrap();
    assert_eq!(edits.changed, paths(&["text"]));
    assert!(edits.report.unwrap().contains("1 binary file, 1 file over 1 MiB"));
    assert_eq!(clone.bytes("image"), b"foo\0bar");
}

#[test]
fn nothing_found_is_said_and_changes_nothing() {
    let clone = clone(&[("a", b"foo")]);
    assert_eq!(clone.fails(&replace("baz", "x", Some("a"))), "`baz` does not occur in a.");
    assert_eq!(clone.fails(&replace("foo", "foo", None)), "`foo` does not occur.");
}

#[test]
fn more_files_than_allowed_means_none_is_written() {
    let mut clone = clone(&[("a", b"foo"), ("b", b"foo"), ("c", b"foo")]);
    clone.max_files = 2;
    assert_eq!(clone.fails(&replace("foo", "bar", None)), "this would change 3 files, at most 2 are allowed");
    assert_eq!(clone.text("a"), "foo");
}

#[test]
fn only_tracked_files_are_changed_when_they_are_known() {
    let mut clone = clone(&[("a", b"foo"), ("target/b", b"foo")]);
    clone.tracked = Some(paths(&["a", "gone", "../x", ".git/config"]));
    assert_eq!(clone.run(&replace("foo", "bar", None)).unwrap().changed, paths(&["a"]));
    assert_eq!(clone.text("target/b"), "foo");
}

#[cfg(unix)]
#[test]
fn the_mode_of_a_file_stays() {
    use std::os::unix::fs::PermissionsExt;
    let clone = clone(&[("run.sh", b"foo"), ("ro", b"foo")]);
    fs::set_permissions(clone.path("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(clone.path("ro"), fs::Permissions::from_mode(0o444)).unwrap();
    clone.run(&replace("foo", "bar", None)).unwrap();
    let mode = |name: &str| fs::metadata(clone.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("run.sh"), mode("ro")), (0o755, 0o444));
}
