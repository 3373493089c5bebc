//! The job's one way out: a proxy, whose every target the server is asked about.

use client::Client;
use host::network::Target;
use host::proxy::{Ended, Judge, Judgement, ProxyDoor, SystemWay};
use protocol::JobId;
use protocol::job::{NetworkAnswer, NetworkAsk};
use protocol::ops::typed;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One call to the server waits this long for a person; then it is asked again.
const WAIT_MS: u64 = 25_000;
/// How long an answer counts that may be revoked while the job runs.
const FOR_A_WHILE: Duration = Duration::from_secs(60);
/// Targets of one job that are remembered. A job that scans is not remembered for it.
const REMEMBERED: usize = 1_000;

/// The proxy of one job.
pub(crate) fn proxy_door(client: Client, id: JobId, claim_token: String) -> Arc<ProxyDoor> {
    ProxyDoor::new(Arc::new(Asker { client, id, claim_token, known: Mutex::default() }), Arc::new(SystemWay))
}

struct Asker {
    client: Client,
    id: JobId,
    claim_token: String,
    /// With when it was asked, where the answer holds only for a while.
    known: Mutex<HashMap<Target, (Judgement, Option<Instant>)>>,
}

impl Asker {
    fn about(&self, target: &Target) -> NetworkAsk {
        NetworkAsk {
            id: self.id.clone(),
            claim_token: self.claim_token.clone(),
            host: target.host.clone(),
            port: target.port,
            wait_ms: None,
            refused: None,
        }
    }

    /// `settled` holds for the rest of the job, anything else for a while.
    fn remember(&self, target: &Target, said: Judgement, settled: bool) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < REMEMBERED || all.contains_key(target) {
            all.insert(target.clone(), (said, (!settled).then(Instant::now)));
        }
    }

    /// An error when nobody could be asked: that is no answer to remember.
    /// With the answer whether it may be remembered for the rest of the job.
    async fn ask(&self, target: &Target) -> Result<(Judgement, bool), Judgement> {
        loop {
            let ask = NetworkAsk { wait_ms: Some(WAIT_MS), ..self.about(target) };
            match self.client.call(typed::JobsNetwork, &ask, None).await {
                Ok(NetworkAnswer { approval_id: Some(_), .. }) => {}
                Ok(NetworkAnswer { allowed: true, again, .. }) => return Ok((Judgement::Allow, !again)),
                Ok(NetworkAnswer { why, .. }) => return Ok((Judgement::Deny(why), true)),
                Err(error) => {
                    let why = format!("nobody could be asked ({})", error.code.as_str());
                    return Err(Judgement::Deny(why));
                }
            }
        }
    }
}

impl Judge for Asker {
    fn judge(&self, target: &Target) -> Pin<Box<dyn Future<Output = Judgement> + Send + '_>> {
        let target = target.clone();
        Box::pin(async move {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&target).cloned();
            if let Some((known, asked)) = known
                && asked.is_none_or(|asked| asked.elapsed() < FOR_A_WHILE)
            {
                return known;
            }
            let (said, settled) = match self.ask(&target).await {
                Ok(said) => said,
                Err(unasked) => return unasked,
            };
            self.remember(&target, said.clone(), settled);
            said
        })
    }

    fn ended<'a>(
        &'a self,
        target: &'a Target,
        outcome: Ended,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            match outcome {
                Ended::Served { sent, received } => {
                    tracing::debug!(job = %self.id, %target, sent, received, "connection");
                }
                Ended::NotReached(why) => tracing::info!(job = %self.id, %target, why, "not reached"),
                Ended::Refused(why) => {
                    tracing::info!(job = %self.id, %target, why, "refused by its address");
                    // For a while it is refused without being looked up: told once, and not for each try.
                    self.remember(target, Judgement::Deny(why.clone()), false);
                    let told = NetworkAsk { refused: Some(why), ..self.about(target) };
                    if let Err(error) = self.client.call(typed::JobsNetwork, &told, None).await {
                        tracing::warn!(job = %self.id, code = error.code.as_str(), "a refused host is not in the log");
                    }
                }
            }
        })
    }
}
