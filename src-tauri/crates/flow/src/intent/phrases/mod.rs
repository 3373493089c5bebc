//! Anchored phrases: each covers a sentence from its first to its last word, or does not match.
//!
//! A phrase is written as a regular expression with `{name}` for a slot (a quoted text or one bare word) and
//! `{name:…}` for narrower ones, and a space for any white space.

mod changing;
mod reading;
mod slots;

use super::RefusalReason;
use super::caution::objection;
use super::clean::{without_greeting, without_thanks};
use super::nature::nature;
use super::slash::unfenced;
use protocol::intent::Intent;
use regex::{Captures, Regex, RegexBuilder};
use slots::Slots;
use std::sync::LazyLock;

/// What a phrase makes of its slots. `None` means the words matched but something is no such slot after all.
type Build = fn(&Slots) -> Option<Result<Intent, RefusalReason>>;

/// A phrase as it is written down.
struct Phrase {
    pattern: &'static str,
    build: Build,
    /// Matched against the text as typed to its last character, since the last slot is free text.
    to_the_end: bool,
}

const fn phrase(pattern: &'static str, build: Build) -> Phrase {
    Phrase { pattern, build, to_the_end: false }
}

const fn open_phrase(pattern: &'static str, build: Build) -> Phrase {
    Phrase { pattern, build, to_the_end: true }
}

struct Compiled {
    regex: Regex,
    phrase: &'static Phrase,
}

static TABLE: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let phrases = changing::PHRASES.iter().chain(reading::PHRASES);
    phrases.filter_map(|phrase| Some(Compiled { regex: compile(phrase.pattern)?, phrase })).collect()
});

/// The intent of a sentence that a phrase covers.
pub(super) fn read(text: &str) -> Option<Result<Intent, RefusalReason>> {
    let typed = without_greeting(text);
    let bare = without_thanks(typed);
    TABLE.iter().find_map(|compiled| {
        let subject = if compiled.phrase.to_the_end { typed } else { bare };
        let captures: Captures = compiled.regex.captures(subject)?;
        let intent = match (compiled.phrase.build)(&Slots::new(&captures))? {
            Ok(intent) if nature(&intent).changing => intent,
            other => return Some(other),
        };
        // Politeness came off before the phrase was matched; it counts here.
        let before = text.strip_suffix(typed).unwrap_or_default();
        let after = typed.strip_prefix(subject).unwrap_or_default();
        let said = format!("{before} {} {after}", without_quoted_slots(&compiled.regex, &captures));
        Some(match objection(&said, &intent) {
            Some(reason) => Err(reason),
            None => Ok(intent),
        })
    })
}

/// The matched sentence with a gap where a slot was written in quotes.
fn without_quoted_slots(regex: &Regex, captures: &Captures<'_>) -> String {
    let sentence = captures.get(0).map_or("", |whole| whole.as_str());
    let mut quoted: Vec<_> = regex
        .capture_names()
        .flatten()
        .filter_map(|name| captures.name(name))
        .filter(|slot| slots::unquoted(slot.as_str()).is_some())
        .map(|slot| slot.range())
        .collect();
    quoted.sort_by_key(|range| range.start);
    let mut said = String::new();
    let mut from = 0;
    for range in quoted {
        said.push_str(sentence.get(from..range.start).unwrap_or_default());
        said.push(' ');
        from = range.end;
    }
    said + sentence.get(from..).unwrap_or_default()
}

/// `apply this patch:` with a diff below it. A diff alone is not an order.
pub(super) fn pasted_patch(text: &str) -> Option<Result<Intent, RefusalReason>> {
    static LEAD: LazyLock<Option<Regex>> =
        LazyLock::new(|| compile("(?:apply|use) (?:this|the|the following|following) (?:patch|diff)[:.]?"));
    let (lead, rest) = text.split_once('\n')?;
    let is_lead = LEAD.as_ref().is_some_and(|lead_re| lead_re.is_match(without_greeting(lead.trim())));
    let patch = || Intent::Apply { patch: unfenced(rest).to_owned() };
    (is_lead && !rest.trim().is_empty()).then(|| match objection(lead, &patch()) {
        Some(reason) => Err(reason),
        None => Ok(patch()),
    })
}

const QUOTED: &str = r#""[^"\n]*"|'[^'\n]*'|`[^`\n]*`|“[^”\n]*”|‘[^’\n]*’"#;
const BARE: &str = r#"[^\s"'`“”‘’]+"#;

fn compile(pattern: &str) -> Option<Regex> {
    let mut regex = String::from("^(?:");
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        regex.push_str(&before.replace(' ', r"\s+"));
        let (name, kind) = name.split_once(':').unwrap_or((name, "word"));
        let body = match kind {
            "word" => format!("{QUOTED}|{BARE}"),
            "quoted" => QUOTED.to_owned(),
            "bare" => BARE.to_owned(),
            "number" => r"\d{1,6}".to_owned(),
            "commit" => "[0-9a-fA-F]{7,40}".to_owned(),
            "version" => r"v?\d+(?:\.[0-9A-Za-z]+)*(?:[-+][0-9A-Za-z.]+)?".to_owned(),
            "rest" => r"\S.*".to_owned(),
            _ => return None,
        };
        regex.push_str(&format!("(?P<{name}>{body})"));
        rest = tail;
    }
    regex.push_str(&rest.replace(' ', r"\s+"));
    regex.push_str(r")\s*$");
    RegexBuilder::new(&regex).case_insensitive(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_compiles() {
        for phrase in changing::PHRASES.iter().chain(reading::PHRASES) {
            assert!(compile(phrase.pattern).is_some(), "{}", phrase.pattern);
        }
    }
}
