//! Text of somebody else's, a command and the steps of a repository, put on lines that can be shown. How wide a line is and
//! what is left out is said by whoever shows it.

use serde_json::Value;

/// Text of somebody else's, on one line: nothing in it controls, hides or turns the direction of writing.
pub fn plain(text: &str) -> String {
    let one = |c: char| match c {
        '\n' | '\t' => ' ',
        c if is_plain(c) => c,
        _ => '\u{fffd}',
    };
    text.chars().map(one).collect()
}

/// Whether a character only stands where it is: it is no control character, does not turn the direction of writing, and is
/// no blank without width. Joiners are plain: letters and signs of some scripts need them.
pub fn is_plain(c: char) -> bool {
    let hides = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    !c.is_control() && !hides
}

/// One line of so many characters, cut at its end.
pub fn shortened(text: &str, width: usize) -> String {
    let text = plain(text.trim());
    match text.chars().count() <= width {
        true => text,
        false => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A path or list cut in its middle, for a line that is not the whole truth anyway.
pub fn middle(text: &str, width: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= width {
        return text.to_owned();
    }
    let half = (width / 2).saturating_sub(1);
    letters[..half].iter().chain(&['…']).chain(&letters[letters.len() - half..]).collect()
}

/// A text, or a list of texts; anything else has none.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![plain(text)],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(plain).collect(),
        _ => Vec::new(),
    }
}

/// The arguments of a command. A line break within one divides commands for a shell, and is seen.
fn args(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => {
            list.iter().filter_map(Value::as_str).map(|arg| plain(&arg.replace('\n', "\\n"))).collect()
        }
        other => texts(other),
    }
}

/// The words of a command, for a sentence. A line break within one is seen.
pub fn command(args: &[String]) -> String {
    args.join(" ").replace('\n', "\\n")
}

/// Arguments as one would type them, so that a blank within one is seen.
pub fn argv(args: &[String]) -> String {
    let typed = |arg: &String| {
        let bare = !arg.is_empty() && arg.chars().all(|c| c.is_alphanumeric() || "-_./:=@,+%^".contains(c));
        if bare { arg.clone() } else { format!("'{}'", arg.replace('\'', "'\\''")) }
    };
    args.iter().map(typed).collect::<Vec<_>>().join(" ")
}

/// The commands somebody trusts with a repository, a line each, and what is said of groups of them: `details` has `checks`,
/// `setup` and `recipes`, each a list of steps with a `run` or a table of them. False when one has none: then nobody can say that all of it is shown.
pub fn trusted(details: &Value) -> (Vec<String>, bool) {
    let mut whole = true;
    let mut lines = Vec::new();
    for of in ["checks", "setup", "recipes"] {
        let steps: Vec<(&str, &Value)> = match &details[of] {
            Value::Array(list) => {
                list.iter().map(|step| (step["name"].as_str().unwrap_or(of), step)).collect()
            }
            Value::Object(table) => table.iter().map(|(name, step)| (name.as_str(), step)).collect(),
            _ => Vec::new(),
        };
        for (name, step) in steps {
            let (run, network) = (argv(&args(&step["run"])), texts(&step["network"]));
            whole &= !run.is_empty();
            let reach =
                if network.is_empty() { String::new() } else { format!(" → {}", network.join(", ")) };
            lines.push(format!("{}: {run}{reach}{}", plain(name), left_out(step)));
        }
    }
    // What is said of a group holds for each of its checks.
    for (name, group) in details["groups"].as_object().into_iter().flatten() {
        lines.push(format!("{}: {}", plain(name), plain(&group.to_string())));
    }
    (lines, whole)
}

/// When a check is not run, which is as much as what it runs.
fn left_out(step: &Value) -> String {
    match step["skipUntouched"] == true {
        true => format!(", left out where nothing of {} is touched", texts(&step["paths"]).join(", ")),
        false => String::new(),
    }
}

/// The commands a payload names, under whichever of its spellings, a line each; none when it is of a kind that has no such
/// lines.
pub fn commands(details: &Value) -> Option<Vec<String>> {
    let said = ["argv", "run", "command"].into_iter().map(|key| &details[key]).find(|value| !value.is_null());
    match said {
        Some(Value::String(line)) => Some(vec![plain(line)]),
        Some(Value::Array(list)) if list.iter().any(Value::is_array) => {
            Some(list.iter().map(|one| argv(&args(one))).collect())
        }
        Some(list) => Some(vec![argv(&args(list))]),
        None => {
            let tool = plain(details["tool"].as_str()?);
            Some(vec![format!("{tool} {}", plain(&details["args"].to_string()))])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_of_others_cannot_break_out_of_its_line_or_turn_around() {
        assert_eq!(plain("a\nb\u{202e}c\u{7}"), "a b\u{fffd}c\u{fffd}");
        assert_eq!(shortened("  one two ", 5), "one …");
        assert_eq!(shortened("five5", 5), "five5");
    }

    #[test]
    fn a_path_is_cut_in_its_middle() {
        assert_eq!(middle("0123456789", 10), "0123456789");
        assert_eq!(middle("0123456789a", 10), "0123…789a");
    }

    #[test]
    fn a_blank_within_an_argument_is_seen() {
        assert_eq!(
            argv(&["a b".into(), "it's".into(), "-x=1".into(), String::new()]),
            r"'a b' 'it'\''s' -x=1 ''"
        );
    }

    #[test]
    fn every_command_is_named_or_it_is_not_the_whole() {
        let all =
            json!({ "checks": [{ "name": "t", "run": ["make"], "network": ["h"] }], "recipes": { "r": {} } });
        assert_eq!(trusted(&all), (vec!["t: make → h".to_owned(), "r: ".to_owned()], false));
        assert_eq!(
            trusted(&json!({ "setup": [{ "run": ["make"] }] })),
            (vec!["setup: make".to_owned()], true)
        );
    }

    #[test]
    fn a_command_is_read_in_each_of_its_spellings() {
        assert_eq!(commands(&json!({ "argv": ["a", "b c"] })), Some(vec!["a 'b c'".to_owned()]));
        assert_eq!(commands(&json!({ "run": [["a"], ["b"]] })), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(commands(&json!({ "command": "a\nb" })), Some(vec!["a b".to_owned()]));
        assert_eq!(
            commands(&json!({ "tool": "edit", "args": { "n": 1 } })),
            Some(vec!["edit {\"n\":1}".to_owned()])
        );
        assert_eq!(commands(&json!({ "effect": "?" })), None);
    }
}
