//! Words on their way to the model: whether they stood in a call.
//!
//! Not every agent says when it has put a message before its model; the call itself shows it.

use std::sync::{Mutex, PoisonError};

/// Words that are waited for at the same time; of more, the oldest are given up.
const MOST: usize = 64;

struct One {
    number: u64,
    /// As they stand in JSON.
    words: Vec<u8>,
    /// How often they have to stand there: the same may have been said before.
    times: usize,
    found: bool,
}

#[derive(Default)]
pub(super) struct Awaited(Mutex<Vec<One>>);

impl Awaited {
    pub(super) fn put(&self, number: u64, words: &str) {
        let quoted = serde_json::Value::from(words).to_string();
        let Some(words) = quoted.get(1..quoted.len() - 1).filter(|words| !words.is_empty()) else { return };
        let words = words.as_bytes().to_vec();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.remove(0);
        }
        let times = 1 + all.iter().filter(|one| one.words == words).count();
        all.push(One { number, words, times, found: false });
    }

    /// Those that are found for the first time.
    pub(super) fn found_in(&self, body: &[u8]) -> Vec<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let awaited = all.iter_mut().filter(|one| !one.found);
        awaited
            .filter_map(|one| {
                one.found = stands(body, &one.words, one.times);
                one.found.then_some(one.number)
            })
            .collect()
    }
}

fn stands(body: &[u8], words: &[u8], times: usize) -> bool {
    // What is no text stands in no call; then nothing is found.
    let (Ok(body), Ok(words)) = (str::from_utf8(body), str::from_utf8(words)) else { return false };
    body.matches(words).nth(times - 1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_are_found_once_as_they_stand_in_a_call() {
        let awaited = Awaited::default();
        awaited.put(4, "Say \"so\",\nplease – \"ö\"");
        assert!(awaited.found_in(b"{\"messages\":[]}").is_empty());
        let call =
            json!({ "messages": [{ "content": "Before. Say \"so\",\nplease – \"ö\" After." }] }).to_string();
        assert_eq!(awaited.found_in(call.as_bytes()), [4]);
        assert!(awaited.found_in(call.as_bytes()).is_empty(), "it is told once");
    }

    #[test]
    fn the_same_words_again_have_to_stand_there_again() {
        let awaited = Awaited::default();
        awaited.put(1, "Go on.");
        awaited.put(2, "Go on.");
        assert_eq!(awaited.found_in(b"\"Go on.\""), [1]);
        assert_eq!(awaited.found_in(b"\"Go on.\",\"Go on.\""), [2]);
        awaited.put(3, "");
        assert!(awaited.found_in(b"").is_empty());
    }
}
