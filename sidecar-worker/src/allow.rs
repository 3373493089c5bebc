//! Asks the server before something is done for a job: a command of its model, a file outside its plan.

use crate::insist::insist;
use crate::life::Attempt;
use client::Client;
use host::ids::{Ids as _, SystemIds};
use protocol::JobId;
use protocol::command::{AllowAnswer, AllowAsk};
use protocol::ops::typed;
use protocol::policy::ActionKind;

/// One call to the server waits this long for a person; then it is asked again.
const WAIT_MS: u64 = 25_000;

/// One attempt's way to ask.
#[derive(Clone)]
pub(crate) struct Asking {
    client: Client,
    id: JobId,
    claim_token: String,
    /// The folder commands run in, and whether they are confined there.
    cwd: String,
    confined: bool,
}

/// What was said.
pub(crate) enum Said {
    Yes,
    /// The rule or the person that said no, as a sentence.
    No(String),
    /// Nobody could be asked, so it is no too, but nobody's word.
    Unasked(String),
}

impl Asking {
    pub(crate) fn of(attempt: &Attempt<'_>) -> Self {
        Self {
            client: attempt.client.clone(),
            id: attempt.job.id.clone(),
            claim_token: attempt.claim_token.to_owned(),
            cwd: attempt.bench.root().to_string_lossy().into_owned(),
            confined: attempt.bench.confines(),
        }
    }

    /// A line for a shell.
    pub(crate) fn line(&self, shell: &str, text: &str) -> ActionKind {
        self.command(vec![shell.to_owned(), "-c".to_owned(), text.to_owned()])
    }

    pub(crate) fn command(&self, argv: Vec<String>) -> ActionKind {
        ActionKind::Command { argv, cwd: self.cwd.clone(), confined: self.confined }
    }

    /// Asks, and waits for a person where one is asked; until `stop` resolves.
    pub(crate) async fn before(&self, action: ActionKind, stop: impl Future<Output = ()>) -> Said {
        let mut stop = std::pin::pin!(stop);
        let call = SystemIds.uuid();
        loop {
            let asked = tokio::select! {
                asked = self.ask(&call, &action, Some(WAIT_MS)) => asked,
                () = &mut stop => return Said::Unasked("The job was stopped.".into()),
            };
            match asked {
                Ok(AllowAnswer { approval_id: Some(_), .. }) => {}
                Ok(AllowAnswer { allowed: true, .. }) => return Said::Yes,
                Ok(AllowAnswer { why, .. }) => return Said::No(why),
                Err(why) => return Said::Unasked(why),
            }
        }
    }

    /// Of something that began already only a denial counts; none is none.
    pub(crate) async fn denied(&self, action: ActionKind) -> Option<String> {
        let ask = self.of_call(&SystemIds.uuid(), &action, None, true);
        let answer = insist(std::future::pending(), || self.client.call(typed::JobsAllow, &ask, None)).await;
        match answer {
            Ok(AllowAnswer { allowed: false, why, .. }) => Some(why),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(job = %self.id, %error, "policy was not asked");
                None
            }
        }
    }

    fn of_call(&self, call: &str, action: &ActionKind, wait_ms: Option<u64>, begun: bool) -> AllowAsk {
        AllowAsk {
            id: self.id.clone(),
            claim_token: self.claim_token.clone(),
            call: call.to_owned(),
            action: action.clone(),
            begun,
            wait_ms,
        }
    }

    async fn ask(
        &self,
        call: &str,
        action: &ActionKind,
        wait_ms: Option<u64>,
    ) -> Result<AllowAnswer, String> {
        let ask = self.of_call(call, action, wait_ms, false);
        let answer = insist(std::future::pending(), || self.client.call(typed::JobsAllow, &ask, None)).await;
        answer.map_err(|error| {
            format!("Policy could not be asked ({}): {}", error.code.as_str(), error.message)
        })
    }
}
