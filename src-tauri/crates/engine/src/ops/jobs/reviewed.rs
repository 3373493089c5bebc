//! A reviewer's opinion, as it is stored: bounded plain text, whoever sent it.

use crate::Engine;
use protocol::review::{PLACE_CHARS, Review, ReviewMark, ReviewQuestion, WHY_CHARS};

const MODEL_CHARS: usize = 200;
const BEST: u8 = 3;

impl Engine {
    /// The opinion without what does not belong in one. It is words of a model about words of others.
    pub(super) fn opinion(&self, review: Review) -> Review {
        let text = |text: &str, most: usize| plain(&self.keys.known_out_of(text), most);
        let marks = ReviewQuestion::ALL.iter().filter_map(|question| {
            let mark = review.marks.iter().find(|mark| mark.question == *question)?;
            Some(ReviewMark {
                question: *question,
                score: mark.score.min(BEST),
                why: text(&mark.why, WHY_CHARS),
                place: mark.place.as_deref().map(|place| text(place, PLACE_CHARS)),
            })
        });
        Review {
            model: text(&review.model, MODEL_CHARS),
            marks: marks.filter(|_| review.verdict.is_some()).collect(),
            problem: review.problem.as_deref().map(|why| text(why, WHY_CHARS)),
            led_to: review.led_to.as_deref().map(|why| text(why, WHY_CHARS)),
            ..review
        }
    }
}

/// One line without control characters, and without those that turn the direction of what follows.
fn plain(text: &str, most: usize) -> String {
    let turns =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !turns(*c));
    line.take(most).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reviewer_says_is_one_short_plain_line() {
        assert_eq!(plain("two\nlines \u{1b}[31m\u{202e}back", 100), "two lines  [31mback");
        assert_eq!(plain(&"ä".repeat(500), 400).chars().count(), 400);
    }
}
