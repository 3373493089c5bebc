//! How much of one job's log is kept: its beginning, in lines and in bytes. What programs print and what we say
//! have room of their own each, so that a program that floods does not silence what we say of it afterwards.

/// Lines kept of each.
const LINES: u64 = 20_000;
/// Bytes kept of each; a flood without line ends is cut into long lines, which would be far more.
const BYTES: u64 = 16 << 20;

/// What becomes of one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Kept,
    /// The first that is left out; whoever reads the log is told here.
    Cut,
    Left,
}

#[derive(Debug, Default)]
pub(super) struct Room {
    lines: u64,
    bytes: u64,
    full: bool,
}

impl Room {
    pub(super) fn place(&mut self, line: &str) -> Place {
        let (lines, bytes) = (self.lines + 1, self.bytes + line.len() as u64);
        if self.full {
            Place::Left
        } else if lines > LINES || bytes > BYTES {
            self.full = true;
            Place::Cut
        } else {
            (self.lines, self.bytes) = (lines, bytes);
            Place::Kept
        }
    }
}

/// What stands where the log is cut.
pub(super) fn told() -> String {
    format!("[the log is cut here: more than {LINES} lines or {} MiB]", BYTES >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(line: &str, times: u64) -> (u64, u64) {
        let mut room = Room::default();
        let places: Vec<Place> = (0..times).map(|_| room.place(line)).collect();
        let count = |wanted: Place| places.iter().filter(|place| **place == wanted).count() as u64;
        (count(Place::Kept), count(Place::Cut))
    }

    #[test]
    fn the_beginning_is_kept_and_the_cut_is_told_once() {
        assert_eq!(kept("x", LINES), (LINES, 0));
        assert_eq!(kept("x", LINES + 500), (LINES, 1));
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let long = "x".repeat(8 * 1024);
        assert_eq!(kept(&long, 5_000), (BYTES / (8 * 1024), 1));
    }
}
