//! Where a stream of terminal bytes can be cut: never inside an escape sequence or a character.
//!
//! A picture of the screen is taken between bytes; the rest of a sequence that had begun before it would be shown
//! as text by whoever gets the picture and then the rest.

/// Longest piece that is held back; more than that is no sequence anybody waits for.
const LONGEST: usize = 4096;

/// Where in the language of terminals a stream is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum At {
    #[default]
    Ground,
    Escape,
    /// `ESC [` and parameters.
    Control,
    /// A string up to BEL or `ESC \`.
    Text,
    TextEscape,
    /// So many bytes of a character are missing.
    Character(u8),
}

/// Follows a stream and knows how many of its newest bytes belong to something unfinished.
#[derive(Debug, Default)]
pub(crate) struct Complete {
    at: At,
    open: usize,
}

impl Complete {
    /// Whether a byte is text or the end of a line in the middle of such, which is nearly all of a flood.
    pub(crate) fn is_plain(&self, byte: u8) -> bool {
        self.at == At::Ground && matches!(byte, 0x20..=0x7f | b'\r' | b'\n')
    }

    /// Takes one more byte; where the stream was before it, and where it is now.
    pub(crate) fn step(&mut self, byte: u8) -> (At, At) {
        let before = self.at;
        self.at = step(before, byte);
        // What begins behind an endless one is counted by itself.
        let counted = if byte == 0x1b && self.open > LONGEST { 0 } else { self.open };
        self.open = if self.at == At::Ground { 0 } else { counted + 1 };
        (before, self.at)
    }

    /// Bytes at the end that are unfinished; none of something endless.
    pub(crate) fn open(&self) -> usize {
        if self.open > LONGEST { 0 } else { self.open }
    }
}

fn step(at: At, byte: u8) -> At {
    match (at, byte) {
        (At::Text, 0x1b) => At::TextEscape,
        // CAN and SUB break off anything; a new ESC begins anew.
        (_, 0x18 | 0x1a) => At::Ground,
        (_, 0x1b) => At::Escape,
        (At::Escape, b'[') => At::Control,
        (At::Escape, b']' | b'P' | b'X' | b'^' | b'_') => At::Text,
        // Other controls are obeyed in the middle of a sequence.
        (At::Escape, 0x00..=0x2f) => At::Escape,
        (At::Escape, _) => At::Ground,
        (At::Control, 0x40..=0x7e) => At::Ground,
        (At::Control, _) => At::Control,
        (At::Text, 0x07) => At::Ground,
        (At::Text, _) => At::Text,
        (At::TextEscape, b'\\') => At::Ground,
        // Anything else that begins with it breaks off the string.
        (At::TextEscape, _) => step(At::Escape, byte),
        (At::Character(1), 0x80..=0xbf) => At::Ground,
        (At::Character(left), 0x80..=0xbf) => At::Character(left - 1),
        (At::Ground | At::Character(_), 0xc2..=0xdf) => At::Character(1),
        (At::Ground | At::Character(_), 0xe0..=0xef) => At::Character(2),
        (At::Ground | At::Character(_), 0xf0..=0xf4) => At::Character(3),
        (At::Ground | At::Character(_), _) => At::Ground,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8]) -> usize {
        take(&mut Complete::default(), bytes)
    }

    fn take(complete: &mut Complete, bytes: &[u8]) -> usize {
        for byte in bytes {
            complete.step(*byte);
        }
        complete.open()
    }

    #[test]
    fn whole_sequences_and_characters_leave_nothing_open() {
        for whole in
            ["", "plain\r\n", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;x\x1b\\", "\x1bc", "ä€😀"]
        {
            assert_eq!(open(whole.as_bytes()), 0, "{whole:?}");
        }
    }

    #[test]
    fn what_has_begun_is_open_from_its_first_byte() {
        assert_eq!(open(b"text\x1b"), 1);
        assert_eq!(open(b"text\x1b[3"), 3);
        assert_eq!(open(b"\x1b]0;tit"), 7);
        assert_eq!(open(b"\x1b]0;tit\x1b"), 8);
        assert_eq!(open(b"x\xf0\x9f\x98"), 3);
        assert_eq!(open(b"\x1b(B"), 0);
        assert_eq!(open(b"\x1b[3\x1b[1"), 6);
        assert_eq!(open(b"\x1b]0;title\x1b[31m"), 0);
        assert_eq!(open(b"\x1b\r\n"), 3);
    }

    #[test]
    fn it_follows_across_pieces_and_gives_up_on_endless_ones() {
        let mut complete = Complete::default();
        assert_eq!(take(&mut complete, b"\x1b["), 2);
        assert_eq!(take(&mut complete, b"1;2"), 5);
        assert_eq!(take(&mut complete, b"H"), 0);
        assert_eq!(take(&mut complete, b"\x1b]"), 2);
        assert!(take(&mut complete, &[b'x'; LONGEST + 9]) < LONGEST);
        assert_eq!(take(&mut complete, b"\x1b[3"), 3);
    }
}
