//! Adding lines at the end of a file or inside it.

use super::content::{BOM, is_crlf, read_named, with_endings, write};
use super::tree::Tree;
use super::{DeterministicError, Edits};
use protocol::intent::Place;
use std::path::PathBuf;

/// Adds lines after the last one; a last line without an ending gets one first.
pub(super) fn append(tree: &Tree<'_>, file: &str, text: &str) -> Result<Edits, DeterministicError> {
    let place = tree.file(file)?;
    let mut bytes = read_named(&place, file)?;
    let crlf = is_crlf(&bytes);
    let ending = if crlf { "\r\n" } else { "\n" };
    if !bytes.is_empty() && bytes != BOM && !bytes.ends_with(b"\n") {
        bytes.extend_from_slice(ending.as_bytes());
    }
    bytes.extend_from_slice(whole_lines(text, crlf).as_bytes());
    write(&place, &bytes)?;
    Ok(Edits::changed(vec![PathBuf::from(file)], format!("Appended to {file}")))
}

/// Adds lines before the line that the place names.
pub(super) fn insert(
    tree: &Tree<'_>,
    file: &str,
    text: &str,
    where_to: &Place,
) -> Result<Edits, DeterministicError> {
    let place = tree.file(file)?;
    let bytes = read_named(&place, file)?;
    let crlf = is_crlf(&bytes);
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut starts = vec![start];
    starts.extend(bytes.iter().enumerate().skip(start).filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1));
    if starts.last() == Some(&bytes.len()) && starts.len() > 1 {
        starts.pop();
    }
    // `starts` holds where each line begins; one more place is the end of the file.
    let line_count = if bytes.len() == start { 0 } else { starts.len() };
    let index = match where_to {
        Place::Start => 0,
        Place::Line { line } => {
            let index = (*line as usize).saturating_sub(1);
            if index > line_count {
                let message = format!("{file} has {line_count} lines; a new line {line} would leave a gap");
                return Err(DeterministicError::Unclear(message));
            }
            index
        }
        Place::Before { anchor } => anchor_line(&bytes, &starts, anchor, file)?,
        Place::After { anchor } => anchor_line(&bytes, &starts, anchor, file)? + 1,
    };
    let at = if index < line_count { starts.get(index).copied().unwrap_or(bytes.len()) } else { bytes.len() };
    let mut new = bytes.get(..at).unwrap_or_default().to_vec();
    if at > start && !new.ends_with(b"\n") {
        new.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }
    new.extend_from_slice(whole_lines(text, crlf).as_bytes());
    new.extend_from_slice(bytes.get(at..).unwrap_or_default());
    write(&place, &new)?;
    Ok(Edits::changed(vec![PathBuf::from(file)], format!("Inserted into {file} as line {}", index + 1)))
}

/// Index of the one line that holds the anchor.
fn anchor_line(
    bytes: &[u8],
    starts: &[usize],
    anchor: &str,
    file: &str,
) -> Result<usize, DeterministicError> {
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let lines = starts.iter().zip(ends).map(|(from, to)| bytes.get(*from..to).unwrap_or_default());
    let holds = |line: &[u8]| {
        !anchor.is_empty() && line.windows(anchor.len()).any(|window| window == anchor.as_bytes())
    };
    let found: Vec<usize> =
        lines.enumerate().filter(|(_, line)| holds(line)).map(|(index, _)| index).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(DeterministicError::Unclear(format!("no line of {file} holds {anchor:?}"))),
        many => {
            let numbers: Vec<String> = many.iter().take(8).map(|index| (index + 1).to_string()).collect();
            let message = format!("{} lines of {file} hold {anchor:?}: {}", many.len(), numbers.join(", "));
            Err(DeterministicError::Unclear(message))
        }
    }
}

fn whole_lines(text: &str, crlf: bool) -> String {
    let lines = with_endings(text, crlf);
    let ending = if crlf { "\r\n" } else { "\n" };
    if lines.ends_with('\n') { lines } else { lines + ending }
}
