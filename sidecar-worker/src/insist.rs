//! Calls that must get through: a hand-over or an end is sent again while the server restarts or its disk is full.

use protocol::{ApiError, ErrorCode};
use std::future::Future;
use std::time::Duration;

/// Pause before sending again, and how long to go on, while the server is away for a moment.
const AWAY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));
/// The same while the server has nowhere to write; somebody has to make room first.
const NO_ROOM: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(120));

/// Sends until it is taken, refused for good, or `stop` resolves. The last refusal is the answer.
pub(crate) async fn insist<T, F>(
    stop: impl Future<Output = ()>,
    send: impl FnMut() -> F,
) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    insist_for(patience, stop, send).await
}

async fn insist_for<T, F>(
    patience: impl Fn(ErrorCode) -> Option<(Duration, Duration)>,
    stop: impl Future<Output = ()>,
    mut send: impl FnMut() -> F,
) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut stop = std::pin::pin!(stop);
    let mut waited = Duration::ZERO;
    loop {
        let error = match send().await {
            Ok(taken) => return Ok(taken),
            Err(error) => error,
        };
        let Some((pause, most)) = patience(error.code) else { return Err(error) };
        if waited + pause > most {
            return Err(error);
        }
        waited += pause;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut stop => return Err(error),
        }
    }
}

/// None when sending the same again cannot help.
fn patience(code: ErrorCode) -> Option<(Duration, Duration)> {
    match code {
        ErrorCode::StorageFull | ErrorCode::StorageFailed => Some(NO_ROOM),
        ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::RateLimited => Some(AWAY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// The same patience in a thousandth of the time.
    fn quick(code: ErrorCode) -> Option<(Duration, Duration)> {
        patience(code).map(|(pause, most)| (pause / 1000, most / 1000))
    }

    /// How often it was sent, and what came of it, when each send but the last is refused with `code`.
    async fn sent(code: ErrorCode, refusals: u32) -> (u32, Result<(), ErrorCode>) {
        let tries = Cell::new(0);
        let result = insist_for(quick, std::future::pending(), || {
            tries.set(tries.get() + 1);
            let refused = tries.get() <= refusals;
            async move { if refused { Err(ApiError::new(code, "not now")) } else { Ok(()) } }
        })
        .await;
        (tries.get(), result.map_err(|e| e.code))
    }

    #[tokio::test]
    async fn an_end_is_sent_again_while_the_disk_is_full_and_while_the_server_restarts() {
        for code in [ErrorCode::StorageFull, ErrorCode::StorageFailed, ErrorCode::Unavailable] {
            assert_eq!(sent(code, 30).await, (31, Ok(())), "{code:?}");
        }
    }

    #[tokio::test]
    async fn what_cannot_become_right_is_sent_once_and_nothing_is_sent_for_ever() {
        assert_eq!(sent(ErrorCode::LeaseLost, 9).await, (1, Err(ErrorCode::LeaseLost)));
        assert_eq!(sent(ErrorCode::OutOfScope, 9).await, (1, Err(ErrorCode::OutOfScope)));
        assert_eq!(sent(ErrorCode::StorageFull, u32::MAX).await, (61, Err(ErrorCode::StorageFull)));
    }

    #[tokio::test]
    async fn a_cancelled_job_stops_insisting() {
        let full = || async { Err::<(), _>(ApiError::new(ErrorCode::StorageFull, "full")) };
        let ended = insist(std::future::ready(()), full).await;
        assert_eq!(ended.unwrap_err().code, ErrorCode::StorageFull);
    }
}
