//! What `git push --porcelain` said, as one outcome. Its words are those of git in the C locale.

use protocol::publish::PublishReason;

/// Longest text of a remote that is kept.
const KEPT: usize = 4_000;
/// Exit status of a shell's child that a broken pipe ended.
const BROKEN_PIPE: i32 = 141;

/// What a push left behind.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Exit status; none when the process was ended.
    pub status: Option<i32>,
    pub stdout: &'a str,
    pub stderr: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    Pushed {
        up_to_date: bool,
    },
    Failed {
        reason: PublishReason,
        /// The branch there was not where it was taken to be, or somebody else was moving it just then: a second look
        /// can end otherwise.
        moved: bool,
    },
}

/// Reads the line of one branch, and where there is none, what git or ssh complained about.
pub fn read(said: Said<'_>) -> PushOutcome {
    let mut line = None;
    for found in said.stdout.lines() {
        let mut parts = found.split('\t');
        let flag = parts.next().filter(|flag| flag.len() == 1);
        if let (Some(flag), Some(_), Some(summary)) = (flag, parts.next(), parts.next()) {
            line = Some((flag, summary));
        }
    }
    match (said.status, line) {
        (Some(0), Some(("=", _))) => PushOutcome::Pushed { up_to_date: true },
        (Some(0), Some((" " | "+" | "*" | "-", _))) => PushOutcome::Pushed { up_to_date: false },
        // The remote took it and was gone before it could say so; asking again tells.
        (_, Some((_, summary))) if summary.starts_with("[remote failure]") => failed(PublishReason::Network),
        (_, Some(("!", summary))) => rejected(summary, said.stderr),
        _ => failed(match (complaint(said.stderr), said.status) {
            // The other end went away while git wrote to it, which ends git without a word.
            (PublishReason::Unknown, None | Some(BROKEN_PIPE)) => PublishReason::Network,
            // All was written, nobody was to answer (a remote without `report-status`, or one that was cut before it
            // named what it can do), and then the line ended badly. Git takes the branch for pushed all the same.
            (PublishReason::Unknown, Some(_)) if line.is_some_and(|(flag, _)| flag != "!") => {
                PublishReason::Network
            }
            (reason, _) => reason,
        }),
    }
}

fn failed(reason: PublishReason) -> PushOutcome {
    PushOutcome::Failed { reason, moved: false }
}

fn rejected(summary: &str, stderr: &str) -> PushOutcome {
    if summary.starts_with("[rejected]") {
        let moved = summary.contains("stale info") || summary.contains("remote ref updated since checkout");
        return PushOutcome::Failed { reason: PublishReason::NonFastForward, moved };
    }
    if summary.starts_with("[remote rejected]") {
        let permission = summary.contains("permission denied") || stderr.contains("Permission denied");
        let reason = match () {
            // What was to be pushed is not in our own repositories; the remote only saw that nothing came.
            () if stderr.lines().any(|line| line.starts_with("fatal: bad object ")) => {
                PublishReason::WorkspaceGone
            }
            () if summary.contains("(non-fast-forward)") => PublishReason::NonFastForward,
            () if permission && stderr.contains("unable to") => PublishReason::Forbidden,
            () => PublishReason::RemoteRejected,
        };
        let moved = reason == PublishReason::RemoteRejected && taken_meanwhile(summary, stderr);
        return PushOutcome::Failed { reason, moved };
    }
    failed(PublishReason::Unknown)
}

/// Two pushes to one branch ended together, or the process that serves an earlier, cut one was still at it.
fn taken_meanwhile(summary: &str, stderr: &str) -> bool {
    let by_word = ["(reference already exists)", "(incorrect old value provided)"];
    let by_lock = [": reference already exists", " but expected ", ".lock': File exists"];
    by_word.iter().any(|word| summary.contains(word))
        || stderr
            .lines()
            .any(|line| line.contains("cannot lock ref '") && by_lock.iter().any(|word| line.contains(word)))
}

