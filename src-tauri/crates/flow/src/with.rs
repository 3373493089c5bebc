//! `/with NAME TASK`: a message that names what is to work on its task.

use protocol::worker::WorkerBackend;

const FORM: &str = "/with";
/// Longest name that is repeated in a refusal, in characters.
const NAME_CHARS: usize = 40;

/// What a message names, and the task itself; none when it names nothing. A name that is none of ours comes back as a
/// sentence that says so.
pub fn named(text: &str) -> Option<(Result<WorkerBackend, String>, &str)> {
    let rest = text.trim().strip_prefix(FORM)?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim_start();
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (name, task) = rest.split_at(end);
    let task = task.trim();
    let name = name.trim_end_matches(':').to_ascii_lowercase();
    let known = WorkerBackend::from_word(&name).filter(|backend| *backend != WorkerBackend::None);
    let named = match known {
        Some(_) if task.is_empty() => Err(format!("`{FORM} {name}` needs the task after it.")),
        Some(backend) => Ok(backend),
        None => {
            let all = WorkerBackend::ALL.iter().filter(|backend| **backend != WorkerBackend::None);
            let all: Vec<_> = all.map(|backend| backend.as_str()).collect();
            let name: String =
                name.chars().filter(|c| !c.is_control() && *c != '`').take(NAME_CHARS).collect();
            let what = if name.is_empty() {
                format!("`{FORM}` needs a name and a task")
            } else {
                format!("Nothing that works on tasks is called `{name}`")
            };
            Err(format!("{what}. There are {}.", all.join(", ")))
        }
    };
    Some((named, task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_taken_off_the_task() {
        let read = |text| named(text).map(|(backend, task)| (backend.unwrap(), task));
        assert_eq!(read("/with codex fix the parser"), Some((WorkerBackend::Codex, "fix the parser")));
        assert_eq!(read("  /with Claude:\nfix it\nnow "), Some((WorkerBackend::Claude, "fix it\nnow")));
        assert_eq!(read("/with native x"), Some((WorkerBackend::Native, "x")));
        for plain in ["fix it /with codex", "/without codex", "/withcodex fix", "with codex fix it", ""] {
            assert_eq!(named(plain), None, "{plain}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_there_are() {
        let why = |text| named(text).unwrap().0.unwrap_err();
        assert!(
            why("/with gpt fix")
                .starts_with("Nothing that works on tasks is called `gpt`. There are native, codex")
        );
        assert!(why("/with none fix").contains("is called `none`"), "a task is never given to nobody");
        assert!(why("/with").starts_with("`/with` needs a name and a task."));
        assert_eq!(why("/with codex  "), "`/with codex` needs the task after it.");
        assert!(!why("/with `x`\u{1b}[31m fix").contains('\u{1b}'));
    }
}
