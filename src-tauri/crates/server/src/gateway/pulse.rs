//! How long nothing was heard on a connection: at each beat the other end is asked for a word, and after three without
//! one it is given up.

use protocol::gateway::BEAT_MS;
use std::time::Duration;
use tokio::time::{Instant, Interval};

const BEAT: Duration = Duration::from_millis(BEAT_MS);
/// Clients answer pings, so whoever is there is heard at each beat.
const SILENCE: Duration = Duration::from_millis(3 * BEAT_MS);

pub(super) struct Pulse {
    beat: Interval,
    heard: Instant,
}

impl Pulse {
    pub(super) fn new() -> Self {
        let mut beat = tokio::time::interval(BEAT);
        beat.reset();
        Self { beat, heard: Instant::now() }
    }

    /// Something came.
    pub(super) fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// At the next beat: how long ago something came; none when that is too long.
    pub(super) async fn beat(&mut self) -> Option<Duration> {
        let now = self.beat.tick().await;
        self.silence(now)
    }

    fn silence(&self, now: Instant) -> Option<Duration> {
        let ago = now.saturating_duration_since(self.heard);
        (ago < SILENCE).then_some(ago)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_silent_for_three_beats_is_given_up_and_any_word_begins_anew() {
        let mut pulse = Pulse::new();
        let began = pulse.heard;
        for seconds in [15, 30, 44] {
            let ago = Duration::from_secs(seconds);
            assert_eq!(pulse.silence(began + ago), Some(ago));
        }
        assert_eq!(pulse.silence(began + Duration::from_secs(45)), None, "what docs/PROTOCOL.md says");
        pulse.heard = began + Duration::from_secs(40);
        assert_eq!(pulse.silence(began + Duration::from_secs(75)), Some(Duration::from_secs(35)));
        assert_eq!(pulse.silence(began + Duration::from_secs(85)), None);
        pulse.heard();
        assert_eq!(pulse.silence(began), Some(Duration::ZERO), "time does not go back");
        assert_eq!(BEAT, Duration::from_secs(15));
    }
}
