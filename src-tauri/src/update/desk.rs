//! Where wishes come in and the state is kept: one thing is done at a time, and what came of it is told to the
//! machine. How it is done is `work`'s.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host::clock::{Clock as _, SystemClock};
use host::ids::{Ids as _, SystemIds};
use serde::Serialize;
use tauri::async_runtime::{self, JoinHandle};
use tauri::utils::platform::bundle_type;
use tauri::{AppHandle, Url};
use tauri_plugin_updater::Update;

use super::failure::Failure;
use super::machine::{Machine, News, Order, State, Wish};
use super::package;
use super::package::AppImage;
use super::schedule::{self, Last};
use super::shelf::Shelf;
use super::source::Source;
use crate::shell::Shell;

/// The updater of this program.
pub struct Desk {
    pub(super) app: AppHandle,
    pub(super) shell: Arc<Shell>,
    pub(super) source: Result<Source, Failure>,
    /// Why this copy cannot replace itself, when it cannot.
    fixed: Option<Failure>,
    /// What is replaced on Linux, and started after a restart everywhere.
    pub(super) program: PathBuf,
    pub(super) shelf: Option<Shelf>,
    held: Mutex<Held>,
}

#[derive(Default)]
pub(super) struct Held {
    machine: Machine,
    /// What was announced last.
    pub(super) update: Option<Update>,
    /// When an endpoint last answered. Milliseconds since 1970.
    checked_at: Option<i64>,
    last: Option<Last>,
    at_work: Option<JoinHandle<()>>,
    /// Whether the program is started again once it has ended.
    pub(super) comes_back: bool,
}

/// How the updater stands, as the page reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Of the program that runs.
    pub version: String,
    /// Why there are no updates at all, when there are none.
    pub off: Option<Failure>,
    pub channel: Option<String>,
    /// Host that is asked.
    pub from: Option<String>,
    pub automatic: bool,
    /// Why this copy cannot replace itself, when it cannot.
    pub fixed: Option<Failure>,
    pub checked_at: Option<i64>,
    pub state: State,
}

impl Desk {
    pub fn new(app: &AppHandle, shell: &Arc<Shell>) -> Arc<Self> {
        let configured = shell.flags.options().own().map(|own| own.config.update);
        let built_in = app.config().plugins.0.get("updater");
        let source = match configured {
            Ok(configured) => Source::of(&configured, built_in),
            Err(error) => Err(Failure::new("update.configuration", error.to_string())),
        };
        // Asked now: once it is replaced, the system names a file that is gone.
        let running = std::env::current_exe().unwrap_or_default();
        let app_image = AppImage::of_environment().ours(&running);
        let shelf = shell.flags.data_root().map(|root| Shelf::of(&root));
        Arc::new(Self {
            app: app.clone(),
            shell: Arc::clone(shell),
            source,
            fixed: package::replaceable(bundle_type().as_ref(), app_image.is_some()).err(),
            program: app_image.unwrap_or(running),
            shelf,
            held: Mutex::default(),
        })
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn seen(&self) -> Seen {
        let held = self.held();
        let source = self.source.as_ref().ok();
        let from = source.and_then(|source| Url::parse(&source.endpoint).ok()?.host_str().map(str::to_owned));
        Seen {
            version: self.app.package_info().version.to_string(),
            off: self.source.as_ref().err().cloned(),
            channel: source.map(|source| source.channel.clone()),
            from,
            automatic: source.is_some_and(|source| source.automatic),
            fixed: self.fixed.clone(),
            checked_at: held.checked_at,
            state: held.machine.state().clone(),
        }
    }

    /// Takes up a wish; what was being done for an earlier one is dropped.
    pub fn wish(self: &Arc<Self>, wish: Wish) -> Result<(), Failure> {
        self.source.as_ref().map_err(Clone::clone)?;
        if let (Some(fixed), false) = (&self.fixed, matches!(wish, Wish::Check)) {
            return Err(fixed.clone());
        }
        let mut held = self.held();
        let order = held.machine.wish(wish)?;
        self.begin(&mut held, order);
        Ok(())
    }

    /// Looks for updates now and then, for as long as the program runs.
    pub fn look_by_itself(self: &Arc<Self>) {
        if !self.source.as_ref().is_ok_and(|source| source.automatic) {
            return;
        }
        let desk = Arc::clone(self);
        async_runtime::spawn(async move {
            loop {
                let last = desk.held().last.unwrap_or(Last::None);
                tokio::time::sleep(schedule::wait(last, jitter())).await;
                if desk.held().machine.may_check_by_itself() {
                    // A person may have been quicker.
                    let _ = desk.wish(Wish::Check);
                }
            }
        });
    }

    /// Replaces what is being done by `order`.
    fn begin(self: &Arc<Self>, held: &mut Held, order: Order) {
        if let Some(at_work) = held.at_work.take() {
            at_work.abort();
        }
        let (desk, turn) = (Arc::clone(self), held.machine.turn());
        held.at_work = Some(async_runtime::spawn(async move {
            let done = match order {
                Order::Check => desk.check().await,
                Order::Download => desk.download(turn).await,
                Order::Ask => desk.ask_to_restart().await,
                Order::Watch => return desk.watch(turn).await,
                Order::Install => return desk.install(turn).await,
                Order::Stop => return,
                Order::GoOn => return desk.go_on().await,
            };
            desk.tell(turn, done.unwrap_or_else(News::Failed));
        }));
    }

    /// Tells the machine, and begins what it orders then.
    pub(super) fn tell(self: &Arc<Self>, turn: u64, news: News) {
        let mut held = self.held();
        if let News::Failed(failure) = &news {
            tracing::warn!(code = failure.code, text = failure.text, "update");
        }
        if matches!(held.machine.state(), State::Checking) && held.machine.turn() == turn {
            held.last = Some(match (&news, held.last) {
                (News::Failed(_), Some(Last::Failed(times))) => Last::Failed(times.saturating_add(1)),
                (News::Failed(_), _) => Last::Failed(1),
                _ => Last::Answered,
            });
            if held.last == Some(Last::Answered) {
                held.checked_at = Some(SystemClock::new().now_ms());
            }
        }
        if let Some(order) = held.machine.news(turn, news) {
            self.begin(&mut held, order);
        }
    }
}

/// From 0 to 1.
fn jitter() -> f64 {
    let digits: String = SystemIds.uuid().chars().take(8).collect();
    f64::from(u32::from_str_radix(&digits, 16).unwrap_or(0)) / f64::from(u32::MAX)
}
