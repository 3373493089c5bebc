//! Taking the politeness off a sentence, so that a phrase can be matched from its first to its last word.

const BEFORE: &[&str] = &[
    "hey",
    "hi",
    "hello",
    "ok",
    "okay",
    "so",
    "well",
    "please",
    "pls",
    "kindly",
    "now",
    "just",
    "quickly",
    "then",
    "could you",
    "can you",
    "would you",
    "will you",
    "can we",
    "could we",
    "let's",
    "lets",
    "let us",
    "i want you to",
    "i want to",
    "i'd like you to",
    "i'd like to",
    "i would like you to",
    "i would like to",
    "i need you to",
    "i need to",
    "we need to",
    "you should",
    "go ahead and",
    "buddy",
    "pilothouse",
];

const AFTER: &[&str] = &[
    "please",
    "pls",
    "thanks",
    "thank you",
    "thx",
    "for me",
    "right now",
    "now",
    "asap",
    "again",
    "real quick",
    "quickly",
    "when you can",
    "if you can",
    "would you",
    "will you",
    "first",
    "today please",
];

/// The sentence without polite words at its beginning.
pub(super) fn without_greeting(text: &str) -> &str {
    let mut rest = text.trim();
    'again: loop {
        for polite in BEFORE {
            let Some(tail) = strip_prefix_ignoring_case(rest, polite) else { continue };
            // Only whole words, and never the whole sentence.
            let tail_after = tail.trim_start_matches([',', ' ', '\t', ':', '!']);
            if tail_after.len() < tail.len() && !tail_after.is_empty() {
                rest = tail_after;
                continue 'again;
            }
        }
        return rest;
    }
}

/// The sentence without polite words and punctuation at its end.
pub(super) fn without_thanks(text: &str) -> &str {
    let mut rest = text.trim_end();
    'again: loop {
        rest = rest.trim_end_matches(['.', '!', '?', ',', ' ']);
        for polite in AFTER {
            let Some(head) = strip_suffix_ignoring_case(rest, polite) else { continue };
            let head_before = head.trim_end_matches([',', ' ', '.', '!', '?']);
            if head_before.len() < head.len() && !head_before.is_empty() {
                rest = head_before;
                continue 'again;
            }
        }
        return rest;
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let tail = text.get(at..)?;
    tail.eq_ignore_ascii_case(suffix).then(|| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn politeness_comes_off_and_nothing_else() {
        let clean = |text| without_thanks(without_greeting(text));
        assert_eq!(clean("Hey, could you please run the tests for me?"), "run the tests");
        assert_eq!(clean("okay now run the tests, thanks!"), "run the tests");
        assert_eq!(clean("history"), "history");
        assert_eq!(clean("please"), "please");
        assert_eq!(clean("do not run the tests"), "do not run the tests");
        assert_eq!(clean("hiüx"), "hiüx");
    }
}
