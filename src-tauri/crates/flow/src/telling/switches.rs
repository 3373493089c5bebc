//! What the user wants to be told of, and when not. The values come from the configuration, keys `desktop.notify.*`.

use protocol::push::NoticeKind;
use protocol::settings::ConfigValue;

/// Minutes of a day.
const DAY: i64 = 1_440;

/// Everything is on until somebody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    needs_you: bool,
    finished: bool,
    failed: bool,
    limit: bool,
    worker: bool,
    /// Minutes after midnight, local: from the first until before the second. May pass midnight.
    quiet: Option<(u16, u16)>,
}

/// What keeps a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// Its kind is switched off.
    Off,
    /// It is quiet at this hour.
    Quiet,
}

impl Switches {
    /// `time` reads `HH:MM` as minutes after midnight.
    pub fn read(values: &[ConfigValue], time: impl Fn(&str) -> Option<u16>) -> Self {
        let value = |name: &str| {
            let key = values.iter().find(|one| one.key.strip_prefix("desktop.notify.") == Some(name));
            key.map(|one| &one.value)
        };
        let flag = |name: &str| value(name).and_then(|value| value.as_bool()).unwrap_or(true);
        let at = |name: &str| time(value(name)?.as_str()?);
        Self {
            needs_you: flag("needsYou"),
            finished: flag("finished"),
            failed: flag("failed"),
            limit: flag("limit"),
            worker: flag("worker"),
            quiet: at("quietFrom").zip(at("quietUntil")).filter(|_| flag("quietHours")),
        }
    }

    /// Why a message of this kind is kept back at `now_ms` on a device whose clock is so many minutes ahead of UTC. What
    /// somebody asked for is never kept back.
    pub fn why_not(&self, kind: NoticeKind, now_ms: i64, offset_min: i32) -> Option<WhyNot> {
        let on = match kind {
            NoticeKind::NeedsYou => self.needs_you,
            NoticeKind::Finished => self.finished,
            NoticeKind::Failed => self.failed,
            NoticeKind::Limit => self.limit,
            NoticeKind::Worker => self.worker,
            NoticeKind::Test => return None,
        };
        if !on {
            return Some(WhyNot::Off);
        }
        let minute = (now_ms.div_euclid(60_000) + i64::from(offset_min)).rem_euclid(DAY);
        self.is_quiet(u16::try_from(minute).unwrap_or_default()).then_some(WhyNot::Quiet)
    }

    /// From a time until the same time is the whole day.
    fn is_quiet(&self, minute: u16) -> bool {
        match self.quiet {
            None => false,
            Some((from, until)) if from < until => (from..until).contains(&minute),
            Some((from, until)) => minute >= from || minute < until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOON: i64 = 12 * 3_600_000;

    fn read(values: &[(&str, Value)]) -> Switches {
        let one = |(key, value): &(&str, Value)| ConfigValue {
            key: format!("desktop.notify.{key}"),
            value: value.clone(),
            origin: "user".into(),
        };
        let minutes = |text: &str| {
            let (h, m) = text.split_once(':')?;
            Some(h.parse::<u16>().ok()? * 60 + m.parse::<u16>().ok()?)
        };
        Switches::read(&values.iter().map(one).collect::<Vec<_>>(), minutes)
    }

    #[test]
    fn everything_is_told_until_it_is_switched_off_but_what_was_asked_for_always() {
        assert_eq!(read(&[]).why_not(NoticeKind::Worker, NOON, 0), None);
        let all_day =
            [("quietFrom", json!("00:00")), ("quietUntil", json!("00:00")), ("failed", json!(false))];
        let quiet = read(&all_day);
        assert_eq!(quiet.why_not(NoticeKind::Failed, NOON, 0), Some(WhyNot::Off));
        assert_eq!(quiet.why_not(NoticeKind::NeedsYou, NOON, 0), Some(WhyNot::Quiet));
        assert_eq!(quiet.why_not(NoticeKind::Test, NOON, 0), None);
    }

    #[test]
    fn the_quiet_hours_are_those_where_the_device_is() {
        let night = read(&[("quietFrom", json!("22:00")), ("quietUntil", json!("07:00"))]);
        let at = |offset| night.why_not(NoticeKind::NeedsYou, NOON, offset);
        assert_eq!(
            (at(0), at(9 * 60), at(11 * 60), at(-6 * 60)),
            (None, None, Some(WhyNot::Quiet), Some(WhyNot::Quiet))
        );
        assert_eq!(at(19 * 60), None, "07:00 of the next day");
    }

    #[test]
    fn quiet_hours_that_are_switched_off_do_not_count() {
        let off =
            [("quietHours", json!(false)), ("quietFrom", json!("00:00")), ("quietUntil", json!("00:00"))];
        assert_eq!(read(&off).why_not(NoticeKind::NeedsYou, NOON, 0), None);
    }
}
