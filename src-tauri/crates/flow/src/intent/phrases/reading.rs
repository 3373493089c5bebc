//! Phrases that change nothing.

use super::slots::Slots;
use super::{Phrase, phrase};
use crate::intent::RefusalReason;
use crate::intent::coding::is_concept;
use protocol::intent::Intent;

type Outcome = Option<Result<Intent, RefusalReason>>;

pub(super) const PHRASES: &[Phrase] = &[
    phrase(
        "(?:(?:show|give|tell|print|display|get|check|report)(?: me)? |what(?:'s|’s| is) )?(?:the )?(?:current )?\
         (?:repo |repository |git |project |workspace |queue )?(?:status|state)(?: of (?:the |this |my )?\
         (?:repo|repository|project|workspace|queue|branch|tree))?",
        |_| intent(Intent::Status),
    ),
    phrase(
        "what(?:'s|’s| is) (?:going on|happening|up)(?: (?:here|in (?:the|this) (?:repo|repository|project)))?|where are we|how are things",
        |_| intent(Intent::Status),
    ),
    phrase(
        "(?:(?:show|give|get)(?: me)? )?(?:an |the |a )?(?:quick |short )?overview(?: of (?:the |this |my )?\
         (?:repo|repository|project|codebase|code|workspace))?",
        |_| intent(Intent::Overview),
    ),
    phrase(
        "what(?:'s|’s| is) (?:in )?this (?:repo|repository|project|codebase)(?: about)?|(?:describe|summari[sz]e) (?:the|this|my) \
         (?:repo|repository|project|codebase)|(?:which|what) (?:programming )?languages (?:are|is) (?:used )?(?:in )?(?:here|this|this \
         (?:repo|repository|project)|the (?:repo|repository|project))(?: (?:written|used) in)?",
        |_| intent(Intent::Overview),
    ),
    phrase(
        "(?:(?:show|list|print|give|display)(?: me)? )?(?:the )?(?:git )?(?:(?:last|latest|recent|newest) )?(?:few )?\
         (?:commits|history|commit history|log|git log|commit log)",
        |_| intent(Intent::Log { since: None }),
    ),
    phrase("what(?:'s|’s| has|) (?:been )?changed (?:recently|lately)|what(?:'s|’s| is) new", |_| {
        intent(Intent::Log { since: None })
    }),
    phrase(
        "(?:(?:show|list|print|give)(?: me)? )?(?:the |all )?(?:commits|history|log|changes|everything) since {since:rest}|what \
         (?:has |was )?(?:been )?(?:changed|happened|landed) since {then:rest}",
        log_since,
    ),
    phrase(
        "(?:(?:run|execute|start|rerun|re-run|launch|do) )?(?:all )?(?:of )?(?:the |my |our )?(?:unit )?(?:tests?|test suite|testsuite)\
         |(?:run|execute|start|rerun|re-run|launch) (?:the )?(?:whole |full |entire )?(?:test suite|testsuite|suite)\
         |test (?:it|this|everything|the code|the project)|(?:do|are) (?:all )?(?:the |our |my )?tests (?:all )?(?:pass|passing|green|ok)\
         |check (?:if|whether|that) (?:all )?(?:the |our |my )?tests (?:all )?(?:pass|are passing|are green|still pass)",
        |_| intent(Intent::Test { filter: None }),
    ),
    phrase(
        "(?:run|execute|start|rerun|re-run) (?:only )?(?:the |all )?tests? (?:matching|named|called|for|with the name) {filter}",
        |s| intent(Intent::Test { filter: Some(s.text("filter")?) }),
    ),
    phrase("(?:run|execute|rerun|re-run) (?:only )?(?:the )?test {filter:quoted}", |s| {
        intent(Intent::Test { filter: Some(s.text("filter")?) })
    }),
    phrase(
        "(?:which|what) tests? (?:are|is) (?:failing|broken|red)|(?:which|what) tests? (?:failed|fail)|(?:show|list)(?: me)? (?:all )?(?:the )?\
         (?:failing|failed|broken) tests|(?:show|list)(?: me)? (?:the )?(?:last )?(?:test )?failures\
         |what (?:failed|broke)(?: last time| in the last (?:test )?run)?",
        |_| intent(Intent::Failing),
    ),
    phrase("(?:run|repeat|rerun) (?:all )?(?:the )?tests {runs:number} times", |s| {
        intent(Intent::Flaky { runs: s.number("runs")? })
    }),
    phrase("(?:find|look for|check for|detect|search for|are there(?: any)?|any) flaky tests", |_| {
        intent(Intent::Flaky { runs: 5 })
    }),
    phrase("bisect (?:from|since|starting (?:at|from)) (?:commit )?{good:commit}", |s| {
        intent(Intent::Bisect { good: s.text("good")?, command: None })
    }),
    phrase(
        "find the commit (?:that|which) (?:broke|breaks) (?:the )?(?:tests?|test suite) (?:since|after|from) (?:commit )?{good:commit}",
        |s| intent(Intent::Bisect { good: s.text("good")?, command: None }),
    ),
    phrase(
        "(?:which|what)(?: of (?:the|our|my))? (?:dependencies|packages|crates|deps|libraries) are (?:outdated|out of date|stale)\
         |(?:(?:show|list|find|check for|look for|are there(?: any)?|any)(?: me)? )?(?:all )?(?:the |our |my )?(?:outdated|out-of-date) \
         (?:dependencies|packages|crates|deps|libraries)|(?:check for|look for|are there(?: any)?|any) (?:dependency|package) updates(?: available)?\
         |are (?:all )?(?:of )?(?:the |our |my )?(?:dependencies|packages|crates|deps) (?:up[- ]to[- ]date|outdated)",
        |_| intent(Intent::Outdated),
    ),
    phrase(
        "(?:run |start )?(?:the )?(?:lint|linter|linters|clippy|eslint|ruff)(?: checks?)?|lint (?:all )?(?:the |my |this )?(?:code|codebase|\
         project|repo|repository|everything|tree)|(?:show|list|check for|are there(?: any)?|any)(?: me)? (?:the |all )?(?:lint|linter|clippy|eslint) \
         (?:errors|warnings|issues|problems|findings)",
        |_| intent(Intent::Lint { fix: false }),
    ),
    phrase(
        "(?:list|show|find|scan for|search for|look for|collect|what are|count)(?: me)? (?:all )?(?:of )?(?:the |our |my )?(?:open |remaining )?\
         (?:todos?|to-dos?|fixmes?|todo and fixme|todos and fixmes|todo comments|fixme comments|todo notes|todo list)(?: (?:comments|notes))?\
         (?: (?:in|of) (?:the |this )?(?:code|codebase|repo|repository|project|tree))?|(?:any|are there(?: any)?) (?:open )?(?:todos|fixmes)(?: left)?|todos?",
        |_| intent(Intent::Todos),
    ),
    phrase(
        "(?:find|search for|search|grep for|grep|look for|show(?: me)?|list) (?:all )?(?:the )?(?:occurrences|usages|mentions|uses|instances|references) \
         (?:of|to) {pattern}(?: (?:in|under|inside|within) (?:the )?(?:file |folder |files matching )?{place})?",
        |s| find(s, true),
    ),
    phrase(
        "(?:search for|search|grep for|grep|look for|find) (?:the )?(?:text |string |word )?{pattern:quoted}(?: (?:in|under|inside|within) (?:the )?\
         (?:file |folder |files matching )?{place}| everywhere| in (?:the |this )?(?:code|codebase|repo|repository|project))?",
        |s| find(s, true),
    ),
    phrase(
        "(?:search for|search|grep for|grep) (?:the )?(?:text |string |word )?{pattern:bare}(?: (?:in|under|inside|within) (?:the )?\
         (?:file |folder |files matching )?{place}| everywhere| in (?:the |this )?(?:code|codebase|repo|repository|project))?",
        |s| find(s, false),
    ),
    phrase(
        "(?:where|in which files?) (?:is|are) {pattern} (?:used|mentioned|defined|referenced|called)(?: (?:in|under) {place})?",
        |s| find(s, false),
    ),
];

