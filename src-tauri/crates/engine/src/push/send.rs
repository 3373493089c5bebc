//! Messages are handed to push services: encrypted for the one browser they are for, signed, tried again while they are
//! news. What the service says is written down; that it took one does not mean that it was shown.

use super::{endpoint, key};
use crate::{Engine, hash};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use flow::telling::minute_there;
use protocol::ApiError;
use protocol::ops::Permission;
use protocol::push::{NoticeKind, PushMessage, PushOutcome};
use protocol::switches::{Switches, WhyNot};
use reqwest::header::RETRY_AFTER;
use std::time::Duration;
use store::{DueNotification, NewTarget, Target};
use web_push_native::{Auth, encrypt, p256::PublicKey};

/// Sent at once.
const AT_ONCE: usize = 8;
/// Longest time a push service is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// What is kept back by the quiet hours is looked at again after this long.
const QUIET_MS: i64 = 5 * 60_000;
/// Waits between tries: doubled from the first up to the longest.
const FIRST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 5 * 60_000;
/// Services take 4096 bytes, of which the encryption needs 103.
const LARGEST: usize = 3_900;
/// Lengths are told apart no finer than this.
const STEP: usize = 256;

/// What is to be done with a row.
enum Fate {
    Settled(PushOutcome, Option<String>),
    /// Looked at again at this time.
    Later(PushOutcome, i64, Option<String>),
}

