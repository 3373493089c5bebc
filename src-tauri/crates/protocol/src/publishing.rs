//! How publishing is set up on this machine, as it is chosen in Settings. Tokens are not part of it.

use crate::wire;

wire! {
    /// What is left out stays as it is.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct SetPublishing {
        /// Whether each landing is pushed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub push: Option<bool>,
        /// Whether a pull request is opened, or the open one kept, after such a push.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub open_pr: Option<bool>,
        /// Hosts of GitHub Enterprise servers, such as `git.example.com`; all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub github_hosts: Option<Vec<String>>,
        /// Names and globs of branches that are not pushed without force; all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub protected: Option<Vec<String>>,
    }
}

wire! {
    /// Each value with the layer of the configuration that says so.
    pub struct PublishingShown {
        pub push: bool,
        pub push_origin: String,
        pub open_pr: bool,
        pub open_pr_origin: String,
        pub github_hosts: Vec<String>,
        pub github_hosts_origin: String,
        pub protected: Vec<String>,
        pub protected_origin: String,
    }
}

impl SetPublishing {
    /// This choice with what a later one says laid over it.
    pub fn with(self, later: Self) -> Self {
        Self {
            push: later.push.or(self.push),
            open_pr: later.open_pr.or(self.open_pr),
            github_hosts: later.github_hosts.or(self.github_hosts),
            protected: later.protected.or(self.protected),
        }
    }

    /// Configuration keys and what they are given, of those that are given something.
    pub fn values(&self) -> Vec<(&'static str, serde_json::Value)> {
        let flag = |on: Option<bool>| on.map(serde_json::Value::from);
        let list = |words: &Option<Vec<String>>| words.clone().map(serde_json::Value::from);
        let all = [
            ("merge.push", flag(self.push)),
            ("merge.openPr", flag(self.open_pr)),
            ("publish.githubHosts", list(&self.github_hosts)),
            ("publish.protected", list(&self.protected)),
        ];
        all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}
