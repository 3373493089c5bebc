//! A patch that does not stand on these lines: git merges it by the blobs it names, if they are known, and without a
//! conflict or not at all.

use crate::life::{Attempt, Work};
use anyhow::Context as _;

/// Carries out what strict application refused with `why`.
pub(super) async fn perform(attempt: &Attempt<'_>, patch: &str, why: &str) -> anyhow::Result<Work> {
    let place = attempt.bench.out.join("pasted.patch");
    let mut text = patch.to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    tokio::fs::write(&place, text).await.context("the patch could not be laid down")?;
    let path = place.to_string_lossy().into_owned();
    let args = ["apply", "--3way", "--whitespace=nowarn", &path];
    attempt.journal.command(&["git".to_owned(), "apply".to_owned(), "--3way".to_owned()]).await;
    let outcome = attempt.bench.try_git(&args, &attempt.keeper.cancel).await?;
    if !outcome.success() {
        let said = super::output(&outcome);
        anyhow::bail!("the patch does not apply: {why}. A three-way merge fails too:\n{said}");
    }
    let title = attempt.task.title.trim();
    let report = format!(
        "The patch does not stand on these lines ({why}). It was merged by the files it was made from, without a conflict; look at the diff."
    );
    Ok(Work { message: title.to_owned(), report: Some(report), artifacts: Vec::new() })
}
