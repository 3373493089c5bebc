//! What a call used, read from an answer that somebody else receives.
//!
//! The answer goes on to its caller byte for byte; here it is only looked at. An answer that says nothing of its
//! usage, or cannot be read, or is cut off, is reckoned from its length, and that is said
//! ([`Usage::estimated`]): a call that counts as nothing would make a budget a wish.

use serde_json::Value;

use super::dialect::{self, Draft};
use super::reply::Usage;
use super::sse::SseReader;
use protocol::settings::Dialect;

/// Longest answer in one piece of JSON that is read; a longer one is reckoned.
const WHOLE_BYTES: usize = 8 * 1024 * 1024;

/// Looks at the pieces of one answer.
pub struct UsageTap {
    dialect: Dialect,
    reading: Reading,
    draft: Draft,
    sent: usize,
    received: usize,
}

enum Reading {
    Stream(SseReader),
    Whole(Vec<u8>),
    /// It makes no sense to us; only its length counts.
    Lost,
}

impl UsageTap {
    /// `streamed` is whether the answer says to be `text/event-stream`; `sent` is the length of the request.
    pub fn new(dialect: Dialect, streamed: bool, sent: usize) -> Self {
        let reading =
            if streamed { Reading::Stream(SseReader::default()) } else { Reading::Whole(Vec::new()) };
        Self { dialect, reading, draft: Draft::default(), sent, received: 0 }
    }

    /// Takes the next piece, in order.
    pub fn see(&mut self, piece: &[u8]) {
        self.received = self.received.saturating_add(piece.len());
        match &mut self.reading {
            Reading::Stream(reader) => match reader.push(piece) {
                Ok(events) => {
                    for event in events {
                        // An error told inside a stream ends the caller's reply, not our counting.
                        let _ = dialect::event(self.dialect, &event, &mut self.draft);
                    }
                    self.draft.take_deltas();
                }
                Err(_) => self.reading = Reading::Lost,
            },
            Reading::Whole(bytes) if bytes.len() + piece.len() <= WHOLE_BYTES => {
                bytes.extend_from_slice(piece)
            }
            Reading::Whole(_) => self.reading = Reading::Lost,
            Reading::Lost => {}
        }
    }

    /// What the call used, as far as the answer got.
    pub fn usage(mut self) -> Usage {
        match std::mem::replace(&mut self.reading, Reading::Lost) {
            Reading::Stream(reader) => {
                if let Some(event) = reader.finish() {
                    let _ = dialect::event(self.dialect, &event, &mut self.draft);
                }
            }
            Reading::Whole(bytes) => {
                if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
                    let _ = dialect::whole(self.dialect, &value, &mut self.draft);
                }
            }
            Reading::Lost => {}
        }
        let reckon = |bytes: usize| u64::try_from(bytes.div_ceil(4)).unwrap_or(u64::MAX);
        let complete = self.draft.spoken();
        let told = self.draft.usage.filter(|usage| usage.total() > 0);
        let (reply, _) = self.draft.into_reply(0, self.sent);
        match told {
            Some(told) if complete => told,
            // Of a stream that was cut, the last word on its output never came.
            Some(told) => {
                let said = reckon(reply.text.len() + reply.reasoning.len());
                Usage { output: told.output.max(said), estimated: true, ..told }
            }
            // Nothing that could be read as a reply: its bare length is the best there is.
            None if reply.usage.output == 0 => Usage { output: reckon(self.received), ..reply.usage },
            None => reply.usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"hello\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\ndata: [DONE]\n\n";
    const RESPONSES: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n\
        data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":2}}}\n\n";
    const ANTHROPIC: &str = "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n\
        data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\ndata: {\"type\":\"message_stop\"}\n\n";

    fn tapped(dialect: Dialect, streamed: bool, answer: &[u8], piece: usize) -> Usage {
        let mut tap = UsageTap::new(dialect, streamed, 400);
        answer.chunks(piece).for_each(|piece| tap.see(piece));
        tap.usage()
    }

    #[test]
    fn each_dialects_stream_is_counted_however_it_is_cut() {
        for piece in [1, 7, 4096] {
            let told = |dialect, answer: &str| {
                let usage = tapped(dialect, true, answer.as_bytes(), piece);
                (usage.input, usage.output, usage.cached, usage.estimated)
            };
            assert_eq!(told(Dialect::OpenaiChat, CHAT), (11, 3, 4, false));
            assert_eq!(told(Dialect::OpenaiResponses, RESPONSES), (7, 2, 0, false));
            assert_eq!(told(Dialect::AnthropicMessages, ANTHROPIC), (9, 5, 0, false));
        }
    }

    #[test]
    fn an_answer_in_one_piece_is_counted() {
        let chat = br#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":6}}"#;
        let usage = tapped(Dialect::OpenaiChat, false, chat, 10);
        assert_eq!((usage.input, usage.output, usage.estimated), (5, 6, false));
    }

    #[test]
    fn what_says_nothing_of_its_usage_is_reckoned_and_never_free() {
        let silent = CHAT.lines().filter(|line| !line.contains("usage")).collect::<Vec<_>>().join("\n");
        let usage = tapped(Dialect::OpenaiChat, true, silent.as_bytes(), 9);
        assert!(usage.estimated && usage.input == 100 && usage.output > 0, "{usage:?}");
        for garbage in [&b"<html>no</html>"[..], b"{\"choices\":", b"data: nonsense\n\n", b"\xff\xfe\x00"] {
            for streamed in [true, false] {
                let usage = tapped(Dialect::OpenaiResponses, streamed, garbage, 3);
                assert!(usage.estimated && usage.input == 100 && usage.output > 0, "{garbage:?} {usage:?}");
            }
        }
    }

    #[test]
    fn a_stream_that_was_cut_counts_at_least_what_came() {
        let cut = &ANTHROPIC.as_bytes()[..ANTHROPIC.find("data: {\"type\":\"message_delta").unwrap()];
        let mut answer = cut.to_vec();
        answer.extend_from_slice(b"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"0123456789012345678901234567890123456789\"}}\n\n");
        let usage = tapped(Dialect::AnthropicMessages, true, &answer, 13);
        assert_eq!((usage.input, usage.output, usage.estimated), (9, 10, true));
    }

    #[test]
    fn an_endless_line_does_not_fill_the_memory() {
        let mut tap = UsageTap::new(Dialect::OpenaiChat, true, 0);
        let piece = vec![b'a'; 1024 * 1024];
        for _ in 0..16 {
            tap.see(&piece);
        }
        assert!(matches!(tap.reading, Reading::Lost));
        assert_eq!(tap.usage().output, 4 * 1024 * 1024);
    }
}
