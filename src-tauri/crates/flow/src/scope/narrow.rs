//! A plan's globs inside those a repository bounds its plans by.
//!
//! What is left never means more than either side. Where two globs overlap in a way that one glob cannot say, that
//! part is left out: a plan may lose something here, and never gains. The hand-over is judged by both lists themselves.

use super::glob::{WILD, compile, glob_problem};

/// Most globs that are left, and most alternatives one glob is taken apart into.
const MOST: usize = 64;

/// What is left of a plan's globs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    pub globs: Vec<String>,
    /// Those of the plan that are not kept as they were.
    pub cut: Vec<String>,
}

/// The part of `planned` that lies inside `bounds`. No bounds leave nothing.
pub fn narrow(planned: &[String], bounds: &[String]) -> Narrowed {
    let bounds: Vec<String> = bounds.iter().flat_map(|bound| alternatives(bound)).collect();
    let mut left = Narrowed { globs: Vec::new(), cut: Vec::new() };
    for glob in planned {
        let parts = alternatives(glob);
        if parts.iter().all(|part| bounds.iter().any(|bound| lies_in(part, bound))) {
            left.keep(glob.clone());
            continue;
        }
        left.cut.push(glob.clone());
        for part in &parts {
            for both in bounds.iter().filter_map(|bound| common(part, bound)) {
                left.keep(both);
            }
        }
    }
    left
}

impl Narrowed {
    fn keep(&mut self, glob: String) {
        let is_new = !self.globs.contains(&glob) && glob_problem(&glob).is_none();
        if is_new && self.globs.len() < MOST {
            self.globs.push(glob);
        }
    }
}

/// A glob for what two have in common, where one can say it.
fn common(a: &str, b: &str) -> Option<String> {
    if lies_in(a, b) {
        return Some(a.to_owned());
    }
    if lies_in(b, a) {
        return Some(b.to_owned());
    }
    ending_below(a, b).or_else(|| ending_below(b, a))
}

/// Whether everything `inner` matches is matched by `outer`. A no may be wrong.
fn lies_in(inner: &str, outer: &str) -> bool {
    if inner == outer || matches!(outer, "**" | "**/*") {
        return true;
    }
    if let Some(folder) = folder(outer)
        && inner.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    {
        return true;
    }
    if !inner.contains(WILD) && !inner.ends_with('/') {
        // A plain path is a file far more often than a folder.
        return compile(&[outer.to_owned()]).is_ok_and(|outer| outer.is_match(inner));
    }
    ending(outer).is_some_and(|(above, end)| {
        inner.strip_prefix(above).is_some_and(|rest| rest == end || rest.ends_with(&format!("/{end}")))
    })
}

/// The folder a glob means the whole of, or the path it is; none where it means anything narrower.
fn folder(glob: &str) -> Option<&str> {
    let bare = glob.strip_suffix("/**").unwrap_or(glob).trim_end_matches('/');
    (!bare.is_empty() && !bare.contains(WILD)).then_some(bare)
}

/// `src/**` and `**/*.rs` meet in `src/**/*.rs`. A plain path is taken for a folder where it does not look like a file.
fn ending_below(tree: &str, other: &str) -> Option<String> {
    let folder = folder(tree)
        .filter(|path| tree.len() > path.len() || !path.rsplit('/').next().unwrap_or(path).contains('.'))?;
    let (above, end) = ending(other)?;
    format!("{folder}/").starts_with(above).then(|| format!("{folder}/**/{end}"))
}

/// The folder and the end of a glob that means an end anywhere below a folder, such as `src/**/*.rs`.
fn ending(glob: &str) -> Option<(&str, &str)> {
    let (above, end) = glob.split_once("**/")?;
    let is_folder = above.is_empty() || above.ends_with('/') && !above.contains(WILD);
    is_folder.then_some((above, end))
}

/// A glob without its groups of alternatives; as it is where they are nested, too many, or stand beside a class.
fn alternatives(glob: &str) -> Vec<String> {
    let (mut open, mut done) = (vec![glob.to_owned()], Vec::new());
    while let Some(next) = open.pop() {
        match first_group(&next) {
            Some(apart) => open.extend(apart.into_iter().rev()),
            None => done.push(next),
        }
        if open.len() + done.len() > MOST {
            return vec![glob.to_owned()];
        }
    }
    done
}

