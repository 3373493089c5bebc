//! A conflict as git writes it, taken apart.

use protocol::returned::Clash;

/// Most characters of one side.
const SIDE: usize = 1_500;

/// Takes one clash with its three markers apart. `line` is where it begins.
pub fn clash(line: usize, text: &str, cut: bool) -> Clash {
    let (mut ours, mut base, mut theirs) = (Vec::new(), None::<Vec<&str>>, Vec::new());
    let mut side = 0;
    for text in text.lines() {
        match (side, text) {
            (0, text) if text.starts_with("<<<<<<<") => side = 1,
            (1, text) if text.starts_with("|||||||") => (side, base) = (2, Some(Vec::new())),
            (1 | 2, "=======") => side = 3,
            (3, text) if text.starts_with(">>>>>>>") => side = 4,
            (1, text) => ours.push(text),
            (2, text) => base.get_or_insert_default().push(text),
            (3, text) => theirs.push(text),
            _ => {}
        }
    }
    let mut cut = cut || side != 4;
    let mut bounded = |lines: Vec<&str>| {
        let text = lines.join("\n");
        match text.char_indices().nth(SIDE) {
            Some((at, _)) => {
                cut = true;
                format!("{}…", text.get(..at).unwrap_or_default())
            }
            None => text,
        }
    };
    let (ours, base, theirs) = (bounded(ours), base.map(&mut bounded), bounded(theirs));
    Clash { line: u32::try_from(line).unwrap_or(u32::MAX), ours, base, theirs, cut }
}

/// What is the matter with a file, from git's own sentence about it.
pub fn said(note: &str, clashes: usize) -> String {
    let kind = note.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(kind, _)| kind);
    let text = match kind {
        "content" if clashes > 0 => "Both sides changed the same lines.",
        "content" => "Both sides changed it, and its lines cannot be shown.",
        "binary" => "Both sides changed it, and it is binary: one of the two versions has to be taken whole.",
        "add/add" => "Both sides added it, with different content.",
        "modify/delete" => "One side changed it and the other removed it.",
        "rename/delete" => "One side renamed it and the other removed it.",
        "rename/rename" => "The two sides gave it different names, or gave two files the same name.",
        "rename/add" => "One side renamed a file to this name, and the other added one of this name.",
        "file/directory" | "directory/file" => "It is a file on one side and a folder on the other.",
        "distinct types" | "distinct modes" | "mode" => "It is not the same kind of file on both sides.",
        "submodule"
        | "submodule with possible resolution"
        | "submodule may have rewinds"
        | "submodule lacks merge base" => {
            "It is a submodule that both sides moved: one commit has to be chosen."
        }
        "directory rename split" | "directory rename collision" | "directory rename suggested" => {
            "One side renamed its folder."
        }
        _ if note.contains("binary") => "Both sides changed it, and it is binary.",
        _ => "Both sides changed it.",
    };
    match note.is_empty() {
        true => text.to_owned(),
        false => format!("{text} Git says: {note}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<<<<<<< tip\nred\n||||||| base\nwhite\n=======\nblue\nand more\n>>>>>>> entry\n";

    #[test]
    fn the_three_sides_are_told_apart() {
        let clash = clash(7, TEXT, false);
        let sides = (clash.line, &*clash.ours, clash.base.as_deref(), &*clash.theirs, clash.cut);
        assert_eq!(sides, (7, "red", Some("white"), "blue\nand more", false));
    }

    #[test]
    fn a_clash_without_a_base_or_an_end_is_still_read() {
        let plain = clash(1, "<<<<<<< a\nx\n=======\ny\n>>>>>>> b", false);
        assert_eq!((&*plain.ours, plain.base, &*plain.theirs, plain.cut), ("x", None, "y", false));
        assert!(clash(1, "<<<<<<< a\nx\n=======\ny", false).cut);
        let long = TEXT.replace("red", &"é".repeat(SIDE * 2));
        let long = clash(1, &long, false);
        assert!(long.cut && long.ours.chars().count() <= SIDE + 1);
        assert_eq!(long.theirs, "blue\nand more");
    }

    #[test]
    fn what_has_no_lines_is_said_in_words() {
        for (note, word) in [
            ("CONFLICT (modify/delete): a deleted in x and modified in y.", "removed"),
            ("CONFLICT (binary): Merge conflict in a", "binary"),
            ("CONFLICT (rename/rename): a renamed to b in x and to c in y.", "names"),
            ("CONFLICT (distinct types): a had different types on each side", "kind of file"),
            ("CONFLICT (submodule): Merge conflict in a", "submodule"),
            ("CONFLICT (file/directory): directory in the way of a", "folder"),
            ("", "Both sides"),
        ] {
            assert!(said(note, 0).contains(word), "{note}: {}", said(note, 0));
        }
    }
}
