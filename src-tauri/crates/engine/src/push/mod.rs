//! Notifications on phones and in browsers (Web Push), and the ledger of what became of each.
//!
//! What is worth telling and what keeps it back is decided in `flow::telling`, by the same switches and quiet hours as the
//! desktop's. Nobody's presence holds a message back: a page that is open and in sight says so itself, and that too is
//! in the ledger.

mod endpoint;
mod key;
mod send;
mod tell;

use crate::{Caller, Engine, Principal, Reply};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::ops::{Done, Permission};
use protocol::push::{
    Notifications, PushBecame, PushOutcome, PushRegistered, PushSent, PushTargetParams, RegisterPush,
};
use protocol::{ApiError, ErrorCode};
use std::time::Duration;
use store::{NewNotification, NewTarget};
use tokio::sync::{Notify, OnceCell, watch};

/// Whom a subscription of the holder of the local token belongs to; no device has this id.
const OWNER: &str = "owner";
/// Some services refuse messages that name nobody.
const NO_CONTACT: &str = "mailto:nobody@pilothouse.invalid";
/// Wait after a failure of ours.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long somebody who asked for a trial waits for what the service says.
const TRIAL: Duration = Duration::from_secs(20);
/// A trial that cannot be handed over is soon over.
const TRIAL_MS: i64 = 60_000;

#[derive(Default)]
pub(crate) struct Push {
    key: OnceCell<key::Key>,
    /// Rung when somebody is told for the first time.
    registered: Notify,
    /// Rung when a message was written down.
    due: Notify,
    /// Counts rows that were looked at.
    settled: watch::Sender<u64>,
}

impl Engine {
    /// Tells a browser from now on. The same one again is one.
    pub async fn notifications_register(&self, caller: Caller, p: RegisterPush) -> Reply {
        endpoint::admitted(&p.subscription.endpoint, &self.own.config.push.services)?;
        let new = NewTarget {
            owner: owner(&caller)?,
            device: caller.who.label(),
            endpoint: p.subscription.endpoint,
            p256dh: p.subscription.keys.p256dh,
            auth: p.subscription.keys.auth,
            // No clock is further from UTC.
            offset_min: p.offset_min.clamp(-14 * 60, 14 * 60),
        };
        if send::keys_of(&new).is_none() {
            return Err(ApiError::bad("The keys of the subscription are not valid."));
        }
        let latest = self.store.latest_cursor();
        let done = self.change(caller, move |tx| {
            if tx.push_targets()?.is_empty() {
                tx.set_push_cursor(latest)?;
            }
            Ok(PushRegistered { ok: true, id: tx.add_push_target(new)? })
        });
        let done = done.await?;
        self.push.registered.notify_one();
        Ok(done)
    }

    pub async fn notifications_forget(&self, caller: Caller, p: PushTargetParams) -> Reply {
        let own = (!caller.who.may(Permission::Admin)).then(|| owner(&caller)).transpose()?;
        self.change(caller, move |tx| {
            if !tx.remove_push_target(&p.id, own.as_deref())? {
                return Err(ApiError::not_found("browser that is told, with the id", &p.id).into());
            }
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn notifications_list(&self, caller: Caller) -> Result<Notifications, ApiError> {
        let me = owner(&caller)?;
        let own = (!caller.who.may(Permission::Admin)).then(|| me.clone());
        let read =
            self.store.read(move |tx| Ok((tx.push_targets()?, tx.notifications(own.as_deref())?, own)));
        let (targets, sent, own) = read.await?;
        let of = |target: &store::Target| target.shown(&me, endpoint::name(&target.of.endpoint));
        let targets = targets.iter().filter(|one| own.as_ref().is_none_or(|own| one.of.owner == *own));
        Ok(Notifications {
            public_key: self.push_key().await?.public(),
            targets: targets.map(of).collect(),
            sent,
        })
    }

    /// Sends the caller's browsers a message and answers with what their services said.
    pub async fn notifications_send(&self, caller: Caller) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let me = owner(&caller)?;
        let cause = format!("test:{}", self.ids.uuid());
        let mut settled = self.push.settled.subscribe();
        let written = self.store.write(move |tx| {
            let ends_at = tx.now() + TRIAL_MS;
            let mut ids = Vec::new();
            for target in tx.push_targets()?.iter().filter(|target| target.of.owner == me) {
                let message = tell::trial(cause.clone());
                let new = NewNotification { cause: cause.clone(), asks: None, message, ends_at };
                ids.extend(tx.add_notification(target, new)?);
            }
            Ok(ids)
        });
        let ids = written.await?;
        if ids.is_empty() {
            return Err(ApiError::new(ErrorCode::PushNone, "No browser of yours is told of anything yet."));
        }
        self.push.due.notify_one();
        let all = ids.clone();
        let done = async {
            loop {
                settled.borrow_and_update();
                let ids = all.clone();
                let rows = self.store.read(move |tx| {
                    let rows = ids.iter().filter_map(|id| tx.notification(id).transpose());
                    rows.collect::<Result<Vec<_>, _>>()
                });
                let rows = rows.await?;
                // One that is tried again has something to say too.
                if rows.iter().all(|row| row.outcome != PushOutcome::Waiting || row.why.is_some()) {
                    return Ok::<_, ApiError>(rows);
                }
                if settled.changed().await.is_err() {
                    return Err(crate::shutting_down());
                }
            }
        };
        let sent = match tokio::time::timeout(TRIAL, done).await {
            Ok(rows) => rows?,
            Err(_) => {
                return Err(ApiError::new(ErrorCode::Timeout, "The push service has not answered yet."));
            }
        };
        self.change(caller, move |_| Ok(PushSent { ok: true, sent })).await
    }

    /// What a device says of a message it got.
    pub async fn notifications_became(&self, caller: Caller, p: PushBecame) -> Reply {
        use PushOutcome::{Approved, Denied, Dismissed, InPage, NotAnswered, Opened, Shown, TooLate};
        let told = [Shown, InPage, Opened, Approved, Denied, TooLate, NotAnswered, Dismissed];
        if !told.contains(&p.outcome) {
            return Err(ApiError::bad(format!("{} is not for a device to say.", p.outcome)));
        }
        let me = owner(&caller)?;
        self.change(caller, move |tx| {
            tx.notification_became(&p.id, &me, p.outcome)?;
            Ok(Done { ok: true })
        })
        .await
    }

    async fn push_key(&self) -> Result<&key::Key, ApiError> {
        let open = || async {
            let file = self.data.secrets().join("push.key");
            let fresh = URL_SAFE_NO_PAD.decode(self.ids.secret()).unwrap_or_default();
            self.blocking(move || key::Key::open(&file, &fresh)).await?
        };
        self.push.key.get_or_try_init(open).await
    }
}

/// Whose subscriptions a caller has.
fn owner(caller: &Caller) -> Result<String, ApiError> {
    match &caller.who {
        Principal::Owner => Ok(OWNER.to_owned()),
        Principal::Device { id, .. } => Ok(id.clone()),
        _ => Err(ApiError::new(ErrorCode::Forbidden, "Only people are notified.")),
    }
}
