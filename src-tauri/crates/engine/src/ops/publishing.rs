//! Choosing how publishing is set up. It counts from the next publication on; tokens have operations of their own.

use super::choice;
use crate::{Caller, Engine, Reply};
use host::config::Config;
use protocol::publishing::{PublishingShown, SetPublishing};
use protocol::{ApiError, ErrorCode};
use store::{StoreError, Tx};

/// Settings key of the choice.
const KEY: &str = "publishing";
/// More is no list anybody typed.
const MOST: usize = 100;

/// What was chosen so far.
pub(crate) fn chosen(tx: &Tx<'_>) -> Result<SetPublishing, StoreError> {
    choice::chosen(tx, KEY)
}

impl Engine {
    pub async fn config_publishing(&self) -> Result<PublishingShown, ApiError> {
        Ok(shown(&self.config_now().await?))
    }

    /// Takes over what is given. What a variable or a file of a workspace says still wins there.
    pub async fn config_set_publishing(&self, caller: Caller, p: SetPublishing) -> Reply {
        let p = SetPublishing {
            github_hosts: p.github_hosts.map(|list| words(list, host_problem)).transpose()?,
            protected: p.protected.map(|list| words(list, glob_problem)).transpose()?,
            ..p
        };
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let keys: Vec<String> = p.values().into_iter().map(|(key, _)| key.to_owned()).collect();
            choice::keep(tx, KEY, &chosen(tx)?.with(p), keys, by)
        })
        .await?;
        serde_json::to_value(self.config_publishing().await?)
            .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }
}

/// A typed list without repetitions, or what is wrong with one of its words.
fn words(list: Vec<String>, problem: fn(&str) -> Option<String>) -> Result<Vec<String>, ApiError> {
    if list.len() > MOST {
        return Err(ApiError::bad(format!("At most {MOST} are listed.")));
    }
    let mut out: Vec<String> = Vec::new();
    for word in list {
        let word = word.trim().to_owned();
        if let Some(why) = problem(&word) {
            return Err(ApiError::bad(why));
        }
        if !out.contains(&word) {
            out.push(word);
        }
    }
    Ok(out)
}

/// A host, alone or with the address of its API after `=`: as the configuration takes it.
fn host_problem(word: &str) -> Option<String> {
    let (_, warnings) = flow::publish::host::forges(&[word.to_owned()]);
    warnings.into_iter().next()
}

fn glob_problem(word: &str) -> Option<String> {
    let odd = word.is_empty() || word.len() > 200 || word.starts_with('-');
    let blank = word.chars().any(|c| c.is_whitespace() || c.is_control());
    (odd || blank).then(|| format!("{word:?} is not the name of a branch or a pattern such as release/*."))
}

fn shown(config: &Config) -> PublishingShown {
    let origin = |key: &str| config.origin(key).map_or_else(|| "built-in".to_owned(), ToString::to_string);
    PublishingShown {
        push: config.merge.push,
        push_origin: origin("merge.push"),
        open_pr: config.merge.open_pr,
        open_pr_origin: origin("merge.openPr"),
        github_hosts: config.publish.github_hosts.clone(),
        github_hosts_origin: origin("publish.githubHosts"),
        protected: config.publish.protected.clone(),
        protected_origin: origin("publish.protected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_pattern_are_judged_as_the_configuration_does() {
        let ok = |word: &str| host_problem(word).is_none();
        assert!(ok("git.example.com") && ok("git.example.com=https://git.example.com/api/v3"));
        assert!(ok("git.example.com=http://127.0.0.1:8080"), "a way to this machine alone");
        for bad in ["=https://x", "a=ftp://x", "a=https://", "a b=https://x", "a=https://u@x", "a=http://x"] {
            assert!(!ok(bad), "{bad}");
        }
        let glob = |word: &str| glob_problem(word).is_none();
        assert!(glob("release/*") && !glob("-x") && !glob("a b") && !glob(""));
    }

    #[test]
    fn a_list_is_kept_once_each_and_a_wrong_word_is_named() {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(words(list(&["a", " a ", "b*"]), glob_problem).unwrap(), ["a", "b*"]);
        assert!(words(list(&["a", ""]), glob_problem).unwrap_err().message.contains("\"\""));
    }
}
