//! When to look for a newer version. The jitter is handed in, so that a release does not meet every window at once
//! and a test meets no chance.

use std::time::Duration;

/// After the start, so that opening the window is not slowed down.
const FIRST: Duration = Duration::from_secs(10);
/// Between looks that were answered.
const EVERY: Duration = Duration::from_secs(6 * 3_600);
/// After the first look that failed; doubles up to `EVERY`.
const AFTER_FAILURE: Duration = Duration::from_secs(15 * 60);

/// What happened at the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    None,
    Answered,
    /// How many failed in a row.
    Failed(u32),
}

/// How long to wait for the next look; `jitter` is from 0 to 1 and adds up to half of it.
pub fn wait(last: Last, jitter: f64) -> Duration {
    let base = match last {
        Last::None => FIRST,
        Last::Answered => EVERY,
        Last::Failed(times) => {
            let doubled = 1_u32.checked_shl(times.saturating_sub(1)).unwrap_or(u32::MAX);
            AFTER_FAILURE.saturating_mul(doubled).min(EVERY)
        }
    };
    base + base.mul_f64(jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_sooner_and_then_less_and_less() {
        let minutes = |times| wait(Last::Failed(times), 0.0).as_secs() / 60;
        assert_eq!([1, 2, 3, 4, 5, 6, 40, u32::MAX].map(minutes), [15, 30, 60, 120, 240, 360, 360, 360]);
        assert!(wait(Last::Failed(1), 1.0) < wait(Last::Answered, 0.0));
    }

    #[test]
    fn jitter_adds_at_most_half() {
        for last in [Last::None, Last::Answered, Last::Failed(2)] {
            let base = wait(last, 0.0);
            assert_eq!(wait(last, 1.0), base.mul_f64(1.5));
            assert_eq!(wait(last, 7.0), wait(last, 1.0));
            assert_eq!(wait(last, f64::NAN.max(0.0)), base);
        }
    }
}
