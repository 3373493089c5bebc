//! Messages that read as a question: worth a short try at an answer before anybody plans.

/// Longer texts describe work, whatever their last sign is.
const LONGEST: usize = 400;

/// First words of a question in plain English.
const ASKING: [&str; 22] = [
    "what", "what's", "which", "where", "where's", "why", "how", "who", "when", "is", "are", "does", "do",
    "did", "has", "have", "was", "were", "can", "could", "should", "explain",
];

/// Whether the whole message is one question. What it asks for may still be work: who answers has to see that.
pub fn is_question(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || text.starts_with('/') || text.contains("```") {
        return false;
    }
    let first = text.split_whitespace().next().unwrap_or_default().trim_matches(',').to_lowercase();
    text.ends_with('?') || ASKING.contains(&first.as_str()) && !text.contains(['\n', '.', ';'])
}

#[cfg(test)]
mod tests {
    use super::is_question;

    #[test]
    fn a_question_is_known_by_its_first_word_or_its_last_sign() {
        for question in [
            "how are the tests run here?",
            "What does the parser do with comments",
            "wo steht die Versionsnummer?",
            "explain how sessions are stored",
        ] {
            assert!(is_question(question), "{question}");
        }
    }

    #[test]
    fn orders_commands_and_long_texts_are_none() {
        let long = format!("{}?", "why ".repeat(200));
        for order in
            ["mend the failing test", "/find x?", "", "do this. Then that.", &long, "why:\n```\nx\n```?"]
        {
            assert!(!is_question(order), "{order}");
        }
    }
}