fn first_group(glob: &str) -> Option<Vec<String>> {
    let (before, rest) = glob.split_once('{').filter(|_| !glob.contains('['))?;
    let (inside, after) = rest.split_once('}').filter(|(inside, _)| !inside.contains('{'))?;
    Some(inside.split(',').map(|one| format!("{before}{one}{after}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(globs: &[&str]) -> Vec<String> {
        globs.iter().map(|glob| (*glob).to_owned()).collect()
    }

    fn left(planned: &[&str], bounds: &[&str]) -> Vec<String> {
        narrow(&texts(planned), &texts(bounds)).globs
    }

    #[test]
    fn what_lies_inside_is_kept_as_it_is() {
        let bounds = ["src/**", "docs", "**/*.md", "tests/*.rs"];
        for glob in [
            "src/**",
            "src/net/*.rs",
            "docs/a.txt",
            "docs/",
            "README.md",
            "ui/**/*.md",
            "tests/a.rs",
            "{src,docs}/x",
            "tests/*.rs",
        ] {
            let narrowed = narrow(&texts(&[glob]), &texts(&bounds));
            assert_eq!(narrowed, Narrowed { globs: texts(&[glob]), cut: Vec::new() }, "{glob}");
        }
    }

    #[test]
    fn what_is_wider_is_cut_to_the_bounds() {
        assert_eq!(left(&["**"], &["src/**", "docs"]), ["src/**", "docs"]);
        assert_eq!(left(&["src/**"], &["src/net/**", "src/*.rs"]), ["src/net/**", "src/*.rs"]);
        assert_eq!(left(&["**/*.rs"], &["src/**"]), ["src/**/*.rs"]);
        assert_eq!(left(&["src/net/**"], &["src/**/*.rs"]), ["src/net/**/*.rs"]);
        assert_eq!(left(&["src", "README.md"], &["**/*.rs"]), ["src/**/*.rs"]);
        assert_eq!(left(&["{src,ci}/**"], &["src/**"]), ["src/**"]);
    }

    #[test]
    fn what_is_outside_is_gone_and_named() {
        let narrowed = narrow(&texts(&["src/a.rs", "ci/**", "srcs/a.rs"]), &texts(&["src/**"]));
        assert_eq!(narrowed.globs, ["src/a.rs"]);
        assert_eq!(narrowed.cut, ["ci/**", "srcs/a.rs"]);
        assert!(left(&["src", "src/", "a/**"], &["src/*.rs", "b/**"]).iter().all(|glob| glob == "src/*.rs"));
        assert!(left(&["**"], &[]).is_empty());
    }

    #[test]
    fn nothing_that_is_left_means_more_than_either_side() {
        let globs = [
            "**",
            "**/*",
            "src/**",
            "src",
            "src/",
            "src/*.rs",
            "**/*.rs",
            "src/**/*.rs",
            "{src,docs}/**",
            "*/a.rs",
            "[s]rc/**",
            "docs/a.md",
            "**/a.rs",
        ];
        let paths =
            ["a.rs", "src/a.rs", "src/b.md", "src/x/a.rs", "docs/a.md", "docs/a.rs", "src", "x/src/a.rs"];
        let allows = |globs: &[String], path: &str| compile(globs).unwrap().is_match(path);
        for planned in globs {
            for bound in globs {
                let (planned, bound) = (texts(&[planned]), texts(&[bound]));
                let left = narrow(&planned, &bound).globs;
                for path in paths.iter().filter(|path| allows(&left, path)) {
                    let both = allows(&planned, path) && allows(&bound, path);
                    assert!(both, "{planned:?} in {bound:?} became {left:?}, with {path}");
                }
            }
        }
    }

    #[test]
    fn a_glob_with_many_alternatives_stays_whole() {
        let many = format!("{{{}}}/**", (0..90).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
        assert_eq!(left(&[&many], &["**"]), std::slice::from_ref(&many));
        assert!(left(&[&many], &["0/**"]).is_empty());
    }
}
