//! Tokens of the hosts where pull requests are opened: `pilothouse key set github`. Like a key of a model, one comes
//! from standard input or a hidden prompt, and is never shown.

use super::key::read_key;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::{Nothing, typed};
use protocol::publish::{ForgetPublishToken, SetPublishToken, TokenSource};
use protocol::settings::Role;
use protocol::{ApiError, ErrorCode};

/// `github` is github.com; everything else is meant as it is written.
fn named(host: &str) -> String {
    match host.to_ascii_lowercase().as_str() {
        "github" => "github.com".to_owned(),
        other => other.to_owned(),
    }
}

/// A role where a host belongs is refused before anything is read: what is typed then would be the key of a model.
fn no_role(host: &str, verb: &str) -> Result<(), ApiError> {
    match Role::from_word(&host.to_ascii_lowercase()) {
        None => Ok(()),
        Some(role) => Err(ApiError::bad(format!(
            "{role} is a role and no host. For the key of its model: pilothouse key {verb} --role {role}."
        ))),
    }
}

pub(super) async fn set(client: &Client, host: &str, as_json: bool) -> Result<u8, ApiError> {
    no_role(host, "set")?;
    let host = named(host);
    let about = format!("Token for {host} (not shown): ");
    let token = tokio::task::spawn_blocking(move || read_key(&about))
        .await
        .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?
        .map_err(|e| ApiError::bad(format!("The token cannot be read: {e}.")))?;
    let saved = client.call(typed::PublishSetToken, &SetPublishToken { host, token }, None).await?;
    if as_json {
        output::json(&saved);
    } else {
        say!("The token for {} is saved. {}", saved.host, plain(&saved.detail));
    }
    Ok(0)
}

pub(super) async fn forget(client: &Client, host: &str, as_json: bool) -> Result<u8, ApiError> {
    no_role(host, "forget")?;
    let host = named(host);
    let done =
        client.call(typed::PublishForgetToken, &ForgetPublishToken { host: host.clone() }, None).await?;
    if as_json {
        output::json(&done);
    } else {
        say!("The token for {host} is forgotten.");
    }
    Ok(0)
}

/// One line for each host, below the keys of models.
pub(super) async fn status(client: &Client) -> Result<(), ApiError> {
    let shown = client.call(typed::PublishHostsShow, &Nothing {}, None).await?;
    for host in &shown.hosts {
        let state = match host.source {
            TokenSource::None => "none",
            TokenSource::Keychain => "saved",
            TokenSource::Variable => "variable",
            TokenSource::Gh => "gh",
        };
        say!("{:<12} {state:<9} {}  {}", "token", host.host, plain(&host.detail));
    }
    for warning in &shown.warnings {
        say!("Look at: {}", plain(warning));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{named, no_role};

    #[test]
    fn github_is_short_for_its_host() {
        assert_eq!(named("GitHub"), "github.com");
        assert_eq!(named("git.example.com"), "git.example.com");
    }

    #[test]
    fn a_role_in_the_place_of_a_host_is_told_the_right_form() {
        for (word, form) in [
            ("reviewer", "pilothouse key set --role reviewer"),
            ("Workers", "pilothouse key set --role workers"),
        ] {
            let error = no_role(word, "set").unwrap_err();
            assert!(error.message.contains(form), "{}", error.message);
        }
        assert!(no_role("github", "set").is_ok() && no_role("reviewer.example.com", "set").is_ok());
    }
}
