//! What time it is where a message is read.

/// Minutes of a day.
const DAY: i64 = 1_440;

/// The minute of the day at `now_ms` (Unix, UTC) on a device whose clock is so many minutes ahead of UTC.
pub fn minute_there(now_ms: i64, offset_min: i32) -> u16 {
    let minute = (now_ms.div_euclid(60_000) + i64::from(offset_min)).rem_euclid(DAY);
    u16::try_from(minute).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hour_where_the_device_is() {
        let noon = 12 * 3_600_000;
        let at = |hours: i32| minute_there(noon, hours * 60);
        assert_eq!((at(0), at(11), at(-6), at(19)), (12 * 60, 23 * 60, 6 * 60, 7 * 60));
        assert_eq!(minute_there(-60_000, 0), 1_439, "before 1970");
    }
}
