//! The newest bytes of a stream, by their offset since its start.

use std::collections::VecDeque;

/// Grows with what is written, up to its limit; then the oldest bytes go.
#[derive(Debug)]
pub(crate) struct Ring {
    bytes: VecDeque<u8>,
    /// Offset of the first byte that is kept.
    start: u64,
    limit: usize,
}

impl Ring {
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: VecDeque::new(), start: 0, limit }
    }

    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Bytes written since the start.
    pub(crate) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(self.limit);
        let gone = (self.bytes.len() + kept).saturating_sub(self.limit);
        self.bytes.drain(..gone);
        self.start += (gone + bytes.len() - kept) as u64;
        // As one piece: byte by byte it would cost more than everything else on the way of a flood.
        self.bytes.extend(bytes.get(bytes.len() - kept..).unwrap_or_default());
    }

    /// At most `most` bytes from `offset` on; none when they are gone or not there yet.
    pub(crate) fn read(&self, offset: u64, most: usize) -> Option<Vec<u8>> {
        let skip = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let left = self.bytes.len().checked_sub(skip)?;
        let wanted = left.min(most);
        let (front, back) = self.bytes.as_slices();
        let first = front.get(skip.min(front.len())..).unwrap_or_default();
        let first = first.get(..wanted.min(first.len())).unwrap_or_default();
        let mut read = Vec::with_capacity(wanted);
        read.extend_from_slice(first);
        let rest = back.get(skip.saturating_sub(front.len())..).unwrap_or_default();
        read.extend_from_slice(rest.get(..wanted - first.len()).unwrap_or_default());
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_kept_is_found_by_its_offset() {
        let mut ring = Ring::new(4);
        ring.push(b"abc");
        assert_eq!((ring.start(), ring.end()), (0, 3));
        ring.push(b"def");
        assert_eq!((ring.start(), ring.end()), (2, 6));
        assert_eq!(ring.read(2, 9), Some(b"cdef".to_vec()));
        assert_eq!(ring.read(4, 1), Some(b"e".to_vec()));
        assert_eq!(ring.read(6, 9), Some(Vec::new()));
        assert_eq!(ring.read(1, 9), None);
        assert_eq!(ring.read(7, 9), None);
    }

    #[test]
    fn more_than_fits_keeps_the_end() {
        let mut ring = Ring::new(4);
        ring.push(b"x");
        ring.push(b"0123456789");
        assert_eq!((ring.start(), ring.end()), (7, 11));
        assert_eq!(ring.read(7, 9), Some(b"6789".to_vec()));
    }

    proptest! {
        #[test]
        fn any_pushes_leave_the_end_of_the_stream(pushes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20), limit in 1_usize..64, skip in 0_usize..64, most in 0_usize..64) {
            let mut ring = Ring::new(limit);
            let mut all = Vec::new();
            for push in &pushes {
                ring.push(push);
                all.extend_from_slice(push);
            }
            prop_assert_eq!(ring.end(), all.len() as u64);
            let start = usize::try_from(ring.start()).unwrap();
            prop_assert!(all.len() - start <= limit);
            prop_assert_eq!(ring.read(ring.start(), usize::MAX).unwrap(), &all[start..]);
            let from = (start + skip).min(all.len());
            prop_assert_eq!(ring.read(from as u64, most).unwrap(), &all[from..(from + most).min(all.len())]);
        }
    }
}
