//! One call, from whatever route: the scope is checked, then the engine does it.

use crate::shapes::Unknown;
use crate::state::ServerState;
use engine::{Caller, Principal, Reply};
use protocol::ops::{Method, Permission};
use protocol::{ApiError, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Longest idempotency key.
const KEY_BYTES: usize = 200;

/// What a caller sent.
pub(crate) struct Call {
    pub who: Principal,
    pub method: Method,
    pub params: Map<String, Value>,
    pub key: Option<String>,
    pub unknown: Unknown,
}

/// A change that has begun is carried through when its connection breaks: whoever asks again under the same key gets
/// its answer. Claims wait for what may never be heard of, and end with their connection.
pub(crate) async fn perform(state: &ServerState, call: Call) -> Reply {
    let method = call.method;
    let (caller, params) = admit(state, call)?;
    let operation = method.operation();
    if !operation.mutating || matches!(operation.scope, Permission::Work | Permission::Merge) {
        return in_turn(state, method, caller, params).await;
    }
    let state = state.clone();
    let change = tokio::spawn(async move { in_turn(&state, method, caller, params).await });
    let broken = |_| Err(ApiError::new(ErrorCode::Internal, "It broke off while it was done."));
    change.await.unwrap_or_else(broken)
}

/// One at a time under the same key: what an operation does before its answer is kept happens once, too.
async fn in_turn(state: &ServerState, method: Method, caller: Caller, params: Value) -> Reply {
    let _turn = match &caller.idempotency {
        Some(print) => Some(state.turns.take(&print.actor, &print.key).await),
        None => None,
    };
    dispatch(state, method, caller, params).await
}

/// Scope, key and names of the parameters: what is looked at before anything is done.
pub(crate) fn admit(state: &ServerState, call: Call) -> Result<(Caller, Value), ApiError> {
    let operation = call.method.operation();
    if !call.who.may(operation.scope) {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            format!("{} needs the scope {}.", operation.name, operation.scope),
        ));
    }
    if call.key.as_ref().is_some_and(|k| k.is_empty() || k.len() > KEY_BYTES) {
        return Err(ApiError::bad(format!("An idempotency key is 1 to {KEY_BYTES} characters")));
    }
    let params = state.shapes.admit(call.method, call.params, call.unknown)?;
    let params = Value::Object(params);
    let mut caller = Caller::new(call.who);
    if let Some(key) = call.key.filter(|_| operation.mutating) {
        caller = caller.with_key(key, digest(operation.name, &params));
    }
    Ok((caller, params))
}

