//! Where a symbolic link leads, from its text alone.

/// Whether a link at `path` with this target may lead out of the tree or into `.git`. A target that goes
/// down and up again is counted as leaving: what it passes through may itself be a link.
pub(super) fn leaves_tree(path: &[u8], target: &[u8]) -> bool {
    let absolute = target.first() == Some(&b'/') || target.get(1) == Some(&b':') || target.contains(&b'\\');
    if absolute || target.is_empty() {
        return true;
    }
    let mut depth = path.iter().filter(|byte| **byte == b'/').count();
    let mut went_down = false;
    for part in target.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if went_down || depth == 0 => return true,
            b".." => depth -= 1,
            part if part.eq_ignore_ascii_case(b".git") => return true,
            _ => went_down = true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leaves_tree;

    #[test]
    fn links_within_the_tree_are_fine() {
        for (path, target) in
            [("a", "b"), ("a/b", "../c"), ("a/b/c", "../../d/e"), ("a", "./b"), ("a/b", "..")]
        {
            assert!(!leaves_tree(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
    }

    #[test]
    fn links_out_of_it_are_found() {
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", "../x"),
            ("a/b", "../../x"),
            ("a", "b/../../x"),
            ("a", "C:\\x"),
            ("a", ".GIT/config"),
        ] {
            assert!(leaves_tree(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
    }
}
