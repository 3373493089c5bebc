//! The strict reading of a reviewer's answer.

use protocol::review::{PLACE_CHARS, ReviewMark, ReviewQuestion, ReviewVerdict, WHY_CHARS};
use serde_json::{Map, Value, json};

use crate::model::{JsonSchema, schema as shape};
use crate::plan::{PlanProblem, extract_json};

const SCORES: [u8; 4] = [0, 1, 2, 3];

/// A model's word, nothing more.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub verdict: ReviewVerdict,
    /// One for each question, in their order.
    pub marks: Vec<ReviewMark>,
}

/// What the answer has to look like.
pub fn schema() -> JsonSchema {
    let object = |properties: Map<String, Value>| {
        let required: Vec<&String> = properties.keys().collect();
        json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
    };
    let mark = json!({
        "score": {"type": "integer", "enum": SCORES},
        "why": {"type": "string"},
        "place": {"type": "string"},
    });
    let mark = object(mark.as_object().cloned().unwrap_or_default());
    let words: Vec<_> = ReviewVerdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    let verdict = ("verdict".to_owned(), json!({"type": "string", "enum": words}));
    let marks = ReviewQuestion::ALL.iter().map(|question| (question.as_str().to_owned(), mark.clone()));
    let properties = std::iter::once(verdict).chain(marks).collect();
    JsonSchema { name: "review".to_owned(), schema: object(properties), strict: true }
}

/// Reads an answer, or says exactly what is wrong with it. A place that is not in one of `files` is left out: a
/// reviewer that names one that is not there has seen something else.
pub fn read(text: &str, files: &[String]) -> Result<Opinion, PlanProblem> {
    let value = extract_json(text)?;
    let mut problems = shape::check(&schema().schema, &value);
    let verdict = value["verdict"].as_str().and_then(ReviewVerdict::from_word);
    let mut marks = Vec::new();
    for question in ReviewQuestion::ALL {
        let mark = &value[question.as_str()];
        let why = line(mark["why"].as_str().unwrap_or_default(), WHY_CHARS);
        if why.is_empty() && problems.is_empty() {
            problems.push(format!("$.{question}.why must be a sentence"));
        }
        let place = line(mark["place"].as_str().unwrap_or_default(), PLACE_CHARS);
        marks.push(ReviewMark {
            question: *question,
            score: mark["score"].as_u64().and_then(|score| u8::try_from(score).ok()).unwrap_or_default(),
            why,
            place: Some(place).filter(|place| is_there(place, files)),
        });
    }
    match verdict {
        Some(verdict) if problems.is_empty() => Ok(Opinion { verdict, marks }),
        _ => Err(PlanProblem::Wrong { problems }),
    }
}

/// `path:line`, or a path alone, of a changed file.
fn is_there(place: &str, files: &[String]) -> bool {
    let path = match place.rsplit_once(':') {
        Some((path, line)) if line.parse::<u32>().is_ok_and(|line| line > 0) => path,
        _ => place,
    };
    files.iter().any(|file| file == path)
}

/// One line of plain text.
fn line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = plain.take(most).collect();
    short.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        let mark = json!({"score": 3, "why": "It does.", "place": "src/a.rs:4"});
        json!({"verdict": "good", "asked": mark, "only": mark, "tests": mark, "safe": mark})
    }

    fn files() -> Vec<String> {
        vec!["src/a.rs".to_owned()]
    }

    #[test]
    fn an_answer_is_read_however_it_is_wrapped() {
        let whole = good().to_string();
        for text in [whole.clone(), format!("Here:\n```json\n{whole}\n```")] {
            let opinion = read(&text, &files()).unwrap();
            assert_eq!(opinion.verdict, ReviewVerdict::Good);
            assert_eq!(opinion.marks.len(), 4);
            assert_eq!(opinion.marks[0].place.as_deref(), Some("src/a.rs:4"));
        }
    }

    #[test]
    fn what_is_not_the_form_is_refused_with_words_for_the_repair() {
        let wrong = |change: &dyn Fn(&mut Value)| {
            let mut value = good();
            change(&mut value);
            read(&value.to_string(), &files()).unwrap_err().to_string()
        };
        assert_eq!(
            wrong(&|v| v["verdict"] = json!("approve")),
            "$.verdict must be one of \"good\", \"concerns\", \"bad\""
        );
        assert_eq!(wrong(&|v| v["verified"] = json!(true)), "$.verified is not a known field");
        assert_eq!(wrong(&|v| v["asked"]["score"] = json!(4)), "$.asked.score must be one of 0, 1, 2, 3");
        assert_eq!(wrong(&|v| v["safe"]["why"] = json!(" ")), "$.safe.why must be a sentence");
        assert!(wrong(&|v| drop(v.as_object_mut().unwrap().remove("tests"))).contains("$.tests is missing"));
        assert!(read("LGTM, approve!", &files()).unwrap_err().to_string().contains("no JSON object"));
    }

    #[test]
    fn words_are_one_bounded_line_and_places_are_places_of_the_change() {
        let mut value = good();
        value["asked"]["why"] = json!(format!("a\nb\u{1b}[31m{}", "x".repeat(1_000)));
        value["only"]["place"] = json!("/etc/passwd:1");
        value["tests"]["place"] = json!("src/a.rs");
        value["safe"]["place"] = json!("src/a.rs:zero");
        let marks = read(&value.to_string(), &files()).unwrap().marks;
        assert!(marks[0].why.starts_with("a b [31mxx") && marks[0].why.chars().count() <= WHY_CHARS);
        let places: Vec<_> = marks.iter().map(|mark| mark.place.as_deref()).collect();
        assert_eq!(places, [Some("src/a.rs:4"), None, Some("src/a.rs"), None]);
    }
}
