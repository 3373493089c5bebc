//! What a Dockerfile stands on and which files of its context it takes. Pure.
//!
//! Only those files are given to the build, and only they decide whether it is the same build: a context is often the
//! whole repository, and an image that had to be approved anew after every landing would be approved unread.
//! Whatever is not understood for certain counts as taking everything.

/// The files of the context that a build takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    Everything,
    /// Patterns relative to the context, as they are written.
    Only(Vec<String>),
}

/// What matters of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// Images it begins from, as they are written; stages of its own are left out.
    pub bases: Vec<String>,
    pub takes: Takes,
}

/// Reads a Dockerfile. Its syntax is not checked: the engine does that.
pub fn read(text: &str) -> Dockerfile {
    let (mut bases, mut stages, mut only, mut everything) = (Vec::new(), Vec::new(), Vec::new(), false);
    // Another syntax may mean anything.
    everything |= text.lines().take(5).any(|line| line.trim_start().to_lowercase().starts_with("# escape"));
    for line in instructions(text) {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        match name.to_ascii_uppercase().as_str() {
            "FROM" => from(words, &mut bases, &mut stages),
            "COPY" | "ADD" => match sources(line.get(name.len()..).unwrap_or_default()) {
                Some(taken) => only.extend(taken),
                None => everything = true,
            },
            "RUN" => everything |= line.contains("--mount") || line.contains("<<"),
            "ONBUILD" => everything = true,
            _ => {}
        }
    }
    only.sort();
    only.dedup();
    let everything = everything || only.iter().any(|path| path.is_empty());
    Dockerfile { bases, takes: if everything { Takes::Everything } else { Takes::Only(only) } }
}

fn from<'a>(words: impl Iterator<Item = &'a str>, bases: &mut Vec<String>, stages: &mut Vec<String>) {
    let words: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
    if let Some(base) = words.first()
        && !stages.contains(&base.to_lowercase())
        && !bases.iter().any(|known| known == base)
    {
        bases.push((*base).to_owned());
    }
    if let [_, like, name, ..] = words.as_slice()
        && like.eq_ignore_ascii_case("as")
    {
        stages.push(name.to_lowercase());
    }
}

/// What a COPY or ADD takes of the context; none when that is not certain. An empty pattern is everything.
fn sources(rest: &str) -> Option<Vec<String>> {
    let mut rest = rest.trim_start();
    while rest.starts_with("--") {
        let (flag, after) = rest.split_once(char::is_whitespace)?;
        if flag.starts_with("--from=") {
            return Some(Vec::new());
        }
        rest = after.trim_start();
    }
    if rest.contains("<<") || rest.contains('$') || rest.contains('\\') {
        return None;
    }
    let mut all: Vec<String> = match rest.starts_with('[') {
        true => serde_json::from_str(rest).ok()?,
        false => rest.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect(),
    };
    all.pop()?;
    let of_context = all.into_iter().filter(|source| !source.contains("://") && !source.starts_with("git@"));
    of_context.map(|source| plain(&source)).collect()
}

/// A path below the context without its dots. None when it climbs.
fn plain(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// Instructions with their continued lines joined, without comments.
fn instructions(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('#') || (open && line.is_empty()) {
            continue;
        }
        let (part, goes_on) = match line.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (line, false),
        };
        match all.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(part);
            }
            None => all.push(part.to_owned()),
        }
        open = goes_on;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(text: &str) -> Takes {
        read(text).takes
    }

    fn only(paths: &[&str]) -> Takes {
        Takes::Only(paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn bases_are_named_once_and_stages_are_not_bases() {
        let found = read(
            "# syntax=docker/dockerfile:1\nARG V=1\nFROM --platform=linux/amd64 debian:12 AS build\nRUN true\nFROM build\nFROM rust:1 as r\nfrom debian:12\n",
        );
        assert_eq!(found.bases, ["debian:12", "rust:1"]);
        assert_eq!(found.takes, only(&[]));
    }

    #[test]
    fn only_what_copy_and_add_name_is_taken() {
        let text = "FROM a\nCOPY requirements.txt ./setup/*.sh /opt/\nADD [\"a b.txt\", \"/x\"]\nCOPY --chown=1:1 \\\n  # why\n  late.txt /\nCOPY --from=build /out /out\nADD https://example.org/x /x\n";
        assert_eq!(takes(text), only(&["a b.txt", "late.txt", "requirements.txt", "setup/*.sh"]));
    }

    #[test]
    fn what_is_not_certain_takes_everything() {
        for text in [
            "FROM a\nCOPY . /src",
            "FROM a\nCOPY ./ /src",
            "FROM a\nCOPY $FILE /x",
            "FROM a\nCOPY <<EOF /x\nhello\nEOF",
            "FROM a\nRUN --mount=type=bind,target=/x true",
            "FROM a\nONBUILD COPY x /x",
            "FROM a\nCOPY ../x /x",
            "# escape=`\nFROM a",
        ] {
            assert_eq!(takes(text), Takes::Everything, "{text}");
        }
    }
}
