//! Tokens of the hosts where pull requests are opened: `pilothouse key set github`. Like a key of a model, one comes
//! from standard input or a hidden prompt, and is never shown.

use super::key::read_key;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::{Nothing, typed};
use protocol::publish::{ForgetPublishToken, SetPublishToken, TokenSource};
use protocol::{ApiError, ErrorCode};

/// `github` is github.com; everything else is meant as it is written.
fn named(host: &str) -> String {
    match host.to_ascii_lowercase().as_str() {
        "github" => "github.com".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) async fn set(client: &Client, host: &str, as_json: bool) -> Result<u8, ApiError> {
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
    use super::named;

    #[test]
    fn github_is_short_for_its_host() {
        assert_eq!(named("GitHub"), "github.com");
        assert_eq!(named("git.example.com"), "git.example.com");
    }
}
