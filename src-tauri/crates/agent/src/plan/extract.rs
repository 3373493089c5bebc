//! Finds the JSON object in what a model wrote around it.

use serde_json::Value;

use super::PlanProblem;

/// Places tried before a text counts as having no JSON.
const TRIES: usize = 500;

/// The JSON object in a reply: the whole text, the inside of a code fence, or the first balanced object after some
/// prose. When several objects follow each other the longest one counts, for examples are shorter than answers.
pub fn extract_json(text: &str) -> Result<Value, PlanProblem> {
    let whole = match serde_json::from_str::<Value>(text.trim()) {
        Ok(value @ Value::Object(_)) => return Ok(value),
        Ok(_) => "it is JSON but no object".to_owned(),
        Err(error) => error.to_string(),
    };
    let mut best: Option<(usize, Value)> = None;
    let mut why = whole;
    let mut from = 0;
    // Reading an error's place costs a scan, so a wall of opening braces must not be tried one by one.
    let mut tries = 0;
    while let Some(at) = text[from..].find('{').map(|at| from + at) {
        let mut stream = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                let length = stream.byte_offset();
                if best.as_ref().is_none_or(|(longest, _)| length > *longest) {
                    best = Some((length, value));
                }
                from = at + length.max(1);
            }
            // A cut answer is told as such; its inner objects are no answer.
            Some(Err(error)) if error.is_eof() && best.is_none() => {
                return Err(PlanProblem::NoJson { why: error.to_string() });
            }
            Some(Err(error)) => {
                if best.is_none() && from == 0 {
                    why = error.to_string();
                }
                from = at + 1;
            }
            None => break,
        }
        tries += 1;
        if tries >= TRIES {
            break;
        }
    }
    best.map(|(_, value)| value).ok_or(PlanProblem::NoJson { why })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_longest_object_wins_over_examples() {
        let text = "Like {\"a\": 1} or {b}: {\"a\": 2, \"c\": [1, 2, 3]} {\"a\": 3}";
        assert_eq!(extract_json(text).unwrap(), json!({"a": 2, "c": [1, 2, 3]}));
    }

    #[test]
    fn an_answer_that_was_cut_is_told_as_such() {
        let told = extract_json("{\"plan\": {\"a\": 1}, \"b\":").unwrap_err().to_string();
        assert!(told.contains("EOF"), "{told}");
    }

    #[test]
    fn walls_of_braces_are_survived() {
        assert!(extract_json(&"{".repeat(20_000)).is_err());
        assert!(extract_json(&"{\"a\":".repeat(5_000)).is_err());
    }
}
