//! The screen as an emulator sees it, so that a newcomer gets a picture of a few kilobytes.

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cast::unfinished;
use crate::flood::{Flood, Skip};

/// Lines above the screen that go into a picture.
const HISTORY_LINES: usize = 500;
/// Most bytes of them.
const HISTORY_BYTES: usize = 128 * 1024;
/// Soft reset, normal screen, all clear: what was on the watcher's screen before has nothing to say.
const BEGIN: &str = "\x1b[!p\x1b[?1049l\x1b[0m\x1b[H\x1b[2J";

pub(crate) struct Screen {
    parser: vt100::Parser,
    flood: Flood,
    /// The beginning of a character: the emulator gets whole ones, since it loses what follows one in two pieces.
    carried: Vec<u8>,
}

impl Screen {
    pub(crate) fn new(cols: u16, rows: u16) -> Self {
        Self { parser: parser(cols, rows), flood: Flood::default(), carried: Vec::new() }
    }

    pub(crate) fn show(&mut self, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.carried);
        all.extend_from_slice(bytes);
        self.carried = all.split_off(all.len() - unfinished(&all));
        self.draw(&all);
    }

    fn draw(&mut self, bytes: &[u8]) {
        let rows = usize::from(self.parser.screen().size().0.get());
        // Wherever the cursor is, so many lines push out everything above them.
        let Some(Skip { range, instead }) = self.flood.take(bytes, HISTORY_LINES + 2 * rows) else {
            return self.guard(|parser| parser.process(bytes));
        };
        let (before, after) = (bytes.get(..range.start), bytes.get(range.end..));
        let shown = [before.unwrap_or_default(), &instead, after.unwrap_or_default()];
        self.guard(|parser| shown.into_iter().for_each(|bytes| parser.process(bytes)));
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.guard(|parser| parser.set_size(side(rows), side(cols)));
    }

    /// Bytes at the end of the stream that belong to something unfinished: a picture is as of before them.
    pub(crate) fn unfinished(&self) -> usize {
        self.flood.unfinished() + self.carried.len()
    }

    /// Bytes that draw this screen, and some lines above it, on any terminal of the same size.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let mut picture = BEGIN.to_owned();
        self.guard(|parser| {
            let mut drawn = String::new();
            let screen = parser.screen_mut();
            if screen.alternate_screen() {
                drawn.push_str("\x1b[?1049h");
            } else {
                history(screen, &mut drawn);
            }
            drawn.push_str(&screen.state_formatted());
            picture.push_str(&drawn);
        });
        picture.into_bytes()
    }

    /// What can be read on it, without what is blank at the ends.
    pub(crate) fn text(&mut self) -> String {
        let mut text = String::new();
        self.guard(|parser| text = parser.screen().contents());
        text.trim_end().to_owned()
    }

    /// Output is anybody's bytes. Should they break the emulator, the picture begins anew and the terminal goes on.
    fn guard(&mut self, work: impl FnOnce(&mut vt100::Parser)) {
        if catch_unwind(AssertUnwindSafe(|| work(&mut self.parser))).is_err() {
            tracing::warn!("a terminal's screen is drawn anew, because its emulator broke");
            let (rows, cols) = self.parser.screen().size();
            self.parser = parser(cols.get(), rows.get());
        }
    }
}

/// Writes the lines above the screen, and pushes them out of it at the top.
fn history(screen: &mut vt100::Screen, drawn: &mut String) {
    let (rows, cols) = screen.size();
    let rows = usize::from(rows.get());
    let mut left = screen.scrollback_len().min(HISTORY_LINES);
    let mut lines = Vec::new();
    while left > 0 {
        screen.set_scrollback(left);
        let some = left.min(rows);
        lines.extend(screen.rows_formatted(0, cols.get()).take(some));
        left -= some;
    }
    screen.set_scrollback(0);
    let mut bytes = 0;
    let newest = lines.iter().rev().take_while(|line| {
        bytes += line.len();
        bytes <= HISTORY_BYTES
    });
    let kept = newest.count();
    if kept == 0 {
        return;
    }
    for line in lines.iter().skip(lines.len() - kept) {
        drawn.push_str(line);
        drawn.push_str("\x1b[0m\r\n");
    }
    drawn.extend(std::iter::repeat_n("\r\n", rows.saturating_sub(1)));
}

fn parser(cols: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(side(rows), side(cols), HISTORY_LINES)
}

