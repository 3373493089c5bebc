//! Whose doing a failed check is that fails on the branch as well.

use crate::because::Said;
use crate::merge::{Input, Returned};
use protocol::because::Because;
use protocol::returned::{MendsBranch, RedBase, Repair};

/// What becomes of an entry whose check fails on the branch too, without its change. `detail` is what is said of the
/// failed check: a paragraph, then what it printed.
///
/// It waits until somebody mends the branch, unless that is what it came for: then it goes back to its job, because
/// nobody else would ever look at it. Those that wait go on waiting and are not blamed for it either.
pub fn red(repair: Option<&Repair>, red: RedBase, detail: &str) -> Input {
    let mends = repair.and_then(|repair| repair.mends_branch.as_ref());
    match mends.filter(|mends| mends.branch == red.branch) {
        None => Input::BaseRed(Box::new(red)),
        Some(mends) => {
            let printed = detail.split_once("\n\n").map(|(_, printed)| printed).unwrap_or_default();
            let said = Said::from(not_mended(mends, &red)).and(printed);
            Input::GiveBack { why: Returned::NotMended, said }
        }
    }
}

/// What a job mends whose request is one that the queue offers while a check fails on the branch. However somebody
/// ended it, the paragraph it begins with says which.
pub fn asked_to_mend<'a>(
    prompt: &str,
    offered: impl IntoIterator<Item = &'a RedBase>,
) -> Option<MendsBranch> {
    let first = |text: &str| text.trim().split("\n\n").next().unwrap_or_default().trim().to_owned();
    let asked = first(prompt);
    let of = offered.into_iter().find(|red| !asked.is_empty() && first(&red.ask) == asked)?;
    Some(MendsBranch { branch: of.branch.clone(), check: of.check.clone() })
}

fn not_mended(mends: &MendsBranch, red: &RedBase) -> Because {
    let (check, branch, commit) = (red.check.clone(), red.branch.clone(), red.commit.clone());
    match mends.check == red.check {
        true => Because::NotMended { check, branch, commit },
        false => Because::OtherNotMended { check, branch, commit },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn red_at(check: &str) -> RedBase {
        RedBase {
            branch: "main_agents".into(),
            commit: "0123456789abcdef".into(),
            tree: "t".into(),
            check: check.into(),
            run: vec!["x".into()],
            log: String::new(),
            ask: format!("The check “{check}” fails. Make it pass.\n\n```\nlog\n```"),
            absent: Vec::new(),
        }
    }

    fn mender(branch: &str) -> Repair {
        let mends_branch = Some(MendsBranch { branch: branch.into(), check: "tests".into() });
        Repair { mends_branch, ..Repair::default() }
    }

    #[test]
    fn who_did_not_come_to_mend_the_branch_waits_for_it() {
        for repair in [None, Some(Repair::default()), Some(mender("another"))] {
            let input = red(repair.as_ref(), red_at("tests"), "failed");
            assert!(matches!(input, Input::BaseRed(red) if red.check == "tests"));
        }
    }

    #[test]
    fn who_came_to_mend_it_and_did_not_goes_back_with_that_reason_and_what_the_check_printed() {
        let came =
            |check: &str| match red(Some(&mender("main_agents")), red_at(check), "failed.\n\nboom\n\nbang") {
                Input::GiveBack { why: Returned::NotMended, said } => said.text().to_owned(),
                other => panic!("{other:?}"),
            };
        let same = came("tests");
        assert!(
            same.contains("fails on main_agents at 0123456789") && same.ends_with("\n\nboom\n\nbang"),
            "{same}"
        );
        let other = came("lint");
        assert!(other.contains("“lint” fails there too"), "{other}");
    }

    #[test]
    fn a_request_that_the_queue_offered_says_what_its_job_mends_and_no_other_does() {
        let offered = [red_at("lint"), red_at("tests")];
        let found = asked_to_mend(&format!("  {}\n\nAnd be quick.", offered[1].ask), &offered);
        assert_eq!(found.map(|found| found.check).as_deref(), Some("tests"));
        for other in ["", "Make the tests pass.", "The check “tests” fails."] {
            assert_eq!(asked_to_mend(other, &offered), None);
        }
    }
}
