//! The labelled sets of phrases: what the grammar may and may not take, with gates.
//!
//! `phrases.tsv` is what the grammar is built with. `phrases-held-out.tsv` is never used to change it, so that its figures
//! say something about sentences that nobody had in mind. There a wanted phrase may well be refused: a refusal costs a
//! person one more sentence, a guess costs them their work.

use flow::intent::{nature, parse};
use protocol::intent::Intent;

const SETS: [(&str, &str); 2] =
    [("known", include_str!("phrases.tsv")), ("held out", include_str!("phrases-held-out.tsv"))];

struct Line {
    text: &'static str,
    expected: Option<Intent>,
}

/// Rows that cannot be read are given back apart, so that a typing error in a set is not a lost phrase.
fn rows(set: &'static str) -> (Vec<Line>, Vec<&'static str>) {
    let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
    for row in set.lines().filter(|row| !row.starts_with('#') && !row.trim().is_empty()) {
        match row.split_once('\t') {
            Some(("refuse", text)) => lines.push(Line { text, expected: None }),
            Some((label, text)) => match serde_json::from_str(label) {
                Ok(intent) => lines.push(Line { text, expected: Some(intent) }),
                Err(_) => unreadable.push(row),
            },
            None => unreadable.push(row),
        }
    }
    (lines, unreadable)
}

/// How many there were, and everything that was wrong.
struct Figure {
    total: usize,
    wrong: Vec<String>,
}

impl Figure {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let (mut total, mut wrong) = (0, Vec::new());
        for line in lines {
            total += 1;
            if parse(line.text).intent() != line.expected.as_ref() {
                wrong.push(format!("{:?} became {:?}", line.text, parse(line.text)));
            }
        }
        Self { total, wrong }
    }

    /// Gates are shares in percent, and exact: 97.9 is less than 98.
    fn reaches(&self, set: &str, what: &str, percent: usize) {
        let right = self.total - self.wrong.len();
        println!("{set}: {what}: {right} of {} (at least {percent} in 100)", self.total);
        assert!(right * 100 >= percent * self.total, "{set}: {what}: {:#?}", self.wrong);
    }
}

/// Precision: of what became such an intent, how much was meant so.
fn precision(lines: &[Line], changing: bool) -> Figure {
    Figure::of(
        lines.iter().filter(|l| parse(l.text).intent().is_some_and(|i| nature(i).changing == changing)),
    )
}

fn each(judge: impl Fn(&str, &[Line])) {
    for (name, set) in SETS {
        judge(name, &rows(set).0);
    }
}

#[test]
fn the_sets_hold_over_two_hundred_phrases_half_of_them_refusals_and_a_third_is_held_out() {
    let (mut all, mut refusals) = (0, 0);
    for (name, set) in SETS {
        let (lines, unreadable) = rows(set);
        assert!(unreadable.is_empty(), "{unreadable:#?}");
        let refused = lines.iter().filter(|l| l.expected.is_none()).count();
        println!("{name}: {} phrases, {refused} of them refusals", lines.len());
        assert!(refused * 2 >= lines.len(), "{name}: {refused} refusals of {}", lines.len());
        (all, refusals) = (all + lines.len(), refusals + refused);
    }
    let held_out = rows(SETS[1].1).0.len();
    assert!(all >= 500 && refusals * 2 >= all && held_out * 10 >= all * 3, "{all}, {refusals}, {held_out}");
    let texts: std::collections::BTreeSet<&str> =
        SETS.iter().flat_map(|(_, set)| rows(set).0).map(|l| l.text).collect();
    assert_eq!(texts.len(), all, "a phrase stands in the sets twice");
}

#[test]
fn every_intent_is_asked_for_in_the_set() {
    let known = rows(SETS[0].1).0;
    let asked: std::collections::BTreeSet<&str> =
        known.iter().filter_map(|l| l.expected.as_ref().map(Intent::word)).collect();
    // A pasted diff holds more than one line, and a row is one.
    let missing: Vec<_> = flow::intent::commands()
        .iter()
        .map(|c| c.name)
        .filter(|n| *n != "apply" && !asked.contains(n))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_changing_intent_is_never_guessed() {
    each(|set, lines| precision(lines, true).reaches(set, "changing intents that were meant", 100));
}

#[test]
fn reading_intents_are_right_in_at_least_98_of_100() {
    each(|set, lines| precision(lines, false).reaches(set, "reading intents that were meant", 98));
}

#[test]
fn refusals_are_refused_in_at_least_95_of_100() {
    each(|set, lines| {
        Figure::of(lines.iter().filter(|l| l.expected.is_none())).reaches(
            set,
            "refusals that are refused",
            95,
        );
    });
}

#[test]
fn most_wanted_phrases_are_understood() {
    each(|set, lines| {
        let least = if set == "known" { 95 } else { 70 };
        let wanted = Figure::of(lines.iter().filter(|l| l.expected.is_some()));
        wanted.reaches(set, "wanted phrases that are understood", least);
    });
}
