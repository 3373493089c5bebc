//! Fitting hunks into a file.

use super::super::content::is_crlf;
use super::parse::{FilePatch, Hunk, Kind, Line};

/// A line of the file, without its ending.
struct Have<'a> {
    text: &'a [u8],
    /// The ending itself: LF, CR LF, or none at the end of the file.
    ending: &'a [u8],
}

/// The file with every hunk applied, and notes about hunks that stood elsewhere than the diff says.
pub(super) fn hunks(bytes: &[u8], file: &FilePatch, name: &str) -> Result<(Vec<u8>, Vec<String>), String> {
    let have: Vec<Have<'_>> = bytes.split_inclusive(|b| *b == b'\n').map(divided).collect();
    // A diff that went through a chat has lost its CRs; the lines are the same and keep the file's endings.
    let crlf = is_crlf(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    let mut notes = Vec::new();
    let mut done = 0;
    for (number, hunk) in file.hunks.iter().enumerate() {
        let number = number + 1;
        let at = place(&have, hunk, done).map_err(|why| format!("hunk {number} of {name} {why}"))?;
        let said = if hunk.old_start == 0 { 0 } else { hunk.old_start - 1 };
        let adds_only = hunk.lines.iter().all(|l| l.kind == Kind::Added);
        let said = if adds_only && hunk.old_start > 0 { hunk.old_start } else { said };
        if at != said {
            notes.push(format!(
                "Hunk {number} of {name} stands at line {}, the patch says {}",
                at + 1,
                said + 1
            ));
        }
        for line in have.get(done..at).unwrap_or_default() {
            copy(&mut out, line);
        }
        done = at;
        for line in &hunk.lines {
            match line.kind {
                Kind::Removed => done += 1,
                Kind::Context => {
                    if let Some(kept) = have.get(done) {
                        copy(&mut out, kept);
                    }
                    done += 1;
                }
                Kind::Added => add(&mut out, line, crlf),
            }
        }
    }
    for line in have.get(done..).unwrap_or_default() {
        copy(&mut out, line);
    }
    Ok((out, notes))
}

fn divided(line: &[u8]) -> Have<'_> {
    let text = line.strip_suffix(b"\n").map_or(line, |text| text.strip_suffix(b"\r").unwrap_or(text));
    let (text, ending) = line.split_at(text.len());
    Have { text, ending }
}

fn copy(out: &mut Vec<u8>, line: &Have<'_>) {
    out.extend_from_slice(line.text);
    out.extend_from_slice(line.ending);
}

fn add(out: &mut Vec<u8>, line: &Line, crlf: bool) {
    // A last line without an ending that is no longer the last needs one.
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }
    let text = if crlf { line.text.strip_suffix('\r').unwrap_or(&line.text) } else { &line.text };
    out.extend_from_slice(text.as_bytes());
    if line.ended {
        out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }
}

/// Index of the line a hunk begins at: where it says, or the only other place that fits.
fn place(have: &[Have<'_>], hunk: &Hunk, from: usize) -> Result<usize, String> {
    let wanted: Vec<&Line> = hunk.lines.iter().filter(|l| l.kind != Kind::Added).collect();
    let said = if wanted.is_empty() { hunk.old_start } else { hunk.old_start.saturating_sub(1) };
    if said >= from && fits(have, &wanted, said) {
        return Ok(said);
    }
    if wanted.is_empty() {
        return Err(format!("adds after line {said}, which the file does not have"));
    }
    let last = have.len().saturating_sub(wanted.len());
    let mut others = (from..=last).filter(|at| fits(have, &wanted, *at));
    match (others.next(), others.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => {
            Err(format!("does not fit at line {} and fits in several other places", said + 1))
        }
        (None, _) => Err(mismatch(have, &wanted, said)),
    }
}

fn fits(have: &[Have<'_>], wanted: &[&Line], at: usize) -> bool {
    let Some(lines) = at.checked_add(wanted.len()).and_then(|end| have.get(at..end)) else { return false };
    lines.iter().zip(wanted).all(|(have, wanted)| same(have, wanted))
}

fn same(have: &Have<'_>, wanted: &Line) -> bool {
    // The CR of an ending is part of the line in a diff, unless it was lost on the way here.
    let text = match have.ending {
        b"\r\n" => wanted.text.strip_suffix('\r').unwrap_or(&wanted.text),
        _ => &wanted.text,
    };
    have.text == text.as_bytes() && wanted.ended != have.ending.is_empty()
}

/// The first line that differs where the hunk says it stands.
fn mismatch(have: &[Have<'_>], wanted: &[&Line], said: usize) -> String {
    for (offset, line) in wanted.iter().enumerate() {
        match have.get(said + offset) {
            None => {
                return format!(
                    "needs line {} to be {:?}, but the file has {}",
                    said + offset + 1,
                    line.text,
                    protocol::count(have.len(), "line", "lines")
                );
            }
            Some(found) if !same(found, line) => {
                let text = String::from_utf8_lossy(found.text);
                let ending = if text == line.text { " (the end of the line differs)" } else { "" };
                return format!(
                    "needs line {} to be {:?}, but it is {text:?}{ending}",
                    said + offset + 1,
                    line.text
                );
            }
            Some(_) => {}
        }
    }
    "does not fit anywhere".to_owned()
}
