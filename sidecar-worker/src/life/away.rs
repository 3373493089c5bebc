//! A container engine that stopped under a job.
//!
//! Where containers were asked for by name, the job keeps its claim until the engine is there again: it neither runs
//! with less meanwhile nor fails for a restart of the engine. Then it begins anew, as it does at once where the choice
//! of the sandbox is ours.

use super::{End, STEPS, failed};
use crate::claim::Shop;
use crate::journal::Journal;
use crate::keeper::{Keeper, Stopped};
use crate::stop::Parked;
use host::HostError;
use protocol::job::{JobGround, failure};
use std::future::Future;
use std::time::Duration;

/// Between two looks whether the engine is there again, and how long that goes on.
const TIMES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(600));
/// The code of a job whose engine did not come back.
const NOT_BACK: &str = "host.engine_gone";

#[derive(Debug, PartialEq, Eq)]
enum Waited {
    Back,
    Stopped,
    InVain,
}

/// Why the job could not even be prepared, where that was the engine.
pub(super) fn engine_gone(error: &anyhow::Error) -> Option<String> {
    let gone = error.chain().find_map(|cause| cause.downcast_ref::<HostError>());
    gone.filter(|error| matches!(error, HostError::EngineGone { .. })).map(ToString::to_string)
}

/// Waits for the engine where nothing else may be taken. How the job ends because it was stopped meanwhile or the engine
/// did not come; without an end it begins anew. `why` is what the engine said last.
pub(super) async fn end(
    shop: &Shop,
    ground: &JobGround,
    keeper: &Keeper,
    journal: &Journal,
    why: &str,
) -> Option<anyhow::Result<End>> {
    // A workspace's own image is all there is for it, whatever is chosen otherwise.
    if ground.image.is_none() && !shop.confinement.is_container_alone() {
        return None;
    }
    let minutes = TIMES.1.as_secs() / 60;
    journal
        .say(format!(
            "{why}. Nothing weaker is taken: the job waits for the engine, {minutes} minutes at most."
        ))
        .await;
    journal.progress(1, STEPS, "waiting for the container engine").await;
    let is_back = || async {
        match &ground.image {
            Some(image) => shop.images.look(&image.reference).await.is_ok(),
            None => shop.confinement.look().await.is_ok(),
        }
    };
    match waited(TIMES, keeper.cancel.cancelled(), is_back).await {
        Waited::Back => None,
        Waited::Stopped => Some(match (keeper.pause(), keeper.stopped()) {
            // Its files stay for the attempt that goes on; without an engine they cannot be put into a commit.
            (Some(pause), _) => Ok(End::Parked(Parked { pause, work: None, artifacts: Vec::new() })),
            (None, Stopped::TimeUp) => {
                let message = format!("Its time was over while it waited for the container engine: {why}.");
                Ok(failed(failure::TIME, &message, None))
            }
            (None, _) => Err(anyhow::anyhow!("{why}")),
        }),
        Waited::InVain => {
            let message = format!(
                "The container engine was not there again within {minutes} minutes: {why}. Start it, then run the job again."
            );
            Some(Ok(failed(NOT_BACK, &message, None)))
        }
    }
}

/// Looks again and again, at once for the first time.
async fn waited<F: Future<Output = bool>>(
    (pause, most): (Duration, Duration),
    stop: impl Future<Output = ()>,
    is_back: impl Fn() -> F,
) -> Waited {
    let until_back = async {
        while !is_back().await {
            tokio::time::sleep(pause).await;
        }
    };
    tokio::select! {
        () = stop => Waited::Stopped,
        back = tokio::time::timeout(most, until_back) => if back.is_ok() { Waited::Back } else { Waited::InVain },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::future::{pending, ready};

    const SHORT: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(40));

    #[tokio::test]
    async fn it_is_waited_for_until_it_is_there_until_the_job_is_stopped_or_for_its_time() {
        let looks = Cell::new(0);
        let third = || {
            looks.set(looks.get() + 1);
            ready(looks.get() == 3)
        };
        let long = (SHORT.0, Duration::from_secs(60));
        assert_eq!(waited(long, pending(), third).await, Waited::Back);
        assert_eq!(looks.get(), 3);
        assert_eq!(waited(long, ready(()), || ready(false)).await, Waited::Stopped);
        assert_eq!(waited(SHORT, pending(), || ready(false)).await, Waited::InVain);
        assert_eq!(waited(SHORT, pending(), pending).await, Waited::InVain, "one look that never ends");
    }

    #[test]
    fn only_an_engine_that_went_away_is_waited_for() {
        let gone = HostError::EngineGone { cause: "connection refused".to_owned() };
        let told = anyhow::Error::from(gone).context("the job's way out does not open");
        assert!(engine_gone(&told).is_some_and(|why| why.contains("connection refused")));
        let other = HostError::Sandbox { cause: "no image".to_owned() };
        assert_eq!(engine_gone(&other.into()), None);
        assert_eq!(engine_gone(&anyhow::anyhow!("no such layer")), None);
    }
}
