//! Checks of pull requests, read back: when asked, and again by itself for as long as somebody looks.

use super::tell;
use crate::Engine;
use flow::publish::checks;
use flow::publish::pull_request::{self, Failure};
use protocol::publish::{PrCheck, PrChecks, PrChecksState, Publication, PublishReason, PublishedPr};
use protocol::{ApiError, ErrorCode, PublishId, SessionId};
use reqwest::Method;
use std::time::{Duration, Instant};

/// How long one look lasts, and how often the checks are read meanwhile: soon at first, then less.
const LOOKS: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(5);
const LATER: Duration = Duration::from_secs(20);
/// Readings that come soon, and after how many whoever looks has to ask again: then it begins anew.
const SOON_READS: u32 = 12;
const MOST_READS: u32 = 400;

/// A publication whose checks somebody looks at.
pub(super) struct Watched {
    until: Instant,
    next: Instant,
    reads: u32,
}

impl Engine {
    /// The publication that is meant: the one that is named, else the session's newest with a pull request.
    pub(crate) async fn publication_with_pr(
        &self,
        session: &SessionId,
        id: Option<PublishId>,
    ) -> Result<Publication, ApiError> {
        let of = session.clone();
        let rows = self
            .store
            .read(move |tx| tx.require_session(&of).and_then(|_| tx.publishes_of(of.as_str())))
            .await?;
        let meant = |row: &&store::StoredPublish| match &id {
            Some(id) => row.shown.id == *id,
            None => row.shown.pr.is_some(),
        };
        let found = rows.iter().find(meant).map(|row| row.shown.clone());
        found.ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, "Nothing with a pull request was published here yet.")
        })
    }

    pub(crate) fn watch_checks(&self, id: &PublishId) {
        let now = Instant::now();
        let mut live = self.publishing.live();
        let watched =
            live.watched.entry(id.to_string()).or_insert(Watched { until: now, next: now + SOON, reads: 0 });
        watched.until = now + LOOKS;
        drop(live);
        self.publishing.wake();
    }

    /// Reads the checks now, keeps them, and tells when they changed.
    pub(crate) async fn read_checks(&self, of: &Publication) -> Result<PrChecks, ApiError> {
        let read = self.checks_now(of).await?;
        let read_at = host::clock::iso(self.clock.now_ms());
        let blank = |state| PrChecks {
            publish_id: of.id.clone(),
            state,
            checks: Vec::new(),
            commit: None,
            pr: of.pr.clone(),
            reason: None,
            message: None,
            read_at: read_at.clone(),
        };
        let (all, commit, pr) = match read {
            Ok(read) => read,
            // What was read before stays kept; this says that it could not be read again.
            Err(failure) => {
                let mut told = of.checks.as_deref().cloned().unwrap_or_else(|| blank(PrChecksState::Unknown));
                told.reason = Some(failure.reason);
                told.message = Some(self.redactor().text(&failure.message));
                return Ok(told);
            }
        };
        let mut now = blank(checks::together(&all));
        (now.checks, now.commit, now.pr) = (all, commit, Some(pr.clone()));
        let (id, kept) = (of.id.to_string(), now.clone());
        let write = self.store.write(move |tx| {
            let mut shown = tx.publish(&id)?.shown;
            let same = |before: &PrChecks| {
                before.checks == kept.checks && before.pr == kept.pr && before.commit == kept.commit
            };
            if shown.checks.as_deref().is_some_and(same) {
                return Ok(());
            }
            shown.pr = Some(pr);
            shown.checks = Some(Box::new(kept.clone()));
            tx.update_publish(&shown)?;
            let url = shown.pr.as_ref().map(|pr| pr.url.clone()).unwrap_or_default();
            tell::checks(tx, &shown, &url, &kept)
        });
        write.await?;
        Ok(now)
    }

    #[allow(clippy::type_complexity)] // a reading and what it is of, used once
    async fn checks_now(
        &self,
        of: &Publication,
    ) -> Result<Result<(Vec<PrCheck>, Option<String>, PublishedPr), Failure>, ApiError> {
        let no =
            |reason, message: &str| Ok(Err(Failure { reason, message: message.to_owned(), retry_at: None }));
        let Some(known) = &of.pr else { return no(PublishReason::NotFound, "There is no pull request.") };
        let repository = match self.repository_of(of).await? {
            Ok(repository) => repository,
            Err(why) => return no(PublishReason::UnsupportedHost, &why),
        };
        let Some((token, _)) = self.forge_token(&repository.forge).await? else {
            return no(PublishReason::NoCredentials, "There is no token for GitHub here.");
        };
        let now = self.clock.now_ms();
        let read = async {
            let ask = |url: String| async {
                let url = url;
                self.ask_forge(Method::GET, &url, &token, None).await
            };
            let pull = pull_request::shown(&ask(repository.pull_api(known.number)).await?, &repository, now)?;
            let commit =
                pull.head_commit.clone().filter(|commit| is_commit(commit)).or_else(|| of.commit.clone());
            let Some(commit) = commit else { return Err(pull_request::unreadable()) };
            let runs = checks::runs(&ask(repository.check_runs_api(&commit)).await?, now);
            let statuses = checks::statuses(&ask(repository.statuses_api(&commit)).await?, now);
            // A token may have one of the two rights only.
            let all = match (runs, statuses) {
                (Ok(mut runs), Ok(statuses)) => {
                    runs.extend(statuses);
                    runs
                }
                (Ok(one), Err(_)) | (Err(_), Ok(one)) => one,
                (Err(failure), Err(_)) => return Err(failure),
            };
            let pr =
                PublishedPr { url: pull.url, number: pull.number, state: pull.state, reused: known.reused };
            Ok((all, Some(commit), pr))
        };
        Ok(read.await)
    }

    /// Reads again what somebody looks at.
    pub(crate) async fn checks_loop(&self) {
        while !self.is_stopping() {
            let due = self.due_checks();
            for id in due {
                let wanted = id.clone();
                let row = self.store.read(move |tx| tx.publish(&wanted)).await;
                let Ok(row) = row else { continue };
                if let Err(error) = self.read_checks(&row.shown).await {
                    tracing::debug!(%error, "checks of a pull request");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = self.stopping() => {}
            }
        }
    }

    fn due_checks(&self) -> Vec<String> {
        let now = Instant::now();
        let mut live = self.publishing.live();
        live.watched.retain(|_, watched| watched.until > now && watched.reads < MOST_READS);
        let mut due = Vec::new();
        for (id, watched) in live.watched.iter_mut().filter(|(_, watched)| watched.next <= now) {
            watched.reads += 1;
            watched.next = now + if watched.reads < SOON_READS { SOON } else { LATER };
            due.push(id.clone());
        }
        due
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
