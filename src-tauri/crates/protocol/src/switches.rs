//! What the user wants to be told of, and when not: the reading of the keys `desktop.notify.*`. Whether a time is well
//! formed is not known here.

use crate::push::NoticeKind;
use crate::settings::ConfigValue;

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

impl Default for Switches {
    fn default() -> Self {
        Self { needs_you: true, finished: true, failed: true, limit: true, worker: true, quiet: None }
    }
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

    /// What somebody asked for is always on.
    pub fn is_on(&self, kind: NoticeKind) -> bool {
        match kind {
            NoticeKind::NeedsYou => self.needs_you,
            NoticeKind::Finished => self.finished,
            NoticeKind::Failed => self.failed,
            NoticeKind::Limit => self.limit,
            NoticeKind::Worker => self.worker,
            NoticeKind::Test => true,
        }
    }

    /// Whether it is quiet at this minute of the day. From a time until the same time is the whole day.
    pub fn is_quiet(&self, minute: u16) -> bool {
        match self.quiet {
            None => false,
            Some((from, until)) if from < until => (from..until).contains(&minute),
            Some((from, until)) => minute >= from || minute < until,
        }
    }

    /// Why a message of this kind is kept back at this minute of the day where it is read. What somebody asked for never is.
    pub fn why_not(&self, kind: NoticeKind, minute: u16) -> Option<WhyNot> {
        if kind == NoticeKind::Test {
            None
        } else if !self.is_on(kind) {
            Some(WhyNot::Off)
        } else {
            self.is_quiet(minute).then_some(WhyNot::Quiet)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

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
    fn everything_is_on_until_it_is_switched_off() {
        assert_eq!(read(&[]), Switches::default());
        let some = read(&[("finished", json!(false)), ("limit", json!(null))]);
        assert_eq!(some.why_not(NoticeKind::Finished, 0), Some(WhyNot::Off));
        assert_eq!((some.why_not(NoticeKind::NeedsYou, 0), some.why_not(NoticeKind::Limit, 0)), (None, None));
        assert_eq!(read(&[("worker", json!(false))]).why_not(NoticeKind::Worker, 0), Some(WhyNot::Off));
    }

    #[test]
    fn quiet_hours_pass_midnight_and_need_both_ends() {
        let night = read(&[("quietFrom", json!("22:00")), ("quietUntil", json!("07:30"))]);
        for (minute, quiet) in [
            (22 * 60, true),
            (23 * 60, true),
            (0, true),
            (7 * 60 + 29, true),
            (7 * 60 + 30, false),
            (21 * 60 + 59, false),
        ] {
            assert_eq!(night.is_quiet(minute), quiet, "{minute}");
        }
        let noon = read(&[("quietFrom", json!("12:00")), ("quietUntil", json!("13:00"))]);
        assert!(noon.is_quiet(12 * 60) && !noon.is_quiet(13 * 60) && !noon.is_quiet(0));
        assert!(!read(&[("quietFrom", json!("22:00"))]).is_quiet(23 * 60));
        assert!(!read(&[("quietFrom", json!("late")), ("quietUntil", json!("07:00"))]).is_quiet(0));
        let kept =
            [("quietHours", json!(false)), ("quietFrom", json!("00:00")), ("quietUntil", json!("00:00"))];
        assert!(!read(&kept).is_quiet(0), "their times are kept, and do not count");
        let always = read(&[("quietFrom", json!("00:00")), ("quietUntil", json!("00:00"))]);
        assert!(always.is_quiet(0) && always.is_quiet(1_439));
    }

    #[test]
    fn what_was_asked_for_is_told_even_at_night_and_what_is_off_is_off_first() {
        let night =
            read(&[("quietFrom", json!("00:00")), ("quietUntil", json!("00:00")), ("failed", json!(false))]);
        assert_eq!(night.why_not(NoticeKind::Test, 0), None);
        assert_eq!(night.why_not(NoticeKind::NeedsYou, 0), Some(WhyNot::Quiet));
        assert_eq!(night.why_not(NoticeKind::Failed, 0), Some(WhyNot::Off));
    }
}
