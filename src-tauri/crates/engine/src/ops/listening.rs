//! Choosing where the server can be reached from. The listeners themselves belong to the server's HTTP face.

use super::choice;
use crate::{Caller, Engine};
use host::config::Config;
use protocol::listen::SetListening;
use protocol::{ApiError, ErrorCode};
use std::net::SocketAddr;
use store::{StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "listening";
/// More is no list anybody typed.
const MOST: usize = 100;

fn chosen(tx: &Tx<'_>) -> Result<SetListening, StoreError> {
    choice::chosen(tx, KEY)
}

impl Engine {
    /// The server's configuration with what was chosen of listeners.
    pub async fn listening_config(&self) -> Result<Config, ApiError> {
        let listening = self.store.read(chosen).await?;
        let config = self.own.with_listening(listening);
        config.map_err(|e| ApiError::new(ErrorCode::ConfigInvalid, format!("{e}. Correct it there.")))
    }

    /// Keeps what is given. What a variable or a flag of the server says still wins. Returns once it is stored;
    /// whoever keeps the listeners opens and closes them then.
    pub async fn choose_listening(&self, caller: Caller, mut p: SetListening) -> Result<(), ApiError> {
        p.address = p.address.map(address).transpose()?;
        p.allow = p.allow.map(allowed).transpose()?;
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let given = [
                ("listen.tailnet", p.tailnet.is_some()),
                ("listen.serve", p.serve.is_some()),
                ("listen.address", p.address.is_some()),
                ("listen.allow", p.allow.is_some()),
            ];
            let keys = given.into_iter().filter(|(_, is)| *is).map(|(key, _)| key.to_owned()).collect();
            choice::keep(tx, KEY, &chosen(tx)?.with(p), keys, by)
        })
        .await
        .map(drop)
    }

    /// Tells whoever looks at the listeners that something is otherwise.
    pub fn listening_changed(&self) {
        self.ephemeral.send(serde_json::json!({ "type": "listen.changed" }));
    }
}

/// An address and a port, or nothing.
fn address(text: String) -> Result<String, ApiError> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(text);
    }
    match text.parse::<SocketAddr>() {
        Ok(at) if at.ip().is_unspecified() => Err(ApiError::bad(
            "Name one address of this machine: 0.0.0.0 and [::] would open every network it is ever in.",
        )),
        Ok(at) if at.port() == 0 => Err(ApiError::bad("Name a port: devices look for the server at one.")),
        Ok(at) => Ok(at.to_string()),
        Err(_) => {
            Err(ApiError::bad(format!("{text:?} is not an address and a port, such as 192.168.1.20:3443")))
        }
    }
}

fn allowed(list: Vec<String>) -> Result<Vec<String>, ApiError> {
    if list.len() > MOST {
        return Err(ApiError::bad(format!("At most {MOST} are listed.")));
    }
    let mut out: Vec<String> = Vec::new();
    for word in list {
        let word = word.trim().to_lowercase();
        let fits =
            word.len() <= 200 && !word.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',');
        let login = word.split_once('@').is_some_and(|(name, place)| !name.is_empty() && !place.is_empty());
        let tag = word.strip_prefix("tag:").is_some_and(|name| !name.is_empty());
        if !fits || !(login || tag) {
            return Err(ApiError::bad(format!(
                "{word:?} is neither a login such as ann@example.com nor a tag such as tag:laptop"
            )));
        }
        if !out.contains(&word) {
            out.push(word);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_with_a_port_is_taken_and_nothing_that_opens_every_network() {
        assert_eq!(address(" 192.168.1.20:3443 ".into()).unwrap(), "192.168.1.20:3443");
        assert_eq!(address("[fd00::1]:3443".into()).unwrap(), "[fd00::1]:3443");
        assert_eq!(address(String::new()).unwrap(), "");
        for bad in ["0.0.0.0:3443", "[::]:3443", "192.168.1.20", "192.168.1.20:0", "my-machine:3443", "x"] {
            assert!(address(bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn logins_and_tags_are_taken_once_in_small_letters() {
        let list = ["Ann@Example.com", "tag:laptop", " ann@example.com "].map(str::to_owned).to_vec();
        assert_eq!(allowed(list).unwrap(), ["ann@example.com", "tag:laptop"]);
        for bad in ["*", "ann", "tag:", "a b@c", "@example.com", "ann@"] {
            assert!(allowed(vec![bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
