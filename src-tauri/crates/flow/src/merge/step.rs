//! One entry's machine.

use super::repair::{begin_anew, forget_red, is_asked_about, repair, unasked};
use crate::because::Said;
use protocol::because::Because;
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
        said: Said,
    },
    /// Its checks did not pass on its tree. That counts once everything it stands on has landed.
    Doubted {
        why: Returned,
        said: Said,
    },
    /// It cannot be built, or its checks did not pass.
    GiveBack {
        why: Returned,
        said: Said,
    },
    /// The same with all that is known of it, and the number of automatic tries that are wanted.
    Returned {
        why: Returned,
        said: Said,
        back: Box<CameBack>,
        fix_ups: u32,
    },
    /// What came back is not mended by itself: a person says what becomes of it.
    LeftToPerson {
        ways: Vec<WayOut>,
        said: Said,
    },
    /// A person said who mends it.
    HandedOn {
        by: String,
    },
    /// Its check fails on the branch as well, without it.
    BaseRed(Box<RedBase>),
    /// Policy lets it land without asking.
    Allowed {
        rule: Because,
    },
    /// Policy asks; the question is durable.
    Asked {
        approval: ApprovalId,
        rule: Because,
    },
    /// Policy forbids it.
    Forbidden {
        rule: Because,
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
        said: Said,
    },
    /// Its checks could not be run again and again, and nobody knows whether that is its own fault: a person
    /// decides whether they are tried once more.
    GivenUp {
        said: Said,
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
            unsaid(&mut e);
            forget_candidate(&mut e);
            to(e, Queued)
        }
        (Back, Input::LeftToPerson { ways, said }) => {
            repair(&mut e).ways_out = ways;
            said.tell(&mut e);
            to(e, Parked)
        }
        (Landed | Back | Failed | Removed, _) => Next::Ignored("It has ended."),

        (Queued | Approved, Input::Built(c)) => {
            let same = e.patch_hash.as_deref() == Some(c.patch_hash.as_str());
            let approved = entry.state == Approved && same;
            take_candidate(&mut e, c);
            unsaid(&mut e);
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
        (Queued | WaitingApproval | Approved, Input::Unfit { onto, ahead, why, said }) => {
            (e.onto, e.ahead, e.candidate, e.tree) = (Some(onto), ahead, None, None);
            e.doubt = Some(why.code().into());
            said.tell(&mut e);
            to(e, entry.state)
        }
        (Checking | Landing | Parked, Input::Unfit { .. }) => Next::Ignored("Its candidate is in use."),
        (Checking, Input::Doubted { why, said }) => {
            e.checks.retain(|check| is_verdict(&check.state));
            e.slot = None;
            e.doubt = Some(why.code().into());
            said.tell(&mut e);
            to(e, Checking)
        }
        (Queued | WaitingApproval | Approved | Landing | Parked, Input::Doubted { .. }) => {
            Next::Ignored("It is not being checked.")
        }

        (Queued | WaitingApproval | Approved | Checking, Input::GiveBack { why, said }) => {
            said.tell(&mut e);
            // Only verdicts stay: what was not run, or was being run, has none.
            let verdicts = matches!(why, Returned::CheckFailed | Returned::NotMended);
            e.checks.retain(|check| verdicts && is_verdict(&check.state));
            to(e, Back)
        }
        (Queued | WaitingApproval | Approved | Checking, Input::Returned { why, said, back, .. }) => {
            repair(&mut e).came_back = Some(back);
            match step(&e, Input::GiveBack { why, said }) {
                Next::Entry(entry) => Next::Entry(entry),
                other => other,
            }
        }
        (Landing | Parked, Input::GiveBack { .. } | Input::Returned { .. }) => {
            Next::Ignored("It is not being worked on.")
        }
        (Parked, Input::HandedOn { by }) if is_asked_about(&e) => {
            unasked(&mut e);
            Said::from(Because::HandedOn { by }).tell(&mut e);
            to(e, Back)
        }
        (Queued | WaitingApproval | Approved | Checking | Landing | Parked, Input::HandedOn { .. }) => {
            Next::Rejected("Nobody is asked about it.")
        }
        (Queued | WaitingApproval | Approved | Checking | Landing | Parked, Input::LeftToPerson { .. }) => {
            Next::Ignored("It did not come back.")
        }

        (Approved | Checking, Input::BaseRed(red)) => {
            Said::from(branch_fails(&red)).tell(&mut e);
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
            Said::from(rule).tell(&mut e);
            to(e, Approved)
        }
        (Queued, Input::Asked { approval, rule }) => {
            if e.candidate.is_none() {
                return Next::Rejected("There is no candidate to ask about.");
            }
            e.approval_id = Some(approval);
            Said::from(rule).tell(&mut e);
            to(e, WaitingApproval)
        }
        (Queued, Input::Forbidden { rule }) => {
            Said::from(rule).tell(&mut e);
            to(e, Parked)
        }
        (
            WaitingApproval | Approved | Checking | Landing | Parked,
            Input::Allowed { .. } | Input::Asked { .. } | Input::Forbidden { .. },
        ) => Next::Ignored("Policy has spoken already."),

        (WaitingApproval, Input::Approved { .. }) => {
            unsaid(&mut e);
            to(e, Approved)
        }
        (WaitingApproval, Input::Denied { by }) => {
            Said::from(Because::Denied { by }).tell(&mut e);
            to(e, Parked)
        }
        (WaitingApproval, Input::Expired) => {
            Said::from(Because::Expired).tell(&mut e);
            to(e, Parked)
        }
        (
            Queued | Approved | Checking | Landing | Parked,
            Input::Approved { .. } | Input::Denied { .. } | Input::Expired,
        ) => Next::Ignored("It was not asked about."),

        (Approved, Input::CheckStarted { slot, at }) => {
            forget_red(&mut e);
            e.checks.clear();
            unsaid(&mut e);
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
            unsaid(&mut e);
            to(e, Landed)
        }
        (Queued | WaitingApproval | Approved | Checking | Parked, Input::Landed { .. }) => {
            Next::Rejected("Only a checked entry lands.")
        }
        // It stays proven and is tried again; nothing else could move the branch either.
        (Landing, Input::Blocked { said }) => {
            said.tell(&mut e);
            to(e, Landing)
        }
        (Queued | Approved, Input::Blocked { said }) => {
            said.tell(&mut e);
            to(e, entry.state)
        }
        // The machine failed the check, not the change.
        (Checking, Input::Blocked { said }) => {
            said.tell(&mut e);
            e.checks.clear();
            to(e, Approved)
        }
        (WaitingApproval | Parked, Input::Blocked { .. }) => Next::Ignored("It is not landing."),
        (Approved | Checking, Input::GivenUp { said }) => {
            said.tell(&mut e);
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
            unsaid(&mut e);
            e.approval_id = None;
            forget_candidate(&mut e);
            to(e, Queued)
        }
        // The branch may be in order now: a person says so.
        (Approved, Input::Retry) if e.repair.as_ref().is_some_and(|repair| repair.red_base.is_some()) => {
            forget_red(&mut e);
            unsaid(&mut e);
            to(e, Approved)
        }
        (Queued | WaitingApproval | Approved | Checking | Landing, Input::Retry) => {
            Next::Ignored("It is in the queue.")
        }
        (Queued | WaitingApproval | Approved | Parked, Input::Remove { by }) => {
            unasked(&mut e);
            Said::from(Because::Removed { by }).tell(&mut e);
            to(e, Removed)
        }
        // Whoever is just moving the branch to it says so before.
        (Checking | Landing, Input::Remove { by }) => {
            Said::from(Because::Removed { by }).tell(&mut e);
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

fn unsaid(e: &mut MergeEntry) {
    (e.reason, e.because) = (None, None);
}

fn branch_fails(red: &RedBase) -> Because {
    Because::BranchFails {
        check: red.check.clone(),
        branch: red.branch.clone(),
        commit: red.commit.clone(),
        network: crate::returned::wants_network(&red.log),
        absent: red.absent.clone(),
    }
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
