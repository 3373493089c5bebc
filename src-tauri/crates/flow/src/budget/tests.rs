use super::*;

fn tokens(used: u64, limit: u64) -> BudgetStanding {
    BudgetStanding { scope: BudgetScope::Day, measure: Measure::Tokens, used, limit }
}

#[test]
fn only_what_has_a_limit_is_judged() {
    let limit = Limit { tokens: Some(10), work_ms: None, micros: Some(5) };
    let used = Used { tokens: 3, work_ms: 1_000_000, micros: 5 };
    let all = standings(BudgetScope::Job, limit, used);
    assert_eq!(all.len(), 2);
    assert!(!reached(&all[0]) && reached(&all[1]));
    assert!(standings(BudgetScope::Job, Limit::default(), used).is_empty());
}

#[test]
fn four_fifths_are_near_and_all_of_it_is_reached() {
    for (used, is_near, is_reached) in
        [(79, false, false), (80, true, false), (99, true, false), (100, true, true), (500, true, true)]
    {
        assert_eq!((near(&tokens(used, 100)), reached(&tokens(used, 100))), (is_near, is_reached), "{used}");
    }
    assert!(reached(&tokens(0, 0)), "nothing allowed is nothing left");
    assert!(near(&tokens(u64::MAX, u64::MAX)), "no sum overflows");
}

#[test]
fn a_call_adds_to_tokens_and_money_and_to_no_time() {
    let limit = Limit { tokens: Some(100), work_ms: Some(100), micros: Some(100) };
    let before = standings(BudgetScope::Day, limit, Used { tokens: 1, work_ms: 2, micros: 3 });
    let used: Vec<_> = charged(&before, 10, 20).iter().map(|standing| standing.used).collect();
    assert_eq!(used, [11, 2, 23]);
}

#[test]
fn a_crossing_is_told_once_and_a_leap_over_both_tells_the_end_alone() {
    let told = |before: u64, after: u64| {
        crossed(&[tokens(before, 100)], &[tokens(after, 100)]).iter().map(|c| c.1).collect::<Vec<_>>()
    };
    assert_eq!(told(10, 79), Vec::<bool>::new());
    assert_eq!(told(79, 80), [false]);
    assert_eq!(told(80, 99), Vec::<bool>::new());
    assert_eq!(told(99, 100), [true]);
    assert_eq!(told(10, 400), [true]);
    assert_eq!(told(100, 400), Vec::<bool>::new());
    assert_eq!(crossed(&[], &[tokens(85, 100)]).len(), 1, "a budget nobody looked at before");
    let raised = crossed(&[tokens(100, 100)], &[tokens(100, 120)]);
    assert_eq!(raised.len(), 1, "a raised budget is another one, and it is near");
    assert!(!raised[0].1);
}
