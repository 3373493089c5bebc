//! Globs of a scope: strict, relative, `/` between steps, `*` inside one step and `**` over several.

use super::BadGlob;
use super::path::{PathProblem, path_problem};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// What makes a glob of a path.
pub(crate) const WILD: [char; 4] = ['*', '?', '[', '{'];

/// Longest glob taken, in bytes.
const MAX_GLOB: usize = 512;

/// Why a glob may not stand in a scope, as the end of a sentence that begins with the glob.
pub fn glob_problem(glob: &str) -> Option<String> {
    if glob.len() > MAX_GLOB {
        return Some(format!("is longer than {MAX_GLOB} bytes"));
    }
    if glob.starts_with('!') {
        return Some("starts with !; a scope lists only what may change".to_owned());
    }
    // Alternatives are judged as steps of their own, so `{..,src}/x` is seen for what it is.
    let plain: String = glob.chars().map(|c| if matches!(c, '{' | '}' | ',') { '/' } else { c }).collect();
    let mut steps = plain.split('/').filter(|step| !step.is_empty());
    if !glob.is_empty() && !glob.starts_with('/') {
        if let Some(problem) = steps.find_map(path_problem) {
            return Some(problem.to_string());
        }
    } else if let Some(problem) = path_problem(glob) {
        return Some(problem.to_string());
    }
    if glob.contains("//") {
        return Some(PathProblem::EmptyStep.to_string());
    }
    if glob.matches('{').count() > 4 {
        return Some("holds more than four groups of alternatives".to_owned());
    }
    build(glob).err().map(|why| format!("is not a glob: {why}"))
}

/// The strict form of a glob as a person types it: `*.md` means anywhere, `./src/` means the folder `src`.
pub fn canonical_glob(typed: &str) -> String {
    let typed = typed.trim();
    let rest = typed.strip_prefix("./").unwrap_or(typed);
    let is_wild = rest.contains(WILD);
    if rest.is_empty() || rest == "." {
        return "**".to_owned();
    }
    if let Some(folder) = rest.strip_suffix('/') {
        return format!("{}/**", folder.trim_end_matches('/'));
    }
    if is_wild && !rest.contains('/') && rest != "**" {
        return format!("**/{rest}");
    }
    rest.to_owned()
}

/// Globs that match one path as it is written, and everything below it in case it is a folder.
pub fn literal_globs(path: &str) -> Vec<String> {
    if !path.contains(['*', '?', '[', ']', '{', '}']) {
        return vec![path.to_owned()];
    }
    let mut glob = String::with_capacity(path.len() + 8);
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '{' | '}') {
            glob.extend(['[', c, ']']);
        } else {
            glob.push(c);
        }
    }
    vec![format!("{glob}/**"), glob]
}

/// All globs of a scope in one matcher.
pub(super) fn compile(globs: &[String]) -> Result<GlobSet, BadGlob> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let bad = |why: String| BadGlob { glob: glob.clone(), why };
        if let Some(why) = glob_problem(glob) {
            return Err(bad(why));
        }
        for built in build(glob).map_err(bad)? {
            set.add(built);
        }
    }
    set.build().map_err(|e| BadGlob { glob: globs.join(", "), why: e.to_string() })
}

fn build(glob: &str) -> Result<Vec<globset::Glob>, String> {
    let one = |text: &str| {
        GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(false)
            .build()
            .map_err(|e| e.kind().to_string())
    };
    let bare = glob.trim_end_matches('/');
    if bare.contains(WILD) {
        return Ok(vec![if glob.ends_with('/') { one(&format!("{bare}/**"))? } else { one(glob)? }]);
    }
    let mut both = vec![one(&format!("{bare}/**"))?];
    if !glob.ends_with('/') {
        both.push(one(bare)?);
    }
    Ok(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_that_could_reach_outside_is_refused() {
        for glob in [
            "",
            "/etc/**",
            "../x",
            "a/../b",
            "{..,src}/x",
            "a/{b,..}/c",
            ".git/**",
            "**/.git/*",
            "a\\b",
            "!src",
            "a//b",
            "~/x",
            "[",
            "a{b",
        ] {
            assert!(glob_problem(glob).is_some(), "{glob:?}");
        }
    }

    #[test]
    fn ordinary_globs_are_taken() {
        for glob in [
            "**",
            "src/**",
            "src/*.rs",
            "{src,tests}/**/*.rs",
            "README.md",
            "docs/",
            "a?c",
            "[a-c].txt",
            ".github/**",
            "**/*.md",
        ] {
            assert_eq!(glob_problem(glob), None, "{glob}");
        }
    }

    #[test]
    fn a_name_with_wildcards_can_be_matched_as_written() {
        for path in ["app/[id]/page.tsx", "a*b", "what?", "{x}", "plain.txt", "a]b"] {
            let set = compile(&literal_globs(path)).unwrap();
            assert!(set.is_match(path), "{path}");
            assert!(set.is_match(format!("{path}/x")), "{path}");
            assert!(
                !set.is_match("app/i/page.tsx") && !set.is_match("aXb") && !set.is_match("whatX"),
                "{path}"
            );
        }
    }

    #[test]
    fn what_a_person_types_becomes_strict() {
        for (typed, strict) in [
            ("*.md", "**/*.md"),
            ("./src/", "src/**"),
            ("src", "src"),
            (".", "**"),
            ("src/**", "src/**"),
            ("**", "**"),
            ("src/*.rs", "src/*.rs"),
        ] {
            assert_eq!(canonical_glob(typed), strict);
        }
    }
}
