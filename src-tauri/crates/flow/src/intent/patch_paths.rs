//! Which files a unified diff names. Only headers are read: lines of a hunk may look like headers and are not.

/// Paths a diff changes, old and new, in order and without repeats. A header that cannot be read gives nothing;
/// applying such a diff fails later, with the reason.
pub fn patch_paths(patch: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut add = |path: Option<&str>| {
        if let Some(path) = path.filter(|p| *p != "/dev/null")
            && !paths.iter().any(|p| p == path)
        {
            paths.push(path.to_owned());
        }
    };
    let (mut old_left, mut new_left) = (0u64, 0u64);
    for line in patch.lines() {
        if old_left > 0 || new_left > 0 {
            match line.bytes().next() {
                Some(b'-') => old_left = old_left.saturating_sub(1),
                Some(b'+') => new_left = new_left.saturating_sub(1),
                Some(b'\\') => {}
                _ => {
                    old_left = old_left.saturating_sub(1);
                    new_left = new_left.saturating_sub(1);
                }
            }
        } else if let Some(counts) = hunk_counts(line) {
            (old_left, new_left) = counts;
        } else if let Some(path) = line.strip_prefix("--- ").or_else(|| line.strip_prefix("+++ ")) {
            add(side(path));
        } else if let Some(path) =
            ["rename from ", "rename to ", "copy to "].iter().find_map(|p| line.strip_prefix(p))
        {
            add(Some(path.trim_end()));
        } else if let Some(both) = line.strip_prefix("diff --git ") {
            let (old, new) = both_sides(both.trim_end()).unzip();
            add(old);
            add(new);
        }
    }
    paths
}

/// `a/x` of a header line, without a time stamp after a tab.
fn side(header: &str) -> Option<&str> {
    let path = header.split('\t').next().unwrap_or(header).trim_end();
    if path == "/dev/null" {
        return None;
    }
    Some(path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path))
}

/// `a/x b/x`: with spaces in the name only the middle can divide it.
fn both_sides(both: &str) -> Option<(&str, &str)> {
    let body = both.strip_prefix("a/")?;
    let divided = body.match_indices(" b/").map(|(at, _)| (&body[..at], &body[at + 3..]));
    divided.clone().find(|(old, new)| old == new).or_else(|| divided.clone().next())
}

fn hunk_counts(line: &str) -> Option<(u64, u64)> {
    let body = line.strip_prefix("@@ -")?;
    let (old, rest) = body.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, n)| n.parse().ok());
    Some((count(old)?, count(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_diff_is_named_once() {
        let patch = "diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\
                     diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n\
                     --- /dev/null\n+++ b/made.txt\n@@ -0,0 +1 @@\n+x\n";
        assert_eq!(patch_paths(patch), ["x.rs", "old", "new", "made.txt"]);
    }

    #[test]
    fn a_line_of_a_hunk_is_never_a_header() {
        let patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/not\n+++ b/neither\n ctx\n";
        assert_eq!(patch_paths(patch), ["x"]);
    }

    #[test]
    fn names_with_spaces_and_time_stamps_are_read() {
        assert_eq!(patch_paths("diff --git a/a b.txt b/a b.txt\n"), ["a b.txt"]);
        assert_eq!(patch_paths("--- a/x y\t2024-01-01\n+++ b/x y\t2024-01-01\n"), ["x y"]);
    }
}