impl Engine {
    pub(crate) async fn push_send_loop(&self) {
        while !self.is_stopping() {
            let wait = match self.push_send_due().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "notifications are not sent");
                    Some(super::AFTER_FAILURE)
                }
            };
            let timer = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = timer => {}
                () = self.push.due.notified() => {}
                () = self.stopping() => {}
            }
        }
    }

    /// Sends what is due and answers how long nothing will be.
    async fn push_send_due(&self) -> Result<Option<Duration>, ApiError> {
        loop {
            let due = self.store.read(|tx| tx.due_notifications(AT_ONCE)).await?;
            if due.is_empty() {
                let next = self.store.read(|tx| tx.next_notification()).await?;
                let left = |at: i64| u64::try_from(at - self.clock.now_ms()).unwrap_or_default().min(60_000);
                return Ok(next.map(|at| Duration::from_millis(left(at).max(10))));
            }
            let switches = Switches::read(&self.config_now().await?.show().values, host::config::time_of_day);
            let sent = due.into_iter().map(|row| self.push_one(row, switches));
            let sending = futures_util::future::try_join_all(sent);
            tokio::select! {
                done = sending => done.map(drop)?,
                // What is cut short is due again after the restart.
                () = self.stopping() => return Ok(None),
            }
        }
    }

    async fn push_one(&self, row: DueNotification, switches: Switches) -> Result<(), ApiError> {
        let id = row.message.id.clone();
        let fate = self.push_fate(row, switches).await?;
        let write = self.store.write(move |tx| match fate {
            Fate::Settled(outcome, why) => tx.settle_notification(&id, outcome, why.as_deref()),
            Fate::Later(outcome, at, why) => tx.postpone_notification(&id, outcome, at, why.as_deref()),
        });
        write.await?;
        self.push.settled.send_modify(|count| *count += 1);
        Ok(())
    }

    async fn push_fate(&self, row: DueNotification, switches: Switches) -> Result<Fate, ApiError> {
        let (target_id, asks) = (row.target.clone(), row.asks.clone());
        let known = self.store.read(move |tx| {
            let target = tx.push_target(&target_id)?;
            let scopes = match &target {
                Some(target) if target.of.owner != super::OWNER => tx.push_scopes(&target.of.owner)?,
                Some(_) => Some(vec![Permission::Read, Permission::Approve]),
                None => None,
            };
            let open = match &asks {
                Some(asks) => tx.approval(asks.as_str())?.state == protocol::approval::ApprovalState::Pending,
                None => true,
            };
            Ok((target, scopes, open, tx.pending_approvals()?))
        });
        let (target, scopes, open, waiting) = known.await?;
        let Some(target) = target else { return Ok(Fate::Settled(PushOutcome::Gone, None)) };
        let Some(scopes) = scopes.filter(|scopes| scopes.contains(&Permission::Read)) else {
            return self.push_gone(&target).await;
        };
        let now = self.clock.now_ms();
        if !open {
            return Ok(Fate::Settled(PushOutcome::Withdrawn, None));
        }
        if now >= row.ends_at {
            return Ok(Fate::Settled(PushOutcome::GivenUp, None));
        }
        match switches.why_not(row.message.kind, minute_there(now, target.of.offset_min)) {
            Some(WhyNot::Off) => return Ok(Fate::Settled(PushOutcome::Off, None)),
            // A question that still waits afterwards is told then.
            Some(WhyNot::Quiet) if row.message.kind == NoticeKind::NeedsYou => {
                return Ok(Fate::Later(PushOutcome::Quiet, now + QUIET_MS, None));
            }
            Some(WhyNot::Quiet) => return Ok(Fate::Settled(PushOutcome::Quiet, None)),
            None => {}
        }
        let mut message = PushMessage { waiting: u32::try_from(waiting).unwrap_or(u32::MAX), ..row.message };
        if let Some(question) = &mut message.question {
            question.may_answer = scopes.contains(&Permission::Approve);
        }
        self.push_hand_over(&target, message, row.tries, row.ends_at).await
    }

    async fn push_hand_over(
        &self,
        target: &Target,
        message: PushMessage,
        tries: u32,
        ends_at: i64,
    ) -> Result<Fate, ApiError> {
        let config = &self.own.config.push;
        let url = match endpoint::admitted(&target.of.endpoint, &config.services) {
            Ok(url) => url,
            // It was admitted once; the list is another one now.
            Err(error) => return Ok(Fate::Settled(PushOutcome::Refused, Some(error.message))),
        };
        let body = match sealed(&message, &target.of) {
            Ok(body) => body,
            Err(why) => return Ok(Fate::Settled(PushOutcome::Refused, Some(why))),
        };
        let (now, urgent) = (self.clock.now_ms(), message.kind == NoticeKind::NeedsYou);
        let contact = config.contact.clone().unwrap_or_else(|| super::NO_CONTACT.to_owned());
        let key: &key::Key = self.push_key().await?;
        let asked = self
            .http
            .post(url.clone())
            .timeout(PATIENCE)
            .header("TTL", ((ends_at - now) / 1_000).max(0))
            .header("Urgency", if urgent { "high" } else { "normal" })
            // A later message of the same tag takes the place of one that was not delivered yet.
            .header("Topic", &hash::text(&message.tag)[..32])
            .header("Content-Encoding", "aes128gcm")
            .header("Content-Type", "application/octet-stream")
            .header("Authorization", key.authorization(&url.origin().ascii_serialization(), &contact, now))
            .body(body);
        let wait = (FIRST_WAIT_MS << tries.min(10)).min(LONGEST_WAIT_MS);
        let later = |why: String, wait: i64| match now + wait < ends_at {
            true => Fate::Later(PushOutcome::Waiting, now + wait, Some(why)),
            false => Fate::Settled(PushOutcome::GivenUp, Some(why)),
        };
        let answer = match asked.send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(later(said(&error), wait)),
        };
        let status = answer.status();
        let why = format!("{} answered {status}.", endpoint::name(&target.of.endpoint));
        Ok(match status.as_u16() {
            200..=299 => Fate::Settled(PushOutcome::Sent, None),
            404 | 410 => return self.push_gone(target).await,
            429 | 500..=599 => {
                let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let asked =
                    asked.and_then(|text| text.trim().parse::<i64>().ok()).map(|s| s.clamp(0, 86_400));
                later(why, asked.map_or(wait, |seconds| wait.max(seconds * 1_000)))
            }
            _ => Fate::Settled(PushOutcome::Refused, Some(why)),
        })
    }

    /// The subscription is over, or its device may not be told any more.
    async fn push_gone(&self, target: &Target) -> Result<Fate, ApiError> {
        let id = target.id.clone();
        self.store.write(move |tx| tx.remove_push_target(&id, None)).await?;
        tracing::info!(
            device = target.of.device,
            "a browser is told nothing any more: its subscription is over"
        );
        Ok(Fate::Settled(PushOutcome::Gone, None))
    }
}

