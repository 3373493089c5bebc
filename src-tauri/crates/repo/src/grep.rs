//! Searching a commit's files without a checkout.

use std::time::Duration;

use serde::Serialize;

use crate::depot::Depot;
use crate::process::Overflow;
use crate::{ObjectId, RepoError, Result, libgit};

#[derive(Clone, Debug)]
pub struct GrepRequest<'a> {
    pub commit: &'a ObjectId,
    pub pattern: &'a str,
    /// An extended regular expression instead of plain text.
    pub regex: bool,
    pub ignore_case: bool,
    /// Globs as in `Scope`, all files when empty.
    pub paths: &'a [String],
    pub limit: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrepHit {
    pub path: String,
    /// From 1.
    pub line: usize,
    /// At most 400 characters.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrepResult {
    pub hits: Vec<GrepHit>,
    /// There are more.
    pub truncated: bool,
}

impl Depot {
    /// The matching lines. A pattern git cannot read is `Failed` with its words.
    pub fn grep(&self, request: &GrepRequest<'_>) -> Result<GrepResult> {
        if request.pattern.is_empty() || request.pattern.contains(['\0', '\n']) {
            let reason = "a pattern is one line of text".into();
            return Err(RepoError::BadRef { name: request.pattern.chars().take(60).collect(), reason });
        }
        let call =
            self.call().flags(&["grep", "-I", "-n", "-z", "--no-textconv", "--no-color", "--full-name"]);
        let call = call.flags(&[if request.regex { "-E" } else { "-F" }]);
        let call = if request.ignore_case { call.flags(&["-i"]) } else { call };
        // `-e` takes the next argument as the pattern whatever it looks like.
        let mut call = call.joined("-e", request.pattern).value(request.commit.as_str()).flags(&["--"]);
        for path in request.paths {
            call = call.value(path);
        }
        let call = call.env("GIT_LITERAL_PATHSPECS", "0").env("GIT_GLOB_PATHSPECS", "1");
        let answer = call.timeout(Duration::from_secs(20)).cap(4 << 20, Overflow::Truncate).run()?;
        // 1: nothing found.
        if answer.status > 1 && !answer.truncated {
            return Err(answer.failure("grep"));
        }
        let mut result = GrepResult { hits: Vec::new(), truncated: answer.truncated };
        let prefix = format!("{}:", request.commit);
        for line in answer.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if result.hits.len() == request.limit {
                result.truncated = true;
                break;
            }
            let mut parts = line.splitn(3, |byte| *byte == 0);
            let (Some(path), Some(number), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let path = libgit::text(path.strip_prefix(prefix.as_bytes()).unwrap_or(path));
            let line = libgit::text(number).parse().unwrap_or(0);
            result.hits.push(GrepHit { path, line, text: libgit::text(text).chars().take(400).collect() });
        }
        Ok(result)
    }
}
