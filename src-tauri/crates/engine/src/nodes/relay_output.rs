//! What came from a node and was not shown yet. Pure: what goes in comes out once and in order, in bounded space.

use super::relay::Relayed;
use crate::Piece;
use protocol::ApiError;
use protocol::terminal::WINDOW;
use std::collections::VecDeque;

/// Most bytes of one piece that pieces are put together to.
const PIECE: usize = 32 * 1024;
/// Most bytes that wait: the window, and pictures of the screen.
const MOST: usize = WINDOW as usize + 2 * 1024 * 1024;
/// Most pieces that wait; output that comes in crumbs is put together.
const PIECES: usize = 512;

#[derive(Default)]
pub(super) struct Pieces {
    waiting: VecDeque<Relayed>,
    bytes: usize,
    /// Output before it came in, if any did.
    end: Option<u64>,
}

impl Pieces {
    /// For somebody who has everything before `after`.
    pub(super) fn after(after: Option<u64>) -> Self {
        Self { end: after, ..Self::default() }
    }

    /// Up to where output came in.
    pub(super) fn end(&self) -> Option<u64> {
        self.end
    }

    /// False when it is more than may wait.
    #[must_use]
    fn fits(&self) -> bool {
        self.bytes <= MOST && self.waiting.len() <= PIECES
    }

    pub(super) fn push(&mut self, piece: Piece) -> bool {
        match piece {
            Piece::Output { offset, bytes, replay } => {
                // What came in already, over an older connection, is not shown twice.
                let known = self.end.map_or(0, |end| end.saturating_sub(offset));
                let fresh = bytes.get(usize::try_from(known).unwrap_or(usize::MAX)..).unwrap_or_default();
                if fresh.is_empty() {
                    return true;
                }
                self.end = Some(offset + bytes.len() as u64);
                self.bytes += fresh.len();
                // In pieces of our own size, so that few enough bytes are on their way to a client that does not read.
                let mut at = offset + known;
                for part in fresh.chunks(PIECE) {
                    self.output(at, part, replay);
                    at += part.len() as u64;
                }
            }
            Piece::Snapshot { offset, bytes } => {
                self.end = Some(offset);
                self.bytes += bytes.len();
                self.waiting.push_back(Relayed::Piece(Piece::Snapshot { offset, bytes }));
            }
            Piece::Taken { .. } => self.newest(piece, |known| matches!(known, Piece::Taken { .. })),
            Piece::Changed { .. } => self.newest(piece, |known| matches!(known, Piece::Changed { .. })),
            Piece::Gap { .. } | Piece::Exit { .. } => self.waiting.push_back(Relayed::Piece(piece)),
        }
        self.fits()
    }

    fn output(&mut self, offset: u64, fresh: &[u8], again: bool) {
        if let Some(Relayed::Piece(Piece::Output { offset: first, bytes, replay })) = self.waiting.back_mut()
            && *replay == again
            && *first + bytes.len() as u64 == offset
            && bytes.len() + fresh.len() <= PIECE
        {
            bytes.extend_from_slice(fresh);
            return;
        }
        let piece = Piece::Output { offset, bytes: fresh.to_vec(), replay: again };
        self.waiting.push_back(Relayed::Piece(piece));
    }

    /// Only the newest of its kind is worth saying.
    fn newest(&mut self, piece: Piece, same: impl Fn(&Piece) -> bool) {
        self.waiting.retain(|one| !matches!(one, Relayed::Piece(known) if same(known)));
        self.waiting.push_back(Relayed::Piece(piece));
    }

    pub(super) fn refuse(&mut self, error: ApiError) {
        if self.waiting.len() <= PIECES {
            self.waiting.push_back(Relayed::Refused(error));
        }
    }

    pub(super) fn pop(&mut self) -> Option<Relayed> {
        let next = self.waiting.pop_front()?;
        if let Relayed::Piece(Piece::Output { bytes, .. } | Piece::Snapshot { bytes, .. }) = &next {
            self.bytes -= bytes.len();
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn output(offset: u64, bytes: &[u8]) -> Piece {
        Piece::Output { offset, bytes: bytes.to_vec(), replay: false }
    }

    fn shown(pieces: &mut Pieces) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(next) = pieces.pop() {
            if let Relayed::Piece(Piece::Output { bytes, .. }) = next {
                all.extend(bytes);
            }
        }
        all
    }

    #[test]
    fn crumbs_are_put_together_and_what_is_behind_a_picture_is_not() {
        let mut pieces = Pieces::after(Some(0));
        assert!(pieces.push(output(0, b"ab")) && pieces.push(output(2, b"cd")));
        assert!(pieces.push(Piece::Snapshot { offset: 9, bytes: b"picture".to_vec() }));
        assert!(pieces.push(output(9, b"ef")));
        assert_eq!(pieces.waiting.len(), 3);
        assert_eq!((pieces.end(), pieces.bytes), (Some(11), 13));
        assert_eq!(shown(&mut pieces), b"abcdef");
        assert_eq!(pieces.bytes, 0);
    }

    #[test]
    fn of_what_is_true_now_only_the_newest_waits() {
        let mut pieces = Pieces::default();
        for offset in 0..2_000 {
            assert!(pieces.push(Piece::Taken { offset }));
        }
        assert_eq!(pieces.waiting.len(), 1);
        assert!(matches!(pieces.pop(), Some(Relayed::Piece(Piece::Taken { offset: 1999 }))));
    }

    #[test]
    fn a_node_that_sends_beyond_the_window_is_noticed() {
        let mut pieces = Pieces::after(Some(0));
        let mut offset = 0;
        while pieces.push(output(offset, &[b'x'; 32 * 1024])) {
            offset += 32 * 1024;
            assert!(offset <= MOST as u64, "{offset}");
        }
        let mut pieces = Pieces::default();
        let times = (0..2_000).take_while(|offset| pieces.push(Piece::Gap { offset: *offset })).count();
        assert!(times <= PIECES);
    }

    proptest! {
        /// A stream sent in any pieces, begun again anywhere before what came in, is shown once.
        #[test]
        fn nothing_is_lost_or_doubled_over_any_cuts(cuts in prop::collection::vec((1_usize..200, 0_usize..200), 1..40)) {
            let all: Vec<u8> = (0..8_000_u32).map(|n| (n % 251) as u8).collect();
            let (mut pieces, mut seen) = (Pieces::after(Some(0)), Vec::new());
            for (length, back) in cuts {
                let end = usize::try_from(pieces.end().unwrap()).unwrap();
                let from = end.saturating_sub(back);
                let to = (from + length).min(all.len());
                prop_assert!(pieces.push(output(from as u64, &all[from..to])));
                seen.extend(shown(&mut pieces));
            }
            prop_assert_eq!(&seen[..], &all[..seen.len()]);
            prop_assert_eq!(pieces.end().unwrap(), seen.len() as u64);
        }
    }
}
