//! Phrases that change something. Each needs literal evidence: quotes, a path, a key, a hash, an id.

use super::slots::Slots;
use super::{Phrase, open_phrase, phrase};
use crate::intent::RefusalReason;
use crate::intent::coding::is_concept;
use crate::intent::slash::{moved_to, typed_path};
use crate::intent::words::quote_word;
use protocol::intent::{Intent, Place};
use protocol::request::NearestStep;

type Outcome = Option<Result<Intent, RefusalReason>>;

pub(super) const PHRASES: &[Phrase] = &[
    phrase(
        "(?:replace|swap) (?:(?P<literal>(?:(?:all|every|each) )?(?:the )?(?:occurrences?|instances?|mentions?) of) \
         |all )?(?:the )?(?:(?:text|string|word) )?{from} (?:with|by) (?:the (?:text|string|word) )?{to}\
         (?: (?:(?P<all>everywhere|in (?:all|every) files?|(?:in|throughout|across) the (?:whole |entire )?\
         (?:repo|repository|project|tree|codebase))\
         |(?:in|inside|within|under|across) (?:(?:all |the )?(?:files?|folder|directory) )?(?:matching |in |under )?{place}))?",
        replace,
    ),
    phrase(
        "change (?:the )?(?:(?:text|string|word) )?{from:quoted} (?:to|into) {to:quoted}(?: in (?:the file )?{place})?",
        replace,
    ),
    phrase(
        "(?:rename|move) (?:the )?(?P<what>file |folder |directory )?{from}(?: (?:file|folder|directory))? (?:to|as|into) {to}\
         (?P<refs>,? and (?:update|fix|change) (?:the |all )?(?:references|mentions)(?: to it)?)?",
        rename,
    ),
    phrase(
        "(?:append|add|write) (?:(?:a|the|this|one|another) )?(?:new )?(?:line|text)(?: of text)?:? {text:quoted} \
         (?:to|at|onto) (?:the (?:very )?(?:end|bottom) of )?(?:the )?(?:file )?{file}",
        append,
    ),
    phrase("append:? {text:quoted} (?:to|onto) (?:the end of )?(?:the )?(?:file )?{file}", append),
    phrase(
        "(?:add|put|write) {text:quoted} (?:to|at) the (?:very )?(?:end|bottom) of (?:the )?(?:file )?{file}",
        append,
    ),
    open_phrase(
        "(?:append|add) (?:(?:a|the|this|one|another|the following) )?(?:new |following )?line (?:to|at) (?:the (?:end|bottom) of )?\
         (?:the )?(?:file )?{file:bare}: ?{text:rest}",
        append,
    ),
    open_phrase("append to (?:the )?(?:file )?{file:bare}: ?{text:rest}", append),
    phrase(
        "(?:insert|add|put) (?:(?:a|the|this) )?(?:new )?(?:line |text )?{text:quoted} (?P<where>at|as|before|after) line {line:number} \
         (?:of|in) (?:the )?(?:file )?{file}",
        insert_line,
    ),
    phrase(
        "(?:insert|add|put) (?:(?:a|the|this) )?(?:new )?(?:line |text )?{text:quoted} (?P<where>before|after) \
         (?:the )?(?:line )?{anchor:quoted} (?:in|of) (?:the )?(?:file )?{file}",
        insert_anchor,
    ),
    phrase(
        "(?:insert|add|put|prepend) (?:(?:a|the|this) )?(?:new )?(?:line |text )?{text:quoted} (?:at|to|on) (?:the )?\
         (?:very )?(?:top|start|beginning) of (?:the )?(?:file )?{file}",
        insert_start,
    ),
    phrase("prepend {text:quoted} to (?:the )?(?:file )?{file}", insert_start),
    phrase("set (?:the )?(?:(?:key|value of|value for) )?{key} (?:in|of) {file} to {value}", set_key),
    phrase("set (?:the )?(?:(?:key|value of|value for) )?{key} to {value} in {file}", set_key),
    phrase("change (?:the )?key {key} in {file} to {value}", set_key),
    phrase("(?:revert|undo|back out) (?:the )?(?:commit |change )?{commit:commit}", |s| {
        Some(Ok(Intent::Revert { commit: s.text("commit")? }))
    }),
    phrase("cherry[ -]?pick (?:the )?(?:commit |change )?{commit:commit}", |s| {
        Some(Ok(Intent::CherryPick { commit: s.text("commit")? }))
    }),
    phrase(
        "(?:create|make|start|open|add) (?:(?:a|the) )?(?:new )?branch (?P<named>named |called )?{name}\
         (?: (?:at|from|off|on) (?:the )?(?:commit )?{at:commit})?",
        branch,
    ),
    phrase("(?:run|execute|start) (?:the )?recipe (?:named |called )?{recipe}", run),
    phrase("(?:run|execute|start) (?:the )?{recipe} recipe", run),
    phrase(
        "(?:re)?format (?:all )?(?:(?:of )?(?:the|my|this) )?(?:whole |entire )?(?:code|codebase|sources?|source code|source files|files|\
         everything|repo|repository|project|whole tree|tree)",
        |_| Some(Ok(Intent::Format { paths: Vec::new() })),
    ),
    phrase(
        "run (?:the )?(?:code )?formatter(?: on (?:the )?(?:code|codebase|project|repo|repository|everything))?",
        |_| Some(Ok(Intent::Format { paths: Vec::new() })),
    ),
    phrase(
        "(?:(?:re)?format|run (?:the )?(?:code )?formatter (?:on|in|over)) (?:everything in |all files in )?(?:the )?\
         (?:file |folder |directory )?{place}(?: folder| directory)?",
        |s| Some(Ok(Intent::Format { paths: vec![s.place("place")?] })),
    ),
    phrase(
        "(?:fix|autofix|auto-fix|repair) (?:all )?(?:(?:of )?(?:the|my) )?(?:lint|linter|linting|clippy|eslint|ruff)\
         (?: (?:errors|warnings|issues|problems|findings|complaints))?(?: automatically)?",
        |_| Some(Ok(Intent::Lint { fix: true })),
    ),
    phrase(
        "(?:lint and fix|run (?:the )?(?:linter|lint|clippy|eslint|ruff) (?:with|and) (?:auto-?fix|--fix|fix|fixes))(?: the code)?",
        |_| Some(Ok(Intent::Lint { fix: true })),
    ),
    phrase(
        "(?:bump|upgrade|update) (?:the )?(?:dependency|package|crate) {name} (?:to (?:version )?)?{version:version}",
        bump,
    ),
    phrase("bump {name:bare} to (?:version )?{version:version}", bump),
    phrase("bump (?:the )?(?:dependency|package|crate) {name}", bump),
    phrase("land (?:(?:the )?(?:result of )?job )?{job:bare}", land),
    phrase("(?:merge|queue) (?:the )?(?:result of )?job {job:bare}(?: for landing)?", land),
    phrase(
        "publish(?: (?:it|this|the (?:branch|changes|work|integration branch)))?|(?:push (?:it |this |the (?:branch|changes) )?and )?\
         (?:open|create|make) (?:a|the) (?:pull request|pr)(?: for (?:it|this|the (?:branch|changes)))?",
        |_| Some(Ok(Intent::publish())),
    ),
];

