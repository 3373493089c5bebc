//! What was sent and what became of it, in the data folder: the reason a restart repeats nothing, and the answer to
//! "was I told?". Bounded; the oldest rows go first.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::notice::{Kind, Notice};

/// Rows kept. A question older than this many notifications would be told again.
const ROWS: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Shown,
    /// Its page was opened.
    Opened,
    Approved,
    Denied,
    /// A click on it came too late.
    TooLate,
    /// An answer on it could not be given.
    NotAnswered,
    /// Closed by the person, or by the desktop after a while.
    Dismissed,
    /// Taken back, because it was answered elsewhere.
    Withdrawn,
    /// There was nobody to show it: it counts as not sent.
    NotShown,
    /// Kept back by the quiet hours: it counts as not sent.
    Quiet,
    /// Kept back because its kind is switched off: it counts as not sent.
    Off,
}

impl Outcome {
    /// Nobody has seen it.
    fn is_unseen(self) -> bool {
        matches!(self, Self::NotShown | Self::Quiet | Self::Off)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub key: String,
    pub kind: Kind,
    pub title: String,
    /// The page a click opens; empty where none is known.
    #[serde(default)]
    pub page: String,
    /// Keys of single questions that were told together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// RFC 3339, UTC.
    pub sent_at: String,
    pub outcome: Outcome,
    pub outcome_at: String,
}

/// The rows, and the file they are kept in; without a data folder they last as long as the process.
pub struct Ledger {
    file: Option<PathBuf>,
    rows: Vec<Row>,
}

impl Ledger {
    /// A file that cannot be read is begun anew: at worst a question is told twice.
    pub async fn open(file: Option<PathBuf>) -> Self {
        let Some(path) = file.clone() else { return Self { file, rows: Vec::new() } };
        let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
        let rows = match read {
            Ok(Ok(bytes)) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "the ledger of notifications cannot be read and is begun anew");
                Vec::new()
            }),
            _ => Vec::new(),
        };
        Self { file, rows }
    }

    pub fn was_told(&self, key: &str) -> bool {
        let is = |row: &Row| row.key == key || row.covers.iter().any(|covered| covered == key);
        self.rows.iter().any(|row| is(row) && !row.outcome.is_unseen())
    }

    /// What stands in it, newest first.
    pub fn newest_first(&self) -> Vec<Row> {
        self.rows.iter().rev().cloned().collect()
    }

    /// A notification was sent, or would have been. It takes the place of an earlier one with its key, and of those it
    /// covers that nobody saw.
    pub async fn sent(&mut self, notice: &Notice, outcome: Outcome, now: &str) {
        let covers = match notice.about.len() {
            0 | 1 => Vec::new(),
            _ => notice.about.iter().map(|id| format!("question:{id}")).collect(),
        };
        // What is looked at again and again while it is kept back is written down once.
        if outcome.is_unseen()
            && self.rows.iter().any(|row| {
                row.key == notice.key
                    && row.outcome == outcome
                    && row.covers == covers
                    && row.title == notice.title
            })
        {
            return;
        }
        self.rows
            .retain(|row| row.key != notice.key && !(row.outcome.is_unseen() && covers.contains(&row.key)));
        self.rows.push(Row {
            key: notice.key.clone(),
            kind: notice.kind,
            title: notice.title.clone(),
            page: notice.page.clone(),
            covers,
            sent_at: now.to_owned(),
            outcome,
            outcome_at: now.to_owned(),
        });
        if self.rows.len() > ROWS {
            self.rows.drain(..self.rows.len() - ROWS);
        }
        self.write().await;
    }

    /// Something became of it. What a person did is not overwritten by the closing that follows.
    pub async fn became(&mut self, key: &str, outcome: Outcome, now: &str) {
        let Some(row) = self.rows.iter_mut().rev().find(|row| row.key == key) else { return };
        let is_end = matches!(outcome, Outcome::Dismissed | Outcome::Withdrawn);
        if row.outcome == outcome || (is_end && row.outcome != Outcome::Shown) {
            return;
        }
        row.outcome = outcome;
        row.outcome_at = now.to_owned();
        self.write().await;
    }

    async fn write(&self) {
        let (Some(path), Ok(bytes)) = (self.file.clone(), serde_json::to_vec_pretty(&self.rows)) else {
            return;
        };
        let written = tokio::task::spawn_blocking(move || {
            if let Some(folder) = path.parent() {
                // The write says it better if there is no folder.
                let _ = std::fs::create_dir_all(folder);
            }
            host::atomic_file::write(&path, &bytes)
        });
        if let Ok(Err(error)) = written.await {
            tracing::warn!(code = error.code(), %error, "the ledger of notifications was not written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(key: &str) -> Notice {
        Notice { key: key.into(), ..Notice::about_a_click("t".into(), "b".into(), "/".into()) }
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("pilothouse-ledger-{name}-{}", std::process::id()))
    }

    #[tokio::test]
    async fn a_restart_remembers_what_was_sent_and_what_became_of_it() {
        let folder = folder("restart");
        let file = Some(folder.join("desktop").join("notifications.json"));
        let mut ledger = Ledger::open(file.clone()).await;
        assert!(!ledger.was_told("question:a"));
        ledger.sent(&notice("question:a"), Outcome::Shown, "1").await;
        ledger.became("question:a", Outcome::Approved, "2").await;
        ledger.became("question:a", Outcome::Dismissed, "3").await;
        let again = Ledger::open(file).await;
        assert!(again.was_told("question:a"));
        assert_eq!(
            (again.rows.len(), again.rows[0].outcome, again.rows[0].outcome_at.as_str()),
            (1, Outcome::Approved, "2")
        );
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_nobody_could_show_is_told_again_and_questions_told_together_are_not() {
        let mut ledger = Ledger::open(None).await;
        ledger.sent(&notice("question:a"), Outcome::NotShown, "1").await;
        assert!(!ledger.was_told("question:a"));
        let ids = ["a", "b"].map(|id| protocol::ApprovalId::parse(id).unwrap());
        ledger.sent(&Notice { about: ids.into(), ..notice("questions:a") }, Outcome::Shown, "2").await;
        assert!(
            ledger.was_told("question:a") && ledger.was_told("question:b") && !ledger.was_told("question:c")
        );
    }

    #[tokio::test]
    async fn what_is_kept_back_is_written_down_once_and_gives_way_to_what_is_shown() {
        let mut ledger = Ledger::open(None).await;
        for n in 1..4 {
            ledger.sent(&notice("question:a"), Outcome::Quiet, &n.to_string()).await;
        }
        ledger.sent(&notice("event:1"), Outcome::Off, "4").await;
        assert_eq!((ledger.rows.len(), ledger.rows[0].sent_at.as_str()), (2, "1"));
        assert!(!ledger.was_told("question:a") && !ledger.was_told("event:1"));
        let ids = ["a", "b"].map(|id| protocol::ApprovalId::parse(id).unwrap());
        ledger.sent(&Notice { about: ids.into(), ..notice("questions:a") }, Outcome::Shown, "5").await;
        let rows = ledger.newest_first();
        assert_eq!(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["questions:a", "event:1"]);
        assert_eq!(rows[0].page, "/");
    }

    #[test]
    fn a_row_of_an_older_program_has_no_page() {
        let row =
            r#"{"key":"event:1","kind":"failed","title":"t","sentAt":"1","outcome":"shown","outcomeAt":"1"}"#;
        assert_eq!(serde_json::from_str::<Row>(row).unwrap().page, "");
    }

    #[tokio::test]
    async fn it_does_not_grow_without_end_and_a_broken_file_is_begun_anew() {
        let mut ledger = Ledger::open(None).await;
        for n in 0..ROWS + 10 {
            ledger.sent(&notice(&format!("event:{n}")), Outcome::Shown, "1").await;
        }
        assert_eq!(ledger.rows.len(), ROWS);
        assert!(!ledger.was_told("event:9") && ledger.was_told("event:10"));
        let folder = folder("broken");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("n.json"), "{half").unwrap();
        assert!(Ledger::open(Some(folder.join("n.json"))).await.rows.is_empty());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
