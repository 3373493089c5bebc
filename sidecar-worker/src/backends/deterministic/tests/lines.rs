use super::*;
use protocol::intent::Place;

fn append(clone: &Clone, file: &str, text: &str) -> Vec<u8> {
    clone.run(&Intent::Append { file: file.into(), text: text.into() }).unwrap();
    clone.bytes(file)
}

fn insert(file: &str, text: &str, place: Place) -> Intent {
    Intent::Insert { file: file.into(), text: text.into(), place }
}

#[test]
fn a_line_is_appended_after_the_last_one_in_the_endings_of_the_file() {
    let clone = clone(&[
        ("lf", b"a\n"),
        ("crlf", b"a\r\nb\r\n"),
        ("open", b"a"),
        ("empty", b""),
        ("bom", b"\xef\xbb\xbf"),
    ]);
    assert_eq!(append(&clone, "lf", "x"), b"a\nx\n");
    assert_eq!(append(&clone, "crlf", "x\ny"), b"a\r\nb\r\nx\r\ny\r\n");
    assert_eq!(append(&clone, "open", "x"), b"a\nx\n");
    assert_eq!(append(&clone, "empty", "x\n"), b"x\n");
    assert_eq!(append(&clone, "bom", "x"), b"\xef\xbb\xbfx\n");
}

#[test]
fn a_binary_file_is_not_appended_to() {
    let clone = clone(&[("a.png", b"\x89PNG\0\0")]);
    assert_eq!(clone.fails(&Intent::Append { file: "a.png".into(), text: "x".into() }), "a.png is binary");
}

#[test]
fn a_line_is_inserted_where_its_number_says() {
    for (line, expected) in [(1, "x\na\nb\nc\n"), (2, "a\nx\nb\nc\n"), (4, "a\nb\nc\nx\n")] {
        let clone = clone(&[("f", b"a\nb\nc\n")]);
        clone.run(&insert("f", "x", Place::Line { line })).unwrap();
        assert_eq!(clone.text("f"), expected, "line {line}");
    }
    let clone = clone(&[("f", b"a\nb\nc\n")]);
    assert_eq!(
        clone.fails(&insert("f", "x", Place::Line { line: 5 })),
        "f has 3 lines; a new line 5 would leave a gap"
    );
}

#[test]
fn the_start_is_after_a_byte_order_mark() {
    let clone = clone(&[("f", b"\xef\xbb\xbfa\r\nb\r\n")]);
    clone.run(&insert("f", "x", Place::Start)).unwrap();
    assert_eq!(clone.bytes("f"), b"\xef\xbb\xbfx\r\na\r\nb\r\n");
}

#[test]
fn a_last_line_without_an_ending_gets_one_before_a_line_follows() {
    let clone = clone(&[("f", b"a\nb"), ("empty", b"")]);
    clone.run(&insert("f", "x", Place::After { anchor: "b".into() })).unwrap();
    assert_eq!(clone.text("f"), "a\nb\nx\n");
    clone.run(&insert("empty", "x", Place::Line { line: 1 })).unwrap();
    assert_eq!(clone.text("empty"), "x\n");
}

#[test]
fn an_anchor_has_to_stand_in_exactly_one_line() {
    let clone = clone(&[("f", b"use a;\nfn b\nuse c;\n")]);
    clone.run(&insert("f", "// b", Place::Before { anchor: "fn b".into() })).unwrap();
    assert_eq!(clone.text("f"), "use a;\n// b\nfn b\nuse c;\n");
    assert_eq!(
        clone.fails(&insert("f", "x", Place::After { anchor: "use".into() })),
        "2 lines of f hold \"use\": 1, 4"
    );
    assert_eq!(
        clone.fails(&insert("f", "x", Place::After { anchor: "zzz".into() })),
        "no line of f holds \"zzz\""
    );
}
