//! Time as something that is handed in.
//!
//! Wall time (`now_ms`) is for people and records and may jump; monotonic time is for durations only.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::HostError;

/// Where time comes from. Tests and the simulation bring their own.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> i64;
    /// Milliseconds since some fixed point of this process; never goes back.
    fn monotonic_ms(&self) -> u64;
    /// Minutes after midnight where the user is; of UTC when the machine does not know its zone.
    fn minute_of_day(&self) -> u16;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn minute_of_day(&self) -> u16 {
        let now = OffsetDateTime::now_utc();
        let here = UtcOffset::local_offset_at(now).unwrap_or(UtcOffset::UTC);
        let there = now.to_offset(here);
        u16::from(there.hour()) * 60 + u16::from(there.minute())
    }
}

/// RFC 3339 in UTC with exactly three digits of fraction: `2026-01-31T12:00:00.000Z`.
/// Times outside the years 0 to 9999 are clamped to that range.
pub fn iso(ms: i64) -> String {
    const FIRST: i64 = -62_167_219_200_000;
    const LAST: i64 = 253_402_300_799_999;
    let shape = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let nanos = i128::from(ms.clamp(FIRST, LAST)) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&shape).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned())
}

/// Milliseconds since the epoch of any RFC 3339 time; digits below a millisecond are dropped.
pub fn parse_iso(text: &str) -> Result<i64, HostError> {
    let bad = || HostError::Time { text: text.chars().take(64).collect() };
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| bad())?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_prints_three_digits_and_z_and_reads_back() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(1_769_860_800_007), "2026-01-31T12:00:00.007Z");
        for ms in [0, 1, -1, 999, 1_769_860_800_007, 253_402_300_799_999] {
            assert_eq!(parse_iso(&iso(ms)).unwrap(), ms);
        }
    }

    #[test]
    fn absurd_times_are_clamped_instead_of_failing() {
        assert_eq!(iso(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(iso(i64::MIN), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn offsets_are_understood_and_nonsense_is_refused() {
        assert_eq!(parse_iso("1970-01-01T01:00:00+01:00").unwrap(), 0);
        assert_eq!(parse_iso("yesterday").unwrap_err().code(), "host.time");
    }

    #[test]
    fn monotonic_time_never_goes_back() {
        let clock = SystemClock::new();
        let first = clock.monotonic_ms();
        assert!(clock.monotonic_ms() >= first);
        assert!(clock.now_ms() > 1_600_000_000_000);
    }
}