/// The first that fits; what is more exact stands before what merely follows from it.
const COMPLAINTS: &[(PublishReason, &[&str])] = &[
    (
        PublishReason::HostKey,
        &[
            "Host key verification failed",
            "REMOTE HOST IDENTIFICATION HAS CHANGED",
            "certificate verification failed",
            "SSL certificate problem",
            "certificate subject name",
            "no alternative certificate subject name",
            "self-signed certificate",
            "self signed certificate",
        ],
    ),
    (
        PublishReason::Auth,
        &[
            "Authentication failed",
            "Permission denied (",
            "could not read Username",
            "could not read Password",
            "terminal prompts disabled",
            "Invalid username or",
            "Support for password authentication was removed",
            "HTTP Basic: Access denied",
            "The requested URL returned error: 401",
            "The requested URL returned error: 403",
            "Too many authentication failures",
            "unable to get password from user",
            "Write access to repository not granted",
            "The project you were looking for could not be found or you don't have permission",
        ],
    ),
    (
        PublishReason::Forbidden,
        &[
            "key is read only",
            "marked as read only",
            "insufficient permission for adding an object",
            "detected dubious ownership in repository",
        ],
    ),
    (PublishReason::NoBranch, &["does not match any"]),
    (
        PublishReason::Unsupported,
        &[
            "not allowed",
            "is not a git command",
            "Unable to find remote helper",
            "dumb http transport",
            "shallow update not allowed",
            "invalid refspec",
            "strange hostname",
            "strange pathname",
        ],
    ),
    (
        PublishReason::NotFound,
        &[
            "does not appear to be a git repository",
            "invalid gitfile format",
            "Repository not found",
            "repository '",
            "The requested URL returned error: 404",
            "no such repository",
        ],
    ),
    (
        PublishReason::Timeout,
        &["Operation timed out", "Connection timed out", "Operation too slow", "Timeout, server "],
    ),
    (
        PublishReason::Network,
        &[
            "Could not resolve",
            "Connection refused",
            "Connection reset",
            "Connection closed",
            "closed by remote host",
            "Network is unreachable",
            "No route to host",
            "Failed to connect",
            "Couldn't connect",
            "the remote end hung up",
            "remote end hung up",
            "unexpected disconnect",
            "unexpected flush packet while reading remote unpack status",
            "early EOF",
            "RPC failed",
            "Broken pipe",
            "gnutls_handshake",
            "TLS connect error",
            "SSL_connect",
            "SSL_ERROR_SYSCALL",
            "Empty reply from server",
            "The requested URL returned error: 5",
            "Recv failure",
            "Send failure",
            "kex_exchange_identification",
            "died of signal 13",
            // All git says when ssh went away without a word.
            "Could not read from remote repository",
        ],
    ),
    (
        PublishReason::RemoteRejected,
        &["pre-receive hook declined", "remote rejected", "remote unpack failed", "unpack failed"],
    ),
];

fn complaint(stderr: &str) -> PublishReason {
    // What the remote's own programs print begins with `remote:`; it may hold any word.
    let own: String =
        stderr.lines().filter(|line| !line.starts_with("remote:")).flat_map(|line| [line, "\n"]).collect();
    let fits = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    if let Some((reason, _)) = COMPLAINTS.iter().find(|(_, words)| fits(&own, words)) {
        return match reason {
            // "not found" stands on an ERROR line of the forge as well as in git's own.
            PublishReason::Network if fits(stderr, &["ERROR: Repository not found"]) => {
                PublishReason::NotFound
            }
            reason => *reason,
        };
    }
    let also = [PublishReason::Auth, PublishReason::NotFound, PublishReason::RemoteRejected];
    let told = COMPLAINTS.iter().filter(|(reason, _)| also.contains(reason));
    told.filter(|(_, words)| fits(stderr, words))
        .map(|(reason, _)| *reason)
        .next()
        .unwrap_or(PublishReason::Unknown)
}

/// What the remote itself said (hooks, rules of the forge), without progress, control characters and hints; bounded.
pub fn remote_said(stderr: &str) -> Option<String> {
    let mut kept = String::new();
    for line in stderr.lines() {
        let text = match line.strip_prefix("remote:") {
            Some(text) => text,
            None if line.starts_with("ERROR:") || line.starts_with("ssh:") => line,
            None if line.starts_with("fatal:") || line.starts_with("error:") => line,
            None => continue,
        };
        // Progress is written over itself.
        let text = text.rsplit('\r').next().unwrap_or(text);
        let text = without_escapes(text);
        let text = text.trim();
        if text.is_empty() || text.starts_with("error: failed to push some refs") {
            continue;
        }
        if kept.len() + text.len() > KEPT {
            kept.push('…');
            break;
        }
        if !kept.is_empty() {
            kept.push('\n');
        }
        kept.push_str(text);
    }
    (!kept.is_empty()).then_some(kept)
}

fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            if chars.next_if_eq(&'[').is_some() {
                while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {}
            }
        } else if !c.is_control() || c == '\t' {
            out.push(c);
        }
    }
    out
}

/// The newest line of progress in what came so far, such as `Writing objects:  45% (9/20)`.
pub fn progress(stderr: &str) -> Option<String> {
    let parts = stderr.split(['\r', '\n']).map(|part| part.strip_prefix("remote: ").unwrap_or(part).trim());
    let line = parts.rev().find(|part| part.contains('%') && part.contains(": "))?;
    Some(without_escapes(line).chars().take(120).collect())
}

#[cfg(test)]
#[path = "push_answer_tests.rs"]
mod tests;
