//! Output that was there before: what it asks of a terminal was asked of another one, and is left out.
//!
//! A real terminal answers every question it is shown, and its answer would be typed into whatever runs by now.

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
/// No question is longer; pictures and titles can be.
const LONGEST: usize = 4096;

/// Goes through such output piece by piece. A sequence that is cut by the end of a piece waits for its rest.
#[derive(Default)]
pub(super) struct Replayed {
    begun: Vec<u8>,
}

impl Replayed {
    /// What is shown of the next piece.
    pub(super) fn unasked(&mut self, piece: &[u8]) -> Vec<u8> {
        let all = [self.take(), piece.to_vec()].concat();
        let (mut shown, mut rest) = (Vec::with_capacity(all.len()), all.as_slice());
        while let Some(at) = rest.iter().position(|byte| *byte == ESC) {
            let (plain, sequence) = rest.split_at(at);
            shown.extend_from_slice(plain);
            let Some(length) = length(sequence) else {
                self.begun = sequence.to_vec();
                return shown;
            };
            let (whole, after) = sequence.split_at(length);
            if !asks(whole) {
                shown.extend_from_slice(whole);
            }
            rest = after;
        }
        shown.extend_from_slice(rest);
        shown
    }

    /// What waits for its rest. It is shown before what is new, and goes where the screen is drawn anew.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.begun)
    }
}

/// Of the sequence that begins here; none while its end is not there.
fn length(sequence: &[u8]) -> Option<usize> {
    let found = match *sequence.get(1)? {
        b'[' => sequence.iter().skip(2).position(|byte| !(0x20..=0x3f).contains(byte)).map(|at| {
            // Anything but a final byte breaks it off.
            let ends = sequence.get(2 + at).is_some_and(|byte| (0x40..=0x7e).contains(byte));
            2 + at + usize::from(ends)
        }),
        kind @ (b']' | b'P') => {
            let ends = |byte: &u8| *byte == ESC || (*byte == BEL && kind == b']');
            sequence.iter().skip(2).position(ends).and_then(|at| match sequence.get(2 + at..) {
                Some([ESC]) => None,
                Some([ESC, b'\\', ..]) => Some(2 + at + 2),
                // Another sequence breaks it off.
                Some([ESC, ..]) => Some(2 + at),
                _ => Some(2 + at + 1),
            })
        }
        ESC => Some(1),
        _ => Some(2),
    };
    found.or((sequence.len() > LONGEST).then_some(sequence.len()))
}

/// Whether a terminal answers this whole sequence.
fn asks(sequence: &[u8]) -> bool {
    match sequence {
        [ESC, b'[', parameters @ .., last] => asks_by_csi(parameters, *last),
        [ESC, b']', text @ ..] => asks_by_osc(text),
        // Settings, and what it is able to do.
        [ESC, b'P', text @ ..] => text.starts_with(b"$q") || text.starts_with(b"+q"),
        [ESC, b'Z'] => true,
        _ => false,
    }
}

fn asks_by_csi(parameters: &[u8], last: u8) -> bool {
    let (first, before) = (parameters.first(), parameters.last());
    match last {
        // Its state, and where its cursor is.
        b'n' => first != Some(&b'>'),
        // Its kind, by three names.
        b'c' => first != Some(&b'?'),
        // Whether a mode is set.
        b'p' => before == Some(&b'$'),
        // Its version; without the mark it is the shape of the cursor.
        b'q' => first == Some(&b'>'),
        // What keys send.
        b'u' => parameters == b"?",
        // Its size, its place and its title.
        b't' => {
            let number = parameters.split(|byte| *byte == b';').next().unwrap_or_default();
            [b"11".as_slice(), b"13", b"14", b"15", b"16", b"18", b"19", b"20", b"21"].contains(&number)
        }
        _ => false,
    }
}

/// Colours, and what is in the clipboard: a question mark in place of the value.
fn asks_by_osc(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"\x1b\\").or_else(|| text.strip_suffix(b"\x07")).unwrap_or(text);
    let mut fields = text.split(|byte| *byte == b';');
    let number = fields.next().and_then(|field| std::str::from_utf8(field).ok()?.parse::<u8>().ok());
    number.is_some_and(|number| matches!(number, 4 | 5 | 10..=19 | 52)) && fields.any(|field| field == b"?")
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTIONS: [&str; 17] = [
        "\x1b[5n",
        "\x1b[6n",
        "\x1b[?6n",
        "\x1b[c",
        "\x1b[0c",
        "\x1b[>c",
        "\x1b[=0c",
        "\x1b[?2026$p",
        "\x1b[>0q",
        "\x1b[?u",
        "\x1b[18t",
        "\x1bZ",
        "\x1b]11;?\x07",
        "\x1b]4;1;?\x1b\\",
        "\x1b]52;c;?\x07",
        "\x1bP$qm\x1b\\",
        "\x1bP+q544e\x1b\\",
    ];
    const SHOWN: [&str; 14] = [
        "plain ünïcode\r\n",
        "\x1b[1;31mred\x1b[0m",
        "\x1b[2J\x1b[H",
        "\x1b[2 q",
        "\x1b[!p",
        "\x1b[>1u",
        "\x1b[u",
        "\x1b[22;0t",
        "\x1b]0;what?\x07",
        "\x1b]0;?\x07",
        "\x1b]11;#112233\x1b\\",
        "\x1b]52;c;aGk=\x07",
        "\x1bPq#0;2;0;0;0\x1b\\",
        "\x1b(B\x1b7\x1b8",
    ];

    fn shown(pieces: &[&[u8]]) -> String {
        let mut replayed = Replayed::default();
        let mut all: Vec<u8> = pieces.iter().flat_map(|piece| replayed.unasked(piece)).collect();
        all.extend(replayed.take());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn questions_are_left_out_and_everything_else_is_shown() {
        for question in QUESTIONS {
            assert_eq!(shown(&[format!("a{question}b").as_bytes()]), "ab", "{question:?}");
        }
        for other in SHOWN {
            assert_eq!(shown(&[format!("a{other}b").as_bytes()]), format!("a{other}b"), "{other:?}");
        }
        assert_eq!(shown(&[b"\x1b[6n\x1b[c\x1b]10;?\x07\x1b[32mok"]), "\x1b[32mok");
    }

    #[test]
    fn a_piece_may_end_anywhere() {
        let all = QUESTIONS.iter().zip(SHOWN.iter().cycle()).map(|(asked, other)| format!("{other}{asked}"));
        let all = all.collect::<String>().into_bytes();
        let whole = shown(&[&all]);
        for cut in 0..all.len() {
            let (one, two) = all.split_at(cut);
            assert_eq!(shown(&[one, two]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = all.chunks(1).collect();
        assert_eq!(shown(&bytes), whole);
    }

    #[test]
    fn what_is_broken_off_or_has_no_end_is_shown_as_it_is() {
        for odd in ["\x1b", "\x1b[12", "\x1b]11;", "\x1b[1\r\n", "\x1bP1$r0m", "\x1b\x1b[1m"] {
            assert_eq!(shown(&[odd.as_bytes()]), odd, "{odd:?}");
        }
        assert_eq!(shown(&[b"\x1b]11;\x1b[6nx"]), "\x1b]11;x", "a question that breaks another sequence off");
        let picture = format!("\x1bPq{}", "~".repeat(3 * LONGEST));
        let mut replayed = Replayed::default();
        assert_eq!(replayed.unasked(picture.as_bytes()), picture.as_bytes(), "it waits for no end");
        assert_eq!(replayed.unasked(b"~~\x1b\\"), b"~~\x1b\\");
    }
}
