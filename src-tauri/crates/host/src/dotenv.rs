//! `NAME=value` files, as many programs keep beside their code: read once, when their owner names one.
//!
//! Comments, `export`, and quotes over several lines are understood; nothing is ever filled in from other variables.
//! What is wrong with a file is said by its line alone: any of its text may be a secret.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use protocol::keys::KeyText;

use crate::HostError;

/// Largest file that is read, in bytes.
const MOST: u64 = 64 * 1024;

/// One variable; its value shows itself nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: KeyText,
}

/// `code()` is stable; the text says cause and next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DotenvError {
    #[error(transparent)]
    File(HostError),
    #[error("{path} is no ordinary file. Name one with a line NAME=value for each variable.")]
    NotAFile { path: PathBuf },
    #[error("{path} is larger than 64 KiB, which no such file is. Name one with the variables alone.")]
    TooLarge { path: PathBuf },
    #[error("{path} is not UTF-8 text. Save it as UTF-8, then try again.")]
    NotText { path: PathBuf },
    #[error("Line {line} of {path} cannot be read as NAME=value. Correct it, then try again.")]
    Line { path: PathBuf, line: usize },
}

impl DotenvError {
    pub fn code(&self) -> &'static str {
        match self {
            DotenvError::File(error) => error.code(),
            DotenvError::NotAFile { .. } => "dotenv.not_a_file",
            DotenvError::TooLarge { .. } => "dotenv.too_large",
            DotenvError::NotText { .. } => "dotenv.not_text",
            DotenvError::Line { .. } => "dotenv.line",
        }
    }
}

/// Reads the variables of a file, in their order; a name may come more than once.
pub fn read(path: &Path) -> Result<Vec<Entry>, DotenvError> {
    let of = || path.to_path_buf();
    let wrong = |error| DotenvError::File(HostError::file("read", path)(error));
    // Opening a pipe would wait for whoever writes to it.
    if !std::fs::metadata(path).map_err(wrong)?.is_file() {
        return Err(DotenvError::NotAFile { path: of() });
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(wrong)?.take(MOST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > MOST {
        return Err(DotenvError::TooLarge { path: of() });
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| DotenvError::NotText { path: of() })?;
    parse(text).map_err(|line| DotenvError::Line { path: of(), line })
}

/// The variables of a text; the line, counted from 1, that is none.
fn parse(text: &str) -> Result<Vec<Entry>, usize> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut found, mut line) = (Vec::new(), 1);
    while !rest.is_empty() {
        let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let said = first.trim();
        let after = if said.is_empty() || said.starts_with('#') {
            after
        } else {
            let at = first.find('=').ok_or(line)?;
            let (name, typed) = (rest.get(..at).ok_or(line)?.trim(), rest.get(at + 1..).ok_or(line)?);
            let name =
                name.strip_prefix("export").filter(|n| n.starts_with([' ', '\t'])).unwrap_or(name).trim();
            if !is_name(name) {
                return Err(line);
            }
            let (value, after) = value(typed).ok_or(line)?;
            found.push(Entry { name: name.to_owned(), value: KeyText::new(value) });
            after
        };
        let taken = rest.get(..rest.len() - after.len()).unwrap_or_default();
        line += taken.matches('\n').count();
        rest = after;
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// A value and what stands after its line; none when a quote is not closed, or something follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        let (value, behind) = quoted(text.get(1..)?, quote)?;
        let (tail, after) = behind.split_once('\n').unwrap_or((behind, ""));
        let tail = tail.trim();
        return (tail.is_empty() || tail.starts_with('#')).then_some((value, after));
    }
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    let comment = line.char_indices().find(|(at, c)| {
        *c == '#' && line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    let value = comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
    Some((value.trim().to_owned(), after))
}

/// What stands inside quotes, and what after them. Only double ones know escapes.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let (mut value, mut letters) = (String::new(), text.chars());
    while let Some(c) = letters.next() {
        match c {
            c if c == quote => return Some((value, letters.as_str())),
            '\\' if quote == '"' => match letters.next()? {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                c @ ('"' | '\\' | '$') => value.push(c),
                other => value.extend(['\\', other]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let entries = parse(text).unwrap();
        entries.into_iter().map(|entry| (entry.name, entry.value.expose().to_owned())).collect()
    }

    fn value_of(text: &str) -> String {
        pairs(text).remove(0).1
    }

    #[test]
    fn comments_export_and_quotes_are_understood() {
        let text = "\u{feff}# mine\r\n\r\nA=one\r\n  export B = two # not this\nC='a # b' # c\nD=\"x\\ny\"\nE=\nF=a#b\n";
        let expected = [("A", "one"), ("B", "two"), ("C", "a # b"), ("D", "x\ny"), ("E", ""), ("F", "a#b")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn quotes_go_over_lines_and_only_double_ones_know_escapes() {
        assert_eq!(value_of("A=\"one\ntwo\"\nB=3"), "one\ntwo");
        assert_eq!(value_of("A='a\\n\"b'"), "a\\n\"b");
        assert_eq!(value_of("A=\"q\\\"q \\$X \\w\""), "q\"q $X \\w");
    }

    #[test]
    fn nothing_is_filled_in() {
        assert_eq!(value_of("A=$HOME/${B}"), "$HOME/${B}");
        assert_eq!(value_of("A=\"${B}`id`$(id)\""), "${B}`id`$(id)");
    }

    #[test]
    fn the_line_that_is_none_is_named_and_nothing_of_it() {
        for (text, line) in [
            ("A=1\nsk-secret\n", 2),
            ("A=1\n\nB-C=sk-secret", 3),
            ("A=\"one\ntwo\"\n=sk-secret", 3),
            ("A='sk-secret", 1),
            ("A='a' sk-secret", 1),
            ("export A", 1),
            ("A\n=1", 1),
            ("1A=x", 1),
        ] {
            assert_eq!(parse(text), Err(line), "{text:?}");
        }
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(".env");
        std::fs::write(&path, "A=1\nsk-secret\n").unwrap();
        let error = read(&path).unwrap_err();
        assert_eq!(error.code(), "dotenv.line");
        assert!(error.to_string().starts_with("Line 2 of") && !error.to_string().contains("sk-secret"));
    }

    #[test]
    fn a_file_is_text_of_bounded_size() {
        let temp = tempfile::tempdir().unwrap();
        let code = |bytes: &[u8]| {
            let path = temp.path().join(".env");
            std::fs::write(&path, bytes).unwrap();
            read(&path).map(|entries| entries.len()).map_err(|error| error.code())
        };
        assert_eq!(code(b"A=1"), Ok(1));
        assert_eq!(code(b"A=\xff"), Err("dotenv.not_text"));
        assert_eq!(code(&[b'#'; 64 * 1024]), Ok(0));
        assert_eq!(code(&[b'#'; 64 * 1024 + 1]), Err("dotenv.too_large"));
        assert_eq!(read(temp.path()).unwrap_err().code(), "dotenv.not_a_file");
        let entry = Entry { name: "A".into(), value: KeyText::new("sk-secret") };
        assert!(!format!("{entry:?}").contains("sk-secret"));
    }
}