fn intent(intent: Intent) -> Outcome {
    Some(Ok(intent))
}

fn log_since(s: &Slots) -> Outcome {
    let since = s.rest("since").or_else(|| s.rest("then"))?;
    let words = since.split_whitespace().count();
    let a_moment = since.bytes().any(|b| b.is_ascii_digit())
        || [
            "yesterday",
            "last week",
            "last month",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "this morning",
            "midnight",
            "noon",
        ]
        .contains(&since.to_lowercase().as_str());
    (a_moment && words <= 4).then_some(Ok(Intent::Log { since: Some(since) }))
}

/// A bare word is searched for only when it reads as text, not as a notion: "search for bugs" asks for judgement.
fn find(s: &Slots, means_text: bool) -> Outcome {
    let pattern = s.text("pattern")?;
    if !s.is_quoted("pattern") && (is_concept(&pattern) && !means_text || is_determiner(&pattern)) {
        return None;
    }
    let glob = match s.has("place") {
        true => Some(s.place("place")?),
        false => None,
    };
    Some(Ok(Intent::Find { pattern, glob, regex: false }))
}

fn is_determiner(word: &str) -> bool {
    [
        "the",
        "a",
        "an",
        "it",
        "this",
        "that",
        "all",
        "everything",
        "something",
        "anything",
        "for",
        "he",
        "she",
        "they",
    ]
    .contains(&word.to_lowercase().as_str())
}