fn digest(method: &str, params: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(method);
    hash.update([0]);
    // serde_json keeps map keys sorted, so equal parameters have equal bytes.
    hash.update(params.to_string());
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn read<T: DeserializeOwned>(params: Value) -> Result<T, ApiError> {
    serde_json::from_value(params).map_err(|e| ApiError::bad(e.to_string()))
}

pub(crate) fn answer<T: Serialize>(value: T) -> Reply {
    serde_json::to_value(value).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
}

/// The table of `protocol::ops`, row by row; a method without a handler does not compile.
async fn dispatch(state: &ServerState, method: Method, caller: Caller, p: Value) -> Reply {
    let e = &state.engine;
    match method {
        Method::SessionCreate => e.session_create(caller, read(p)?).await,
        Method::SessionList => answer(e.session_list().await?),
        Method::SessionRename => e.session_rename(caller, read(p)?).await,
        Method::SessionEvents => answer(e.session_events(caller, read(p)?).await?),
        Method::ChatSend => e.chat_send(caller, read(p)?).await,
        Method::ChatCommand => e.chat_command(caller, read(p)?).await,
        Method::ApprovalList => answer(e.approval_list(read(p)?).await?),
        Method::ApprovalGet => answer(e.approval_get(read(p)?).await?),
        Method::PolicyShow => answer(e.policy_show(read(p)?).await?),
        Method::PolicyExplain => answer(e.policy_explain(read(p)?).await?),
        Method::PolicyGrants => answer(e.policy_grants(read(p)?).await?),
        Method::PolicyRevoke => e.policy_revoke(caller, read(p)?).await,
        Method::ApprovalAnswer => e.approval_answer(caller, read(p)?).await,
        Method::RequestsEnqueue => e.requests_enqueue(caller, read(p)?).await,
        Method::RequestsClaim => answer(e.requests_claim(caller, read(p)?).await?),
        Method::RequestsComplete => e.requests_complete(caller, read(p)?).await,
        Method::RequestsFail => e.requests_fail(caller, read(p)?).await,
        Method::RequestsRenew => e.requests_renew(caller, read(p)?).await,
        Method::RequestsCancel => e.requests_cancel(caller, read(p)?).await,
        Method::RequestsRetry => e.requests_retry(caller, read(p)?).await,
        Method::RequestsList => answer(e.requests_list(read(p)?).await?),
        Method::RequestsGet => answer(e.requests_get(read(p)?).await?),
        Method::JobsEnqueue => e.jobs_enqueue(caller, read(p)?).await,
        Method::JobsClaim => answer(e.jobs_claim(caller, read(p)?).await?),
        Method::JobsComplete => e.jobs_complete(caller, read(p)?).await,
        Method::JobsFail => e.jobs_fail(caller, read(p)?).await,
        Method::JobsLog => e.jobs_log(caller, read(p)?).await,
        Method::JobsRenew => e.jobs_renew(caller, read(p)?).await,
        Method::JobsCancel => e.jobs_cancel(caller, read(p)?).await,
        Method::JobsPark => e.jobs_park(caller, read(p)?).await,
        Method::JobsRemember => e.jobs_remember(caller, read(p)?).await,
        Method::JobsRecall => answer(e.jobs_recall(caller, read(p)?).await?),
        Method::JobsAllow => answer(e.jobs_allow(caller, read(p)?).await?),
        Method::JobsNetwork => answer(e.jobs_network(caller, read(p)?).await?),
        Method::JobsPause => e.jobs_pause(caller, read(p)?).await,
        Method::JobsResume => e.jobs_resume(caller, read(p)?).await,
        Method::JobsRaise => e.jobs_raise(caller, read(p)?).await,
        Method::JobsRetry => e.jobs_retry(caller, read(p)?).await,
        Method::JobsSteer => e.jobs_steer(caller, read(p)?).await,
        Method::JobsSteering => answer(e.jobs_steering(read(p)?).await?),
        Method::JobsSteered => e.jobs_steered(caller, read(p)?).await,
        Method::JobsTakeOver => e.jobs_take_over(caller, read(p)?).await,
        Method::JobsTaken => answer(e.jobs_taken(read(p)?).await?),
        Method::JobsHandBack => e.jobs_hand_back(caller, read(p)?).await,
        Method::JobsLetGo => e.jobs_let_go(caller, read(p)?).await,
        Method::JobsTarget => e.jobs_target(caller, read(p)?).await,
        Method::JobsList => answer(e.jobs_list(read(p)?).await?),
        Method::JobsGet => answer(e.jobs_get(read(p)?).await?),
        Method::JobsLogs => answer(e.jobs_logs(read(p)?).await?),
        Method::JobsDiff => answer(e.jobs_diff(read(p)?).await?),
        Method::JobsArtifacts => answer(e.jobs_artifacts(read(p)?).await?),
        Method::WorkersHeartbeat => e.workers_heartbeat(caller, read(p)?).await,
        Method::WorkersList => answer(e.workers_list(read(p)?).await?),
        Method::WorkersDrain => e.workers_drain(caller, read(p)?).await,
        Method::WorkersUndrain => e.workers_undrain(caller, read(p)?).await,
        Method::CompletionsEnqueue => e.completions_enqueue(caller, read(p)?).await,
        Method::CompletionsClaim => answer(e.completions_claim(caller, read(p)?).await?),
        Method::CompletionsProcessed => e.completions_processed(caller, read(p)?).await,
        Method::CompletionsFail => e.completions_fail(caller, read(p)?).await,
        Method::CompletionsRenew => e.completions_renew(caller, read(p)?).await,
        Method::CompletionsList => answer(e.completions_list(read(p)?).await?),
        Method::CompletionsGet => answer(e.completions_get(read(p)?).await?),
        Method::MergeQueueShow => answer(e.merge_queue().await?),
        Method::MergeEntryGet => answer(e.merge_entry(read(p)?).await?),
        Method::MergeStatsShow => answer(e.merge_stats(read(p)?).await?),
        Method::MergeLand => e.merge_land(caller, read(p)?).await,
        Method::MergeRetry => e.merge_retry(caller, read(p)?).await,
        Method::MergeRemove => e.merge_remove(caller, read(p)?).await,
        Method::MergeMend => e.merge_mend(caller, read(p)?).await,
        Method::MergeTakeOver => e.merge_take_over(caller, read(p)?).await,
        Method::MergeRevert => e.merge_revert(caller, read(p)?).await,
        Method::MergeForecast => answer(e.merge_forecast(read(p)?).await?),
        Method::MainShow => answer(e.main_show(read(p)?).await?),
        Method::MainLand => e.main_land(caller, read(p)?).await,
        Method::MainBringUp => e.main_bring_up(caller, read(p)?).await,
        Method::MergeHistory => answer(e.merge_history(read(p)?).await?),
        Method::MergeOfJob => answer(e.merge_of_job(read(p)?).await?),
        Method::MergePause => e.merge_pause(caller, read(p)?).await,
        Method::MergeResume => e.merge_resume(caller, read(p)?).await,
        Method::MergeDrain => e.merge_drain(caller, read(p)?).await,
        Method::MergeMove => e.merge_move(caller, read(p)?).await,
        Method::MergeNext => e.merge_next(caller, read(p)?).await,
        Method::MergePriority => e.merge_priority(caller, read(p)?).await,
        Method::MergeDryRun => e.merge_dry_run(caller, read(p)?).await,
        Method::MergeDryRunStop => e.merge_dry_run_stop(caller, read(p)?).await,
        Method::MergeDryRunState => answer(e.merge_dry_run_state(read(p)?).await?),
        Method::PublishRunIt => e.publish_run(caller, read(p)?).await,
        Method::PublishDefaultsShow => answer(e.publish_defaults(read(p)?).await?),
        Method::PublishShow => answer(e.publish_show(read(p)?).await?),
        Method::PublishCancel => e.publish_cancel(caller, read(p)?).await,
        Method::PublishChecks => answer(e.publish_checks(read(p)?).await?),
        Method::PublishFixCheckIt => e.publish_fix_check(caller, read(p)?).await,
        Method::PublishHostsShow => answer(e.publish_hosts().await?),
        Method::PublishSetToken => answer(e.publish_set_token(read(p)?).await?),
        Method::PublishForgetToken => answer(e.publish_forget_token(read(p)?).await?),
        Method::JobsPublish => e.jobs_publish(caller, read(p)?).await,
        Method::WorkspaceAdd => e.workspace_add(caller, read(p)?).await,
        Method::WorkspaceList => answer(e.workspace_list().await?),
        Method::WorkspaceUpdate => e.workspace_update(caller, read(p)?).await,
        Method::WorkspaceFacts => answer(e.workspace_facts(read(p)?).await?),
        Method::ChecksDryRun => e.checks_dry_run(caller, read(p)?).await,
        Method::ChecksDryRunStop => e.checks_dry_run_stop(caller, read(p)?).await,
        Method::ChecksDryRunState => answer(e.checks_dry_run_state(read(p)?).await?),
        Method::ConfigShow => answer(e.config_show().await?),
        Method::ConfigModels => answer(e.config_models().await?),
        Method::ConfigSetModel => e.config_set_model(caller, read(p)?).await,
        Method::ConfigForgetModel => e.config_forget_model(caller, read(p)?).await,
        Method::ConfigKeys => answer(e.config_keys().await?),
        Method::ConfigSetKey => answer(e.config_set_key(read(p)?).await?),
        Method::ConfigForgetKey => answer(e.config_forget_key(read(p)?).await?),
        Method::ConfigSetNotify => e.config_set_notify(caller, read(p)?).await,
        Method::ConfigBackends => answer(e.config_backends().await?),
        Method::ConfigSetBackend => e.config_set_backend(caller, read(p)?).await,
        Method::ConfigNetwork => answer(e.config_network().await?),
        Method::ConfigPublishing => answer(e.config_publishing().await?),
        Method::ConfigSetPublishing => e.config_set_publishing(caller, read(p)?).await,
        Method::ConfigSetNetwork => e.config_set_network(caller, read(p)?).await,
        Method::ConfigProviders => answer(e.config_providers().await?),
        Method::ConfigProbe => answer(e.config_probe(read(p)?).await?),
        Method::ListenShow => answer(state.listening.show(e, state.port).await?),
        Method::ListenSet => state.listening.set(e, state.port, caller, read(p)?).await,
        Method::SystemStatusShow => answer(e.system_status(read(p)?).await?),
        Method::SystemHold => e.system_hold(caller, read(p)?).await,
        Method::SystemResume => e.system_resume(caller, read(p)?).await,
        Method::NotificationsRegister => e.notifications_register(caller, read(p)?).await,
        Method::NotificationsForget => e.notifications_forget(caller, read(p)?).await,
        Method::NotificationsList => answer(e.notifications_list(caller).await?),
        Method::NotificationsSend => e.notifications_send(caller).await,
        Method::NotificationsBecame => e.notifications_became(caller, read(p)?).await,
        Method::BudgetShow => answer(e.budget_show(read(p)?).await?),
        Method::TerminalsOpen => e.terminals_open(caller, read(p)?).await,
        Method::TerminalsList => answer(e.terminals_list().await?),
        Method::TerminalsSignal => answer(e.terminals_signal(read(p)?).await?),
        Method::TerminalsRename => answer(e.terminals_rename(read(p)?).await?),
        Method::TerminalsClose => answer(e.terminals_close(read(p)?).await?),
        Method::TerminalsRemove => answer(e.terminals_remove(read(p)?).await?),
        Method::TerminalsSnapshot => answer(e.terminals_snapshot(read(p)?).await?),
        Method::TerminalsExport => answer(e.terminals_export(read(p)?).await?),
        Method::TerminalsAttach
        | Method::TerminalsDetach
        | Method::TerminalsInput
        | Method::TerminalsResize
        | Method::TerminalsTakeControl => Err(ApiError::bad(format!(
            "{} belongs to a connection: call it over /v1/ws",
            method.operation().name
        ))),
        Method::NodeRegister
        | Method::NodeHeartbeat
        | Method::NodeTerminalsTell
        | Method::NodeWork
        | Method::NodeErrand
        | Method::NodeSend
        | Method::NodeRead
        | Method::NodeEnd => Err(ApiError::bad(format!(
            "{} belongs to the connection of a node: call it over /v1/ws",
            method.operation().name
        ))),
        Method::NodeList => answer(e.node_list().await?),
        Method::NodeAllow => e.node_allow(caller, read(p)?).await,
        Method::JobsStart => e.jobs_start(caller, read(p)?).await,
        Method::JobsStatusShow => answer(e.jobs_get(read(p)?).await?),
        Method::JobsLogsTail => answer(e.jobs_tail(read(p)?).await?),
        Method::DeviceList => answer(e.device_list(caller).await?),
        Method::DeviceRename => e.device_rename(caller, read(p)?).await,
        Method::DeviceRevoke => e.device_revoke(caller, read(p)?).await,
        Method::DeviceRotate => answer(e.device_rotate(caller, read(p)?).await?),
        Method::PairingStart => answer(crate::pair::start(state, caller, read(p)?).await?),
        Method::PairingRequest => answer(e.pairing_request(caller, read(p)?).await?),
        Method::PairingList => answer(e.pairing_list().await?),
        Method::PairingApprove => e.pairing_approve(caller, read(p)?).await,
        Method::PairingDeny => e.pairing_deny(caller, read(p)?).await,
        Method::PresenceList => answer(state.doors.attendance.shown(None)),
        Method::PresenceHeartbeat => {
            Err(ApiError::bad("presence.heartbeat belongs to a connection: call it over /v1/ws"))
        }
        Method::Doctor => answer(state.listening.doctor(e, state.port, e.doctor().await?).await),
    }
}
