//! How it goes on with an entry that came back: a worker mends it, or a person is asked.

use super::mend::{self, Wish};
use crate::markdown::plain;
use crate::reaction;
use flow::because::Said;
use flow::merge::{Input, Next, Returned, step};
use flow::returned::{Go, Try, context, go, story};
use protocol::fenced;
use protocol::merge::{CompletionStatus, EntryKind, EntryState, MergeEntry};
use protocol::returned::CameBack;
use store::{StoreError, Tx};

/// Parks an entry that was just given back and is not mended by itself. Any other stays as it is.
pub(crate) fn left_to_person(
    tx: &mut Tx<'_>,
    entry: MergeEntry,
    why: Returned,
    fix_ups: u32,
) -> Result<MergeEntry, StoreError> {
    if entry.state != EntryState::Returned {
        return Ok(entry);
    }
    let made = made(tx, &entry)?;
    let Go::Ask(ways) = go(why, made, fix_ups) else { return Ok(entry) };
    let said = Said::by(&entry).and(&story(made.number, &ways));
    Ok(match step(&entry, Input::LeftToPerson { ways, said }) {
        Next::Entry(parked) => *parked,
        Next::Ignored(_) | Next::Rejected(_) => entry,
    })
}

/// How the change was made that an entry holds.
pub(super) fn made(tx: &Tx<'_>, entry: &MergeEntry) -> Result<Try, StoreError> {
    let job = tx.job(entry.job_id.as_str())?;
    let task = mend::task_of(&job);
    Ok(Try {
        asks_first: entry.kind != EntryKind::Change,
        lane: task.as_ref().map(|task| task.lane),
        by_hand: task.as_ref().is_some_and(|task| task.by_hand.is_some()),
        number: task.map_or(0, |task| task.fix_up),
    })
}

/// The entry is stored, and its return was told: now somebody mends it, or everybody is told who has to say how.
pub(crate) fn came_back(
    tx: &mut Tx<'_>,
    entry: &MergeEntry,
    (why, detail): (Returned, &str),
    fix_ups: u32,
) -> Result<(), StoreError> {
    tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Failed, Some(detail))?;
    let title = plain(&entry.title);
    let short = entry.commit_sha.get(..10).unwrap_or(&entry.commit_sha);
    let told = told(why, detail);
    if entry.state == EntryState::Returned && go(why, made(tx, entry)?, fix_ups) == Go::Mend {
        let number = mend::enqueue(tx, entry, Wish::default(), &reported(entry, detail))?;
        let text = format!("**{title}** did not land: {told}\n\nIt went back to a worker (repair {number}).");
        return reaction::say(tx, &entry.session_id, text, None);
    }
    let ways = entry.repair.as_ref().map(|repair| repair.ways_out.as_slice()).unwrap_or_default();
    let what_now = match ways {
        [] => String::new(),
        ways => format!("\n\n{}", story(0, ways)),
    };
    let text = format!(
        "**{title}** did not land: {told}\n\nIts commit `{short}` is kept in the depot. Nothing changed on {}.{what_now}",
        entry.target
    );
    reaction::say(tx, &entry.session_id, text, None)
}

/// All that is known of a return, as whoever mends it is told.
pub(super) fn reported(entry: &MergeEntry, detail: &str) -> String {
    let nothing = CameBack {
        code: String::new(),
        onto: None,
        files: Vec::new(),
        more_files: 0,
        check: None,
        beside: Vec::new(),
    };
    let back = entry.repair.as_ref().and_then(|repair| repair.came_back.as_deref()).unwrap_or(&nothing);
    // What a check printed follows its first paragraph, and is told better below.
    let reason = match back.check {
        Some(_) => detail.split("\n\n").next().unwrap_or(detail),
        None => detail,
    };
    context(reason, &entry.target, back)
}

/// The reason as markdown. What a check printed follows its first paragraph and is shown as it is.
fn told(why: Returned, detail: &str) -> String {
    let checked = matches!(why, Returned::CheckFailed | Returned::NotMended);
    match detail.split_once("\n\n").filter(|_| checked) {
        Some((reason, "")) => reason.to_owned(),
        Some((reason, output)) => format!("{reason}\n\n{}", fenced("", output)),
        None => detail.to_owned(),
    }
}

/// The checks of a workspace are others now: who waited for the branch to pass one is checked again.
pub(crate) fn look_again(tx: &mut Tx<'_>, workspace: &str) -> Result<(), StoreError> {
    for entry in tx.open_entries(workspace)? {
        if entry.repair.as_ref().is_some_and(|repair| repair.red_base.is_some()) {
            crate::merge::apply_input(tx, entry.id.as_str(), Input::Retry)?;
        }
    }
    Ok(())
}
