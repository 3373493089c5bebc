//! Calls to the hub over whatever connection there is.

use crate::session::{Out, Said};
use protocol::node::{NodeWorked, WorkNode};
use protocol::ops::Method;
use protocol::ops::typed::Typed;
use protocol::{ApiError, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Between two tries over a line that breaks again and again.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub(crate) struct Caller {
    run: Arc<str>,
    count: Arc<AtomicU64>,
    sessions: watch::Receiver<Option<Out>>,
}

fn lost() -> ApiError {
    ApiError::new(ErrorCode::Unavailable, "The connection is cut.")
}

impl Caller {
    pub(crate) fn new(run: &str) -> (Self, watch::Sender<Option<Out>>) {
        let (tell, sessions) = watch::channel(None);
        (Self { run: run.into(), count: Arc::default(), sessions }, tell)
    }

    /// One call of the worker of recipes, made until it is answered.
    pub(crate) async fn call<M: Typed>(&self, _: M, params: &M::Params) -> Result<M::Reply, ApiError> {
        let idem = format!("{}-{}", self.run, self.count.fetch_add(1, Ordering::Relaxed));
        let name = M::METHOD.operation().name;
        let unreadable = |e: serde_json::Error| ApiError::new(ErrorCode::Internal, format!("{name}: {e}"));
        let params = without_nothing(serde_json::to_value(params).map_err(unreadable)?);
        let work = WorkNode { method: name.to_owned(), params, crew: false, idem: Some(idem) };
        let work = serde_json::to_value(work).map_err(unreadable)?;
        loop {
            match self.once(Method::NodeWork, work.clone()).await {
                Err(error) if passes(&error) => tokio::time::sleep(PAUSE).await,
                Err(error) => return Err(error),
                Ok(answer) => {
                    let worked: NodeWorked = serde_json::from_value(answer).map_err(unreadable)?;
                    return serde_json::from_value(worked.result).map_err(unreadable);
                }
            }
        }
    }

    /// One call of the worker of jobs, made once: it makes it again itself where that is right.
    pub(crate) async fn work(&self, work: &WorkNode, patience: Duration) -> Result<Value, ApiError> {
        let params = serde_json::to_value(work).map_err(|e| ApiError::bad(e.to_string()))?;
        let answer = self.within(Method::NodeWork, params, patience).await?;
        let worked: NodeWorked =
            serde_json::from_value(answer).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
        Ok(worked.result)
    }

    /// A call that may be made again over the next connection, until it is answered or `patience` is over.
    pub(crate) async fn insist<R: DeserializeOwned>(
        &self,
        method: Method,
        params: &impl Serialize,
        patience: Duration,
    ) -> Result<R, ApiError> {
        let params = serde_json::to_value(params).map_err(|e| ApiError::bad(e.to_string()))?;
        let until = tokio::time::Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            match self.within(method, params.clone(), left).await {
                Err(error) if passes(&error) && tokio::time::Instant::now() + PAUSE < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
                Ok(answer) => {
                    let unreadable = |e: serde_json::Error| ApiError::new(ErrorCode::Internal, e.to_string());
                    return serde_json::from_value(answer).map_err(unreadable);
                }
            }
        }
    }

    /// Whether there is no connection now.
    pub(crate) fn is_away(&self) -> bool {
        self.sessions.borrow().is_none()
    }

    /// Until there is none.
    pub(crate) async fn away(&self) {
        // Whoever makes connections is gone: there will be none.
        drop(self.sessions.clone().wait_for(Option::is_none).await);
    }

    async fn within(&self, method: Method, params: Value, patience: Duration) -> Result<Value, ApiError> {
        tokio::time::timeout(patience, self.once(method, params)).await.unwrap_or_else(|_| Err(lost()))
    }

    async fn once(&self, method: Method, params: Value) -> Result<Value, ApiError> {
        let mut sessions = self.sessions.clone();
        let out = {
            let found = sessions.wait_for(Option::is_some).await.map_err(|_| lost())?;
            found.clone().ok_or_else(lost)?
        };
        let (answer, answered) = oneshot::channel();
        let call = Said::Call { method, params, idem: None, answer };
        out.send(call).await.map_err(|_| lost())?;
        tokio::select! {
            answer = answered => answer.map_err(|_| lost())?,
            // Its session ended, and the answer with it.
            _ = sessions.changed() => Err(lost()),
        }
    }
}

/// What the next try may find otherwise.
fn passes(error: &ApiError) -> bool {
    matches!(error.code, ErrorCode::Unavailable | ErrorCode::StorageFull)
}

/// What is absent is not said: the methods of workers know no `null` where they know nothing.
fn without_nothing(params: Value) -> Value {
    match params {
        Value::Object(params) => params.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}
