//! What of a flood need not be drawn: lines that are pushed out of the screen, and of the lines kept above it, by what
//! comes after them.
//!
//! An emulator looks at every character for tens of nanoseconds, which is more than everything else on the way of a
//! flood together. Of a stretch that only writes lines, with colours, nothing but the colour in force at its end and
//! its last lines can ever be seen; the rest is left out, and the screen is the same as if it had been drawn. Where
//! anything else is said (the cursor is moved, a mode is set), nothing before it is left out; where part of the screen
//! was made to scroll by itself, nothing at all is, until the terminal is reset.

use std::ops::Range;

use crate::complete::{At, Complete};

/// Less than this is drawn at once.
const WORTH: usize = 8 * 1024;

/// Follows a stream of output, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    complete: Complete,
    /// Part of the screen may scroll by itself.
    margins: bool,
}

/// A stretch that need not be drawn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Skip {
    /// It ends at the beginning of a line.
    pub(crate) range: Range<usize>,
    /// What sets the colours as they are at its end, and the cursor to the left.
    pub(crate) instead: Vec<u8>,
}

impl Flood {
    /// What of the next piece can be left out, if so many lines at its end push everything before them out of sight.
    pub(crate) fn take(&mut self, bytes: &[u8], lines: usize) -> Option<Skip> {
        let run = self.follow(bytes);
        if self.margins {
            return None;
        }
        let end = last_lines(bytes, run, lines).filter(|end| end - run >= WORTH)?;
        Some(Skip { range: run..end, instead: colours(bytes.get(run..end)?) })
    }

    /// Bytes at the end of the stream that belong to something unfinished.
    pub(crate) fn unfinished(&self) -> usize {
        self.complete.open()
    }

    /// Where at the end of the piece the stretch begins that only writes lines and colours.
    fn follow(&mut self, bytes: &[u8]) -> usize {
        let (mut run, mut began) = (0, None);
        for (n, &byte) in bytes.iter().enumerate() {
            if self.complete.is_plain(byte) {
                continue;
            }
            match self.complete.step(byte) {
                (At::Ground | At::Character(_), At::Escape) => began = Some(n),
                // Broken off by another.
                (_, At::Escape) => (run, began) = (n, Some(n)),
                (At::Ground | At::Character(_), At::Ground) if harmless(byte) => {}
                (At::Control, At::Ground) => {
                    let whole = began.take().and_then(|began| bytes.get(began..=n));
                    if !whole.is_some_and(|whole| is_colour(whole) || is_clear_line(whole)) {
                        run = n + 1;
                    }
                    if byte == b'r' {
                        self.margins = true;
                    }
                }
                (At::Escape, At::Ground) => {
                    (run, began) = (n + 1, None);
                    if byte == b'c' {
                        self.margins = false;
                    }
                }
                (_, At::Ground) => (run, began) = (n + 1, None),
                _ => {}
            }
        }
        // Lines inside of something unfinished are none.
        let broken = began.filter(|began| bytes.get(*began..).is_some_and(|open| open.contains(&b'\n')));
        broken.map_or(run, |began| run.max(began))
    }
}

/// Controls that only move along the line, or do nothing, and bytes of characters.
fn harmless(byte: u8) -> bool {
    byte >= 0x20 || matches!(byte, b'\r' | b'\n' | b'\t' | 0x07 | 0x08)
}

fn parameters(sequence: &[u8], last: u8) -> Option<&[u8]> {
    let parameters = sequence.strip_prefix(b"\x1b[")?.strip_suffix(&[last])?;
    parameters.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')).then_some(parameters)
}

fn is_colour(sequence: &[u8]) -> bool {
    parameters(sequence, b'm').is_some()
}

fn is_clear_line(sequence: &[u8]) -> bool {
    parameters(sequence, b'K').is_some()
}

/// Where the last so many whole lines begin, and at least one after `from`.
fn last_lines(bytes: &[u8], from: usize, lines: usize) -> Option<usize> {
    let tail = bytes.get(from..)?;
    let mut ends = tail.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    // Only there the cursor is certainly at the left.
    let whole = |n: usize| n > 0 && tail.get(n - 1) == Some(&b'\r');
    ends.by_ref()
        .nth(lines)
        .filter(|(n, _)| whole(*n))
        .or_else(|| ends.find(|(n, _)| whole(*n)))
        .map(|(n, _)| from + n + 1)
}

