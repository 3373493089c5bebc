//! Reading a unified diff, in git's form or the plain one. Whatever is not understood makes the whole diff fail.

/// One file of a diff. No `old` means it is created, no `new` means it is deleted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FilePatch {
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// The mode the file gets, when the diff says one.
    pub(super) executable: Option<bool>,
    pub(super) hunks: Vec<Hunk>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hunk {
    /// First line it stands at in the old file, from 1; 0 for an empty file.
    pub(super) old_start: usize,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// Without its line ending.
    pub(super) text: String,
    /// Whether a line ending follows; only the last line of a file may have none.
    pub(super) ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Context,
    Removed,
    Added,
}

/// What is known of a file while its headers are read.
#[derive(Default)]
struct Draft {
    patch: FilePatch,
    named: Option<(String, String)>,
    created: bool,
    deleted: bool,
    has_paths: bool,
}

pub(super) fn parse(text: &str) -> Result<Vec<FilePatch>, String> {
    let mut out = Vec::new();
    let mut draft: Option<Draft> = None;
    let lines: Vec<&str> = text.split('\n').collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let header = line.strip_suffix('\r').unwrap_or(line);
        let fail = |what: &str| Err(format!("line {}: {what}", at + 1));
        if let Some(both) = header.strip_prefix("diff --git ") {
            finish(&mut out, draft.take())?;
            draft = Some(Draft { named: both_sides(both), ..Draft::default() });
        } else if let Some(old) = header.strip_prefix("--- ") {
            let Some(new) = lines.get(at + 1).and_then(|l| l.strip_prefix("+++ ")) else {
                return fail("a --- line without a +++ line below it");
            };
            let has_hunks = draft.as_ref().is_some_and(|d| d.has_paths);
            if draft.is_none() || has_hunks {
                finish(&mut out, draft.take())?;
            }
            let current = draft.get_or_insert_default();
            current.patch.old = side(old, "a/")?;
            current.patch.new = side(new.trim_end_matches('\r'), "b/")?;
            current.has_paths = true;
            at += 1;
        } else if header.starts_with("@@ ") {
            let Some(current) = draft.as_mut().filter(|d| d.has_paths) else {
                return fail("a hunk without a file above it");
            };
            let (hunk, next) = hunk(&lines, at)?;
            current.patch.hunks.push(hunk);
            at = next;
            continue;
        } else if let Some(current) = draft.as_mut() {
            extended_header(current, header).map_err(|what| format!("line {}: {what}", at + 1))?;
        }
        // Anything else before the first file is prose or a mail header.
        at += 1;
    }
    finish(&mut out, draft)?;
    if out.is_empty() {
        return Err("it names no file; a unified diff is needed".into());
    }
    Ok(out)
}

fn extended_header(draft: &mut Draft, header: &str) -> Result<(), String> {
    if let Some(mode) = header.strip_prefix("new file mode ") {
        draft.created = true;
        draft.patch.executable = Some(executable(mode)?);
    } else if header.strip_prefix("deleted file mode ").is_some() {
        draft.deleted = true;
    } else if let Some(mode) = header.strip_prefix("new mode ") {
        draft.patch.executable = Some(executable(mode)?);
    } else if let Some(path) = header.strip_prefix("rename from ") {
        draft.patch.old = Some(name(path)?);
    } else if let Some(path) = header.strip_prefix("rename to ") {
        draft.patch.new = Some(name(path)?);
    } else if header.starts_with("copy from ") || header.starts_with("copy to ") {
        return Err("copies are not applied".into());
    } else if header.starts_with("GIT binary patch") || header.starts_with("Binary files ") {
        return Err("binary changes are not applied".into());
    } else if draft.patch.hunks.is_empty() {
        let known = ["index ", "similarity index ", "dissimilarity index ", "old mode "];
        if !header.is_empty() && !known.iter().any(|k| header.starts_with(k)) {
            return Err(format!("{header:?} is not understood"));
        }
    } else if header.starts_with(['+', '-', ' ']) && header != "-- " && header != "--" {
        return Err("more lines than the hunk above announces".into());
    }
    Ok(())
}

