//! Notifications of the desktop: what waits for an answer, what ended, what went wrong, what cannot go on.
//!
//! `decide` says which, `ledger` remembers what was sent so that a
//! restart does not repeat it, `bus` hands it to the desktop, `desk` holds these together, and `seen` lets the page
//! look. None of them knows the
//! server: facts and snapshots come from `follow`.

#[cfg_attr(target_os = "linux", path = "bus.rs")]
#[cfg_attr(not(target_os = "linux"), path = "plugin.rs")]
mod bus;
mod decide;
mod desk;
mod ledger;
mod notice;
pub mod seen;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Manager as _, async_runtime};
use tokio::sync::{mpsc, oneshot};

use crate::follow::{Fact, Following};
use crate::tray::actions::Desk as Clicks;

pub use notice::Notice;

/// Answers to clicks that wait to be shown.
const CLICKS: usize = 16;
/// The end of the program waits this long for the desktop to take notifications back.
const PARTING: Duration = Duration::from_secs(2);

/// Asks for everything shown to be taken back; told when it is.
struct Parting(mpsc::Sender<oneshot::Sender<()>>);

/// Notifies from now on. Answers where to send what a person must be told about a click.
pub fn start(
    app: &AppHandle,
    following: Arc<Following>,
    root: Option<PathBuf>,
    facts: mpsc::Receiver<Fact>,
) -> mpsc::Sender<Notice> {
    let (notices, told) = mpsc::channel(CLICKS);
    let (part, parting) = mpsc::channel(1);
    app.manage(Parting(part));
    let (ask, asked) = mpsc::channel(seen::ASKING);
    app.manage(seen::Asking(ask));
    let clicks = Clicks { app: app.clone(), following, notices: notices.clone() };
    async_runtime::spawn(async move {
        let ledger =
            ledger::Ledger::open(root.map(|root| root.join("desktop").join("notifications.json"))).await;
        desk::Desk::new(clicks, ledger).run(facts, told, asked, parting).await;
    });
    notices
}

/// Takes back what is shown: its buttons do nothing once the program is gone. At the end, on the main thread.
pub fn end(app: &AppHandle) {
    let Some(Parting(part)) = app.try_state::<Parting>().map(|state| Parting(state.0.clone())) else {
        return;
    };
    async_runtime::block_on(async {
        let (done, wait) = oneshot::channel();
        if part.try_send(done).is_ok() && tokio::time::timeout(PARTING, wait).await.is_err() {
            tracing::debug!("notifications were left behind");
        }
    });
}
