//! Which spellings of a path a change may have at all.

/// Longest path taken, in bytes.
const MAX_PATH: usize = 1024;

/// What is wrong with a path, as the end of a sentence that begins with the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathProblem {
    Empty,
    TooLong,
    Control,
    Backslash,
    Absolute,
    Parent,
    EmptyStep,
    GitFolder,
}

impl std::fmt::Display for PathProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PathProblem::Empty => "is empty",
            PathProblem::TooLong => "is longer than 1,024 bytes",
            PathProblem::Control => "holds a control or invisible character",
            PathProblem::Backslash => "holds a backslash; steps of a path are divided by /",
            PathProblem::Absolute => "is absolute; paths are relative to the repository",
            PathProblem::Parent => "goes out of the repository",
            PathProblem::EmptyStep => "holds an empty step or a single dot",
            PathProblem::GitFolder => "is inside git's own folder",
        })
    }
}

/// Judges a path relative to the repository's root. None means it can be matched against globs.
///
/// Refused are also spellings that only some file systems read as `..` or `.git`: other case, trailing dots and
/// spaces, alternate streams, short names, characters that HFS+ ignores, and dots of other scripts.
pub fn path_problem(path: &str) -> Option<PathProblem> {
    if path.is_empty() {
        return Some(PathProblem::Empty);
    }
    if path.len() > MAX_PATH {
        return Some(PathProblem::TooLong);
    }
    if path.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some(PathProblem::Control);
    }
    if path.contains('\\') {
        return Some(PathProblem::Backslash);
    }
    if path.starts_with('/') || path.starts_with('~') || has_drive(path) {
        return Some(PathProblem::Absolute);
    }
    let plain: String = path.chars().map(plain_char).collect();
    plain.split('/').find_map(step_problem)
}

fn step_problem(plain: &str) -> Option<PathProblem> {
    if plain.is_empty() || plain == "." {
        return Some(PathProblem::EmptyStep);
    }
    let bare = plain.trim_end_matches(['.', ' ']);
    if bare.is_empty() {
        return Some(PathProblem::Parent);
    }
    let name = bare.split(':').next().unwrap_or(bare).trim_end_matches(['.', ' ']).to_lowercase();
    let short_name = name.strip_prefix("git~").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    (name == ".git" || short_name).then_some(PathProblem::GitFolder)
}

/// Folds look-alikes of the characters that make a path leave its folder.
fn plain_char(c: char) -> char {
    match c {
        '\u{2024}' | '\u{ff0e}' | '\u{fe52}' | '\u{3002}' | '\u{ff61}' => '.',
        '\u{2025}' | '\u{2026}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' => '/',
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => ' ',
        c @ '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Zero-width, direction and byte order marks: HFS+ ignores them in names, people cannot see them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn has_drive(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.next() == Some(b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_fine() {
        for path in [
            "README.md",
            "src/a b.rs",
            ".env",
            "a/.gitignore",
            "ünï/ß.txt",
            "a..b/c...d",
            "git/x",
            "x~1",
            "a:b",
        ] {
            let expected = if path == "a:b" { Some(PathProblem::Absolute) } else { None };
            assert_eq!(path_problem(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_that_leaves_the_tree_is_refused() {
        for path in [
            "..",
            "../x",
            "a/..",
            "a/../b",
            "a/.. /b",
            "a/..../b",
            "\u{2024}\u{2024}/x",
            "\u{ff0e}\u{ff0e}/x",
            "..\u{ff0f}x",
        ] {
            assert_eq!(path_problem(path), Some(PathProblem::Parent), "{path:?}");
        }
        for path in ["/etc/passwd", "~/.ssh/id", "C:/x", "c:x"] {
            assert_eq!(path_problem(path), Some(PathProblem::Absolute), "{path:?}");
        }
        assert_eq!(path_problem("a\\..\\b"), Some(PathProblem::Backslash));
    }

    #[test]
    fn gits_folder_is_refused_in_every_spelling() {
        for path in [
            ".git",
            ".git/config",
            "a/.git/x",
            ".GIT/x",
            ".Git",
            ".git./x",
            ".git /x",
            ".git::$INDEX_ALLOCATION/x",
            "git~1/x",
            "GIT~12",
            "\u{ff0e}git/x",
        ] {
            assert_eq!(path_problem(path), Some(PathProblem::GitFolder), "{path:?}");
        }
        assert_eq!(path_problem(".g\u{200c}it/x"), Some(PathProblem::Control));
    }

    #[test]
    fn control_characters_and_odd_steps_are_refused() {
        assert_eq!(path_problem("a\0b"), Some(PathProblem::Control));
        assert_eq!(path_problem("a\nb"), Some(PathProblem::Control));
        assert_eq!(path_problem("a\u{202e}b"), Some(PathProblem::Control));
        assert_eq!(path_problem(""), Some(PathProblem::Empty));
        for path in ["a//b", "a/./b", "./a", "a/", "\u{2025}/x"] {
            assert_eq!(path_problem(path), Some(PathProblem::EmptyStep), "{path}");
        }
        assert_eq!(path_problem(&"x".repeat(1025)), Some(PathProblem::TooLong));
    }
}
