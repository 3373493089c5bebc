//! The labelled set of phrases: what the grammar may and may not take, with gates.

use flow::intent::{nature, parse};
use protocol::intent::Intent;

const SET: &str = include_str!("phrases.tsv");

struct Line {
    text: &'static str,
    expected: Option<Intent>,
}

/// Rows that cannot be read are given back apart, so that a typing error in the set is not a lost phrase.
fn rows() -> (Vec<Line>, Vec<&'static str>) {
    let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
    for row in SET.lines().filter(|row| !row.starts_with('#') && !row.trim().is_empty()) {
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

fn lines() -> Vec<Line> {
    rows().0
}

/// Share in percent, rounded down, and everything that was wrong.
fn share(total: usize, wrong: &[String]) -> usize {
    ((total - wrong.len()) * 100).checked_div(total).unwrap_or(100)
}

#[test]
fn the_set_holds_two_hundred_phrases_and_half_of_them_are_refusals() {
    let (lines, unreadable) = rows();
    assert!(unreadable.is_empty(), "{unreadable:#?}");
    let refusals = lines.iter().filter(|l| l.expected.is_none()).count();
    assert!(lines.len() >= 200 && refusals * 2 >= lines.len(), "{} lines, {refusals} refusals", lines.len());
}

#[test]
fn a_changing_intent_is_never_guessed() {
    let taken =
        lines().into_iter().filter_map(|l| Some((l.text, l.expected, parse(l.text).intent()?.clone())));
    let changing: Vec<_> = taken.filter(|(_, _, got)| nature(got).changing).collect();
    let wrong: Vec<String> = changing
        .iter()
        .filter(|(_, expected, got)| expected.as_ref() != Some(got))
        .map(|(text, _, got)| format!("{text:?} became {got:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), changing.len());
}

#[test]
fn reading_intents_are_right_in_at_least_98_of_100() {
    let taken =
        lines().into_iter().filter_map(|l| Some((l.text, l.expected, parse(l.text).intent()?.clone())));
    let reading: Vec<_> = taken.filter(|(_, _, got)| !nature(got).changing).collect();
    let wrong: Vec<String> = reading
        .iter()
        .filter(|(_, expected, got)| expected.as_ref() != Some(got))
        .map(|(text, _, got)| format!("{text:?} became {got:?}"))
        .collect();
    assert!(share(reading.len(), &wrong) >= 98, "{wrong:#?}");
}

#[test]
fn refusals_are_refused_in_at_least_95_of_100() {
    let refusals: Vec<Line> = lines().into_iter().filter(|l| l.expected.is_none()).collect();
    let wrong: Vec<String> = refusals
        .iter()
        .filter_map(|l| Some(format!("{:?} became {:?}", l.text, parse(l.text).intent()?)))
        .collect();
    assert!(share(refusals.len(), &wrong) >= 95, "{wrong:#?}");
}

#[test]
fn at_least_95_of_100_wanted_phrases_are_understood() {
    let wanted: Vec<Line> = lines().into_iter().filter(|l| l.expected.is_some()).collect();
    let wrong: Vec<String> = wanted
        .iter()
        .filter(|l| parse(l.text).intent() != l.expected.as_ref())
        .map(|l| format!("{:?} became {:?}", l.text, parse(l.text)))
        .collect();
    assert!(share(wanted.len(), &wrong) >= 95, "{wrong:#?}");
}
