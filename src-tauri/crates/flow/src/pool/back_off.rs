//! Processes that end by themselves are started again later and later.

/// One that lived this long did its work: its next end is the first of a row again.
pub const SETTLED_MS: u64 = 60_000;
/// Ends in a row after which somebody is told.
pub const ALARM: u32 = 5;
/// Ends in a row from which on no further workers are started beside it: they would end the same way.
pub(super) const DOUBT: u32 = 3;
/// First and longest wait.
const WAITS_MS: (u64, u64) = (500, 60_000);

/// What follows from an end that nobody wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Died {
    pub lived_ms: u64,
    /// Ends in a row, this one among them.
    pub in_row: u32,
    /// After how long it is started again.
    pub wait_ms: u64,
    /// Somebody has to be told; true once in a row.
    pub alarm: bool,
}

pub(super) fn died(before: u32, lived_ms: u64) -> Died {
    let in_row = if lived_ms >= SETTLED_MS { 1 } else { before.saturating_add(1) };
    let doublings = in_row.saturating_sub(1).min(16);
    let wait_ms = (WAITS_MS.0 << doublings).min(WAITS_MS.1);
    Died { lived_ms, in_row, wait_ms, alarm: in_row == ALARM }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_after_a_good_while() {
        let mut before = 0;
        let mut waits = Vec::new();
        for _ in 0..10 {
            let died = died(before, 20);
            before = died.in_row;
            waits.push(died.wait_ms);
            assert_eq!(died.alarm, died.in_row == ALARM);
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        let settled = died(before, SETTLED_MS);
        assert_eq!((settled.in_row, settled.wait_ms, settled.alarm), (1, 500, false));
        assert_eq!(died(u32::MAX, 0).wait_ms, 60_000, "it never overflows");
    }
}
