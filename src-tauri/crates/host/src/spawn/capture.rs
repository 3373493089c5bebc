//! Keeping the beginning and the end of an output stream, and cutting it into lines.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Longer lines are handed on in pieces of this size, unless the receiver wants whole ones.
pub(super) const LONGEST_LINE: usize = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// One line of output, as text without its newline. Not redacted and not stripped: see `redact` and `ansi`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub stream: Stream,
    pub text: String,
    /// Lines of this stream that were lost just before this one because the receiver was too slow.
    pub lost_before: u64,
}

/// What is kept of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    pub head: Vec<u8>,
    /// Bytes after the head that were kept from the end; follows the head directly unless `left_out` > 0.
    pub tail: Vec<u8>,
    /// Bytes between head and tail that were read and not kept.
    pub left_out: u64,
}

impl Captured {
    /// All bytes the program wrote to this stream.
    pub fn total(&self) -> u64 {
        (self.head.len() as u64) + self.left_out + (self.tail.len() as u64)
    }

    pub fn truncated(&self) -> bool {
        self.left_out > 0
    }

    /// Everything that was kept, in order.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), self.tail.as_slice()].concat()
    }

    /// Text with invalid UTF-8 replaced and a line in the middle that says how much is missing.
    pub fn text(&self) -> String {
        if self.left_out == 0 {
            return String::from_utf8_lossy(&self.bytes()).into_owned();
        }
        format!(
            "{}\n[... {} bytes left out ...]\n{}",
            String::from_utf8_lossy(&self.head),
            self.left_out,
            String::from_utf8_lossy(&self.tail)
        )
    }
}

/// Collects one stream while it is read.
#[derive(Debug)]
pub(crate) struct Capture {
    head: Vec<u8>,
    head_cap: usize,
    tail: VecDeque<u8>,
    tail_cap: usize,
    left_out: u64,
}

