//! Which checks a change needs, in which order, and which may be left out because nothing they read is touched.
//!
//! Only the plan and the names of changed files count here; it knows nothing of trees, verdicts and time. Leaving a
//! check out is never the default, and whoever cannot tell runs it.

mod order;
mod untouched;

pub use untouched::{Changed, skipped};

use protocol::check::{CHECK_TIMEOUT_S, Check, CheckGroup, CheckPlan};

/// The plan as it is run: each check with what its group says, cheap groups first.
pub fn as_run(plan: &CheckPlan) -> CheckPlan {
    let mut plan = plan.clone();
    for check in &mut plan.checks {
        if let Some(group) = check.group.as_ref().and_then(|name| plan.groups.get(name)) {
            take_over(check, group);
        }
    }
    plan.checks.sort_by_key(order::cost);
    plan
}

fn take_over(check: &mut Check, group: &CheckGroup) {
    // What a check is given without having said anything cannot be told from the same number written down.
    if let Some(limit) = group.timeout_s.filter(|_| check.timeout_s == CHECK_TIMEOUT_S) {
        check.timeout_s = limit;
    }
    if check.paths.is_empty() {
        check.paths.clone_from(&group.paths);
    }
    check.skip_untouched |= group.skip_untouched;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn check(name: &str, group: Option<&str>) -> Check {
        Check {
            name: name.into(),
            run: vec![name.into()],
            timeout_s: 600,
            group: group.map(str::to_owned),
            paths: Vec::new(),
            skip_untouched: false,
        }
    }

    fn plan(checks: Vec<Check>, groups: &[(&str, CheckGroup)]) -> CheckPlan {
        let groups: BTreeMap<String, CheckGroup> =
            groups.iter().map(|(name, group)| ((*name).to_owned(), group.clone())).collect();
        CheckPlan { checks, groups, ..CheckPlan::none() }
    }

    #[test]
    fn a_group_makes_the_limit_of_its_checks_longer_or_shorter_and_a_limit_of_their_own_stays() {
        for group in [20, 4 * 3_600] {
            let limits = CheckGroup { timeout_s: Some(group), ..CheckGroup::default() };
            let own = |name: &str, own| Check { timeout_s: own, ..check(name, Some("test")) };
            let all =
                vec![check("plain", Some("test")), own("short", 5), own("long", 7_200), check("apart", None)];
            let run = as_run(&plan(all, &[("test", limits)]));
            let told: Vec<_> = run.checks.iter().map(|c| (c.name.as_str(), c.timeout_s)).collect();
            assert_eq!(told, [("plain", group), ("short", 5), ("long", 7_200), ("apart", CHECK_TIMEOUT_S)]);
        }
    }

    #[test]
    fn a_group_shortens_limits_and_lends_paths() {
        let mut own = check("own", Some("test"));
        own.timeout_s = 30;
        own.paths = vec!["docs/**".into()];
        let group = CheckGroup {
            timeout_s: Some(300),
            paths: vec!["src/**".into()],
            skip_untouched: true,
            ..CheckGroup::default()
        };
        let run =
            as_run(&plan(vec![own, check("other", Some("test")), check("apart", None)], &[("test", group)]));
        let told: Vec<_> = run
            .checks
            .iter()
            .map(|c| (c.name.as_str(), c.timeout_s, c.paths.join(","), c.skip_untouched))
            .collect();
        assert_eq!(
            told,
            [
                ("own", 30, "docs/**".to_owned(), true),
                ("other", 300, "src/**".to_owned(), true),
                ("apart", 600, String::new(), false)
            ]
        );
    }

    #[test]
    fn cheap_groups_come_first_and_within_a_group_the_written_order_stays() {
        let run = as_run(&plan(
            vec![
                check("slow", Some("e2e")),
                check("b", Some("test")),
                check("a", Some("test")),
                check("plain", None),
                check("clippy", Some("lint")),
                check("fmt", Some("format")),
            ],
            &[],
        ));
        let names: Vec<_> = run.checks.iter().map(|check| check.name.as_str()).collect();
        assert_eq!(names, ["fmt", "clippy", "b", "a", "plain", "slow"]);
    }

    #[test]
    fn a_plan_without_groups_stays_as_it_is_written() {
        let plan = plan(vec![check("tests", None), check("lint", None), check("go vet", Some("go"))], &[]);
        assert_eq!(as_run(&plan), plan);
    }
}