fn finish(out: &mut Vec<FilePatch>, draft: Option<Draft>) -> Result<(), String> {
    let Some(Draft { mut patch, named, created, deleted, has_paths }) = draft else { return Ok(()) };
    if !has_paths {
        match (&patch.old, &patch.new, named) {
            // A move without a change of content.
            (Some(_), Some(_), _) => {}
            (None, None, Some((old, new))) => {
                let nothing = !created && !deleted && patch.executable.is_none();
                if nothing {
                    return Err(format!("it says nothing about {new}"));
                }
                patch.old = (!created).then_some(old);
                patch.new = (!deleted).then_some(new);
            }
            _ => return Err("the paths of a file are not readable".into()),
        }
    }
    if (created && patch.old.is_some())
        || (deleted && patch.new.is_some())
        || (patch.old.is_none() && patch.new.is_none())
    {
        return Err("its headers contradict each other".into());
    }
    out.push(patch);
    Ok(())
}

fn executable(mode: &str) -> Result<bool, String> {
    match mode.trim() {
        "100644" => Ok(false),
        "100755" => Ok(true),
        "120000" => Err("symbolic links are not created".into()),
        "160000" => Err("submodules are not changed".into()),
        other => Err(format!("the mode {other} is not known")),
    }
}

fn both_sides(both: &str) -> Option<(String, String)> {
    let body = both.trim_end().strip_prefix("a/")?;
    let divided: Vec<(&str, &str)> =
        body.match_indices(" b/").map(|(at, _)| (&body[..at], &body[at + 3..])).collect();
    let (old, new) = divided.iter().find(|(old, new)| old == new).or_else(|| divided.first())?;
    Some((old.to_string(), new.to_string()))
}

/// The path of a `---` or `+++` line; none for /dev/null.
fn side(header: &str, prefix: &str) -> Result<Option<String>, String> {
    let path = header.split('\t').next().unwrap_or(header).trim_end();
    if path == "/dev/null" {
        return Ok(None);
    }
    let path = name(path)?;
    Ok(Some(path.strip_prefix(prefix).map(str::to_owned).unwrap_or(path)))
}

fn name(path: &str) -> Result<String, String> {
    let path = path.trim_end();
    if path.starts_with('"') {
        return Err(format!("the quoted path {path} is not applied"));
    }
    Ok(path.to_owned())
}

/// One hunk from its `@@` line at `at`, and where the next line is.
fn hunk(lines: &[&str], at: usize) -> Result<(Hunk, usize), String> {
    let header = lines.get(at).copied().unwrap_or_default();
    let bad = || format!("line {}: {header:?} is not a hunk header", at + 1);
    let body = header.strip_prefix("@@ -").ok_or_else(bad)?;
    let (old, rest) = body.split_once(" +").ok_or_else(bad)?;
    let (new, _) = rest.split_once(" @@").ok_or_else(bad)?;
    let range = |text: &str| -> Option<(usize, usize)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let (old_start, mut old_left) = range(old).ok_or_else(bad)?;
    let (_, mut new_left) = range(new).ok_or_else(bad)?;
    let mut hunk = Hunk { old_start, lines: Vec::new() };
    let mut next = at + 1;
    while old_left > 0 || new_left > 0 {
        let is_line = |line: &&str| !line.is_empty() || next + 1 < lines.len();
        let line = lines
            .get(next)
            .copied()
            .filter(is_line)
            .ok_or_else(|| format!("the hunk at line {} is cut off", at + 1))?;
        let (mark, text) = match line.chars().next() {
            Some(mark @ (' ' | '+' | '-')) => (mark, &line[1..]),
            Some('\\') => {
                unend(&mut hunk);
                next += 1;
                continue;
            }
            // Some programs drop the space of an empty line of context.
            None | Some('\r') => (' ', line),
            _ => return Err(format!("line {}: {line:?} is not a line of a hunk", next + 1)),
        };
        let kind = match mark {
            '-' => Kind::Removed,
            '+' => Kind::Added,
            _ => Kind::Context,
        };
        let enough = |left: &mut usize| left.checked_sub(1).map(|n| *left = n).is_some();
        let fits = match kind {
            Kind::Context => enough(&mut old_left) && enough(&mut new_left),
            Kind::Removed => enough(&mut old_left),
            Kind::Added => enough(&mut new_left),
        };
        if !fits {
            return Err(format!("line {}: the hunk holds other counts than its header says", next + 1));
        }
        hunk.lines.push(Line { kind, text: text.to_owned(), ended: true });
        next += 1;
    }
    if lines.get(next).is_some_and(|line| line.starts_with('\\')) {
        unend(&mut hunk);
        next += 1;
    }
    Ok((hunk, next))
}

/// `\ No newline at end of file` speaks of the line above it.
fn unend(hunk: &mut Hunk) {
    if let Some(last) = hunk.lines.last_mut() {
        last.ended = false;
    }
}
