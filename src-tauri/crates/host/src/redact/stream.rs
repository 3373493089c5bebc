//! Redacting text that arrives in pieces.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::Redactor;

/// A stream without line breaks is let through in pieces once this much has gathered.
const LONGEST_HELD: usize = 64 * 1024;
/// No token is longer than this.
const LONGEST_TOKEN: usize = 8 * 1024;

static KEY_BEGINS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").ok());
static KEY_ENDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").ok());

/// Redacts a text that comes in pieces, however it is cut: whole lines are handed on, the rest waits.
#[derive(Debug)]
pub struct RedactStream {
    redactor: Arc<Redactor>,
    held: String,
    /// Inside a private key so long that it was no longer held back.
    in_key: bool,
}

impl RedactStream {
    pub fn new(redactor: Arc<Redactor>) -> Self {
        Self { redactor, held: String::new(), in_key: false }
    }

    /// Takes a piece and returns what is safe to hand on, possibly nothing.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        if self.in_key && !self.leave_key() {
            return String::new();
        }
        let ready = self.ready();
        let rest = self.held.split_off(ready);
        let out = std::mem::replace(&mut self.held, rest);
        self.redactor.text(&out)
    }

    /// What was still held back.
    pub fn finish(&mut self) -> String {
        if std::mem::take(&mut self.in_key) && !self.leave_key() {
            self.held.clear();
        }
        self.redactor.text(&std::mem::take(&mut self.held))
    }

    /// How much of what is held may go: whole lines, but no part of a secret, which may span lines.
    fn ready(&mut self) -> usize {
        let lines = self.held.rfind('\n').map_or(0, |at| at + 1);
        let long = self.held.len() - lines > LONGEST_HELD;
        let wanted = if long { self.held.len() - LONGEST_TOKEN } else { lines };
        if wanted == 0 {
            return 0;
        }
        let open = self.unfinished_key();
        if open.is_some_and(|start| self.held.len() - start > LONGEST_HELD) {
            // Everything from the beginning of the key on is replaced by one mark, the rest is dropped.
            self.in_key = true;
            return self.held.len();
        }
        let wanted = open.map_or(wanted, |start| wanted.min(start));
        if wanted == 0 {
            return 0;
        }
        let whole = (0..=wanted).rev().find(|at| self.held.is_char_boundary(*at)).unwrap_or(0);
        let cut = |span: &&Range<usize>| span.start < whole && whole < span.end;
        self.redactor.spans(&self.held).iter().find(cut).map_or(whole, |span| span.start)
    }

    fn unfinished_key(&self) -> Option<usize> {
        if !self.held.contains("-----BEGIN ") {
            return None;
        }
        let begins = KEY_BEGINS.as_ref()?.find_iter(&self.held).last()?;
        let ended = KEY_ENDS.as_ref()?.is_match_at(&self.held, begins.end());
        (!ended).then_some(begins.start())
    }

    /// Drops the rest of a key; false while its end has not come.
    fn leave_key(&mut self) -> bool {
        match KEY_ENDS.as_ref().and_then(|ends| ends.find(&self.held)).map(|found| found.end()) {
            Some(end) => {
                self.held.drain(..end);
                self.in_key = false;
            }
            None => {
                // The marker itself may be cut in two.
                let mut keep = self.held.len().saturating_sub(64);
                while !self.held.is_char_boundary(keep) {
                    keep -= 1;
                }
                self.held.drain(..keep);
            }
        }
        !self.in_key
    }
}

/// Makes lines of program output fit to be stored: escapes stripped first (they could split a token), then
/// secrets replaced.
#[derive(Debug)]
pub struct LogCleaner(RedactStream);

impl LogCleaner {
    pub fn new(redactor: Arc<Redactor>) -> Self {
        Self(RedactStream::new(redactor))
    }

    /// Takes one line without its newline and returns the lines that are ready: usually this one, none inside
    /// a private key.
    pub fn line(&mut self, line: &str) -> Vec<String> {
        let mut line = crate::ansi::strip(line);
        line.push('\n');
        self.0.push(&line).lines().map(str::to_owned).collect()
    }

    pub fn finish(&mut self) -> Vec<String> {
        self.0.finish().lines().map(str::to_owned).collect()
    }
}