/// A failure without the address: an endpoint is nobody else's business.
fn said(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() { "did not answer in time" } else { "cannot be reached" };
    format!("The push service {what}.")
}

/// Whether both keys are what they should be.
pub(super) fn keys_of(of: &NewTarget) -> Option<(PublicKey, Auth)> {
    // Browsers leave the padding away; others write it.
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok();
    let public = PublicKey::from_sec1_bytes(&bytes(&of.p256dh)?).ok()?;
    let auth = bytes(&of.auth).filter(|auth| auth.len() == 16)?;
    Some((public, Auth::clone_from_slice(&auth)))
}

/// The message as only its browser can read it.
fn sealed(message: &PushMessage, of: &NewTarget) -> Result<Vec<u8>, String> {
    let (public, auth) = keys_of(of).ok_or("The keys of the subscription are not valid.")?;
    let mut text = serde_json::to_string(message).map_err(|error| error.to_string())?;
    if text.len() > LARGEST {
        let mut shorter = PushMessage { detail: String::new(), because: None, ..message.clone() };
        if let Some(question) = &mut shorter.question {
            question.may_approve = false;
        }
        text = serde_json::to_string(&shorter).map_err(|error| error.to_string())?;
    }
    let padded = text.len().next_multiple_of(STEP).min(LARGEST.max(text.len()));
    // Blanks at the end of a JSON text mean nothing.
    text.extend(std::iter::repeat_n(' ', padded - text.len()));
    encrypt(text.into_bytes(), &public, &auth).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use web_push_native::{decrypt, p256::SecretKey, p256::elliptic_curve::sec1::ToEncodedPoint};

    fn target(secret: &SecretKey, auth: &[u8]) -> NewTarget {
        NewTarget {
            owner: "d".into(),
            device: "Phone".into(),
            endpoint: "https://push.example/x".into(),
            p256dh: URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes()),
            auth: URL_SAFE_NO_PAD.encode(auth),
            offset_min: 0,
        }
    }

    #[test]
    fn only_the_browser_reads_a_message_and_lengths_tell_little() {
        let secret = SecretKey::from_slice(&[3; 32]).unwrap();
        let of = target(&secret, &[5; 16]);
        let short = super::super::tell::trial("test:1".into());
        let long = PushMessage { subject: "x".repeat(40), ..short.clone() };
        let bodies = [&short, &long].map(|message| sealed(message, &of).unwrap());
        assert_eq!(bodies[0].len(), bodies[1].len());
        let clear = decrypt(bodies[1].clone(), &secret, &Auth::clone_from_slice(&[5; 16])).unwrap();
        assert_eq!(serde_json::from_slice::<PushMessage>(&clear).unwrap(), long);
        assert!(decrypt(bodies[1].clone(), &secret, &Auth::clone_from_slice(&[6; 16])).is_err());
    }

    #[test]
    fn a_message_always_fits_and_never_offers_what_it_does_not_show() {
        let secret = SecretKey::from_slice(&[3; 32]).unwrap();
        let of = target(&secret, &[5; 16]);
        let question = protocol::push::PushQuestion {
            id: protocol::ApprovalId::parse("a").unwrap(),
            hash: "h".into(),
            may_approve: true,
            may_answer: true,
            risk: protocol::RiskLevel::Low,
            files: None,
            verified: None,
        };
        let large = PushMessage {
            detail: "\"".repeat(4_000),
            question: Some(question),
            ..super::super::tell::trial("t".into())
        };
        let body = sealed(&large, &of).unwrap();
        assert!(body.len() <= 4_096);
        let clear = decrypt(body, &secret, &Auth::clone_from_slice(&[5; 16])).unwrap();
        let message: PushMessage = serde_json::from_slice(&clear).unwrap();
        assert!(!message.question.unwrap().may_approve && message.detail.is_empty());
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let secret = SecretKey::from_slice(&[3; 32]).unwrap();
        assert!(keys_of(&target(&secret, &[5; 16])).is_some());
        assert!(keys_of(&target(&secret, &[5; 15])).is_none());
        assert!(keys_of(&NewTarget { p256dh: "AAAA".into(), ..target(&secret, &[5; 16]) }).is_none());
    }
}
