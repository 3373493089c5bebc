//! What package managers say, in words that tell what is missing.

use protocol::fenced;

/// What a tool prints when it has no way to its registry.
const NO_WAY: &[&str] = &[
    "offline",
    "ENOTCACHED",
    "EAI_AGAIN",
    "ENETUNREACH",
    "ECONNREFUSED",
    "ENOTFOUND",
    "getaddrinfo",
    "Temporary failure in name resolution",
    "Could not resolve host",
    "failed to download",
    "Network is unreachable",
    "network is unreachable",
    "module lookup disabled",
    "dial tcp",
    "spurious network error",
    "error sending request",
];

fn has_no_way(output: &str) -> bool {
    NO_WAY.iter().any(|word| output.contains(word))
}

/// Why a dependency was not moved. The job ends with it, and nothing of what was edited is handed over.
pub(super) fn not_moved(argv: &[String], summary: &str, output: &str) -> String {
    let command = argv.join(" ");
    if !has_no_way(output) {
        return format!("`{command}` {summary}. Nothing was changed.\n{output}");
    }
    format!(
        "`{command}` could not reach its package registry: this job has no network, and what it needs is not in the package \
         cache of this machine. Nothing was changed. Let jobs reach the registry in the workspace's settings, or run the same \
         command once by hand, then send this again.\n{output}"
    )
}

/// What the registry knows about newer versions, or why that is not known.
pub(super) fn asked(argv: &[String], success: bool, output: &str, net: &str) -> String {
    let command = argv.join(" ");
    // `npm outdated` ends with 1 when something is outdated.
    let is_answer = success
        || (argv.first().is_some_and(|p| p == "npm")
            && !output.contains("npm error")
            && !output.contains("npm ERR!"));
    if !is_answer {
        let why = match has_no_way(output) {
            true => "it could not reach its package registry",
            false => "it failed",
        };
        return format!(
            "What is newer is not known: `{command}` was asked, and {why}.\n\n{}",
            fenced("", output)
        );
    }
    let limits = match net {
        "none" => {
            " This job has no network: the answer is what this machine's package cache knows, which may be old."
        }
        _ => "",
    };
    if output.trim().is_empty() {
        return format!("`{command}` names nothing newer.{limits}");
    }
    format!("What `{command}` says.{limits}\n\n{}", fenced("", output.trim_end()))
}

/// The same when the tool could not be run at all.
pub(super) fn not_asked(argv: &[String], why: &str) -> String {
    format!("What is newer is not known: `{}` could not be run. {why}", argv.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_missing_way_to_the_registry_is_told_from_a_refusal_of_the_tool() {
        let cargo = argv("cargo update --package serde");
        let offline = not_moved(
            &cargo,
            "exit code 101",
            "error: no matching package named `serde` found\nAs a reminder, you're using offline mode (--offline)",
        );
        assert!(
            offline.contains("could not reach its package registry")
                && offline.contains("Nothing was changed")
        );
        let refused = not_moved(&cargo, "exit code 101", "error: failed to select a version");
        assert!(!refused.contains("registry") && refused.contains("Nothing was changed"));
    }

    #[test]
    fn an_answer_from_a_cache_says_that_it_is_one() {
        let cargo = argv("cargo update --dry-run");
        assert!(asked(&cargo, true, "Updating a v1 -> v2", "none").contains("may be old"));
        assert!(!asked(&cargo, true, "Updating a v1 -> v2", "presets").contains("may be old"));
        let npm = argv("npm outdated");
        assert!(asked(&npm, false, "left-pad 1.2.0 1.3.0 1.3.0", "none").contains("left-pad"));
        assert!(asked(&npm, false, "npm error code ENOTCACHED", "none").contains("could not reach"));
        assert!(asked(&npm, true, "", "none").contains("nothing newer"));
    }
}