/// The colours that are in force after a stretch of text, as sequences. All of its sequences are whole.
fn colours(stretch: &[u8]) -> Vec<u8> {
    let (mut kept, mut end) = (Vec::new(), stretch.len());
    while let Some(begins) = stretch.get(..end).and_then(|left| left.iter().rposition(|byte| *byte == 0x1b)) {
        end = begins;
        let sequence = stretch.get(begins..).unwrap_or_default();
        let length = sequence.iter().position(|byte| matches!(byte, b'm' | b'K')).map_or(0, |last| last + 1);
        let Some(sequence) = sequence.get(..length).filter(|sequence| is_colour(sequence)) else { continue };
        kept.push(sequence);
        let parameters = parameters(sequence, b'm').unwrap_or_default();
        if parameters.is_empty() || parameters == b"0" || parameters.starts_with(b"0;") {
            break;
        }
    }
    // Whatever the emulator was in the middle of is broken off by the first of them, as it would have been.
    let end: &[u8] = if stretch.contains(&0x1b) { b"\x1b\\" } else { b"" };
    [end].into_iter().chain(kept.into_iter().rev()).chain([b"\r".as_slice()]).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        (0..count).map(|n| format!("\x1b[3{}mline number {n} of the flood\x1b[0m\r\n", n % 8)).collect()
    }

    fn skipped(bytes: &str, keep: usize) -> Option<Skip> {
        Flood::default().take(bytes.as_bytes(), keep)
    }

    #[test]
    fn of_many_lines_the_first_are_left_out() {
        let flood = lines(1_000);
        let skip = skipped(&flood, 100).unwrap();
        assert_eq!(skip.range.start, 0);
        assert_eq!(skip.instead, b"\x1b\\\x1b[0m\r");
        assert_eq!(flood[skip.range.end..].matches('\n').count(), 100);
        assert!(flood[skip.range.end..].starts_with("\x1b[34mline number 900 "));
        assert_eq!(skipped(&lines(150), 100), None, "it is not worth it");
        assert_eq!(skipped(&"no end ".repeat(9_000), 100), None);
        assert_eq!(skipped(&"only down\n".repeat(9_000), 100), None, "the cursor may be anywhere");
    }

    #[test]
    fn nothing_before_another_word_to_the_terminal_is_left_out() {
        for word in [
            "\x1b[5;5H",
            "\x1b[2J",
            "\x1b]0;title\x07",
            "\x1b[?25l",
            "\x1b7",
            "\x0e",
            "\x1b[>4;1m",
            "\x1b[4",
            "\x1b",
        ] {
            let (first, last) = (lines(1_000), lines(1_000));
            let flood = format!("{first}{word}{last}");
            let skip = skipped(&flood, 100).unwrap();
            assert!(skip.range.start > first.len(), "{word:?} {:?}", skip.range);
        }
    }

    #[test]
    fn colours_that_were_set_long_ago_stay() {
        let flood =
            format!("\x1b[31m\x1b[0;1mx\x1b[K\x1b[44m{}", "a line that says no colour\r\n".repeat(1_000));
        assert_eq!(skipped(&flood, 100).unwrap().instead, b"\x1b\\\x1b[0;1m\x1b[44m\r");
    }

    #[test]
    fn where_part_of_the_screen_scrolls_nothing_is_left_out_until_a_reset() {
        let mut flood = Flood::default();
        assert!(flood.take(b"\x1b[2;10r\x1b[r", 100).is_none());
        assert!(flood.take(lines(1_000).as_bytes(), 100).is_none());
        assert!(flood.take(b"\x1bc", 100).is_none());
        assert!(flood.take(lines(1_000).as_bytes(), 100).is_some());
    }

    #[test]
    fn a_sequence_in_two_pieces_counts_as_one() {
        let mut flood = Flood::default();
        assert!(flood.take(b"\x1b[2;1", 100).is_none());
        let rest = format!("0r{}", lines(1_000));
        assert!(flood.take(rest.as_bytes(), 100).is_none());
        let mut flood = Flood::default();
        assert!(flood.take(b"\x1b]0;ti", 100).is_none());
        let title = "tle\r\n".repeat(5_000);
        let rest = format!("{title}\x07{}", lines(1_000));
        assert_eq!(flood.take(rest.as_bytes(), 100).unwrap().range.start, title.len() + 1);
    }
}
