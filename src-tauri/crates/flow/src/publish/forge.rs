//! Addresses of a forge: its pages and its API, for one repository.

use super::host::Forge;

/// Longest address of a page that is made; browsers and servers cut longer ones.
const LONGEST: usize = 6_000;

/// One repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub forge: Forge,
    pub owner: String,
    pub name: String,
    /// Owner of the repository that is pushed to, when it is a fork.
    pub head_owner: Option<String>,
}

impl Repository {
    /// `owner:branch`, as the forge names a branch of any repository.
    pub fn head(&self, branch: &str) -> String {
        format!("{}:{branch}", self.head_owner.as_deref().unwrap_or(&self.owner))
    }

    /// The page where a person opens the pull request, filled in as far as it fits.
    pub fn compare_url(&self, base: &str, head: &str, title: &str, body: &str) -> String {
        let head = match &self.head_owner {
            Some(owner) => format!("{owner}:{head}"),
            None => head.to_owned(),
        };
        let mut url = format!(
            "{}/{}/{}/compare/{}...{}?expand=1",
            self.forge.web,
            self.owner,
            self.name,
            escaped(base, true),
            escaped(&head, true)
        );
        for (key, value) in [("title", title), ("body", body)] {
            let value = escaped(value, false);
            if !value.is_empty() && url.len() + key.len() + value.len() + 2 <= LONGEST {
                url = format!("{url}&{key}={value}");
            }
        }
        url
    }

    pub fn pulls_api(&self) -> String {
        format!("{}/repos/{}/{}/pulls", self.forge.api, self.owner, self.name)
    }

    /// Open ones of a head and base.
    pub fn open_pulls_api(&self, base: &str, head: &str) -> String {
        format!(
            "{}?state=open&per_page=100&head={}&base={}",
            self.pulls_api(),
            escaped(&self.head(head), false),
            escaped(base, false)
        )
    }

    pub fn pull_api(&self, number: u64) -> String {
        format!("{}/{number}", self.pulls_api())
    }

    pub fn check_runs_api(&self, commit: &str) -> String {
        format!(
            "{}/repos/{}/{}/commits/{commit}/check-runs?per_page=100",
            self.forge.api, self.owner, self.name
        )
    }

    pub fn statuses_api(&self, commit: &str) -> String {
        format!("{}/repos/{}/{}/commits/{commit}/status?per_page=100", self.forge.api, self.owner, self.name)
    }

    pub fn pull_page(&self, number: u64) -> String {
        format!("{}/{}/{}/pull/{number}", self.forge.web, self.owner, self.name)
    }
}

/// Percent-encoding; a path may keep its slashes.
fn escaped(text: &str, path: bool) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || (path && b"/:".contains(&b));
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match plain(b) {
            true => out.push(char::from(b)),
            false => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> Repository {
        let forge = Forge {
            host: "github.com".into(),
            api: "https://api.github.com".into(),
            web: "https://github.com".into(),
        };
        Repository { forge, owner: "ada".into(), name: "tern".into(), head_owner: None }
    }

    #[test]
    fn the_page_to_open_one_by_hand_is_filled_in() {
        let url = repository().compare_url("main", "fix/größe #1", "Round & roll", "a\nb");
        assert_eq!(
            url,
            "https://github.com/ada/tern/compare/main...fix/gr%C3%B6%C3%9Fe%20%231?expand=1&title=Round%20%26%20roll&body=a%0Ab"
        );
        let fork = Repository { head_owner: Some("eve".into()), ..repository() };
        assert!(fork.compare_url("main", "x", "", "").ends_with("/compare/main...eve:x?expand=1"));
        let long = repository().compare_url("main", "x", "t", &"ü".repeat(5_000));
        assert!(long.len() < LONGEST && long.ends_with("&title=t"));
    }

    #[test]
    fn a_branch_cannot_add_parameters_to_a_call() {
        let url = repository().open_pulls_api("main", "x&state=all");
        assert_eq!(
            url,
            "https://api.github.com/repos/ada/tern/pulls?state=open&per_page=100&head=ada%3Ax%26state%3Dall&base=main"
        );
    }
}
