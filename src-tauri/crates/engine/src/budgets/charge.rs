//! Charging one call: what it used goes to the log of calls, and whoever comes near a limit is told.

use super::{Whose, look};
use crate::Engine;
use agent::model::{Usage, UsageTap};
use flow::budget::{charged, crossed};
use protocol::settings::ModelPrice;
use protocol::{Event, JobId, SessionId, WorkspaceId};
use store::{NewEvent, NewUsage};

/// Whose call it was and what such calls cost.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub role: String,
    pub model: String,
    pub price: Option<ModelPrice>,
    pub session: Option<SessionId>,
    pub workspace: Option<WorkspaceId>,
    pub job: Option<JobId>,
}

/// Millionths of the unit of the prices.
fn cost(price: ModelPrice, usage: &Usage) -> u64 {
    let cached = u128::from(usage.cached.min(usage.input));
    let fresh = u128::from(usage.input) - cached;
    let total = fresh * u128::from(price.input)
        + cached * u128::from(price.cached_input.unwrap_or(price.input))
        + u128::from(usage.output) * u128::from(price.output);
    u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

impl Engine {
    /// Writes down what a call used. Its answer is out already, so a failure is logged, not told.
    pub(crate) async fn charge(&self, charge: Charge, usage: Usage) {
        if let Err(error) = self.try_charge(charge, usage).await {
            tracing::error!(%error, "a call's usage is not written down");
        }
    }

    async fn try_charge(&self, charge: Charge, usage: Usage) -> Result<(), protocol::ApiError> {
        self.notice_sleep().await?;
        let (budget, day) = (self.own.config.budget, self.day_began());
        let cost_micros = charge.price.map(|price| cost(price, &usage));
        let new = NewUsage {
            role: charge.role.clone(),
            model: charge.model.clone(),
            job: charge.job.as_ref().map(ToString::to_string),
            workspace: charge.workspace.as_ref().map(ToString::to_string),
            input: usage.input,
            cached: usage.cached,
            output: usage.output,
            cost_micros,
            estimated: usage.estimated,
        };
        let write = self.store.write(move |tx| {
            let whose = Whose { workspace: new.workspace.clone(), job: new.job.clone() };
            let before = look(tx, &budget, &whose, day)?;
            tx.add_usage(&new)?;
            let after = charged(&before, usage.total(), cost_micros.unwrap_or(0));
            let Some(session) = &charge.session else { return Ok(()) };
            let used = Event::BudgetUsed {
                role: charge.role.clone(),
                model: charge.model.clone(),
                input_tokens: usage.input,
                output_tokens: usage.output,
                job_id: charge.job.clone(),
                cost_micros,
                estimated: usage.estimated,
            };
            tx.append(NewEvent::new(session, used, charge.role.clone()))?;
            for (standing, reached) in crossed(&before, &after) {
                let near = Event::BudgetNear {
                    standing,
                    reached,
                    job_id: charge.job.clone(),
                    workspace_id: charge.workspace.clone(),
                };
                tx.append(NewEvent::new(session, near, "server"))?;
            }
            Ok(())
        });
        Ok(write.await?)
    }
}

/// A brokered call on its way. Whoever passes the answer on shows it each piece; when it is dropped, which is also
/// how a caller that went away ends it, what came until then is charged.
pub struct MeteredCall {
    engine: Engine,
    /// Taken when it is charged.
    open: Option<(Charge, UsageTap)>,
}

impl MeteredCall {
    pub(crate) fn new(engine: Engine, charge: Charge, tap: UsageTap) -> Self {
        Self { engine, open: Some((charge, tap)) }
    }

    /// Looks at the next piece of the answer.
    pub fn see(&mut self, piece: &[u8]) {
        if let Some((_, tap)) = &mut self.open {
            tap.see(piece);
        }
    }
}

impl Drop for MeteredCall {
    fn drop(&mut self) {
        if let Some((charge, tap)) = self.open.take() {
            let engine = self.engine.clone();
            // While a runtime is being taken down nothing can be started on it any more.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { engine.charge(charge, tap.usage()).await });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_input_has_its_own_price_where_it_has_one() {
        let usage = Usage { input: 1_000_000, cached: 400_000, output: 100_000, estimated: false };
        let price = ModelPrice { input: 3_000_000, cached_input: Some(300_000), output: 15_000_000 };
        assert_eq!(cost(price, &usage), 1_800_000 + 120_000 + 1_500_000);
        assert_eq!(cost(ModelPrice { cached_input: None, ..price }, &usage), 3_000_000 + 1_500_000);
        let odd = Usage { input: 1, cached: 5, output: 0, estimated: true };
        assert_eq!(cost(price, &odd), 1, "more cached than sent is at most all of it, and nothing is free");
    }
}
