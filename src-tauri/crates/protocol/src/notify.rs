//! What people are notified of: chosen once for all who show notifications.

use crate::wire;

wire! {
    /// When nothing is shown, by the clock of the machine that shows. From a time until the same time is the whole
    /// day.
    pub struct QuietHours {
        /// Off keeps the times for when they are switched on again.
        pub on: bool,
        /** `HH:MM`. */
        pub from: String,
        /** `HH:MM`; earlier than `from`, it is on the next day. */
        pub until: String,
    }
}

wire! {
    /// What notifications tell of. What is left out stays as it is.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct SetNotify {
        /// Questions that wait for an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub needs_you: Option<bool>,
        /// What landed or was reported.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub finished: Option<bool>,
        /// What failed or came back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub failed: Option<bool>,
        /// What a limit keeps from going on, or the want of a model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub limit: Option<bool>,
        /// A worker that keeps ending by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub worker: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub quiet: Option<QuietHours>,
    }
}

impl SetNotify {
    /// This choice with what a later one says laid over it.
    pub fn with(self, later: Self) -> Self {
        Self {
            needs_you: later.needs_you.or(self.needs_you),
            finished: later.finished.or(self.finished),
            failed: later.failed.or(self.failed),
            limit: later.limit.or(self.limit),
            worker: later.worker.or(self.worker),
            quiet: later.quiet.or(self.quiet),
        }
    }

    /// The configuration keys that are chosen, each with its value.
    pub fn values(&self) -> Vec<(&'static str, serde_json::Value)> {
        let flags = [
            ("desktop.notify.needsYou", self.needs_you),
            ("desktop.notify.finished", self.finished),
            ("desktop.notify.failed", self.failed),
            ("desktop.notify.limit", self.limit),
            ("desktop.notify.worker", self.worker),
            ("desktop.notify.quietHours", self.quiet.as_ref().map(|quiet| quiet.on)),
        ];
        let times = self.quiet.iter().flat_map(|quiet| {
            [
                ("desktop.notify.quietFrom", quiet.from.as_str().into()),
                ("desktop.notify.quietUntil", quiet.until.as_str().into()),
            ]
        });
        flags.into_iter().filter_map(|(key, flag)| Some((key, flag?.into()))).chain(times).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_choice_changes_only_what_it_names() {
        let quiet = QuietHours { on: true, from: "22:00".into(), until: "07:00".into() };
        let first = SetNotify { finished: Some(false), quiet: Some(quiet), ..SetNotify::default() };
        let both =
            first.with(SetNotify { failed: Some(false), finished: Some(true), ..SetNotify::default() });
        let keys: Vec<_> = both.values().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            keys,
            [
                "desktop.notify.finished=true",
                "desktop.notify.failed=false",
                "desktop.notify.quietHours=true",
                "desktop.notify.quietFrom=\"22:00\"",
                "desktop.notify.quietUntil=\"07:00\"",
            ]
        );
        assert!(SetNotify::default().values().is_empty());
    }
}
