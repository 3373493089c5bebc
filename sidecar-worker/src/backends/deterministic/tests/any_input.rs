//! Many made-up inputs from a fixed seed: nothing panics, and what is applied is what git means.

use super::*;
use crate::backends::deterministic::{patch, set_key};

/// A small generator, so that a failure repeats.
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }

    fn text(&mut self, pieces: &[&str], most: usize) -> String {
        let length = self.below(most);
        (0..length).map(|_| pieces[self.below(pieces.len())]).collect()
    }
}

#[test]
fn any_text_of_any_kind_is_judged_without_a_panic() {
    let pieces = [
        "a",
        "b",
        ".",
        "\"",
        "'",
        ":",
        ": ",
        "=",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        " ",
        "  ",
        "#",
        " #",
        "- ",
        "|",
        ">",
        "\\",
        "1",
        "true",
        "---",
        "ü",
        "\t",
        "\r\n",
        "&",
        "*",
        "export ",
        "@@ -1 +1 @@\n",
        "@@ -1,2 +1,3 @@\n",
        "--- a/f\n",
        "+++ b/f\n",
        "+x\n",
        "-x\n",
        " x\n",
        "diff --git a/f b/f\n",
        "rename from f\n",
        "\\ No newline at end of file\n",
        "new file mode 100644\n",
        "/dev/null",
    ];
    let mut seed = Seed(7);
    for _ in 0..20_000 {
        let text = seed.text(&pieces, 24);
        set_key::try_every_kind(&text, "a", "1");
        patch::try_to_read(&text);
    }
}

#[test]
fn a_random_edit_that_git_describes_is_applied_to_the_same_bytes() {
    let mut seed = Seed(42);
    for round in 0..40 {
        let lines =
            |seed: &mut Seed| (0..seed.below(30)).map(|_| format!("{}\n", seed.below(6))).collect::<String>();
        let before = lines(&mut seed);
        let mut after: Vec<String> = before.split_inclusive('\n').map(str::to_owned).collect();
        for _ in 0..=seed.below(4) {
            let at = seed.below(after.len() + 1);
            match seed.below(3) {
                0 => after.insert(at, format!("new {}\n", seed.below(9))),
                1 if at < after.len() => drop(after.remove(at)),
                _ => after.push("tail\n".into()),
            }
        }
        let mut after = after.concat();
        if seed.below(3) == 0 && after.ends_with('\n') {
            after.pop();
        }
        if after == before || before.is_empty() || after.is_empty() {
            continue;
        }
        let clone = clone(&[
            ("f", before.as_bytes()),
            ("x/before", before.as_bytes()),
            ("x/after", after.as_bytes()),
        ]);
        let context = format!("-U{}", seed.below(4));
        let diff = std::process::Command::new("git")
            .args(["diff", "--no-index", "--no-color", &context, "x/before", "x/after"])
            .current_dir(clone.folder.path())
            .env_remove("GIT_DIR")
            .output()
            .unwrap();
        let diff =
            String::from_utf8(diff.stdout).unwrap().replace("a/x/before", "a/f").replace("b/x/after", "b/f");
        clone
            .run(&Intent::Apply { patch: diff.clone() })
            .unwrap_or_else(|e| panic!("round {round}: {e}\n{diff}"));
        assert_eq!(clone.text("f"), after, "round {round}\n{diff}");
    }
}
