//! Keeping a claim: renews the lease, and tells the job when it must stop. A job that was told to stop still holds
//! its claim until its end is reported.

use crate::claim::LEASE_MS;
use crate::inbox::Inbox;
use agent::Cancel;
use client::Client;
use protocol::ErrorCode;
use protocol::job::PauseAsked;
use protocol::ops::typed;
use protocol::queue::RenewParams;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a job that was told to stop may take to clear up and to report; longer than its report is insisted on.
const OWED: Duration = Duration::from_secs(300);

/// Why a job was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    No,
    /// A person asked for it.
    Cancelled,
    /// The claim passed to somebody else; nothing may be reported any more.
    LeaseLost,
    /// The job's time is over.
    TimeUp,
    /// It is to keep its work and wait: see [`Keeper::pause`].
    Paused,
}

/// Renews until dropped, or until a stopped job overstays.
pub(crate) struct Keeper {
    pub cancel: Cancel,
    /// What people say to the job meanwhile.
    pub inbox: Arc<Inbox>,
    why: Arc<AtomicU8>,
    pause: Arc<OnceLock<PauseAsked>>,
    task: tokio::task::JoinHandle<()>,
}

impl Keeper {
    /// `budget` bounds the whole execution.
    pub(crate) fn start(client: Client, inbox: Inbox, job: String, token: String, budget: Duration) -> Self {
        let inbox = Arc::new(inbox);
        let box_of_job = inbox.clone();
        let (cancel, why) = (Cancel::new(), Arc::new(AtomicU8::new(0)));
        let pause = Arc::new(OnceLock::new());
        let (stop, reason, asked) = (cancel.clone(), why.clone(), pause.clone());
        let task = tokio::spawn(async move {
            let mut deadline = tokio::time::Instant::now() + budget;
            let mut missed = 0;
            loop {
                let over = tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(LEASE_MS / 15)) => false,
                    () = tokio::time::sleep_until(deadline) => true,
                    () = box_of_job.taken() => false,
                };
                box_of_job.settle(&client).await;
                if over && stop.is_cancelled() {
                    return;
                }
                if over {
                    deadline += OWED;
                    end(&stop, &reason, Stopped::TimeUp);
                }
                let renew =
                    RenewParams { id: job.clone(), claim_token: token.clone(), lease_ms: Some(LEASE_MS) };
                match client.call(typed::JobsRenew, &renew, None).await {
                    Ok(renewed) => {
                        missed = 0;
                        box_of_job.put(&renewed.steer);
                        // The first reason stays.
                        if renewed.cancel_requested && !stop.is_cancelled() {
                            deadline = tokio::time::Instant::now() + OWED;
                            end(&stop, &reason, Stopped::Cancelled);
                        } else if let Some(pause) = renewed.pause
                            && !stop.is_cancelled()
                        {
                            deadline = tokio::time::Instant::now() + OWED;
                            let _ = asked.set(pause);
                            end(&stop, &reason, Stopped::Paused);
                        }
                    }
                    Err(error)
                        if matches!(
                            error.code,
                            ErrorCode::LeaseLost
                                | ErrorCode::NotFound
                                | ErrorCode::Conflict
                                | ErrorCode::Unauthenticated
                        ) =>
                    {
                        return end(&stop, &reason, Stopped::LeaseLost);
                    }
                    // The server restarts: its leases wait for us for a while.
                    Err(_) => missed += 1,
                }
                if missed > 60 {
                    return end(&stop, &reason, Stopped::LeaseLost);
                }
            }
        });
        Self { cancel, inbox, why, pause, task }
    }

    pub(crate) fn stopped(&self) -> Stopped {
        match self.why.load(Ordering::Acquire) {
            1 => Stopped::Cancelled,
            2 => Stopped::LeaseLost,
            3 => Stopped::TimeUp,
            4 => Stopped::Paused,
            _ => Stopped::No,
        }
    }

    /// Why it is to wait, once it is [`Stopped::Paused`].
    pub(crate) fn pause(&self) -> Option<PauseAsked> {
        self.pause.get().cloned()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn end(cancel: &Cancel, why: &AtomicU8, reason: Stopped) {
    let code = match reason {
        Stopped::No => 0,
        Stopped::Cancelled => 1,
        Stopped::LeaseLost => 2,
        Stopped::TimeUp => 3,
        Stopped::Paused => 4,
    };
    why.store(code, Ordering::Release);
    cancel.cancel();
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// A scripted server: takes one renewal and answers it.
    async fn renewed(server: &TcpListener, cancel_requested: bool) {
        let (mut call, _) = server.accept().await.unwrap();
        let mut asked = Vec::new();
        while !String::from_utf8_lossy(&asked).contains("claimToken") {
            assert_ne!(call.read_buf(&mut asked).await.unwrap(), 0, "the whole call arrives");
        }
        let body = format!(
            r#"{{"ok":true,"leaseExpiresAt":"2026-01-01T00:00:00.000Z","cancelRequested":{cancel_requested}}}"#
        );
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        call.write_all((head + &body).as_bytes()).await.unwrap();
        let _ = call.shutdown().await;
    }

    async fn kept(budget: Duration) -> (TcpListener, Keeper) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        let client = Client::new(url, "token").unwrap();
        let inbox = Inbox::new(protocol::JobId::parse("j-1").unwrap(), "claim".into());
        (server, Keeper::start(client, inbox, "j-1".into(), "claim".into(), budget))
    }

    const SOON: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_job_whose_time_is_over_keeps_its_claim_until_its_end_is_reported() {
        let (server, keeper) = kept(Duration::ZERO).await;
        keeper.cancel.cancelled().await;
        for cancel_requested in [false, true] {
            let taken = tokio::time::timeout(SOON, renewed(&server, cancel_requested)).await;
            taken.expect("it is still renewed");
        }
        assert_eq!(keeper.stopped(), Stopped::TimeUp, "the first reason stays");
    }

    #[tokio::test]
    async fn a_cancelled_job_keeps_its_claim_until_its_end_is_reported() {
        let (server, keeper) = kept(Duration::from_secs(600)).await;
        for _ in 0..2 {
            tokio::time::timeout(SOON, renewed(&server, true)).await.expect("it is still renewed");
        }
        keeper.cancel.cancelled().await;
        assert_eq!(keeper.stopped(), Stopped::Cancelled);
    }
}
