//! When a sentence that a changing phrase covers is no order all the same: it asks, or it holds a "not".

use super::RefusalReason;
use super::slash_form::slash_form;
use protocol::intent::Intent;
use protocol::request::NearestStep;

/// Words that can turn an order around.
const NEGATIONS: &str = "\
    not dont doesnt didnt wont cannot cant shouldnt mustnt never neither nor no none nothing nobody nowhere \
    without stop cancel avoid refrain skip unless except instead rather hardly \
    nicht nie niemals nichts kein keine keinen keinem keiner ohne";

/// Why an intent that changes something is not taken from a sentence. `said` is the sentence without its quoted slots.
pub(super) fn objection(said: &str, intent: &Intent) -> Option<RefusalReason> {
    let as_command = |label: &str| {
        let command = slash_form(intent)?;
        Some(NearestStep { label: label.to_owned(), command })
    };
    if negates(said) {
        return Some(RefusalReason::Unclear {
            problem: "A word in it can turn the order around".into(),
            instead: Vec::new(),
        });
    }
    said.contains(['?', '？', '¿']).then(|| RefusalReason::Unclear {
        problem: "It is a question".into(),
        instead: as_command("Do it").into_iter().collect(),
    })
}

/// Whether an English or German negation stands among the words.
pub(super) fn negates(said: &str) -> bool {
    said.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '!' | '?' | '(' | ')' | ':' | '"')).any(
        |word| {
            let word = word.trim_matches('.').to_lowercase().replace('’', "'");
            word.ends_with("n't") || super::coding::listed(NEGATIONS, &word.replace('\'', ""))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negations_are_whole_words() {
        for no in ["do not", "DON'T", "don’t do it", "please, never", "bitte nicht.", "isn't it"] {
            assert!(negates(no), "{no}");
        }
        for yes in ["note this", "no.txt", "knot", "cannon", "features.no", "node", ""] {
            assert!(!negates(yes), "{yes}");
        }
    }
}
