//! How long to wait before the next try. Pure: the chance comes in.

use std::time::Duration;

const FIRST: u64 = 250;
const LONGEST: u64 = 10_000;

/// Growing pauses, shorter than the time a seat at a terminal is kept.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next pause; `chance` of 0 to 255 spreads many machines that lost their hub at once.
    pub(crate) fn next(&mut self, chance: u8) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.tries.min(16)).min(LONGEST);
        self.tries += 1;
        Duration::from_millis(whole / 2 + whole / 2 * u64::from(chance) / 255)
    }

    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_are_spread() {
        let mut slow = Backoff::default();
        let pauses: Vec<u128> = (0..10).map(|_| slow.next(255).as_millis()).collect();
        assert_eq!(&pauses[..7], &[250, 500, 1_000, 2_000, 4_000, 8_000, 10_000]);
        assert!(pauses.iter().all(|pause| *pause <= 10_000));
        assert_eq!(Backoff::default().next(0).as_millis(), 125);
        slow.reset();
        assert_eq!(slow.next(255).as_millis(), 250);
    }
}