impl Capture {
    pub(crate) fn new(head_cap: usize, tail_cap: usize) -> Self {
        Self { head: Vec::new(), head_cap, tail: VecDeque::new(), tail_cap, left_out: 0 }
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let (first, rest) = chunk.split_at(chunk.len().min(self.head_cap - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(self.tail_cap);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    pub(crate) fn take(&mut self) -> Captured {
        Captured {
            head: std::mem::take(&mut self.head),
            tail: std::mem::take(&mut self.tail).into(),
            left_out: std::mem::take(&mut self.left_out),
        }
    }
}

/// Cuts a stream into lines and offers them to a bounded channel.
#[derive(Debug)]
pub(super) struct Lines {
    stream: Stream,
    partial: Vec<u8>,
    lost: u64,
    to: mpsc::Sender<Line>,
    longest: usize,
    /// Where no line may be lost: those that found no room, until there is some.
    kept: Option<Vec<Line>>,
}

impl Lines {
    pub(super) fn new(stream: Stream, to: mpsc::Sender<Line>) -> Self {
        Self { stream, partial: Vec::new(), lost: 0, to, longest: LONGEST_LINE, kept: None }
    }

    /// Lines are whole up to `longest` bytes and never lost: [`Lines::settle`] waits for room.
    pub(super) fn whole(mut self, longest: usize) -> Self {
        self.longest = longest;
        self.kept = Some(Vec::new());
        self
    }

    pub(super) async fn settle(&mut self) {
        for line in self.kept.iter_mut().flat_map(std::mem::take) {
            if self.to.send(line).await.is_err() {
                return;
            }
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        let mut pieces = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.partial.extend_from_slice(piece);
            while self.partial.len() > self.longest {
                let rest = self.partial.split_off(char_border(&self.partial, self.longest));
                let long = std::mem::replace(&mut self.partial, rest);
                self.offer(&long);
            }
            if pieces.peek().is_some() {
                let line = std::mem::take(&mut self.partial);
                self.offer(&line);
            }
        }
    }

    /// The last line may have no newline.
    pub(super) fn finish(&mut self) {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.offer(&line);
        }
    }

    fn offer(&mut self, line: &[u8]) {
        let line = Line {
            stream: self.stream,
            text: String::from_utf8_lossy(after_carriage_returns(line)).into_owned(),
            lost_before: self.lost,
        };
        if let Some(kept) = self.kept.as_mut().filter(|kept| !kept.is_empty()) {
            return kept.push(line);
        }
        match self.to.try_send(line) {
            Ok(()) => self.lost = 0,
            Err(TrySendError::Full(line)) => match &mut self.kept {
                Some(kept) => kept.push(line),
                None => self.lost += 1,
            },
            Err(TrySendError::Closed(_)) => {}
        }
    }
}

/// A progress bar draws over itself with carriage returns: only its last state is a line.
fn after_carriage_returns(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.iter().rposition(|byte| *byte == b'\r') {
        Some(at) => &line[at + 1..],
        None => line,
    }
}

/// The last place at or before `at` where no UTF-8 character is cut.
fn char_border(bytes: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at).rev().find(|i| bytes[*i] & 0xC0 != 0x80).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(chunks: &[&[u8]], room: usize) -> Vec<Line> {
        let (to, mut from) = mpsc::channel(room);
        let mut lines = Lines::new(Stream::Stdout, to);
        chunks.iter().for_each(|chunk| lines.push(chunk));
        lines.finish();
        std::iter::from_fn(|| from.try_recv().ok()).collect()
    }

    #[tokio::test]
    async fn records_are_whole_in_order_and_none_is_lost_in_a_channel_with_room_for_one() {
        let (to, mut from) = mpsc::channel(1);
        let mut lines = Lines::new(Stream::Stdout, to).whole(100_000);
        let long = "x".repeat(50_000);
        let text = format!("1\n2\n{long}\n3");
        let feed = async {
            for chunk in text.as_bytes().chunks(16 * 1024) {
                lines.push(chunk);
                lines.settle().await;
            }
            lines.finish();
            lines.settle().await;
            drop(lines);
        };
        let take = async {
            let mut all = Vec::new();
            while let Some(line) = from.recv().await {
                assert_eq!(line.lost_before, 0);
                all.push(line.text);
            }
            all
        };
        let ((), all) = tokio::join!(feed, take);
        assert_eq!(all, ["1", "2", &long, "3"]);
    }

    #[test]
    fn head_and_tail_are_kept_and_the_middle_is_counted() {
        let mut capture = Capture::new(3, 4);
        b"abcdefghij".chunks(3).for_each(|chunk| capture.push(chunk));
        let captured = capture.take();
        assert_eq!((captured.head.as_slice(), captured.tail.as_slice()), (&b"abc"[..], &b"ghij"[..]));
        assert_eq!((captured.left_out, captured.total()), (3, 10));
        assert_eq!(captured.text(), "abc\n[... 3 bytes left out ...]\nghij");
    }

    #[test]
    fn output_within_the_caps_is_whole() {
        let mut capture = Capture::new(4, 100);
        capture.push(b"hello ");
        capture.push(b"world");
        let captured = capture.take();
        assert_eq!(captured.text(), "hello world");
        assert!(!captured.truncated());
    }

    #[test]
    fn lines_survive_chunk_borders_inside_a_character() {
        let text = "é1\nzwei\r\n10%\r20%\r\nend".as_bytes();
        for cut in 0..text.len() {
            let got = lines_of(&[&text[..cut], &text[cut..]], 16);
            let texts: Vec<&str> = got.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts, ["é1", "zwei", "20%", "end"]);
        }
    }

    #[test]
    fn an_endless_line_is_cut_between_characters() {
        let long = "ä".repeat(LONGEST_LINE);
        let got = lines_of(&[format!("x{long}").as_bytes()], 16);
        assert!(got.len() >= 2 && got.iter().all(|line| line.text.len() <= LONGEST_LINE));
        assert_eq!(got.iter().map(|line| line.text.as_str()).collect::<String>(), format!("x{long}"));
    }

    #[test]
    fn a_slow_reader_loses_lines_and_is_told_how_many() {
        let (to, mut from) = mpsc::channel(1);
        let mut lines = Lines::new(Stream::Stderr, to);
        lines.push(b"1\n2\n3\n");
        assert_eq!(from.try_recv().unwrap().text, "1");
        lines.push(b"4\n");
        let next = from.try_recv().unwrap();
        assert_eq!((next.text.as_str(), next.lost_before), ("4", 2));
    }
}
