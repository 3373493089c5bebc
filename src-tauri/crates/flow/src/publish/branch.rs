//! Branch names from outside: taken as they are or refused, and names of our own made from anything.

/// Longest name in bytes; git's own files have names of at most 255.
const LONGEST: usize = 200;
/// Longest part of a generated name that comes from elsewhere.
const SLUG: usize = 48;

/// Why a name is not taken, as the end of a sentence that begins with it; none when it is.
pub fn problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is empty");
    }
    if name.len() > LONGEST {
        return Some("has more than 200 bytes");
    }
    if name.starts_with('-') || name.contains("/-") {
        return Some("has a part that starts with a dash, which could be read as an option");
    }
    if name.chars().any(|c| c.is_control()) {
        return Some("has a control character");
    }
    if name.chars().any(invisible) {
        return Some("has characters that cannot be seen or change the direction of the text");
    }
    if name.chars().any(|c| c.is_whitespace() || "~^:?*[\\".contains(c)) {
        return Some("has a space or one of ~ ^ : ? * [ \\");
    }
    if name == "HEAD" || name.ends_with("_HEAD") || name == "@" {
        return Some("is a name of git's own");
    }
    if name == "refs" || name.starts_with("refs/") {
        return Some("is a full ref; give the branch alone");
    }
    if matches!(name.len(), 40 | 64) && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some("looks like a commit");
    }
    if name.contains("..") || name.contains("@{") {
        return Some("has .. or @{, which git reads as something else");
    }
    if name.starts_with('/') || name.ends_with('/') || name.contains("//") {
        return Some("has an empty part");
    }
    if name.ends_with('.') {
        return Some("ends with a dot");
    }
    if name.split('/').any(|part| part.starts_with('.')) {
        return Some("has a part that starts with a dot");
    }
    if name.split('/').any(|part| part.to_ascii_lowercase().ends_with(".lock")) {
        return Some("has a part that ends with .lock");
    }
    None
}

/// Characters that make two different names look the same.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The branch we publish a session's work on when nobody names one. The same session always gives the same name.
pub fn generated(session: &str) -> String {
    format!("pilothouse/{}", slug(session))
}

/// Any text as one part of a branch name that [`problem`] takes.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(c),
            '.' if !out.is_empty() && !out.ends_with(['.', '-']) => out.push('.'),
            _ if !out.is_empty() && !out.ends_with(['-', '.']) => out.push('-'),
            _ => {}
        }
        if out.len() >= SLUG {
            break;
        }
    }
    let mut out = out.trim_matches(['-', '.']).to_owned();
    while out.to_ascii_lowercase().ends_with(".lock") {
        out.truncate(out.len() - ".lock".len());
        out.truncate(out.trim_end_matches(['-', '.']).len());
    }
    if out.is_empty() {
        out.push_str("session");
    }
    if out == "HEAD" || out.ends_with("_HEAD") {
        out.push_str("-session");
    }
    out
}

/// Branches that are not pushed without force.
#[derive(Debug, Clone, Default)]
pub struct Protected {
    pub base: String,
    pub integration: String,
    /// The branch the remote's HEAD names, as far as it is known here.
    pub remote_head: Option<String>,
    /// From `publish.protected`; `*` stays inside one part, `**` does not.
    pub globs: Vec<String>,
}

impl Protected {
    /// Why a branch is protected, as the end of a sentence that begins with it.
    pub fn why(&self, name: &str) -> Option<String> {
        // Some remotes take `Main` for `main`.
        let same = |other: &str| !other.is_empty() && other.eq_ignore_ascii_case(name);
        if same(&self.base) {
            return Some("is the base of the pull request".into());
        }
        if same(&self.integration) {
            return Some("is the integration branch".into());
        }
        if self.remote_head.as_deref().is_some_and(same) {
            return Some("is the remote's main branch".into());
        }
        let glob = self.globs.iter().find(|glob| matches(glob, name))?;
        Some(format!("matches `{glob}` of publish.protected"))
    }

    /// All of them, for people.
    pub fn listed(&self) -> Vec<String> {
        let mut all = vec![self.base.clone(), self.integration.clone()];
        all.extend(self.remote_head.clone());
        all.extend(self.globs.iter().cloned());
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|name| !name.is_empty() && seen.insert(name.clone()));
        all
    }
}

