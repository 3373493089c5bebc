//! One conversation turn with a model, whatever dialect its server speaks.
//!
//! [`ModelClient::complete`] makes one attempt (plus at most a few re-asks when the server refuses a feature, see
//! [`concede`]); [`retry`] decides about further attempts. Answers that are merely not what was hoped for, such as
//! text where a tool call was asked, are normal replies here.

mod body;
pub mod client;
pub mod concede;
mod dialect;
pub mod endpoint;
pub mod error;
pub mod history;
mod http_date;
pub mod meter;
mod refusal;
pub mod reply;
pub mod request;
pub mod retry;
pub mod schema;
mod sse;
mod think;

use std::future::Future;

pub use client::ModelClient;
pub use endpoint::{Endpoint, Timeouts};
pub use error::{ModelError, Partial, TimeoutPhase};
pub use history::{Arguments, Message, ToolCall};
pub use meter::UsageTap;
pub use protocol::settings::Dialect;
pub use refusal::Failure;
pub use reply::{Delta, Reply, StopReason, Usage};
pub use request::{JsonSchema, Request, ToolChoice, ToolSpec};
pub use retry::{RetryPolicy, Verdict, complete_with_retries};

use crate::Cancel;

/// Anything that completes a request: our HTTP client, or a broker that reaches one elsewhere.
pub trait Model: Send + Sync {
    /// One attempt. `on_delta` sees pieces as they arrive; the reply repeats them whole.
    fn complete(
        &self,
        request: &Request,
        on_delta: &mut (dyn FnMut(Delta) + Send),
        cancel: &Cancel,
    ) -> impl Future<Output = Result<Reply, ModelError>> + Send;
}
