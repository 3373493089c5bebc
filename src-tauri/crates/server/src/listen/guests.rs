//! Who of the tailnet is let in: machines of the owner's login, and of logins and tags that were added.
//!
//! The tailnet's daemon is asked whose machine the other end of a connection is. Its answers count for a minute at
//! most, so that a machine that was taken out of the tailnet is soon a stranger.

use crate::refusal::Refusal;
use host::tailscale::{Known, Tailscale, TailscaleError};
use protocol::ErrorCode;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(60);
/// How long it counts that there was none: whoever just joined tries again.
const FRESH_NONE: Duration = Duration::from_secs(2);
/// Most addresses that are remembered.
const MOST: usize = 1_024;
/// Most questions at once.
const ASKING: usize = 8;

type Answer = Result<Known, TailscaleError>;

/// Whoever may come from the tailnet.
pub(super) struct Guests {
    tailscale: Tailscale,
    /// Whose this machine is; none where it has tags.
    owner: Option<String>,
    /// The owner's login first, then what was added.
    allowed: RwLock<Vec<String>>,
    answers: Mutex<HashMap<IpAddr, (Instant, Answer)>>,
    asking: Semaphore,
}

impl Guests {
    pub(super) fn new(tailscale: Tailscale, owner: Option<String>, allowed: Vec<String>) -> Self {
        let (answers, asking) = (Mutex::default(), Semaphore::new(ASKING));
        Self { tailscale, owner, allowed: RwLock::new(allowed), answers, asking }
    }

    /// From now on these are let in. Connections that are there stay, so whoever is let in no longer is cut elsewhere.
    pub(super) fn allow(&self, allowed: Vec<String>) {
        *self.allowed.write().unwrap_or_else(PoisonError::into_inner) = allowed;
    }

    /// Whose machine it is, if it is let in.
    pub(super) async fn admit(&self, peer: SocketAddr) -> Result<Known, Refusal> {
        let known = self.whois(peer).await.map_err(|error| refused(&error))?;
        may_come(&known, &self.allowed.read().unwrap_or_else(PoisonError::into_inner))?;
        Ok(known)
    }

    /// Whether it is a machine of the owner's own login. Where this machine has tags, none is.
    pub(super) fn is_owners(&self, known: &Known) -> bool {
        is_of(known, self.owner.as_deref())
    }

    async fn whois(&self, peer: SocketAddr) -> Answer {
        if let Some(answer) = self.remembered(peer.ip()) {
            return answer;
        }
        let Ok(_asking) = self.asking.acquire().await else {
            return Err(TailscaleError::Failed("it is no longer asked".to_owned()));
        };
        // Somebody else may have asked meanwhile.
        if let Some(answer) = self.remembered(peer.ip()) {
            return answer;
        }
        let answer = self.tailscale.whois(peer).await;
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|_, (at, answer)| counts(*at, answer));
        if answers.len() < MOST {
            answers.insert(peer.ip(), (Instant::now(), answer.clone()));
        }
        answer
    }

    fn remembered(&self, ip: IpAddr) -> Option<Answer> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&ip).filter(|(at, answer)| counts(*at, answer)).map(|(_, answer)| answer.clone())
    }
}

fn counts(at: Instant, answer: &Answer) -> bool {
    at.elapsed() < if answer.is_ok() { FRESH } else { FRESH_NONE }
}

fn refused(error: &TailscaleError) -> Refusal {
    match error {
        TailscaleError::Unknown => Refusal::new(ErrorCode::TailnetUnknown, error.to_string()),
        other => Refusal::new(ErrorCode::TailnetUnavailable, format!("Nobody is let in: {other}")),
    }
}

fn is_of(known: &Known, owner: Option<&str>) -> bool {
    let login = known.login.as_deref().filter(|_| known.tags.is_empty());
    login.zip(owner).is_some_and(|(login, owner)| login.eq_ignore_ascii_case(owner))
}

/// A machine with tags belongs to nobody, whatever login the daemon names with it.
fn may_come(known: &Known, allowed: &[String]) -> Result<(), Refusal> {
    let listed = |word: &str| allowed.iter().any(|one| one.eq_ignore_ascii_case(word));
    match &known.login {
        _ if !known.tags.is_empty() => {
            if known.tags.iter().any(|tag| listed(tag)) {
                return Ok(());
            }
            let tags = known.tags.join(", ");
            let message = format!("Machines with tags ({tags}) are let in by `listen.allow` alone.");
            Err(Refusal::new(ErrorCode::TailnetTagged, message))
        }
        Some(login) if listed(login) => Ok(()),
        Some(login) => {
            let message = format!("{login} is not let in here. The owner can add it to `listen.allow`.");
            Err(Refusal::new(ErrorCode::TailnetNotAllowed, message))
        }
        None => Err(Refusal::new(
            ErrorCode::TailnetNotAllowed,
            "This machine belongs to no login of the tailnet.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(login: Option<&str>, tags: &[&str]) -> Known {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        Known { node: "n1".to_owned(), login: login.map(str::to_owned), tags }
    }

    fn code(known: &Known, allowed: &[&str]) -> Option<ErrorCode> {
        let allowed: Vec<String> = allowed.iter().map(|word| (*word).to_owned()).collect();
        may_come(known, &allowed).err().map(|refusal| refusal.0.code)
    }

    #[test]
    fn only_listed_logins_come_in() {
        let ann = known(Some("ann@example.com"), &[]);
        assert_eq!(code(&ann, &["ann@example.com"]), None);
        assert_eq!(code(&ann, &["ANN@example.com"]), None);
        assert_eq!(code(&ann, &["bob@example.com"]), Some(ErrorCode::TailnetNotAllowed));
        assert_eq!(code(&ann, &[]), Some(ErrorCode::TailnetNotAllowed));
        assert_eq!(code(&known(None, &[]), &["ann@example.com"]), Some(ErrorCode::TailnetNotAllowed));
    }

    #[test]
    fn only_machines_of_the_owners_login_are_the_owners() {
        let owner = Some("ann@example.com");
        assert!(is_of(&known(Some("Ann@example.com"), &[]), owner));
        assert!(!is_of(&known(Some("bob@example.com"), &[]), owner));
        assert!(!is_of(&known(Some("ann@example.com"), &["tag:server"]), owner));
        assert!(!is_of(&known(None, &["tag:server"]), owner));
        assert!(!is_of(&known(Some("ann@example.com"), &[]), None), "this machine belongs to nobody");
    }

    #[test]
    fn a_tag_is_let_in_by_name_and_never_by_a_login_beside_it() {
        let tagged = known(None, &["tag:server", "tag:ci"]);
        assert_eq!(code(&tagged, &["ann@example.com"]), Some(ErrorCode::TailnetTagged));
        assert_eq!(code(&tagged, &["tag:ci"]), None);
        let both = known(Some("ann@example.com"), &["tag:server"]);
        assert_eq!(code(&both, &["ann@example.com"]), Some(ErrorCode::TailnetTagged));
    }
}
