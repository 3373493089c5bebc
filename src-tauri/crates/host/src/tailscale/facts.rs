//! What the daemon's answers say. Fields nobody here needs are left alone: they change with its versions.

use super::TailscaleError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// This machine in its tailnet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    pub version: String,
    /// Its full name, without a dot at its end; none where names are switched off.
    pub name: Option<String>,
    pub addresses: Vec<IpAddr>,
    /// Whom it belongs to; none for a machine with tags.
    pub login: Option<String>,
    /// Names it can have certificates for; none where https is switched off in the tailnet.
    pub certificates: Vec<String>,
}

/// Whose machine a peer is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Stable over restarts and new addresses.
    pub node: String,
    /// None for a machine with tags: it belongs to nobody.
    pub login: Option<String>,
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default)]
    version: String,
    #[serde(default)]
    backend_state: String,
    #[serde(rename = "Self")]
    own: Option<Own>,
    #[serde(default)]
    user: Option<BTreeMap<String, Profile>>,
    #[serde(default)]
    cert_domains: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Own {
    #[serde(rename = "DNSName", default)]
    name: String,
    #[serde(rename = "UserID", default)]
    user: i64,
    #[serde(rename = "TailscaleIPs", default)]
    addresses: Option<Vec<IpAddr>>,
    #[serde(rename = "Tags", default)]
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Profile {
    #[serde(default)]
    login_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WhoIs {
    node: Node,
    user_profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "StableID")]
    stable_id: String,
    #[serde(rename = "Tags", default)]
    tags: Option<Vec<String>>,
}

fn unread(error: serde_json::Error) -> TailscaleError {
    TailscaleError::Failed(format!("its answer cannot be read ({error})"))
}

/// Logins are compared in small letters.
fn login(profile: Option<&Profile>) -> Option<String> {
    profile.map(|profile| profile.login_name.to_lowercase()).filter(|login| !login.is_empty())
}

impl Machine {
    pub(super) fn read(body: &[u8]) -> Result<Self, TailscaleError> {
        let status: Status = serde_json::from_slice(body).map_err(unread)?;
        let state = match status.backend_state.as_str() {
            "Running" => None,
            "NeedsLogin" | "NoState" => Some("not logged in"),
            "NeedsMachineAuth" => Some("waiting to be approved by an admin of the tailnet"),
            "Starting" => Some("starting"),
            _ => Some("not connected"),
        };
        if let Some(state) = state {
            return Err(TailscaleError::Stopped(state.to_owned()));
        }
        let own = status.own.ok_or_else(|| TailscaleError::Failed("it does not say who it is".into()))?;
        let tagged = own.tags.is_some_and(|tags| !tags.is_empty());
        let users = status.user.unwrap_or_default();
        let name = own.name.trim_end_matches('.').to_lowercase();
        Ok(Self {
            version: status.version,
            name: (!name.is_empty()).then_some(name),
            addresses: own.addresses.unwrap_or_default(),
            login: login(users.get(&own.user.to_string())).filter(|_| !tagged),
            certificates: status.cert_domains.unwrap_or_default(),
        })
    }
}

impl Known {
    pub(super) fn read(body: &[u8]) -> Result<Self, TailscaleError> {
        let whois: WhoIs = serde_json::from_slice(body).map_err(unread)?;
        let tags = whois.node.tags.unwrap_or_default();
        let login = login(whois.user_profile.as_ref()).filter(|_| tags.is_empty());
        Ok(Self { node: whois.node.stable_id, login, tags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = r#"{"Version":"1.80.0-t1","BackendState":"Running","TailscaleIPs":["100.64.0.7"],"MagicDNSSuffix":"tail1.ts.net",
        "Self":{"ID":"n1","DNSName":"Laptop.tail1.ts.net.","UserID":11,"TailscaleIPs":["100.64.0.7","fd7a:115c:a1e0::7"]},
        "User":{"11":{"ID":11,"LoginName":"Ann@Example.com","DisplayName":"Ann"}},"CertDomains":["laptop.tail1.ts.net"],"Peer":null}"#;

    #[test]
    fn this_machine_is_read_with_its_owner() {
        let machine = Machine::read(STATUS.as_bytes()).unwrap();
        assert_eq!(machine.name.as_deref(), Some("laptop.tail1.ts.net"));
        assert_eq!(machine.login.as_deref(), Some("ann@example.com"));
        assert_eq!(machine.addresses.len(), 2);
        assert_eq!(machine.certificates, ["laptop.tail1.ts.net"]);
    }

    #[test]
    fn a_machine_with_tags_belongs_to_nobody() {
        let tagged = STATUS.replace("\"UserID\":11", "\"UserID\":11,\"Tags\":[\"tag:server\"]");
        assert_eq!(Machine::read(tagged.as_bytes()).unwrap().login, None);
        let known = Known::read(
            br#"{"Node":{"ID":4,"StableID":"nS4","Tags":["tag:server"]},"UserProfile":{"LoginName":"tagged-devices"}}"#,
        );
        let known = known.unwrap();
        assert_eq!((known.login, known.tags), (None, vec!["tag:server".to_owned()]));
    }

    #[test]
    fn a_daemon_that_is_not_connected_says_so_and_an_odd_answer_is_an_error() {
        for (state, words) in [("NeedsLogin", "not logged in"), ("Stopped", "not connected")] {
            let other = STATUS.replace("\"Running\"", &format!("{state:?}"));
            assert_eq!(Machine::read(other.as_bytes()), Err(TailscaleError::Stopped(words.to_owned())));
        }
        for odd in ["", "{}", "[]", "null", r#"{"BackendState":"Running"}"#] {
            assert!(Machine::read(odd.as_bytes()).is_err(), "{odd}");
            assert!(Known::read(odd.as_bytes()).is_err(), "{odd}");
        }
    }
}
