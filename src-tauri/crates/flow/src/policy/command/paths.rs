//! Whether a path that a command names lies outside the folder it works in. By spelling alone.

/// Written to as a matter of course.
const NOWHERE: [&str; 5] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd"];
/// Temporary folders, which a sandbox has of its own.
const TEMPORARY: [&str; 3] = ["/tmp/", "/var/tmp/", "$TMPDIR"];

/// Whether what is written there is not kept.
pub(super) fn is_nothing(path: &str) -> bool {
    NOWHERE.iter().any(|nothing| path.starts_with(nothing))
}

pub(super) fn is_outside(path: &str, cwd: &str) -> bool {
    let temporary = TEMPORARY.iter().find_map(|temporary| path.strip_prefix(temporary));
    if is_nothing(path) || temporary.is_some_and(|rest| !leaves(rest)) {
        return false;
    }
    let home = ["~", "$HOME", "${HOME}"].iter().any(|home| path.starts_with(home));
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if home || drive || path.starts_with("\\\\") {
        return true;
    }
    if path.starts_with('/') {
        let below = path.strip_prefix(cwd.trim_end_matches('/')).filter(|_| !cwd.is_empty() && cwd != "/");
        return below.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/') || leaves(rest));
    }
    leaves(path)
}

/// Whether its `..` lead above where it begins.
fn leaves(path: &str) -> bool {
    let mut depth = 0_i32;
    path.split(['/', '\\']).any(|step| {
        depth += match step {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_outside_where_its_spelling_leads_out() {
        for (path, outside) in [
            ("src/a.rs", false),
            ("./a/../b", false),
            ("a/../../b", true),
            ("..", true),
            ("/work/clone", false),
            ("/work/clone/a", false),
            ("/work/clone/../x", true),
            ("/work/clone2/a", true),
            ("/etc/passwd", true),
            ("/", true),
            ("~/.ssh", true),
            ("$HOME/x", true),
            ("C:\\Windows", true),
            ("/dev/null", false),
            ("/tmp/x", false),
            ("/tmp/../etc/x", true),
        ] {
            assert_eq!(is_outside(path, "/work/clone"), outside, "{path}");
        }
        assert!(is_outside("/a", ""), "without a folder every absolute path is outside");
    }
}
