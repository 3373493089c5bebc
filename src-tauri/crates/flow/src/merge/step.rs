//! One entry's machine.

use super::repair::{begin_anew, forget_red, is_asked_about, repair, unasked};
use protocol::merge::{CheckVerdict, EntryState, MergeEntry, Strategy};
use protocol::returned::{CameBack, RedBase, WayOut};
use protocol::{ApprovalId, EntryId};

/// A commit built on a tip, ready to be asked about and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub onto: String,
    /// The entry whose candidate that is; none on the tip.
    pub ahead: Option<EntryId>,
    pub commit: String,
    pub tree: String,
    /// How it was built; part of the patch's identity.
    pub strategy: Strategy,
    /// Identity of the resulting patch, target and strategy: what an approval is bound to.
    pub patch_hash: String,
    pub files: u32,
    pub additions: u32,
    pub deletions: u32,
    pub risky: Vec<String>,
}

/// Why an entry goes back to its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    Conflict,
    CheckFailed,
    /// It came to mend the branch, and what fails on the branch fails with it too.
    NotMended,
    Empty,
    StrategyRefused,
    EditedTree,
}

impl Returned {
    pub fn code(self) -> &'static str {
        match self {
            Returned::Conflict => "merge.conflict",
            Returned::CheckFailed => "merge.check_failed",
            Returned::NotMended => "merge.not_mended",
            Returned::Empty => "merge.empty",
            Returned::StrategyRefused => "merge.strategy_refused",
            Returned::EditedTree => "merge.check_edited_tree",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A candidate was built where it is to stand.
    Built(Candidate),
    /// It could not be built there, and that is not the tip: it counts only if what it stood on lands.
    Unfit {
        onto: String,
        ahead: Option<EntryId>,
        why: Returned,
        detail: String,
    },
    /// Its checks did not pass on its tree. That counts once everything it stands on has landed.
    Doubted {
        why: Returned,
        detail: String,
    },
    /// It cannot be built, or its checks did not pass.
    GiveBack {
        why: Returned,
        detail: String,
    },
    /// The same with all that is known of it, and the number of automatic tries that are wanted.
    Returned {
        why: Returned,
        detail: String,
        back: Box<CameBack>,
        fix_ups: u32,
    },
    /// What came back is not mended by itself: a person says what becomes of it.
    LeftToPerson {
        ways: Vec<WayOut>,
        reason: String,
    },
    /// A person said who mends it.
    HandedOn {
        by: String,
    },
    /// Its check fails on the branch as well, without it.
    BaseRed(Box<RedBase>),
    /// Policy lets it land without asking.
    Allowed {
        rule: String,
    },
    /// Policy asks; the question is durable.
    Asked {
        approval: ApprovalId,
        rule: String,
    },
    /// Policy forbids it.
    Forbidden {
        rule: String,
    },
    Approved {
        by: String,
    },
    Denied {
        by: String,
    },
    Expired,
    CheckStarted {
        slot: u32,
        at: String,
    },
    CheckProgress(Vec<CheckVerdict>),
    ChecksPassed(Vec<CheckVerdict>),
    /// The branch is about to be moved; written before it is.
    LandingStarted,
    Landed {
        commit: String,
    },
    /// What the candidate stands on is not what it is to stand on.
    TipMoved,
    /// It cannot go on now, through no fault of its own: a proven candidate whose branch cannot be moved, an
    /// approved one that cannot be checked, a built one that nobody can judge.
    Blocked {
        reason: String,
    },
    /// Its checks could not be run again and again, and nobody knows whether that is its own fault: a person
    /// decides whether they are tried once more.
    GivenUp {
        reason: String,
    },
    /// The server started anew.
    Restarted,
    Retry,
    Remove {
        by: String,
    },
}

/// What a step leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    Entry(Box<MergeEntry>),
    Ignored(&'static str),
    Rejected(&'static str),
}

/// Moves `entry` by one input. States carry what makes them true: `Checking` and later have a candidate, and an
/// approval holds only while the patch is the one that was shown.
pub fn step(entry: &MergeEntry, input: Input) -> Next {
    use EntryState::{
        Approved, Checking, Failed, Landed, Landing, Parked, Queued, Removed, Returned as Back,
        WaitingApproval,
    };
    let mut e = entry.clone();
    match (entry.state, input) {
        (Landed | Back | Failed | Removed, Input::Retry) => {
            if entry.state == Landed {
                return Next::Rejected("It has landed.");
            }
            e.reason = None;
            forget_candidate(&mut e);
            to(e, Queued)
        }
        (Back, Input::LeftToPerson { ways, reason }) => {
            repair(&mut e).ways_out = ways;
            e.reason = Some(reason);
            to(e, Parked)
        }
        (Landed | Back | Failed | Removed, _) => Next::Ignored("It has ended."),

        (Queued | Approved, Input::Built(c)) => {
            let same = e.patch_hash.as_deref() == Some(c.patch_hash.as_str());
            let approved = entry.state == Approved && same;
            take_candidate(&mut e, c);
            e.reason = None;
            to(e, if approved { Approved } else { Queued })
        }
        // The tip moved under a question: the same patch keeps the question, any other asks again.
        (WaitingApproval, Input::Built(c)) => {
            let same = e.patch_hash.as_deref() == Some(c.patch_hash.as_str());
            take_candidate(&mut e, c);
            if same {
                return to(e, WaitingApproval);
            }
            e.approval_id = None;
            to(e, Queued)
        }
        (Checking | Landing | Parked, Input::Built(_)) => Next::Ignored("Its candidate is in use."),

        // The patch it had is remembered: if it comes out the same elsewhere, what was said of it holds.
        (Queued | WaitingApproval | Approved, Input::Unfit { onto, ahead, why, detail }) => {
            (e.onto, e.ahead, e.candidate, e.tree) = (Some(onto), ahead, None, None);
            e.doubt = Some(why.code().into());
            e.reason = Some(detail);
            to(e, entry.state)
        }
        (Checking | Landing | Parked, Input::Unfit { .. }) => Next::Ignored("Its candidate is in use."),
        (Checking, Input::Doubted { why, detail }) => {
            e.checks.retain(|check| is_verdict(&check.state));
            e.slot = None;
            e.doubt = Some(why.code().into());
            e.reason = Some(detail);
            to(e, Checking)
        }
        (Queued | WaitingApproval | Approved | Landing | Parked, Input::Doubted { .. }) => {
            Next::Ignored("It is not being checked.")
        }

        (Queued | WaitingApproval | Approved | Checking, Input::GiveBack { why, detail }) => {
            e.reason = Some(detail);
            // Only verdicts stay: what was not run, or was being run, has none.
            let verdicts = matches!(why, Returned::CheckFailed | Returned::NotMended);
            e.checks.retain(|check| verdicts && is_verdict(&check.state));
            to(e, Back)
        }
        (Queued | WaitingApproval | Approved | Checking, Input::Returned { why, detail, back, .. }) => {
            repair(&mut e).came_back = Some(back);
            match step(&e, Input::GiveBack { why, detail }) {
                Next::Entry(entry) => Next::Entry(entry),
                other => other,
            }
        }
        (Landing | Parked, Input::GiveBack { .. } | Input::Returned { .. }) => {
            Next::Ignored("It is not being worked on.")
        }
        (Parked, Input::HandedOn { by }) if is_asked_about(&e) => {
            unasked(&mut e);
            e.reason = Some(format!("{by} had it mended."));
            to(e, Back)
        }
        (Queued | WaitingApproval | Approved | Checking | Landing | Parked, Input::HandedOn { .. }) => {
            Next::Rejected("Nobody is asked about it.")
        }
        (Queued | WaitingApproval | Approved | Checking | Landing | Parked, Input::LeftToPerson { .. }) => {
            Next::Ignored("It did not come back.")
        }

        (Approved | Checking, Input::BaseRed(red)) => {
            e.reason = Some(crate::returned::red_base(&red));
            repair(&mut e).red_base = Some(red);
            e.checks.retain(|check| is_verdict(&check.state));
            to(e, Approved)
        }
        (Queued | WaitingApproval | Landing | Parked, Input::BaseRed(_)) => {
            Next::Ignored("It is not being checked.")
        }

        (Queued, Input::Allowed { rule }) => {
            if e.candidate.is_none() {
                return Next::Rejected("There is no candidate to allow.");
            }
            e.reason = Some(rule);
            to(e, Approved)
        }
        (Queued, Input::Asked { approval, rule }) => {
            if e.candidate.is_none() {
                return Next::Rejected("There is no candidate to ask about.");
            }
            e.approval_id = Some(approval);
            e.reason = Some(rule);
            to(e, WaitingApproval)
        }
        (Queued, Input::Forbidden { rule }) => {
            e.reason = Some(rule);
            to(e, Parked)
        }
        (
            WaitingApproval | Approved | Checking | Landing | Parked,
            Input::Allowed { .. } | Input::Asked { .. } | Input::Forbidden { .. },
        ) => Next::Ignored("Policy has spoken already."),

        (WaitingApproval, Input::Approved { .. }) => {
            e.reason = None;
            to(e, Approved)
        }
        (WaitingApproval, Input::Denied { by }) => {
            e.reason = Some(format!("Denied by {by}. Its commit is kept; retry to ask again."));
            to(e, Parked)
        }
        (WaitingApproval, Input::Expired) => {
            e.reason = Some("Nobody answered in time. Its commit is kept; retry to ask again.".into());
            to(e, Parked)
        }
        (
            Queued | Approved | Checking | Landing | Parked,
            Input::Approved { .. } | Input::Denied { .. } | Input::Expired,
        ) => Next::Ignored("It was not asked about."),

        (Approved, Input::CheckStarted { slot, at }) => {
            forget_red(&mut e);
            e.checks.clear();
            e.reason = None;
            (e.slot, e.checking_since) = (Some(slot), Some(at));
            to(e, Checking)
        }
        // What failed is tried once more before it counts.
        (Checking, Input::CheckStarted { slot, at }) if e.doubt.is_some() => {
            (e.slot, e.checking_since) = (Some(slot), Some(at));
            to(e, Checking)
        }
        (Queued | WaitingApproval | Checking | Landing | Parked, Input::CheckStarted { .. }) => {
            Next::Rejected("Only an approved entry is checked.")
        }
        (Checking, Input::CheckProgress(checks)) => {
            e.checks = checks;
            to(e, Checking)
        }
        (Checking, Input::ChecksPassed(checks)) => {
            e.checks = checks;
            to(e, Landing)
        }
        (
            Queued | WaitingApproval | Approved | Landing | Parked,
            Input::CheckProgress(_) | Input::ChecksPassed(_),
        ) => Next::Ignored("It is not being checked."),

        (Landing, Input::LandingStarted) => to(e, Landing),
        (Queued | WaitingApproval | Approved | Checking | Parked, Input::LandingStarted) => {
            Next::Rejected("Only a checked entry lands.")
        }
        (Landing, Input::Landed { commit }) => {
            e.landed_commit = Some(commit);
            e.reason = None;
            to(e, Landed)
        }
        (Queued | WaitingApproval | Approved | Checking | Parked, Input::Landed { .. }) => {
            Next::Rejected("Only a checked entry lands.")
        }
        // It stays proven and is tried again; nothing else could move the branch either.
        (Landing, Input::Blocked { reason }) => {
            e.reason = Some(reason);
            to(e, Landing)
        }
        (Queued | Approved, Input::Blocked { reason }) => {
            e.reason = Some(reason);
            to(e, entry.state)
        }
        // The machine failed the check, not the change.
        (Checking, Input::Blocked { reason }) => {
            e.reason = Some(reason);
            e.checks.clear();
            to(e, Approved)
        }
        (WaitingApproval | Parked, Input::Blocked { .. }) => Next::Ignored("It is not landing."),
        (Approved | Checking, Input::GivenUp { reason }) => {
            e.reason = Some(reason);
            e.checks.clear();
            to(e, Parked)
        }
        (Queued | WaitingApproval | Landing | Parked, Input::GivenUp { .. }) => {
            Next::Ignored("It is not being checked.")
        }

        (Checking | Landing, Input::TipMoved) => {
            e.checks.clear();
            to(e, Approved)
        }
        (Queued | WaitingApproval | Approved | Parked, Input::TipMoved) => {
            Next::Ignored("Its candidate is rebuilt anyway.")
        }

        // A landing that was under way is settled by looking at the branch, not by guessing.
        (Checking, Input::Restarted) => {
            e.checks.clear();
            to(e, Approved)
        }
        (Queued | WaitingApproval | Approved | Landing | Parked, Input::Restarted) => {
            Next::Ignored("Nothing was running.")
        }

        (Parked, Input::Retry) => {
            e.reason = None;
            e.approval_id = None;
            forget_candidate(&mut e);
            to(e, Queued)
        }
        // The branch may be in order now: a person says so.
        (Approved, Input::Retry) if e.repair.as_ref().is_some_and(|repair| repair.red_base.is_some()) => {
            forget_red(&mut e);
            e.reason = None;
            to(e, Approved)
        }
        (Queued | WaitingApproval | Approved | Checking | Landing, Input::Retry) => {
            Next::Ignored("It is in the queue.")
        }
        (Queued | WaitingApproval | Approved | Parked, Input::Remove { by }) => {
            unasked(&mut e);
            e.reason = Some(format!("Removed by {by}. Its commit is kept."));
            to(e, Removed)
        }
        // Whoever is just moving the branch to it says so before.
        (Checking | Landing, Input::Remove { by }) => {
            e.reason = Some(format!("Removed by {by}. Its commit is kept."));
            to(e, Removed)
        }
    }
}

/// Whether a check's state says how it ended.
fn is_verdict(state: &str) -> bool {
    matches!(state, "passed" | "failed" | "skipped")
}

fn to(mut entry: MergeEntry, state: EntryState) -> Next {
    if state != EntryState::Checking {
        (entry.slot, entry.checking_since) = (None, None);
    }
    if state != entry.state {
        entry.doubt = None;
    }
    entry.state = state;
    Next::Entry(Box::new(entry))
}

fn take_candidate(e: &mut MergeEntry, c: Candidate) {
    forget_red(e);
    (e.ahead, e.doubt) = (c.ahead, None);
    e.onto = Some(c.onto);
    e.candidate = Some(c.commit);
    e.tree = Some(c.tree);
    e.strategy = c.strategy;
    e.patch_hash = Some(c.patch_hash);
    e.files = c.files;
    e.additions = c.additions;
    e.deletions = c.deletions;
    e.risky = c.risky;
}

fn forget_candidate(e: &mut MergeEntry) {
    e.onto = None;
    e.ahead = None;
    e.doubt = None;
    e.candidate = None;
    e.tree = None;
    e.patch_hash = None;
    e.approval_id = None;
    e.checks.clear();
    begin_anew(e);
}
