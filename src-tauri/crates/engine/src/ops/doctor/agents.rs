//! The line about agents with a command line of their own.

use super::lines::line;
use agent::cli::Cli;
use agent::cli::detect::Found;
use protocol::doctor::{DoctorLine, Finding};
use protocol::settings::Dialect;

/// What is installed, and whether the one that was chosen can work with the workers' model.
pub(super) fn line_of(found: &[Found], chosen: Option<&Cli>, speaks: Option<Dialect>) -> DoctorLine {
    let (id, title) = ("agents", "Agents");
    let all = match found.iter().map(words).collect::<Vec<_>>() {
        words if words.is_empty() => "No agent of another maker is installed.".to_owned(),
        words => format!("{}.", words.join(", ")),
    };
    let Some(cli) = chosen else {
        return line(id, title, Finding::Ok, format!("Our own loop works on tasks. {all}"), None);
    };
    let Some(here) = found.iter().find(|found| found.cli.backend == cli.backend) else {
        let fix = format!("{}; or set `workers.backend` to native.", cli.install);
        let detail = format!("{} is to work on tasks and is not installed. {all}", cli.title);
        return line(id, title, Finding::Problem, detail, Some(&fix));
    };
    if let Some(why) = speaks.and_then(|dialect| cli.refuses(dialect)) {
        return line(id, title, Finding::Problem, format!("{why}."), None);
    }
    match (&here.version, cli.tried) {
        (None, _) => line(
            id,
            title,
            Finding::Problem,
            format!("{} is to work on tasks and does not answer to --version.", cli.title),
            Some(cli.install),
        ),
        (Some(version), Some(tried)) if version != tried => line(
            id,
            title,
            Finding::Warning,
            format!("{} {version} works on tasks; {tried} is what this was tried with. {all}", cli.title),
            None,
        ),
        _ => line(id, title, Finding::Ok, format!("{} works on tasks. {all}", cli.title), None),
    }
}

fn words(found: &Found) -> String {
    let login = match found.logged_in {
        Some(true) => " (logged in)",
        Some(false) => " (not logged in)",
        None => "",
    };
    let version = found.version.as_deref().unwrap_or("of unknown version");
    format!("{} {version}{login}", found.cli.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::worker::WorkerBackend;

    fn found(backend: WorkerBackend, version: Option<&str>, logged_in: Option<bool>) -> Found {
        let installed = agent::cli::Installed {
            program: "/usr/bin/x".into(),
            start: vec!["/usr/bin/x".into()],
            python: None,
            shown: Vec::new(),
        };
        Found {
            cli: agent::cli::of(backend).unwrap(),
            installed,
            version: version.map(str::to_owned),
            logged_in,
        }
    }

    #[test]
    fn a_chosen_agent_that_cannot_work_is_a_problem_with_its_next_step() {
        let codex = agent::cli::of(WorkerBackend::Codex);
        let here = [found(WorkerBackend::Codex, Some("0.169.0"), Some(false))];
        let none = line_of(&[], codex, None);
        assert_eq!(none.finding, Finding::Problem);
        assert!(none.fix.unwrap().contains("@openai/codex@0.169.0"));
        let speaks = |dialect| line_of(&here, codex, Some(dialect));
        assert_eq!(speaks(Dialect::OpenaiResponses).finding, Finding::Ok);
        let wrong = speaks(Dialect::OpenaiChat);
        assert_eq!(wrong.finding, Finding::Problem);
        assert!(wrong.detail.contains("needs a model that speaks OpenAI Responses"), "{}", wrong.detail);
        let newer = line_of(&[found(WorkerBackend::Codex, Some("1.0.0"), None)], codex, None);
        assert_eq!(newer.finding, Finding::Warning);
        let silent = line_of(&[found(WorkerBackend::Codex, None, None)], codex, None);
        assert_eq!(silent.finding, Finding::Problem);
    }

    #[test]
    fn without_a_choice_what_is_there_is_only_told() {
        let all = [
            found(WorkerBackend::Codex, Some("0.169.0"), Some(true)),
            found(WorkerBackend::Gemini, None, None),
        ];
        let told = line_of(&all, None, Some(Dialect::OpenaiChat));
        assert_eq!(told.finding, Finding::Ok);
        assert!(
            told.detail.ends_with("Codex 0.169.0 (logged in), Gemini CLI of unknown version."),
            "{}",
            told.detail
        );
    }
}
