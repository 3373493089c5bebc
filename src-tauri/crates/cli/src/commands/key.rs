//! `pilothouse key`: keys of models are saved and forgotten; tokens of hosts are `token.rs`. A key comes from standard input or a hidden
//! prompt, never from the command line, where every program of this machine could read it.

use crate::flags::KeyCommand;
use crate::output;
use client::Client;
use protocol::keys::{ForgetKey, KeyState, KeyText, SavedKeys, SetKey};
use protocol::ops::{Nothing, typed};
use protocol::settings::{ModelSetting, Role};
use protocol::{ApiError, ErrorCode};
use std::io::{IsTerminal, Read};

/// More is no key.
const MOST: u64 = 16 * 1024;

pub(super) async fn run(client: &Client, what: KeyCommand, as_json: bool) -> Result<u8, ApiError> {
    match what {
        KeyCommand::Set { host: Some(host), .. } => super::token::set(client, &host, as_json).await,
        KeyCommand::Forget { host: Some(host), .. } => super::token::forget(client, &host, as_json).await,
        KeyCommand::Import { file, yes } => super::key_import::run(client, file, yes, as_json).await,
        KeyCommand::Set { role, .. } => set(client, role, as_json).await,
        KeyCommand::Forget { role, .. } => {
            let saved = client.call(typed::ConfigKeys, &Nothing {}, None).await?;
            let roles: Vec<Role> = saved.keys.iter().map(|key| key.role).collect();
            let roles = of_all(role, &roles, "forget")?;
            if roles.is_empty() && !as_json {
                say!("No key is saved.");
            }
            for role in roles {
                client.call(typed::ConfigForgetKey, &ForgetKey { role }, None).await?;
                if !as_json {
                    say!("The key of {role} is forgotten.");
                }
            }
            if as_json {
                output::json(&client.call(typed::ConfigKeys, &Nothing {}, None).await?);
            }
            Ok(0)
        }
        KeyCommand::Status { role } => {
            let mut saved = client.call(typed::ConfigKeys, &Nothing {}, None).await?;
            saved.keys.retain(|key| role.is_none_or(|role| role == key.role));
            status(&saved, as_json);
            if role.is_none() && !as_json {
                super::token::status(client).await?;
            }
            Ok(0)
        }
    }
}

async fn set(client: &Client, role: Option<Role>, as_json: bool) -> Result<u8, ApiError> {
    let models = client.call(typed::ConfigModels, &Nothing {}, None).await?.models;
    let roles: Vec<Role> = models.iter().map(|model| model.role).collect();
    let role = match of_all(role, &roles, "save a key for")?.as_slice() {
        [role] => *role,
        _ => return Err(ApiError::new(ErrorCode::NoModel, "No role has a model yet. Choose one first.")),
    };
    let model = models.into_iter().find(|model| model.role == role).ok_or_else(|| {
        ApiError::new(ErrorCode::NoModel, format!("{role} has no model yet. Choose one, then save its key."))
    })?;
    let ModelSetting { endpoint, .. } = model;
    let about = format!("Key of {role} for {endpoint} (not shown): ");
    let key = tokio::task::spawn_blocking(move || read_key(&about))
        .await
        .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?
        .map_err(|e| ApiError::bad(format!("The key cannot be read: {e}.")))?;
    let saved = client.call(typed::ConfigSetKey, &SetKey { role, endpoint, key }, None).await?;
    if as_json {
        output::json(&saved);
    } else {
        say!("The key of {role} for {} is saved. {}", saved.endpoint, saved.detail);
        let chain = client.call(typed::ConfigKeys, &Nothing {}, None).await?.keychain;
        if saved.place == protocol::keys::KeyPlace::Run
            && let Some(fix) = chain.fix
        {
            say!("{fix}");
        }
    }
    Ok(0)
}

/// One role without being told, where there is only one it can mean.
fn of_all(named: Option<Role>, roles: &[Role], what: &str) -> Result<Vec<Role>, ApiError> {
    match (named, roles) {
        (Some(role), _) => Ok(vec![role]),
        (None, []) => Ok(Vec::new()),
        (None, [role]) => Ok(vec![*role]),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|role| role.as_str()).collect();
            Err(ApiError::bad(format!("Say which to {what}: --role {}.", names.join(" or "))))
        }
    }
}

pub(super) fn read_key(prompt: &str) -> std::io::Result<KeyText> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt).map(KeyText::new);
    }
    let mut text = String::new();
    std::io::stdin().take(MOST).read_to_string(&mut text)?;
    Ok(KeyText::new(text))
}

fn status(saved: &SavedKeys, as_json: bool) {
    if as_json {
        return output::json(saved);
    }
    say!("{}", saved.keychain.detail);
    if let Some(fix) = &saved.keychain.fix {
        say!("Next: {fix}");
    }
    for key in &saved.keys {
        let state = match key.state {
            KeyState::Ready => "ready",
            KeyState::Elsewhere => "not used",
            KeyState::Locked => "locked",
            KeyState::Gone => "gone",
        };
        say!("{:<12} {state:<9} {}  {}", key.role, key.endpoint, key.detail);
    }
    if saved.keys.is_empty() {
        say!("No key is saved.");
    }
}