/// Literal when both texts are quoted, or when a place or "occurrences of" says that text is meant and neither word
/// is a notion of programming: "replace callbacks with promises in src/net.rs" is work for a model.
fn replace(s: &Slots) -> Outcome {
    let (from, to) = (s.text("from")?, s.text("to")?);
    let quoted = s.is_quoted("from") && s.is_quoted("to");
    let glob = match s.has("place") {
        true => Some(s.place("place")?),
        false => None,
    };
    let placed = glob.is_some() || s.has("all") || s.has("literal");
    let plain = |name: &str, text: &str| s.is_quoted(name) || !is_concept(text);
    if quoted || (placed && plain("from", &from) && plain("to", &to)) {
        return Some(Ok(Intent::Replace { from, to, glob, regex: false }));
    }
    let place = glob.as_deref().map(|g| format!(" {}", quote_word(g))).unwrap_or_default();
    let command = format!("/replace {} {}{place}", quote_word(&from), quote_word(&to));
    Some(Err(RefusalReason::Unclear {
        problem: format!(
            "It is not clear whether the text `{from}` is meant, or what it stands for in the code"
        ),
        instead: vec![NearestStep { label: format!("Replace the text `{from}` with `{to}`"), command }],
    }))
}

fn rename(s: &Slots) -> Outcome {
    let (from, to) = (s.text("from")?, s.text("to")?);
    let update_references = s.has("refs");
    if s.path("from").is_some() && (s.path("to").is_some() || s.has("what") && !s.is_quoted("from")) {
        return Some(Ok(Intent::Rename {
            to: moved_to(&from, &to),
            from: typed_path(&from),
            update_references,
        }));
    }
    if s.is_quoted("from") || s.is_quoted("to") || !to.contains(' ') {
        let text = format!("/replace {} {}", quote_word(&from), quote_word(&to));
        let file = format!("/rename {} {}", quote_word(&from), quote_word(&to));
        return Some(Err(RefusalReason::Unclear {
            problem: format!("It is not clear whether `{from}` is a file or a name in the code"),
            instead: vec![
                NearestStep { label: format!("Move the file `{from}` to `{to}`"), command: file },
                NearestStep {
                    label: format!("Replace the text `{from}` with `{to}` everywhere"),
                    command: text,
                },
            ],
        }));
    }
    None
}

