//! What a question asks, by kind and facts, so that whoever shows it can ask it in a language of their own.
//!
//! The server says the same as a sentence beside it (`summary`), made of these facts and of nothing else. They say what
//! the question is called; what exactly would be done, and what the answer is bound to, is its payload.

use crate::wire;
use serde::{Deserialize, Serialize};

wire! {
    /// What a set-up step reaches once it may.
    pub enum SetupReach {
        Hosts,
        /// It says so itself.
        All,
        Unconfined,
    }
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Asks {
    Land {
        title: String,
        branch: String,
    },
    /// Moving the user's own branch forward to ours.
    LandMain {
        branch: String,
        to: String,
        commits: u32,
    },
    /// Accepting what the repository says decides; none are checks that nobody found.
    Trust {
        checks: u32,
        commands: String,
    },
    SetupNetwork {
        command: String,
        hosts: String,
        reach: SetupReach,
    },
    /// `described_by` names the file that wants the image.
    ImageBuild {
        file: String,
        digest: String,
        described_by: String,
    },
    JobNetwork {
        job: String,
        target: String,
    },
    JobCommand {
        job: String,
        command: String,
    },
    JobWrite {
        job: String,
        paths: String,
    },
    /// A person's own line, on one commit after the other.
    Bisect {
        command: String,
    },
    /// A person's own command, on a copy that is thrown away.
    LocalCommand {
        command: String,
    },
    Recipe {
        name: String,
    },
    /// `over` is the commit that is overwritten.
    Push {
        branch: String,
        remote: String,
        over: Option<String>,
        opens: bool,
    },
    Tool {
        name: String,
    },
}

impl Asks {
    /// The same with every text of others changed, such as cut to what fits.
    #[must_use]
    pub fn with_texts(mut self, change: impl Fn(&str) -> String) -> Self {
        let texts = match &mut self {
            Self::Land { title, branch } => vec![title, branch],
            Self::LandMain { branch, to, .. } => vec![branch, to],
            Self::Trust { commands, .. } => vec![commands],
            Self::SetupNetwork { command, hosts, .. } => vec![command, hosts],
            Self::ImageBuild { file, digest, described_by } => vec![file, digest, described_by],
            Self::JobNetwork { job, target } => vec![job, target],
            Self::JobCommand { job, command } => vec![job, command],
            Self::JobWrite { job, paths } => vec![job, paths],
            Self::Bisect { command } | Self::LocalCommand { command } => vec![command],
            Self::Recipe { name } | Self::Tool { name } => vec![name],
            Self::Push { branch, remote, over, .. } => [branch, remote].into_iter().chain(over).collect(),
        };
        for text in texts {
            *text = change(text);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kind_is_one_word_beside_its_facts() {
        let asks = Asks::ImageBuild { file: "f".into(), digest: "d".into(), described_by: "b".into() };
        let wire = json!({ "kind": "image_build", "file": "f", "digest": "d", "describedBy": "b" });
        assert_eq!(serde_json::to_value(&asks).unwrap(), wire);
        assert_eq!(serde_json::from_value::<Asks>(wire).unwrap(), asks);
    }

    #[test]
    fn every_text_is_changed_and_nothing_else() {
        let asks = Asks::Push { branch: "b".into(), remote: "r".into(), over: Some("c".into()), opens: true };
        let changed = asks.with_texts(|text| format!("{text}!"));
        let wire = json!({ "kind": "push", "branch": "b!", "remote": "r!", "over": "c!", "opens": true });
        assert_eq!(serde_json::to_value(changed).unwrap(), wire);
    }

    #[test]
    fn a_kind_of_a_newer_server_is_none_and_its_question_stays() {
        let mut question = json!({
            "id": "a-1", "workspaceId": null, "sessionId": "dev", "action": "rain", "summary": "Let it rain", "details": {},
            "hash": "h", "risk": "low", "why": "", "askedBy": "merge", "subject": "s", "state": "pending",
            "decidedBy": null, "decidedAt": null, "createdAt": "2026-01-31T12:00:00.000Z", "expiresAt": null,
            "asks": { "kind": "rain", "mm": 3 },
        });
        let read: crate::approval::Approval = serde_json::from_value(question.clone()).unwrap();
        assert_eq!((read.asks, read.summary.as_str()), (None, "Let it rain"));
        question["asks"] = json!({ "kind": "tool", "name": "web" });
        let read: crate::approval::Approval = serde_json::from_value(question).unwrap();
        assert_eq!(read.asks.as_deref(), Some(&Asks::Tool { name: "web".into() }));
    }
}
