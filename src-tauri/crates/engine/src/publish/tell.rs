//! The events of publications, each in the transaction of what it tells.

use protocol::Event;
use protocol::publish::{Publication, PublishReason};
use store::{NewEvent, StoreError, Tx};

fn append(tx: &mut Tx<'_>, of: &Publication, event: Event) -> Result<(), StoreError> {
    tx.append(NewEvent::new(&of.session_id, event, "publish").about(of.id.as_str())).map(drop)
}

pub(super) fn push_started(tx: &mut Tx<'_>, of: &Publication) -> Result<(), StoreError> {
    let event = Event::GitPushStarted {
        by: of.by.clone(),
        head_branch: of.head_branch.clone(),
        force: of.force,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn push_succeeded(tx: &mut Tx<'_>, of: &Publication, up_to_date: bool) -> Result<(), StoreError> {
    let event = Event::GitPushSucceeded {
        by: of.by.clone(),
        head_branch: of.head_branch.clone(),
        remote: of.remote.clone(),
        commit: of.commit.clone().unwrap_or_default(),
        up_to_date,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn push_failed(
    tx: &mut Tx<'_>,
    of: &Publication,
    reason: PublishReason,
    error: &str,
) -> Result<(), StoreError> {
    let event = Event::GitPushFailed {
        by: of.by.clone(),
        head_branch: of.head_branch.clone(),
        error: error.to_owned(),
        reason,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn pr_started(tx: &mut Tx<'_>, of: &Publication) -> Result<(), StoreError> {
    let event = Event::GitPrStarted {
        by: of.by.clone(),
        head_branch: of.head_branch.clone(),
        base_branch: of.base_branch.clone(),
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn pr_succeeded(
    tx: &mut Tx<'_>,
    of: &Publication,
    url: &str,
    reused: bool,
) -> Result<(), StoreError> {
    let event = Event::GitPrSucceeded {
        by: of.by.clone(),
        pr_url: url.to_owned(),
        head_branch: of.head_branch.clone(),
        base_branch: of.base_branch.clone(),
        reused,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn pr_manual(
    tx: &mut Tx<'_>,
    of: &Publication,
    url: &str,
    reason: PublishReason,
) -> Result<(), StoreError> {
    let event = Event::GitPrManual {
        by: of.by.clone(),
        manual_pr_url: url.to_owned(),
        head_branch: of.head_branch.clone(),
        base_branch: of.base_branch.clone(),
        reason,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn pr_failed(
    tx: &mut Tx<'_>,
    of: &Publication,
    reason: PublishReason,
    error: &str,
) -> Result<(), StoreError> {
    let event = Event::GitPrFailed {
        by: of.by.clone(),
        head_branch: of.head_branch.clone(),
        base_branch: of.base_branch.clone(),
        error: error.to_owned(),
        reason,
        publish_id: of.id.clone(),
    };
    append(tx, of, event)
}

pub(super) fn checks(
    tx: &mut Tx<'_>,
    of: &Publication,
    url: &str,
    checks: &protocol::publish::PrChecks,
) -> Result<(), StoreError> {
    append(tx, of, Event::GitPrChecks { pr_url: url.to_owned(), checks: Box::new(checks.clone()) })
}
