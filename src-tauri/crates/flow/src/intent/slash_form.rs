//! An intent as it would be typed: what a refusal or a report offers to send.

use super::words::quote_word;
use super::{Parsed, parse};
use protocol::intent::{Intent, Place};

/// The slash form that is read as exactly this intent. None for the few that have no such form, such as a glob that
/// reads like a flag.
pub fn slash_form(intent: &Intent) -> Option<String> {
    let text = written(intent);
    (parse(&text) == Parsed::Exact(intent.clone())).then_some(text)
}

fn written(intent: &Intent) -> String {
    let q = quote_word;
    let word = intent.word();
    let maybe = |text: &Option<String>| text.as_deref().map(|t| format!(" {}", q(t))).unwrap_or_default();
    let flag = |on: bool, name: &str| if on { format!(" {name}") } else { String::new() };
    match intent {
        Intent::Status | Intent::Overview | Intent::Failing | Intent::Todos | Intent::Outdated => {
            format!("/{word}")
        }
        Intent::Publish { title, body, base, head, no_pr, force } => {
            let named = [("--title", title), ("--body", body), ("--base", base)];
            let named = named.iter().filter_map(|(name, text)| text.as_deref().map(|t| (name, q(t))));
            let named = named.fold(String::new(), |out, (name, text)| format!("{out} {name}={text}"));
            format!("/{word}{}{named}{}{}", maybe(head), flag(*no_pr, "--no-pr"), flag(*force, "--force"))
        }
        Intent::Log { since } => format!("/{word}{}", maybe(since)),
        Intent::Test { filter } => format!("/{word}{}", maybe(filter)),
        Intent::Flaky { runs } => format!("/{word} {runs}"),
        Intent::Bisect { good, command } => format!("/{word} {}{}", q(good), maybe(command)),
        Intent::Format { paths } => {
            paths.iter().fold(format!("/{word}"), |out, path| format!("{out} {}", q(path)))
        }
        Intent::Lint { fix } => format!("/{word}{}", flag(*fix, "fix")),
        Intent::Find { pattern, glob, regex } => {
            format!("/{word} {}{}{}", q(pattern), maybe(glob), flag(*regex, "regex"))
        }
        Intent::Replace { from, to, glob, regex } => {
            format!("/{word} {} {}{}{}", q(from), q(to), maybe(glob), flag(*regex, "regex"))
        }
        Intent::Rename { from, to, update_references } => {
            format!("/{word} {} {}{}", q(from), q(to), flag(*update_references, "refs"))
        }
        Intent::Apply { patch } => format!("/{word}\n{patch}"),
        Intent::Bump { name, version } => format!("/{word} {}{}", q(name), maybe(version)),
        Intent::Append { file, text } => format!("/{word} {} {}", q(file), q(text)),
        Intent::Insert { file, text, place } => {
            let place = match place {
                Place::Start => "start".to_owned(),
                Place::Line { line } => line.to_string(),
                Place::Before { anchor } => format!("before {}", q(anchor)),
                Place::After { anchor } => format!("after {}", q(anchor)),
            };
            format!("/{word} {} {place} {}", q(file), q(text))
        }
        Intent::SetKey { file, key, value } => format!("/{word} {} {} {}", q(file), q(key), q(value)),
        Intent::Revert { commit } | Intent::CherryPick { commit } => format!("/{word} {}", q(commit)),
        Intent::Branch { name, at } => format!("/{word} {}{}", q(name), maybe(at)),
        Intent::Run { recipe } => format!("/{word} {}", q(recipe)),
        Intent::Land { job } => format!("/{word} {}", q(job)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let replace = |from: &str, to: &str| Intent::Replace {
            from: from.into(),
            to: to.into(),
            glob: Some("src/**".into()),
            regex: false,
        };
        assert_eq!(slash_form(&replace("it's", "a b")).unwrap(), r"/replace 'it'\''s' 'a b' src/**");
        assert!(slash_form(&replace("a", "")).is_some());
        let insert = Intent::Insert {
            file: "a b.txt".into(),
            text: "x\ny".into(),
            place: Place::After { anchor: "c d".into() },
        };
        assert!(slash_form(&insert).is_some());
        let flag = Intent::Find { pattern: "a".into(), glob: Some("regex".into()), regex: false };
        assert_eq!(slash_form(&flag), None, "it would be read as a flag");
    }
}
