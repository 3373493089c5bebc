//! What on this machine could serve a model: names of key variables, and short questions to programs. Presence
//! only; no value of a key is ever read further than "not empty", and nothing found is used before a click.

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

/// Names of key variables that are set and not empty.
pub fn keys_present(environment: &[(String, String)]) -> Vec<&'static str> {
    let is_set =
        |name: &&&str| environment.iter().any(|(known, value)| known == **name && !value.trim().is_empty());
    KEY_NAMES.iter().filter(is_set).copied().collect()
}

/// Runs one short question to a program of the user's, with their home, ten seconds at most: its exit code and
/// what it printed. None when it cannot be started or does not answer.
pub async fn answer_of(argv: Vec<String>, machine: &Machine) -> Option<(Option<i32>, String)> {
    answer_within(Duration::from_secs(10), argv, machine).await
}

async fn answer_within(
    limit: Duration,
    argv: Vec<String>,
    machine: &Machine,
) -> Option<(Option<i32>, String)> {
    let command = Command::new(argv)
        .env("HOME", &machine.home)
        .env("PATH", std::env::join_paths(&machine.path).unwrap_or_default())
        .env("NO_COLOR", "1")
        .env("DISABLE_AUTOUPDATER", "1")
        .timeout(limit)
        .grace(Duration::from_millis(200))
        .caps(OutputCaps { head: 16 * 1024, tail: 0, total: Some(1 << 20) });
    let outcome = command.run().await.ok().filter(|outcome| !outcome.timed_out())?;
    let printed = format!("{}\n{}", outcome.stdout.text(), outcome.stderr.text());
    Some((outcome.code, ansi::strip(&printed)))
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
    async fn a_program_answers_with_its_code_and_words_and_one_that_hangs_or_is_missing_with_nothing() {
        let machine =
            Machine { home: "/".into(), path: vec!["/usr/bin".into(), "/bin".into()], environment: vec![] };
        let ask =
            async |script: &str| answer_of(vec!["sh".into(), "-c".into(), script.into()], &machine).await;
        assert_eq!(ask("echo codex 1.2; echo loud >&2").await, Some((Some(0), "codex 1.2\n\nloud\n".into())));
        assert_eq!(ask("exit 3").await.unwrap().0, Some(3));
        let hangs = vec!["sleep".into(), "60".into()];
        assert_eq!(answer_within(Duration::from_millis(100), hangs, &machine).await, None);
        assert_eq!(answer_of(vec!["no-such-program".into()], &machine).await, None);
    }
}
