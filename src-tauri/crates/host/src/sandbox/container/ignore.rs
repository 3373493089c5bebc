//! `.dockerignore`: what of a context is left out. Pure.
//!
//! An engine leaves nothing out by itself; whoever sends the context does.

use regex::Regex;

/// The lines of the file, in their order: the last one that fits decides.
#[derive(Debug, Default)]
pub struct Ignore(Vec<(bool, Regex)>);

impl Ignore {
    /// Reads the file. A line that is no pattern is passed over, as `docker` passes over it with an error: then more
    /// is sent than was wanted, never less.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rules = lines.filter_map(|line| {
            let (keeps, pattern) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            Some((keeps, fits(pattern)?))
        });
        Self(rules.collect())
    }

    /// Whether a path, relative to the context, is left out.
    pub fn leaves_out(&self, path: &str) -> bool {
        self.0.iter().rfind(|(_, pattern)| pattern.is_match(path)).is_some_and(|(keeps, _)| !keeps)
    }
}

/// A pattern for a path and everything below it. None when it is nothing.
pub(super) fn fits(pattern: &str) -> Option<Regex> {
    let pattern = pattern.trim_start_matches("./").trim_matches('/');
    if pattern.is_empty() || pattern == "." {
        return None;
    }
    let mut text = String::from("^");
    let mut rest = pattern.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '*' if rest.peek() == Some(&'*') => {
                rest.next();
                if rest.peek() == Some(&'/') {
                    rest.next();
                    text.push_str("(.*/)?");
                } else {
                    text.push_str(".*");
                }
            }
            '*' => text.push_str("[^/]*"),
            '?' => text.push_str("[^/]"),
            '\\' => text.push_str(&regex::escape(&rest.next()?.to_string())),
            '[' => {
                // A set never holds a slash; what is not closed is no set.
                let set: String = rest.by_ref().take_while(|sign| *sign != ']').collect();
                text.push_str(&format!("[{}]", set.replace('\\', "\\\\").replace('[', "\\[")));
            }
            sign => text.push_str(&regex::escape(&sign.to_string())),
        }
    }
    text.push_str("(/.*)?$");
    Regex::new(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_decides() {
        let ignore = Ignore::read(
            "# all\n*.md\n!README.md\nnode_modules\n/docs/\n**/secret\nbuild/**\n!build/keep\n\n[\n",
        );
        for out in ["a.md", "node_modules", "node_modules/x/y", "docs/a", "a/b/secret", "secret", "build/x/y"]
        {
            assert!(ignore.leaves_out(out), "{out}");
        }
        for kept in ["README.md", "src/a.md", "src/node_modules", "build/keep", "mydocs", "xsecret"] {
            assert!(!ignore.leaves_out(kept), "{kept}");
        }
    }

    #[test]
    fn signs_of_a_regular_expression_are_only_signs() {
        let ignore = Ignore::read("a.b\nc+\n(x)\n?.txt\n[ab].rs\n");
        for out in ["a.b", "c+", "(x)", "1.txt", "a.rs"] {
            assert!(ignore.leaves_out(out), "{out}");
        }
        for kept in ["aXb", "cc", "x", "12.txt", "c.rs"] {
            assert!(!ignore.leaves_out(kept), "{kept}");
        }
    }
}
