//! The table of REST routes. Paths, methods and statuses are those of the queue servers this one is compatible with.

use protocol::ops::Method;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
}

/// One row: where, what, and how the answer is dressed.
#[derive(Debug)]
pub(crate) struct Route {
    pub verb: Verb,
    pub path: &'static str,
    pub method: Method,
    pub status: u16,
    /// The answer goes under this name beside `ok`.
    pub wrap: Option<&'static str>,
}

const fn get(path: &'static str, method: Method) -> Route {
    Route { verb: Verb::Get, path, method, status: 200, wrap: None }
}

const fn get_one(path: &'static str, method: Method, wrap: &'static str) -> Route {
    Route { verb: Verb::Get, path, method, status: 200, wrap: Some(wrap) }
}

const fn post(path: &'static str, method: Method) -> Route {
    Route { verb: Verb::Post, path, method, status: 200, wrap: None }
}

const fn create(path: &'static str, method: Method) -> Route {
    Route { verb: Verb::Post, path, method, status: 201, wrap: None }
}

pub(crate) const ROUTES: &[Route] = &[
    create("/sessions", Method::SessionCreate),
    get("/sessions", Method::SessionList),
    post("/sessions/{sessionId}/message", Method::ChatSend),
    post("/sessions/{sessionId}/command", Method::ChatCommand),
    post("/sessions/{sessionId}/pr", Method::PublishRunIt),
    get("/approvals", Method::ApprovalList),
    get_one("/approvals/{id}", Method::ApprovalGet, "approval"),
    post("/approvals/{id}", Method::ApprovalAnswer),
    create("/requests/enqueue", Method::RequestsEnqueue),
    post("/requests/claim", Method::RequestsClaim),
    get("/requests", Method::RequestsList),
    get_one("/requests/{id}", Method::RequestsGet, "request"),
    post("/requests/{id}/complete", Method::RequestsComplete),
    post("/requests/{id}/fail", Method::RequestsFail),
    post("/requests/{id}/lease/renew", Method::RequestsRenew),
    post("/requests/{id}/cancel", Method::RequestsCancel),
    post("/requests/{id}/retry", Method::RequestsRetry),
    create("/jobs/enqueue", Method::JobsEnqueue),
    post("/jobs/claim", Method::JobsClaim),
    get("/jobs", Method::JobsList),
    get_one("/jobs/{id}", Method::JobsGet, "job"),
    get("/jobs/{id}/logs", Method::JobsLogs),
    get("/jobs/{id}/diff", Method::JobsDiff),
    get("/jobs/{id}/artifacts", Method::JobsArtifacts),
    post("/jobs/{id}/complete", Method::JobsComplete),
    post("/jobs/{id}/fail", Method::JobsFail),
    post("/jobs/{id}/log", Method::JobsLog),
    post("/jobs/{id}/lease/renew", Method::JobsRenew),
    post("/jobs/{id}/cancel", Method::JobsCancel),
    post("/jobs/{id}/park", Method::JobsPark),
    post("/jobs/{id}/network", Method::JobsNetwork),
    post("/jobs/{id}/publish", Method::JobsPublish),
    post("/jobs/{id}/pause", Method::JobsPause),
    post("/jobs/{id}/resume", Method::JobsResume),
    post("/jobs/{id}/raise", Method::JobsRaise),
    post("/jobs/{id}/retry", Method::JobsRetry),
    post("/jobs/{id}/target", Method::JobsTarget),
    post("/jobs/{id}/steer", Method::JobsSteer),
    get("/jobs/{id}/steer", Method::JobsSteering),
    post("/jobs/{id}/steered", Method::JobsSteered),
    post("/jobs/{id}/take-over", Method::JobsTakeOver),
    get("/jobs/{id}/taken", Method::JobsTaken),
    post("/jobs/{id}/hand-back", Method::JobsHandBack),
    post("/jobs/{id}/let-go", Method::JobsLetGo),
    post("/workers/heartbeat", Method::WorkersHeartbeat),
    get("/workers", Method::WorkersList),
    post("/workers/{workerId}/drain", Method::WorkersDrain),
    post("/workers/{workerId}/undrain", Method::WorkersUndrain),
    create("/completions/enqueue", Method::CompletionsEnqueue),
    post("/completions/claim", Method::CompletionsClaim),
    get("/completions", Method::CompletionsList),
    get_one("/completions/{id}", Method::CompletionsGet, "completion"),
    post("/completions/{id}/processed", Method::CompletionsProcessed),
    post("/completions/{id}/fail", Method::CompletionsFail),
    post("/completions/{id}/lease/renew", Method::CompletionsRenew),
    get("/merge/queue", Method::MergeQueueShow),
    get("/merge/entries/{id}", Method::MergeEntryGet),
    get("/merge/stats", Method::MergeStatsShow),
    get("/merge/entries/{id}/history", Method::MergeHistory),
    get("/system/status", Method::SystemStatusShow),
    get("/budget", Method::BudgetShow),
];
