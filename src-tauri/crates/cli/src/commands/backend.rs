//! `pilothouse backend`: what works on tasks that need a model, and choosing it.

use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ApiError;
use protocol::backend::{BackendFound, SetBackend};
use protocol::ops::{Nothing, typed};
use protocol::worker::WorkerBackend;

/// Takes a choice back.
const DEFAULT: &str = "default";

/// The name of a backend, or those there are.
pub(super) fn read(name: &str) -> Result<WorkerBackend, ApiError> {
    WorkerBackend::from_word(name).ok_or_else(|| {
        let all: Vec<_> = WorkerBackend::ALL.iter().map(|backend| backend.as_str()).collect();
        ApiError::bad(format!("{name} is none of {}", all.join(", ")))
    })
}

/// A message that names who works on it, as it is sent.
pub(super) fn named(text: &str, backend: Option<&str>) -> Result<String, ApiError> {
    match backend {
        None => Ok(text.to_owned()),
        Some(name) => Ok(format!("/with {} {text}", read(name)?)),
    }
}

pub(super) async fn run(client: &Client, choose: Option<String>, as_json: bool) -> Result<(), ApiError> {
    if let Some(name) = choose {
        let backend = if name == DEFAULT { None } else { Some(read(&name)?) };
        client.call(typed::ConfigSetBackend, &SetBackend { backend }, None).await?;
    }
    let shown = client.call(typed::ConfigBackends, &Nothing {}, None).await?;
    if as_json {
        output::json(&shown);
        return Ok(());
    }
    say!("Works on tasks: {} ({})", shown.chosen, plain(&shown.origin));
    for found in &shown.backends {
        say!("{}", line(found, found.backend == shown.chosen));
    }
    Ok(())
}

fn line(found: &BackendFound, chosen: bool) -> String {
    let mark = if chosen { "*" } else { " " };
    let mut parts = Vec::new();
    parts.extend(found.version.clone());
    if let (Some(tried), true) = (&found.tried, found.installed)
        && found.version.as_ref() != Some(tried)
    {
        parts.push(format!("tried with {tried}"));
    }
    parts.extend(found.logged_in.map(|yes| if yes { "logged in".into() } else { "not logged in".into() }));
    // One part of a line among others, and so without the full stop of the sentence it is.
    parts.extend(found.problem.as_deref().map(|problem| plain(problem).trim_end_matches('.').to_owned()));
    if let (Some(install), false) = (&found.install, found.installed) {
        parts.push(format!("install it with: {install}"));
    }
    format!("{mark} {:<10} {}", found.backend.as_str(), parts.join(", ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_in_front_of_the_message_and_a_wrong_one_is_refused() {
        assert_eq!(named("fix it", None).unwrap(), "fix it");
        assert_eq!(named("fix it", Some("codex")).unwrap(), "/with codex fix it");
        assert!(named("fix it", Some("gpt")).unwrap_err().message.contains("is none of native, codex"));
    }

    #[test]
    fn what_is_wrong_and_how_to_mend_it_stand_in_one_line() {
        let found = BackendFound {
            backend: WorkerBackend::Codex,
            title: "Codex".into(),
            installed: false,
            version: None,
            tried: Some("1.0.0".into()),
            logged_in: None,
            install: Some("npm install codex".into()),
            problem: Some("It is not installed on this machine.".into()),
        };
        assert_eq!(
            line(&found, false),
            "  codex      It is not installed on this machine, install it with: npm install codex"
        );
    }
}
