//! Doing what the machine orders: asking the server, fetching, putting in place, starting again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tauri::utils::platform::bundle_type;
use tauri::{Manager as _, Url, async_runtime};
use tauri_plugin_updater::{Update, UpdaterExt as _};

use super::address::{self, Places};
use super::desk::Desk;
use super::failure::{Failure, disk};
use super::fetch;
use super::machine::{News, Offer};
use super::shelf::Shelf;
use super::source::Source;
use crate::drain;
use crate::running::{self, Now, Running};
use crate::words::words;

/// Between looks at what still runs.
const LOOK: Duration = Duration::from_secs(2);
/// Characters of notes that are shown.
const LONGEST_NOTES: usize = 16_000;

impl Desk {
    pub(super) async fn check(&self) -> Result<News, Failure> {
        let source = self.source.as_ref().map_err(Clone::clone)?;
        let version = self.app.package_info().version.to_string();
        let places = Places { channel: &source.channel, version: &version, bundle: bundle_type() };
        let url = address::filled(&source.endpoint, &places)?;
        let announced = match fetch::announcement(&url).await? {
            Some(announced) => self.read(source, url, announced)?,
            None => None,
        };
        let Some(update) = announced else {
            if let Some(shelf) = &self.shelf {
                shelf.keep_only(None);
            }
            return Ok(News::UpToDate);
        };
        let offer = Offer { version: update.version.clone(), notes: plain(update.body.as_deref()) };
        if let Some(shelf) = &self.shelf {
            shelf.keep_only(Some(&offer.version));
        }
        self.held().update = Some(update);
        Ok(News::Found(offer))
    }

    /// The update in an announcement, if it is newer than this program and of our channel.
    fn read(&self, source: &Source, url: Url, announced: Value) -> Result<Option<Update>, Failure> {
        let shell = Arc::clone(&self.shell);
        let app = self.app.clone();
        let ours = source.clone();
        let updater = self
            .app
            .updater_builder()
            .pubkey(&source.public_key)
            .endpoints(vec![url])?
            // Left to itself it would take whatever APPIMAGE names.
            .executable_path(&self.program)
            .version_comparator(move |current, release| {
                release.version > current && ours.offers(!release.version.pre.is_empty())
            })
            // Windows ends the process right after: the server must have drained by then.
            .on_before_exit(move || {
                shell.end();
                app.cleanup_before_exit();
            })
            .build()?;
        // Unlike its `check`, this demands that the signature names the version, whatever is configured.
        let update = updater.restore_update(announced)?;
        match update {
            Some(update) if !address::allowed(&update.download_url) => Err(address::insecure()),
            update => Ok(update),
        }
    }

    pub(super) async fn download(self: &Arc<Self>, turn: u64) -> Result<News, Failure> {
        let (update, shelf) = self.stored()?;
        let (part, whole) = (shelf.part(&update.version), shelf.package(&update.version));
        shelf.ready_for_writing().map_err(|error| disk(&error))?;
        if whole.is_file() && verified(update.clone(), whole.clone()).await.is_ok() {
            return Ok(News::Stored);
        }
        let mut shown = None;
        let fetched =
            fetch::package(&update.download_url, &part, fetch::LARGEST_PACKAGE, |received, total| {
                let percent = total.map(|total| received.saturating_mul(100) / total.max(1));
                if percent != shown {
                    shown = percent;
                    self.tell(turn, News::Progress { received, total });
                }
            });
        let outcome = match fetched.await {
            Ok(()) => verified(update, part.clone()).await,
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(()) => std::fs::rename(&part, &whole).map_err(|error| disk(&error)).map(|()| News::Stored),
            Err(failure) => {
                let _ = std::fs::remove_file(&part);
                Err(failure)
            }
        }
    }

    /// What would be cut short by a restart: nothing, if the server is not ours and goes on.
    async fn running(&self) -> Result<Now, Failure> {
        let nothing = Now { running: Running::default(), drains: true };
        let Some(address) = self.shell.own_address() else { return Ok(nothing) };
        running::look(&address).await.map_err(|error| not_known(&error))
    }