fn side(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).unwrap_or(NonZeroU16::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What another terminal shows after the picture.
    fn copy(screen: &mut Screen, cols: u16, rows: u16) -> vt100::Parser {
        let mut other = parser(cols, rows);
        other.process(b"something else was here\x1b[7m");
        other.process(&screen.picture());
        other
    }

    #[test]
    fn a_picture_shows_what_is_on_the_screen() {
        let mut screen = Screen::new(20, 4);
        screen.show(b"one\r\n\x1b[31mtwo\x1b[0m\r\nthree\x1b[2;2H");
        let other = copy(&mut screen, 20, 4);
        assert_eq!(other.screen().contents(), screen.parser.screen().contents());
        assert_eq!(other.screen().cursor_position(), (1, 1));
        assert_eq!(other.screen().cell(1, 0).map(vt100::Cell::fgcolor), Some(vt100::Color::Idx(1)));
    }

    #[test]
    fn lines_that_went_out_at_the_top_come_along() {
        let mut screen = Screen::new(20, 3);
        for line in 1..=40 {
            screen.show(format!("line {line}\r\n").as_bytes());
        }
        let mut other = copy(&mut screen, 20, 3);
        assert_eq!(other.screen().contents(), screen.parser.screen().contents());
        let all = other.screen().scrollback_len();
        other.screen_mut().set_scrollback(all);
        let mut rows: Vec<String> = other.screen().rows(0, 20).collect();
        while rows.first().is_some_and(|row| !row.starts_with("line 1")) {
            let at = other.screen().scrollback();
            assert!(at > 0, "line 1 is nowhere");
            other.screen_mut().set_scrollback(at - 1);
            rows = other.screen().rows(0, 20).collect();
        }
        assert_eq!(rows, ["line 1", "line 2", "line 3"]);
    }

    #[test]
    fn a_long_history_makes_a_small_picture() {
        let mut screen = Screen::new(200, 50);
        for line in 0..40_000 {
            screen.show(format!("{line:0>190}\r\n").as_bytes());
        }
        assert!(screen.picture().len() < 200 * 1024, "{}", screen.picture().len());
    }

    #[test]
    fn a_program_of_the_whole_screen_is_shown_on_the_other_screen() {
        let mut screen = Screen::new(20, 4);
        screen.show(b"before\r\n\x1b[?1049h\x1b[Hfull\x1b[?1h");
        let other = copy(&mut screen, 20, 4);
        assert!(other.screen().alternate_screen() && other.screen().application_cursor());
        assert_eq!(other.screen().contents().trim_end(), "full");
    }

    #[test]
    fn a_picture_is_as_of_before_what_is_unfinished() {
        let mut screen = Screen::new(20, 4);
        screen.show(b"red: \x1b[3");
        assert_eq!(screen.unfinished(), 3);
        let mut other = copy(&mut screen, 20, 4);
        other.process(b"\x1b[31mx");
        assert_eq!(other.screen().contents().trim_end(), "red: x");
    }

    /// What is in the lines above and on the screen, with colours, where the cursor is, and the modes.
    fn everything(screen: &mut Screen) -> String {
        let at = screen.parser.screen().cursor_position();
        let drawn = String::from_utf8_lossy(&screen.picture()).into_owned();
        format!("{at:?}\n{drawn}").escape_debug().collect()
    }

    /// What programs say. Repeating the last character is not among it: after a control that means nothing.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            20 => "[a-zä€😀 ]{0,90}".prop_map(|text| text),
            20 => Just("\r\n".to_owned()),
            8 => (0..110_u8).prop_map(|n| format!("\x1b[{n}m")),
            2 => Just("\x1b[0;1;38;5;9m".to_owned()),
            2 => Just("\x1b[m\x1b[K".to_owned()),
            1 => prop::sample::select(vec![
                "\n", "\r", "\t", "\x08", "\x1b[A", "\x1b[3;3H", "\x1b[2J", "\x1b[2;4r", "\x1b[r", "\x1bc", "\x1b[4h",
                "\x1b[4l", "\x1b[?7l", "\x1b[?7h", "\x1b[?1049h", "\x1b[?1049l", "\x1b7", "\x1b8", "\x1b]0;t\x07",
                "\x1bPq\x07", "\x1b\\", "\x1b[?6h", "\x1b[", "\x1b", "\x1bM", "\x1b[2L",
            ]).prop_map(str::to_owned),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]
        #[test]
        fn what_is_left_out_of_a_flood_is_never_missed(
            parts in prop::collection::vec((prop::collection::vec(word(), 1..60), 1_usize..400), 1..6),
            cut in 1_usize..200_000, cols in 1_u16..100, rows in 1_u16..30,
        ) {
            let flood: String = parts.iter().map(|(words, times)| words.concat().repeat(*times)).collect();
            let bytes = flood.as_bytes();
            let mut drawn = Screen::new(cols, rows);
            drawn.parser.process(bytes);
            let mut quick = Screen::new(cols, rows);
            for piece in bytes.chunks(cut) {
                quick.show(piece);
            }
            let (quick, drawn) = (everything(&mut quick), everything(&mut drawn));
            let differs = quick.chars().zip(drawn.chars()).position(|(one, other)| one != other);
            let after = |text: &str| text.chars().skip(differs.unwrap_or(0).saturating_sub(40)).take(90).collect::<String>();
            prop_assert!(quick == drawn, "{} | {}", after(&quick), after(&drawn));
        }

        #[test]
        fn no_bytes_and_no_size_break_it(pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), 1_u16..60, 1_u16..40), 1..12)) {
            let mut screen = Screen::new(80, 24);
            for (bytes, cols, rows) in pieces {
                screen.show(&bytes);
                screen.resize(cols, rows);
                screen.picture();
            }
        }
    }
}
