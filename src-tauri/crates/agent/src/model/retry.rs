//! Whether and when to try again: a pure decision, and a loop that follows it.

use super::Model;
use super::error::ModelError;
use super::reply::{Delta, Reply};
use super::request::Request;
use crate::{Cancel, Pace};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included.
    pub attempts: u32,
    /// Doubled after each failure.
    pub base_ms: u64,
    /// Longest wait of our own choosing.
    pub cap_ms: u64,
    /// Longest wait a server may ask for; beyond it the caller decides.
    pub most_asked_ms: u64,
    /// Added to each wait; give each worker its own so that they do not come back together.
    pub spread_ms: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 4, base_ms: 1_000, cap_ms: 30_000, most_asked_ms: 300_000, spread_ms: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wait { ms: u64 },
    GiveUp,
}

impl RetryPolicy {
    /// After `attempt` (counted from 1) failed with `error`.
    pub fn decide(&self, attempt: u32, error: &ModelError) -> Verdict {
        if attempt >= self.attempts || !error.retryable() {
            return Verdict::GiveUp;
        }
        let asked = match error {
            ModelError::RateLimited { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        };
        let ms = match asked {
            Some(ms) if ms > self.most_asked_ms => return Verdict::GiveUp,
            Some(ms) => ms,
            None => {
                let factor = 1u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX);
                self.base_ms.saturating_mul(factor).min(self.cap_ms)
            }
        };
        Verdict::Wait { ms: ms.saturating_add(self.spread_ms) }
    }
}

/// Attempts until one succeeds or the policy gives up. Each new attempt is announced with [`Delta::Restart`].
pub async fn complete_with_retries<M: Model, P: Pace>(
    model: &M,
    request: &Request,
    policy: &RetryPolicy,
    pace: &P,
    on_delta: &mut (dyn FnMut(Delta) + Send),
    cancel: &Cancel,
) -> Result<Reply, ModelError> {
    let mut attempt = 1;
    loop {
        let error = match model.complete(request, on_delta, cancel).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        match policy.decide(attempt, &error) {
            Verdict::GiveUp => return Err(error),
            Verdict::Wait { ms } => {
                tracing::debug!(
                    code = error.code(),
                    attempt,
                    wait_ms = ms,
                    "model call failed, trying again"
                );
                on_delta(Delta::Restart { code: error.code().to_owned(), wait_ms: ms });
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return Err(ModelError::Cancelled),
                    () = pace.sleep_ms(ms) => {}
                }
            }
        }
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(retry_after_ms: Option<u64>) -> ModelError {
        ModelError::RateLimited { retry_after_ms, message: String::new() }
    }

    fn down() -> ModelError {
        ModelError::Unreachable { status: Some(500), message: String::new() }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end_with_the_last_attempt() {
        let policy = RetryPolicy { attempts: 9, ..RetryPolicy::default() };
        let waits: Vec<_> = (1..=9).map(|attempt| policy.decide(attempt, &down())).collect();
        let ms: Vec<_> = waits.iter().map(|w| if let Verdict::Wait { ms } = w { *ms } else { 0 }).collect();
        assert_eq!(ms, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 0]);
        assert_eq!(waits[8], Verdict::GiveUp);
    }

    #[test]
    fn a_servers_own_wait_is_honoured_unless_it_is_absurd() {
        let policy = RetryPolicy { spread_ms: 5, ..RetryPolicy::default() };
        assert_eq!(policy.decide(1, &limited(Some(70_000))), Verdict::Wait { ms: 70_005 });
        assert_eq!(policy.decide(1, &limited(Some(0))), Verdict::Wait { ms: 5 });
        assert_eq!(policy.decide(1, &limited(Some(3_600_000))), Verdict::GiveUp);
    }

    #[test]
    fn what_only_a_person_can_mend_is_never_tried_again() {
        let policy = RetryPolicy::default();
        let message = String::new;
        for error in [
            ModelError::Auth { status: 401, message: message() },
            ModelError::Quota { resets_at_ms: None, message: message() },
            ModelError::Budget { resets_at_ms: None, message: message() },
            ModelError::NotFound { message: message() },
            ModelError::Refused { status: 400, message: message() },
            ModelError::TooLong { message: message() },
            ModelError::Cancelled,
        ] {
            assert_eq!(policy.decide(1, &error), Verdict::GiveUp, "{error}");
        }
    }
}
