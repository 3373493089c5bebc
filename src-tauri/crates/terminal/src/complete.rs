//! Where a stream of terminal bytes can be cut: never inside an escape sequence or a character.
//!
//! A picture of the screen is taken between bytes; the rest of a sequence that had begun before it would be shown
//! as text by whoever gets the picture and then the rest.

/// Longest piece that is held back; more than that is no sequence anybody waits for.
const LONGEST: usize = 4096;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
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
    /// Takes more of the stream; how many bytes at its end are unfinished now.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        for &byte in bytes {
            self.at = step(self.at, byte);
            self.open = if self.at == At::Ground { 0 } else { self.open + 1 };
            if self.open > LONGEST {
                *self = Self::default();
            }
        }
        self.open
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
        (At::Escape, 0x20..=0x2f) => At::Escape,
        (At::Escape, _) => At::Ground,
        (At::Control, 0x40..=0x7e) => At::Ground,
        (At::Control, _) => At::Control,
        (At::Text, 0x07) => At::Ground,
        (At::Text, _) => At::Text,
        (At::TextEscape, b'\\') => At::Ground,
        (At::TextEscape, _) => At::Text,
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
        Complete::default().take(bytes)
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
    }

    #[test]
    fn it_follows_across_pieces_and_gives_up_on_endless_ones() {
        let mut complete = Complete::default();
        assert_eq!(complete.take(b"\x1b["), 2);
        assert_eq!(complete.take(b"1;2"), 5);
        assert_eq!(complete.take(b"H"), 0);
        assert_eq!(complete.take(b"\x1b]"), 2);
        assert!(complete.take(&[b'x'; LONGEST + 9]) < LONGEST);
    }
}
