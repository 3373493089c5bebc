//! Recognising work that needs a model, so that a refusal can say what it understood.

use super::RefusalReason;
use super::clean::{without_greeting, without_thanks};

/// Verbs that ask for code.
const MAKING: &str = "\
    refactor implement fix write add create build make improve optimise optimize rewrite migrate \
    port convert extract split design document simplify remove delete change update introduce \
    support upgrade generate translate reduce handle move rename replace clean speed restructure \
    modernise modernize integrate wire hook deprecate merge set insert append put format adapt tidy \
    harden cache parse validate test bump swap inline expose enable disable allow prevent use turn \
    redesign rework polish finish complete develop code patch resolve solve";

/// Verbs and question words that ask for judgement.
const JUDGING: &str = "\
    explain review investigate debug analyse analyze why how what which who when where should \
    compare suggest propose find figure describe summarise summarize plan estimate is are does do \
    can think recommend understand profile audit look search evaluate check";

/// Whether a word stands in a list of words divided by spaces.
pub(super) fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// What a sentence that no phrase covers asks for, when its first word tells.
pub(super) fn reason(text: &str) -> Option<RefusalReason> {
    let first_line = text.lines().next().unwrap_or(text);
    let sentence = without_thanks(without_greeting(first_line));
    let (verb, object) = sentence.split_once(char::is_whitespace).unwrap_or((sentence, ""));
    let verb = verb.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let object = object.trim();
    if object.is_empty() {
        return None;
    }
    let makes = listed(MAKING, &verb);
    let judges = listed(JUDGING, &verb);
    let object = cut(object, 160);
    (makes || judges).then_some(RefusalReason::NeedsModel { verb, object, judgement: !makes })
}

/// Words for things of programming: as the object of a sentence they mean the thing, not the text.
const CONCEPTS: &str = "\
    async await unwrap expect panic mutex sql orm json yaml xml rest graphql grpc redux jquery react \
    vue svelte angular polling recursion iteration inheritance composition logging tracing error \
    exception result option string integer float class struct trait interface function method \
    closure module loop thread channel lock cache caching callback promise regex parser lexer test \
    mock stub bug security performance leak code typescript javascript python rust postgres sqlite \
    mysql redis kafka docker http websocket websockets tokio rayon null nil none println everything \
    it them this that something better faster help dependencies vulnerabilities";

/// Whether a bare lower-case word reads as a notion rather than as text.
pub(super) fn is_concept(word: &str) -> bool {
    if word.bytes().any(|b| !b.is_ascii_lowercase()) {
        return listed(CONCEPTS, &word.to_lowercase());
    }
    let plural = word.len() > 4 && word.ends_with('s') && !word.ends_with("ss");
    plural || listed(CONCEPTS, word)
}

/// Words too general to search for.
const GENERAL: &str = "\
    module file files class function method code test tests project repo repository package crate \
    component service handler logic feature support error errors bug bugs issue please better more \
    into from with without that this them when where which what there their should would could using \
    make some every each about work works does have been being than then also instead like page \
    system app application everything something nothing handling the for and all our its are not new \
    old unit integration faster slow nicer cleaner simple simpler one two use uses used how why can \
    you";

/// The one word of a request that is most worth searching for: what looks like code first, then the first word that
/// is not too general.
pub(super) fn search_word(object: &str) -> Option<&str> {
    let words = object.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | '\'' | '`' | '?' | '!')
    });
    let words: Vec<&str> = words.map(|w| w.trim_matches(['.', ':', '-'])).filter(|w| w.len() > 2).collect();
    let codelike = |w: &&&str| {
        let inner_capital = w.chars().skip(1).any(char::is_uppercase) && w.chars().any(char::is_lowercase);
        w.contains('_') || w.contains("::") || inner_capital || w.chars().skip(1).any(|c| c == '.')
    };
    let general = |w: &str| listed(GENERAL, &w.to_lowercase());
    words
        .iter()
        .find(codelike)
        .or_else(|| words.iter().find(|w| !general(w)))
        .copied()
        .filter(|w| w.len() <= 64)
}

/// At most `max` characters, cut at a character with a mark that something is missing.
pub(super) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_worth_searching_for_is_found() {
        for (object, word) in [
            ("the combat module", Some("combat")),
            ("the error handling in RetryPolicy", Some("RetryPolicy")),
            ("parse_header so that it takes a slice", Some("parse_header")),
            ("the code", None),
            ("a bug in src/net.rs", Some("src/net.rs")),
        ] {
            assert_eq!(search_word(object), word, "{object}");
        }
    }

    #[test]
    fn work_for_a_model_is_named_by_its_verb() {
        let Some(RefusalReason::NeedsModel { verb, object, judgement }) =
            reason("Please refactor the combat module!")
        else {
            panic!()
        };
        assert_eq!((verb.as_str(), object.as_str(), judgement), ("refactor", "the combat module", false));
        assert!(matches!(
            reason("why does login fail?"),
            Some(RefusalReason::NeedsModel { judgement: true, .. })
        ));
        assert_eq!(reason("bananas are yellow"), None);
    }
}
