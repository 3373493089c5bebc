//! What on this machine could serve a model: names of key variables and command line agents. Presence only;
//! no value of a key is ever read further than "not empty", and nothing found is used before a click.

use std::path::PathBuf;
use std::time::Duration;

use crate::ansi;
use crate::spawn::{Command, OutputCaps};
use crate::toolchains::Machine;

/// Variables that hold keys of model services.
pub const KEY_NAMES: &[&str] = &[
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "OPENROUTER_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "XAI_API_KEY",
    "TOGETHER_API_KEY",
    "FIREWORKS_API_KEY",
    "CEREBRAS_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "LLM_API_KEY",
    "LOCALBUDDY_LLM_API_KEY",
    "REMOTEBUDDY_LLM_API_KEY",
    "WORKERS_LLM_API_KEY",
];

/// Command line agents and model servers, by program name.
pub const CLIS: &[&str] = &["codex", "claude", "opencode", "gemini", "ollama", "lms", "llama-server"];

/// A program found on the search path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCli {
    pub name: &'static str,
    pub path: PathBuf,
    /// The first line it answered to `--version`; none when it failed or took more than five seconds.
    pub version: Option<String>,
}

/// Names of key variables that are set and not empty.
pub fn keys_present(environment: &[(String, String)]) -> Vec<&'static str> {
    let is_set =
        |name: &&&str| environment.iter().any(|(known, value)| known == **name && !value.trim().is_empty());
    KEY_NAMES.iter().filter(is_set).copied().collect()
}

/// Looks for the known programs and asks each for its version, all at once, five seconds at most.
pub async fn clis_present(machine: &Machine) -> Vec<FoundCli> {
    let asked = CLIS.iter().filter_map(|name| Some((*name, machine.program(name)?))).map(|(name, path)| {
        let command = Command::new([path.as_os_str(), "--version".as_ref()])
            .env("HOME", &machine.home)
            .env("PATH", std::env::join_paths(&machine.path).unwrap_or_default())
            .env("NO_COLOR", "1")
            .timeout(Duration::from_secs(5))
            .grace(Duration::from_millis(200))
            .caps(OutputCaps { head: 4096, tail: 0, total: Some(1 << 20) });
        tokio::spawn(async move {
            let outcome = command.run().await.ok().filter(crate::spawn::Outcome::success);
            let line = outcome.and_then(|outcome| outcome.stdout.text().lines().next().map(ansi::strip));
            let version = line
                .map(|line| line.trim().chars().take(100).collect())
                .filter(|line: &String| !line.is_empty());
            FoundCli { name, path, version }
        })
    });
    let asked: Vec<_> = asked.collect();
    let mut found = Vec::new();
    for answer in asked {
        found.extend(answer.await.ok());
    }
    found
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_name_and_empty_ones_do_not_count() {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let environment =
            [set("OPENAI_API_KEY", "sk-x"), set("GROQ_API_KEY", " "), set("OTHER_API_KEY", "y")];
        assert_eq!(keys_present(&environment), ["OPENAI_API_KEY"]);
    }

    #[tokio::test]
    async fn programs_are_found_with_their_version_and_a_broken_one_without() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        for (name, script) in [("codex", "#!/bin/sh\necho 'codex 1.2'\n"), ("gemini", "#!/bin/sh\nexit 1\n")]
        {
            let path = temp.path().join(name);
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let machine =
            Machine { home: temp.path().into(), path: vec![temp.path().into()], environment: vec![] };
        let found = clis_present(&machine).await;
        let facts: Vec<_> = found.iter().map(|cli| (cli.name, cli.version.as_deref())).collect();
        assert_eq!(facts, [("codex", Some("codex 1.2")), ("gemini", None)]);
    }
}