fn append(s: &Slots) -> Outcome {
    let text = if s.is_quoted("text") { s.text("text")? } else { s.rest("text")? };
    Some(Ok(Intent::Append { file: typed_path(&s.path("file")?), text }))
}

fn insert_line(s: &Slots) -> Outcome {
    let line = s.number("line")?;
    let line = if s.text("where")?.eq_ignore_ascii_case("after") { line + 1 } else { line };
    let place = Place::Line { line };
    Some(Ok(Intent::Insert { file: typed_path(&s.path("file")?), text: s.text("text")?, place }))
}

fn insert_anchor(s: &Slots) -> Outcome {
    let anchor = s.text("anchor")?;
    let is_after = s.text("where")?.eq_ignore_ascii_case("after");
    let place = if is_after { Place::After { anchor } } else { Place::Before { anchor } };
    Some(Ok(Intent::Insert { file: typed_path(&s.path("file")?), text: s.text("text")?, place }))
}

fn insert_start(s: &Slots) -> Outcome {
    Some(Ok(Intent::Insert {
        file: typed_path(&s.path("file")?),
        text: s.text("text")?,
        place: Place::Start,
    }))
}

/// Only files that hold keys: "set the timeout in retry.rs to 5" is a change of code.
fn set_key(s: &Slots) -> Outcome {
    let file = typed_path(&s.path("file")?);
    let name = file.rsplit('/').next().unwrap_or(&file).to_lowercase();
    let holds_keys = [".toml", ".json", ".yaml", ".yml", ".env"].iter().any(|e| name.ends_with(e));
    if !holds_keys && !name.starts_with(".env") {
        return None;
    }
    Some(Ok(Intent::SetKey { file, key: s.text("key")?, value: s.text("value")? }))
}

fn run(s: &Slots) -> Outcome {
    Some(Ok(Intent::Run { recipe: s.text("recipe")? }))
}

fn bump(s: &Slots) -> Outcome {
    let version = if s.has("version") { Some(s.text("version")?) } else { None };
    Some(Ok(Intent::Bump { name: s.text("name")?, version }))
}

/// "A branch predictor" is none: the name is called one, quoted, or written as only a name is.
fn branch(s: &Slots) -> Outcome {
    let name = s.text("name")?;
    let at = if s.has("at") { Some(s.text("at")?) } else { None };
    let evident = s.has("named") || s.is_quoted("name") || at.is_some();
    (evident || name.contains(['-', '/', '_'])).then_some(Ok(Intent::Branch { name, at }))
}

/// An id holds a digit; "land the plane" holds none.
fn land(s: &Slots) -> Outcome {
    let job = s.text("job")?;
    job.bytes().any(|b| b.is_ascii_digit()).then_some(Ok(Intent::Land { job }))
}
