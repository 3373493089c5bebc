//! Whether the user's own branch may be moved to the integration branch now, and whether policy is asked about it
//! without anybody's word. Knows nothing of git.

use protocol::main_line::{MainBlock, MainStanding, ProofState, ToMain};

/// How two branches stand to each other. `ahead` and `behind` are commits of the integration branch.
pub fn standing(both_there: bool, ahead: u64, behind: u64) -> MainStanding {
    match (both_there, ahead, behind) {
        (false, ..) => MainStanding::Missing,
        (true, 0, 0) => MainStanding::Level,
        (true, _, 0) => MainStanding::Ahead,
        (true, 0, _) => MainStanding::Behind,
        (true, ..) => MainStanding::Diverged,
    }
}

/// What is known about a workspace when it is asked.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub branch: &'a str,
    pub integration: &'a str,
    pub standing: MainStanding,
    pub proof: ProofState,
    /// Everything is held, by a person.
    pub held: bool,
    /// The workspace's merge queue is paused.
    pub paused: bool,
    /// A landing is under way.
    pub under_way: bool,
    /// What keeps the files of a checkout from following, as a sentence.
    pub checkout: Option<&'a str>,
}

/// Everything that is in the way, each with the next step; empty when it can be done.
pub fn blocks(view: &View<'_>) -> Vec<MainBlock> {
    let (main, integration) = (view.branch, view.integration);
    let mut found = Vec::new();
    let mut block = |code: &str, message: String| found.push(MainBlock { code: code.into(), message });
    match view.standing {
        MainStanding::Ahead => {}
        MainStanding::Level => block("level", format!("{main} has everything of {integration}.")),
        MainStanding::Behind => block(
            "behind",
            format!("{main} has everything of {integration}, and more. New work starts from it."),
        ),
        MainStanding::Diverged => block(
            "diverged",
            format!(
                "{main} has commits that {integration} lacks. Bring them in first (`pilothouse main bring-up`, or the button): a merge goes through the queue with its checks, and then {main} can follow. Nothing is ever forced."
            ),
        ),
        MainStanding::Missing => block(
            "missing",
            format!(
                "{main} or {integration} is not there. Nothing has landed yet, or the branch was removed."
            ),
        ),
    }
    match view.proof {
        ProofState::Proven | ProofState::Missing => {}
        ProofState::Failed => block("failed", format!("A check failed on {integration} as it is. Mend that first; the failing check is below.")),
        ProofState::Unconfirmed => block("unconfirmed", "The checks of this workspace are not confirmed, so nothing can be proven. Confirm them in Settings.".into()),
    }
    if view.held {
        block("held", "Everything is paused. Resume first.".into());
    } else if view.paused {
        block("paused", "The merge queue of this workspace is paused. Resume it first.".into());
    }
    if view.under_way {
        block("busy", format!("A landing on {main} is under way."));
    }
    if let Some(why) = view.checkout {
        block("checkout", why.to_owned());
    }
    found
}

/// Whether policy is asked now although nobody pressed a button. `idle`: nothing in the queue can go on by itself.
pub fn asks_policy(to_main: ToMain, blocked: &[MainBlock], idle: bool) -> bool {
    let timely = match to_main {
        ToMain::Explicit => false,
        ToMain::Policy => idle,
        ToMain::AfterEach => true,
    };
    timely && blocked.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(standing: MainStanding) -> View<'static> {
        View {
            branch: "main",
            integration: "main_agents",
            standing,
            proof: ProofState::Proven,
            held: false,
            paused: false,
            under_way: false,
            checkout: None,
        }
    }

    fn codes(view: &View<'_>) -> Vec<String> {
        blocks(view).into_iter().map(|block| block.code).collect()
    }

    #[test]
    fn only_a_branch_that_is_ahead_and_not_refuted_can_be_followed() {
        assert!(codes(&view(MainStanding::Ahead)).is_empty());
        for (standing, code) in [
            (MainStanding::Level, "level"),
            (MainStanding::Behind, "behind"),
            (MainStanding::Diverged, "diverged"),
            (MainStanding::Missing, "missing"),
        ] {
            assert_eq!(codes(&view(standing)), [code]);
        }
        let failed = View { proof: ProofState::Failed, ..view(MainStanding::Ahead) };
        assert_eq!(codes(&failed), ["failed"]);
        let missing = View { proof: ProofState::Missing, ..view(MainStanding::Ahead) };
        assert!(codes(&missing).is_empty(), "what is missing is run");
    }

    #[test]
    fn everything_in_the_way_is_told_at_once() {
        let view = View {
            proof: ProofState::Unconfirmed,
            paused: true,
            under_way: true,
            checkout: Some("main is checked out in /x and README.md is changed there."),
            ..view(MainStanding::Diverged)
        };
        assert_eq!(codes(&view), ["diverged", "unconfirmed", "paused", "busy", "checkout"]);
    }

    #[test]
    fn standing_follows_from_the_counts() {
        assert_eq!(standing(true, 0, 0), MainStanding::Level);
        assert_eq!(standing(true, 2, 0), MainStanding::Ahead);
        assert_eq!(standing(true, 0, 1), MainStanding::Behind);
        assert_eq!(standing(true, 1, 1), MainStanding::Diverged);
        assert_eq!(standing(false, 1, 0), MainStanding::Missing);
    }

    #[test]
    fn without_a_word_of_the_user_policy_is_never_even_asked() {
        let blocked = blocks(&view(MainStanding::Diverged));
        assert!(!asks_policy(ToMain::Explicit, &[], true));
        assert!(asks_policy(ToMain::Policy, &[], true) && !asks_policy(ToMain::Policy, &[], false));
        assert!(asks_policy(ToMain::AfterEach, &[], false));
        assert!(!asks_policy(ToMain::AfterEach, &blocked, true));
    }
}
