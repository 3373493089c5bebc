//! Paths that git is to leave alone in one of our own working folders, without touching tracked files.
//!
//! Set-up lays packages and build folders into job clones and check trees. Most are ignored by the
//! repository itself; those that are not must neither be committed nor count as an edit.

use std::path::Path;

use crate::Result;
use crate::error::IoContext;

/// What toolchains write beside the sources of repositories that do not say so themselves; tracked files of
/// these names are not affected.
const BUILD_OUTPUT: &str =
    "/target/\n/Cargo.lock\nnode_modules/\n__pycache__/\n.pytest_cache/\n/.venv/\n/.gradle/\n";

/// Makes exactly `paths` (relative, with `/`) excluded in a git folder of ours, besides build output.
pub(crate) fn write(git_dir: &Path, paths: &[String]) -> Result<()> {
    let info = git_dir.join("info");
    std::fs::create_dir_all(&info).at("create", &info)?;
    let file = info.join("exclude");
    let text: String =
        std::iter::once(BUILD_OUTPUT.to_owned()).chain(paths.iter().map(|path| pattern(path))).collect();
    std::fs::write(&file, text).at("write", &file)
}

/// A line that matches this path and nothing else; a line break cannot be written and matches any character.
fn pattern(path: &str) -> String {
    let mut line = String::from("/");
    for letter in path.chars() {
        match letter {
            '\\' | '*' | '?' | '[' | ' ' => line.extend(['\\', letter]),
            '\n' | '\r' => line.push('?'),
            other => line.push(other),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_its_path_only() {
        assert_eq!(pattern("node_modules"), "/node_modules\n");
        assert_eq!(pattern("a b/[x]*?\\!"), "/a\\ b/\\[x]\\*\\?\\\\!\n");
        assert_eq!(pattern("#x "), "/#x\\ \n");
        assert_eq!(pattern("a\nb"), "/a?b\n");
    }
}
