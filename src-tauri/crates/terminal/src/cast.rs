//! Recordings in asciicast v2: a head, then one line for each piece of output and each new size.
//!
//! Text in such a file is Unicode. A character that is cut between two pieces waits for its rest; what is no
//! character at all is written as U+FFFD, which is also what a player would show.

use serde_json::json;

/// Turns what happens in a terminal into lines.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    /// The beginning of a character.
    carried: Vec<u8>,
}

impl Cast {
    pub(crate) fn head(cols: u16, rows: u16, at_ms: i64, title: &str, shell: &str) -> String {
        let head = json!({
            "version": 2, "width": cols, "height": rows, "timestamp": at_ms.div_euclid(1000), "title": title,
            "env": { "SHELL": shell, "TERM": "xterm-256color" },
        });
        format!("{head}\n")
    }

    /// A piece of output, `ms` after the start; none when it ends within its first character.
    pub(crate) fn output(&mut self, ms: u64, bytes: &[u8]) -> Option<String> {
        let joined;
        let all = match self.carried.is_empty() {
            true => bytes,
            false => {
                self.carried.extend_from_slice(bytes);
                joined = std::mem::take(&mut self.carried);
                &joined
            }
        };
        let (whole, open) = all.split_at(all.len() - unfinished(all));
        self.carried = open.to_vec();
        (!whole.is_empty()).then(|| line(ms, "o", &String::from_utf8_lossy(whole)))
    }

    pub(crate) fn resize(ms: u64, cols: u16, rows: u16) -> String {
        line(ms, "r", &format!("{cols}x{rows}"))
    }
}

fn line(ms: u64, kind: &str, data: &str) -> String {
    // Text is always written.
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("[{}.{:03}, \"{kind}\", {data}]\n", ms / 1000, ms % 1000)
}

/// Bytes at the end that can still become a character.
pub(crate) fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let Some(&byte) = bytes.get(bytes.len() - back) else { return 0 };
        let length = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if back < length { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_format() {
        let head: serde_json::Value =
            serde_json::from_str(&Cast::head(80, 24, 1_700_000_000_123, "work", "/bin/sh")).unwrap();
        assert_eq!(
            (head["version"].as_i64(), head["width"].as_i64(), head["timestamp"].as_i64()),
            (Some(2), Some(80), Some(1_700_000_000))
        );
        assert_eq!(
            Cast::default().output(1_042, b"a\"\x1b[1m\r\n").unwrap(),
            "[1.042, \"o\", \"a\\\"\\u001b[1m\\r\\n\"]\n"
        );
        assert_eq!(Cast::resize(60_000, 100, 30), "[60.000, \"r\", \"100x30\"]\n");
    }

    #[test]
    fn a_character_in_two_pieces_is_written_once() {
        let mut cast = Cast::default();
        assert_eq!(cast.output(0, &[0xe2]), None);
        assert_eq!(cast.output(1, &[0x82]), None);
        assert_eq!(cast.output(2, &[0xac, b'!']).unwrap(), "[0.002, \"o\", \"€!\"]\n");
    }

    #[test]
    fn what_is_no_character_is_marked() {
        assert_eq!(
            Cast::default().output(0, &[b'a', 0xff, b'b']).unwrap(),
            "[0.000, \"o\", \"a\u{fffd}b\"]\n"
        );
    }
}