    /// What stands in the way of a restart. When nothing does, nothing new begins either from here on.
    pub(super) async fn ask_to_restart(&self) -> Result<News, Failure> {
        let before = self.running().await?.running;
        if !before.is_nothing() {
            return Ok(News::Runs(before));
        }
        self.hold().await?;
        let held = self.running().await;
        if !held.as_ref().is_ok_and(|now| now.running.is_nothing()) {
            self.go_on().await;
        }
        Ok(News::Runs(held?.running))
    }

    /// Lets nothing new begin on a server of our own.
    async fn hold(&self) -> Result<(), Failure> {
        let Some(address) = self.shell.own_address() else { return Ok(()) };
        let held = drain::hold(&address, words().restarts_when_done()).await;
        held.map_err(|error| not_known(&error))
    }

    /// Lets new work begin again.
    pub(super) async fn go_on(&self) {
        if let Some(address) = self.shell.own_address() {
            drain::release(&address).await;
        }
    }

    pub(super) async fn watch(self: &Arc<Self>, turn: u64) {
        if let Err(failure) = self.hold().await {
            return self.tell(turn, News::Failed(failure));
        }
        loop {
            match self.running().await {
                Ok(now) if !now.drains => return self.tell(turn, News::CalledOff),
                Ok(now) => self.tell(turn, News::Runs(now.running)),
                Err(failure) => {
                    self.go_on().await;
                    return self.tell(turn, News::Failed(failure));
                }
            }
            // When nothing ran, the installation that was ordered has dropped this task.
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Puts the package in place and restarts. That may ask for a password, and nothing new begins meanwhile. The
    /// server drains on the way out, as it does at every end.
    pub(super) async fn install(self: &Arc<Self>, turn: u64) {
        if let Err(failure) = self.hold().await {
            tracing::warn!(
                code = failure.code,
                text = failure.text,
                "new work may begin while it is installed"
            );
        }
        let put = async {
            let (update, shelf) = self.stored()?;
            let file = shelf.package(&update.version);
            let placed = async_runtime::spawn_blocking(move || {
                let bytes = std::fs::read(&file).map_err(|error| disk(&error))?;
                update.install(bytes)?;
                let _ = std::fs::remove_file(&file);
                Ok(())
            });
            placed.await.map_err(|error| Failure::new("update.not_installed", error.to_string()))?
        };
        match put.await {
            Ok(()) => {
                self.held().comes_back = true;
                self.app.exit(0);
            }
            Err(failure) => {
                self.go_on().await;
                self.tell(turn, News::Failed(failure));
            }
        }
    }

    /// Starts the new program, if one was put in place. Called when the server has ended: they share its folder.
    pub fn come_back(&self) {
        if !std::mem::take(&mut self.held().comes_back) {
            return;
        }
        // A bundle is opened by the system, which asks for the new one's rights.
        #[cfg(target_os = "macos")]
        tauri::process::restart(&self.app.env());
        #[cfg(not(target_os = "macos"))]
        self.start_program();
    }

    #[cfg(not(target_os = "macos"))]
    fn start_program(&self) {
        let words = self.app.env().args_os.into_iter().skip(1);
        if let Err(error) = std::process::Command::new(&self.program).args(words).spawn() {
            tracing::error!(%error, program = %self.program.display(), "the new version was not started");
        }
    }

    fn stored(&self) -> Result<(Update, Shelf), Failure> {
        match (self.held().update.clone(), self.shelf.clone()) {
            (Some(update), Some(shelf)) => Ok((update, shelf)),
            _ => Err(Failure::not_now()),
        }
    }
}

fn not_known(error: &anyhow::Error) -> Failure {
    Failure::new("update.not_known", format!("Whether anything runs is not known: {error:#}"))
}

/// Whether a file is what was announced, signed with the configured key for the announced version.
async fn verified(update: Update, file: PathBuf) -> Result<(), Failure> {
    let looked = async_runtime::spawn_blocking(move || {
        let bytes = std::fs::read(&file).map_err(|error| disk(&error))?;
        update.verify(&bytes).map_err(Failure::from)
    });
    looked.await.map_err(|error| Failure::new("update.disk", error.to_string()))?
}

/// Notes come from outside: text only, and not endless.
fn plain(notes: Option<&str>) -> String {
    let text = notes.unwrap_or_default().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    text.take(LONGEST_NOTES).collect::<String>().trim().to_owned()
}