/// `*` and `?` stay inside one part of a name, `**` does not; all else is itself, in any case.
fn matches(glob: &str, name: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (glob, name) = (letters(glob), letters(name));
    // Which beginnings of the name the glob so far can be.
    let mut can = vec![false; name.len() + 1];
    can[0] = true;
    let mut at = 0;
    while at < glob.len() {
        let (star, wide) = (glob[at] == '*', glob[at] == '*' && glob.get(at + 1) == Some(&'*'));
        let mut next = vec![false; name.len() + 1];
        for end in 0..=name.len() {
            let before = end.checked_sub(1);
            next[end] = match (star, before) {
                (true, Some(before)) => can[end] || (next[before] && (wide || name[before] != '/')),
                (true, None) => can[end],
                (false, Some(before)) => {
                    can[before] && (glob[at] == name[before] || (glob[at] == '?' && name[before] != '/'))
                }
                (false, None) => false,
            };
        }
        can = next;
        at += if wide { 2 } else { 1 };
    }
    can.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: &[&str] = &[
        "main",
        "main_agents",
        "feature/a-b",
        "agent/w1/job-7",
        "release/1.2",
        "fix/#42",
        "user@host",
        "a.b.c",
        "ünïcode/größe",
        "日本語",
        "deadbeef",
        "head",
        "a@b",
        "x{y}",
        "v1.0.0-rc.1",
        "dependabot/npm_and_yarn/vite-5.4.2",
        "pilothouse/dev",
        "refsomething",
        "HEADS/up",
        "$(touch)",
        "a;b",
        "a&b",
        "a'b",
        "a\"b",
        "a|b",
        "%2e%2e",
    ];

    const REFUSED: &[&str] = &[
        "",
        "-D",
        "--force",
        "--upload-pack=touch /tmp/x",
        "a/-f",
        "a..b",
        "..",
        "../main",
        "a b",
        " a",
        "a ",
        "a\tb",
        "a\nb",
        "a\r",
        "a\0b",
        "a\u{7f}",
        "\u{1b}[31mred",
        "HEAD",
        "FETCH_HEAD",
        "ORIG_HEAD",
        "a/MERGE_HEAD",
        "@",
        "@{upstream}",
        "main@{1}",
        "refs",
        "refs/heads/main",
        "refs/tags/v1",
        "refs/pull/1/head",
        "a.lock",
        "a.LOCK",
        "a.lock/b",
        ".hidden",
        "a/.b",
        "a.",
        "a/",
        "/a",
        "a//b",
        "a~1",
        "a^",
        "a:b",
        "+main:main",
        ":main",
        "a?b",
        "a*",
        "a[b",
        "a\\b",
        "0123456789abcdef0123456789abcdef01234567",
        "ma\u{200b}in",
        "\u{202e}niam",
        "main\u{fe0f}",
        "a\u{a0}b",
        "a\u{2028}b",
        "\u{feff}main",
        "m\u{e0061}ain",
    ];

    #[test]
    fn names_are_taken_as_they_are_or_refused_with_a_reason() {
        for name in TAKEN {
            assert_eq!(problem(name), None, "{name:?}");
        }
        for name in REFUSED {
            assert!(problem(name).is_some(), "{name:?}");
        }
        assert!(problem(&"x".repeat(201)).is_some());
    }

    #[test]
    fn a_generated_name_is_taken_whatever_it_is_made_from() {
        let odd = [
            "dev",
            "dev-tern_2.0",
            "",
            "..",
            "a..b",
            "x.lock",
            "x.lock.lock",
            "-D",
            "HEAD",
            "a_HEAD",
            "über alles",
            "日本",
        ];
        for text in odd.iter().chain(TAKEN).chain(REFUSED) {
            let name = generated(text);
            assert_eq!(problem(&name), None, "{text:?} gives {name:?}");
        }
        let long = generated(&"ab-".repeat(100));
        assert!(problem(&long).is_none() && long.len() < 70, "{long}");
        assert_eq!(generated("dev"), "pilothouse/dev");
    }

    #[test]
    fn base_integration_and_what_is_configured_are_protected_in_any_case() {
        let protected = Protected {
            base: "main".into(),
            integration: "main_agents".into(),
            remote_head: Some("trunk".into()),
            globs: vec!["release/*".into(), "prod**".into(), "[".into()],
        };
        for name in [
            "main",
            "Main",
            "main_agents",
            "trunk",
            "release/1.2",
            "Release/x",
            "prod",
            "production/eu/1",
            "[",
        ] {
            assert!(protected.why(name).is_some(), "{name}");
        }
        for name in ["main2", "release", "release/1/2", "feature/main", "pilothouse/dev"] {
            assert_eq!(protected.why(name), None, "{name}");
        }
    }
}
