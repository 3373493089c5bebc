//! What a recipe printed and nobody was told yet. It is bounded: what is too much while the line is cut loses its
//! beginning, and a line in its place says how many lines that was.

use protocol::job::LogLine;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Most that is kept, each line with what it costs beside its text.
const KEPT_BYTES: usize = 4 * 1024 * 1024;
const LINE_COSTS: usize = 64;
/// Most lines told at once, and most of their text: a byte may be six in JSON, and a message has a limit.
const LINES: usize = 200;
const TOLD_BYTES: usize = 128 * 1024;
/// How long few lines are gathered before they are told.
const GATHERED: Duration = Duration::from_millis(300);
/// The stream of what is said beside the program's own words.
const NOTE: &str = "note";

pub(crate) struct Kept {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Lines that stood before the first of `lines`.
    left_out: u64,
    since: Instant,
}

impl Kept {
    pub(crate) fn new() -> Self {
        Self { lines: VecDeque::new(), bytes: 0, left_out: 0, since: Instant::now() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.left_out == 0
    }

    /// Whether the next line costs none that is kept.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes < KEPT_BYTES
    }

    pub(crate) fn add(&mut self, line: LogLine) {
        if self.is_empty() {
            self.since = Instant::now();
        }
        while !self.has_room() && self.oldest().is_some() {
            self.left_out += 1;
        }
        self.bytes += cost(&line);
        self.lines.push_back(line);
    }

    /// When something is to be told.
    pub(crate) fn due(&self) -> Instant {
        match self.lines.len() >= LINES || self.bytes >= TOLD_BYTES {
            true => self.since,
            false => self.since + GATHERED,
        }
    }

    /// What is told in one call, oldest first.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        let (mut told, mut bytes) = (Vec::new(), 0);
        if self.left_out > 0 {
            let line = format!("[… {} lines left out while the line to the hub was cut …]", self.left_out);
            told.push(LogLine { stream: NOTE.into(), line });
            self.left_out = 0;
        }
        while told.len() < LINES && bytes < TOLD_BYTES {
            let Some(line) = self.oldest() else { break };
            bytes += line.line.len();
            told.push(line);
        }
        self.since = Instant::now();
        told
    }

    fn oldest(&mut self) -> Option<LogLine> {
        let line = self.lines.pop_front()?;
        self.bytes -= cost(&line);
        Some(line)
    }
}

fn cost(line: &LogLine) -> usize {
    line.line.len() + LINE_COSTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: String) -> LogLine {
        LogLine { stream: "stdout".into(), line: text }
    }

    fn told(kept: &mut Kept) -> Vec<String> {
        let mut all = Vec::new();
        while !kept.is_empty() {
            let batch = kept.take();
            assert!(batch.len() <= LINES);
            let bytes: usize = batch.iter().map(|line| line.line.len()).sum();
            assert!(bytes < TOLD_BYTES + 9 * 1024, "{bytes}");
            all.extend(batch.into_iter().map(|line| line.line));
        }
        all
    }

    #[test]
    fn what_fits_is_told_whole_and_in_order() {
        let mut kept = Kept::new();
        let all: Vec<String> = (0..1_000).map(|n| format!("n{n}")).collect();
        all.iter().for_each(|text| kept.add(line(text.clone())));
        assert_eq!(told(&mut kept), all);
        assert_eq!((kept.bytes, kept.take().len()), (0, 0));
    }

    #[test]
    fn what_is_too_much_loses_its_beginning_and_says_how_much() {
        let mut kept = Kept::new();
        let long = "x".repeat(8 * 1024);
        for n in 0..2_000 {
            kept.add(line(format!("{n} {long}")));
        }
        assert!(kept.bytes < KEPT_BYTES + 9 * 1024, "{}", kept.bytes);
        let all = told(&mut kept);
        let left: usize = all[0].split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(all[0], format!("[… {left} lines left out while the line to the hub was cut …]"));
        assert_eq!(left + all.len() - 1, 2_000, "every line is there or counted");
        for (n, text) in (left..2_000).zip(&all[1..]) {
            assert!(text.starts_with(&format!("{n} ")), "{n}");
        }
        // It is said once.
        kept.add(line("on".into()));
        assert_eq!(told(&mut kept), ["on"]);
    }

    #[test]
    fn few_lines_are_gathered_and_many_are_told_at_once() {
        let mut kept = Kept::new();
        kept.add(line("one".into()));
        assert_eq!(kept.due(), kept.since + GATHERED);
        (0..LINES).for_each(|n| kept.add(line(n.to_string())));
        assert_eq!(kept.due(), kept.since);
    }
}
