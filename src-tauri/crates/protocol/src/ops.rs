//! Every operation, once: its name, parameters, answer, scope and whether it changes anything.
//!
//! `POST /v1/rpc/<method>`, WebSocket requests and the REST routes all end in this table; a method that is
//! not in it does not exist, and one whose scope the caller lacks is refused. Some have another name beside their own.

use crate::{
    approval::*, backend::*, budget::*, check::*, command::*, device::*, doctor::*, forecast::*, grant::*,
    hold::*, job::*, keys::*, listen::*, main_line::*, memory::*, merge::*, merge_history::*, merge_order::*,
    message::*, network::*, node::*, notify::*, pairing::*, presence::*, publish::*, publishing::*, push::*,
    queue::*, request::*, returned::*, rulebook::*, session::*, settings::*, status::*, steer::*, taken::*,
    terminal::*, wire, worker::*, workspace::*,
};

wire! {
    /// What a caller may do. Default deny.
    pub enum Permission { Read, Chat, Approve, Jobs, Merge, Publish, TerminalRead, TerminalWrite, Pair, Admin, Work, Node }
}

wire! {
    #[derive(Default)]
    pub struct Nothing {}
}

wire! {
    pub struct Done { pub ok: bool }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct SessionParams { pub session_id: crate::SessionId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RequestParams { pub id: crate::RequestId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct JobParams { pub id: crate::JobId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct CompletionParams { pub id: crate::CompletionId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ApprovalParams { pub id: crate::ApprovalId }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct TtlParams {
        #[serde(default)]
        #[ts(optional)]
        pub ttl_ms: Option<u64>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ProbeParams {
        pub setting: ModelSetting,
        /// A key to try that is not saved yet. It goes to the setting's address and is kept nowhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub key: Option<KeyText>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ForgetModel { pub role: Role }
}

/// Name, scope and kind of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    pub name: &'static str,
    pub scope: Permission,
    pub mutating: bool,
}

macro_rules! operations {
    ($($name:ident $word:literal ($params:ty) -> $reply:ty, $scope:ident, $kind:ident;)*) => {
        /// Every method; matching on it is how the server stays complete.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method { $($name),* }
        impl Method {
            pub const ALL: &'static [Method] = &[$(Method::$name),*];
            pub fn operation(self) -> Operation {
                match self { $(Method::$name => Operation { name: $word, scope: Permission::$scope, mutating: operations!(@ $kind) }),* }
            }
            /// By its own name or another one of it.
            pub fn from_name(name: &str) -> Option<Method> {
                match name { $($word => Some(Method::$name),)* _ => other_name(name) }
            }
            /// JSON Schemas of parameters and answer.
            pub fn schemas(self, generator: &mut schemars::SchemaGenerator) -> (schemars::Schema, schemars::Schema) {
                match self { $(Method::$name => (generator.subschema_for::<$params>(), generator.subschema_for::<$reply>())),* }
            }
        }
        /// Parameter and answer types by method, for callers that want them checked.
        pub mod typed {
            use super::*;
            /// A method as a type.
            pub trait Typed { type Params: serde::Serialize + serde::de::DeserializeOwned; type Reply: serde::Serialize + serde::de::DeserializeOwned; const METHOD: Method; }
            $(
                #[derive(Debug, Clone, Copy)]
                pub struct $name;
                impl Typed for $name { type Params = $params; type Reply = $reply; const METHOD: Method = Method::$name; }
            )*
        }
        fn visit_operation_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $(visitor.visit::<$params>(); visitor.visit::<$reply>();)*
        }
        /// `name: [params, reply]` lines of the TypeScript method map.
        pub fn typescript_methods(cfg: &ts_rs::Config) -> String {
            let mut out = String::from("export interface Methods {\n");
            $(out.push_str(&format!("  \"{}\": [params: {}, reply: {}];\n", $word, <$params as ts_rs::TS>::name(cfg), <$reply as ts_rs::TS>::name(cfg)));)*
            out.push_str("}\n");
            out
        }
    };
    (@ query) => { false };
    (@ change) => { true };
}

/// Other names of the same methods, for programs written to them. Everything else about a method, its scope above all,
/// is what stands in the table.
pub const OTHER_NAMES: &[(&str, Method)] = &[
    ("terminal.session.start", Method::TerminalsOpen),
    ("terminal.session.attach", Method::TerminalsAttach),
    ("terminal.session.detach", Method::TerminalsDetach),
    ("terminal.session.input", Method::TerminalsInput),
    ("terminal.session.resize", Method::TerminalsResize),
    ("terminal.session.take_control", Method::TerminalsTakeControl),
    ("terminal.session.list", Method::TerminalsList),
    ("terminal.session.rename", Method::TerminalsRename),
    ("terminal.session.signal", Method::TerminalsSignal),
    ("terminal.session.kill", Method::TerminalsClose),
    ("terminal.session.remove", Method::TerminalsRemove),
    ("terminal.session.snapshot", Method::TerminalsSnapshot),
    ("terminal.session.export", Method::TerminalsExport),
    ("jobs.logs.tail", Method::JobsLogsTail),
];

fn other_name(name: &str) -> Option<Method> {
    OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, method)| *method)
}

operations! {
    SessionCreate "session.create" (CreateSession) -> SessionJoined, Chat, change;
    SessionList "session.list" (Nothing) -> Sessions, Read, query;
    SessionRename "session.rename" (RenameSession) -> Done, Chat, change;
    SessionEvents "session.events" (EventsParams) -> EventPage, Read, query;
    ChatSend "chat.send" (SendMessage) -> MessageAccepted, Chat, change;
    ChatCommand "chat.command" (PostCommand) -> CommandAccepted, Chat, change;
    ApprovalList "approval.list" (ListParams) -> Approvals, Read, query;
    ApprovalGet "approval.get" (ApprovalParams) -> Approval, Read, query;
    ApprovalAnswer "approval.answer" (AnswerParams) -> Approval, Approve, change;
    PolicyShow "policy.show" (WorkspaceParams) -> PolicyShown, Read, query;
    PolicyExplain "policy.explain" (ExplainParams) -> Explained, Read, query;
    PolicyGrants "policy.grants" (GrantsParams) -> Grants, Read, query;
    PolicyRevoke "policy.revoke" (RevokeGrant) -> KeptGrant, Approve, change;
    RequestsEnqueue "requests.enqueue" (EnqueueRequest) -> RequestEnqueued, Chat, change;
    RequestsClaim "requests.claim" (ClaimRequest) -> RequestClaimed, Work, change;
    RequestsComplete "requests.complete" (FinishRequest) -> Done, Work, change;
    RequestsFail "requests.fail" (FailRequest) -> Done, Work, change;
    RequestsRenew "requests.renew" (RenewParams) -> LeaseRenewed, Work, change;
    RequestsCancel "requests.cancel" (RequestParams) -> Done, Chat, change;
    RequestsRetry "requests.retry" (RequestParams) -> RequestEnqueued, Chat, change;
    RequestsList "requests.list" (ListParams) -> Requests, Read, query;
    RequestsGet "requests.get" (RequestParams) -> Request, Read, query;
    JobsEnqueue "jobs.enqueue" (EnqueueJob) -> JobEnqueuedReply, Jobs, change;
    JobsClaim "jobs.claim" (ClaimJob) -> JobClaimed, Work, change;
    JobsComplete "jobs.complete" (CompleteJob) -> FinishedJob, Work, change;
    JobsFail "jobs.fail" (FailJob) -> FinishedJob, Work, change;
    JobsLog "jobs.log" (AppendLog) -> LogAppended, Work, change;
    JobsRenew "jobs.renew" (RenewParams) -> LeaseRenewed, Work, change;
    JobsCancel "jobs.cancel" (JobParams) -> Done, Jobs, change;
    JobsPark "jobs.park" (ParkJob) -> Done, Work, change;
    JobsRemember "jobs.remember" (RememberJob) -> Done, Work, change;
    JobsRecall "jobs.recall" (RecallJob) -> JobMemory, Work, query;
    JobsNetwork "jobs.network" (NetworkAsk) -> NetworkAnswer, Work, query;
    JobsAllow "jobs.allow" (AllowAsk) -> AllowAnswer, Work, query;
    JobsPause "jobs.pause" (JobParams) -> Done, Jobs, change;
    JobsResume "jobs.resume" (JobParams) -> Done, Jobs, change;
    JobsRaise "jobs.raise" (RaiseJob) -> Done, Approve, change;
    JobsRetry "jobs.retry" (RetryJob) -> JobEnqueuedReply, Jobs, change;
    JobsTarget "jobs.target" (TargetJob) -> Done, Jobs, change;
    JobsSteer "jobs.steer" (SteerJob) -> SteerAccepted, Jobs, change;
    JobsSteering "jobs.steering" (JobParams) -> SteerMessages, Read, query;
    JobsSteered "jobs.steered" (SteerTaken) -> Done, Work, change;
    JobsTakeOver "jobs.take_over" (JobParams) -> TakenReply, Approve, change;
    JobsTaken "jobs.taken" (JobParams) -> TakenLook, Read, query;
    JobsHandBack "jobs.hand_back" (HandBackJob) -> HandedBack, Approve, change;
    JobsLetGo "jobs.let_go" (LetGoJob) -> Done, Approve, change;
    JobsList "jobs.list" (ListParams) -> Jobs, Read, query;
    JobsGet "jobs.get" (JobParams) -> Job, Read, query;
    JobsLogs "jobs.logs" (LogsParams) -> JobLogs, Read, query;
    JobsDiff "jobs.diff" (JobParams) -> crate::diff::JobDiff, Read, query;
    JobsArtifacts "jobs.artifacts" (JobParams) -> JobArtifacts, Read, query;
    WorkersHeartbeat "workers.heartbeat" (Heartbeat) -> Done, Work, change;
    WorkersList "workers.list" (TtlParams) -> Workers, Read, query;
    WorkersDrain "workers.drain" (WorkerParams) -> Done, Jobs, change;
    WorkersUndrain "workers.undrain" (WorkerParams) -> Done, Jobs, change;
    CompletionsEnqueue "completions.enqueue" (EnqueueCompletion) -> CompletionEnqueued, Work, change;
    CompletionsClaim "completions.claim" (ClaimCompletion) -> CompletionClaimed, Merge, change;
    CompletionsProcessed "completions.processed" (FinishCompletion) -> Done, Merge, change;
    CompletionsFail "completions.fail" (FinishCompletion) -> Done, Merge, change;
    CompletionsRenew "completions.renew" (RenewParams) -> LeaseRenewed, Merge, change;
    CompletionsList "completions.list" (ListParams) -> Completions, Read, query;
    CompletionsGet "completions.get" (CompletionParams) -> Completion, Read, query;
    MergeQueueShow "merge.queue" (Nothing) -> MergeQueues, Read, query;
    MergeEntryGet "merge.entry" (EntryParams) -> MergeEntry, Read, query;
    MergeStatsShow "merge.stats" (StatsParams) -> MergeStats, Read, query;
    MergeHistory "merge.history" (EntryParams) -> EntryHistory, Read, query;
    MergeOfJob "merge.of_job" (JobParams) -> MergeEntry, Read, query;
    MergeLand "merge.land" (LandParams) -> MergeEntry, Approve, change;
    MergeRetry "merge.retry" (EntryParams) -> MergeEntry, Merge, change;
    MergeRemove "merge.remove" (EntryParams) -> MergeEntry, Merge, change;
    MergePause "merge.pause" (QueueParams) -> QueueStanding, Merge, change;
    MergeResume "merge.resume" (QueueParams) -> QueueStanding, Merge, change;
    MergeDrain "merge.drain" (QueueParams) -> QueueStanding, Merge, change;
    MergeMove "merge.move" (MoveEntry) -> QueueStanding, Merge, change;
    MergeNext "merge.next" (EntryParams) -> QueueStanding, Merge, change;
    MergePriority "merge.priority" (PrioritizeEntry) -> QueueStanding, Merge, change;
    MergeDryRun "merge.dry_run" (EntryParams) -> EntryDryRun, Merge, change;
    MergeDryRunStop "merge.dry_run_stop" (EntryParams) -> EntryDryRunShown, Merge, change;
    MergeDryRunState "merge.dry_run_state" (EntryParams) -> EntryDryRunShown, Read, query;
    MergeRevert "merge.revert" (EntryParams) -> MergeEntry, Merge, change;
    MergeForecast "merge.forecast" (ForecastParams) -> Forecast, Read, query;
    MainShow "main.show" (MainParams) -> MainLine, Read, query;
    MainLand "main.land" (LandMainParams) -> MainLanding, Approve, change;
    MainBringUp "main.bring_up" (MainParams) -> MergeEntry, Merge, change;
    MergeMend "merge.mend" (MendEntry) -> MergeEntry, Merge, change;
    MergeTakeOver "merge.take_over" (EntryParams) -> TakenReply, Approve, change;
    PublishRunIt "publish.run" (PublishRun) -> PublishReply, Publish, change;
    PublishDefaultsShow "publish.defaults" (PublishDefaultsParams) -> PublishDefaults, Read, query;
    PublishShow "publish.show" (PublishShowParams) -> PublishShown, Read, query;
    PublishCancel "publish.cancel" (PublishParams) -> Done, Publish, change;
    PublishChecks "publish.checks" (PublishChecksParams) -> PrChecks, Read, query;
    PublishFixCheckIt "publish.fix_check" (PublishFixCheck) -> RequestEnqueued, Chat, change;
    PublishHostsShow "publish.hosts" (Nothing) -> PublishHosts, Read, query;
    PublishSetToken "publish.set_token" (SetPublishToken) -> PublishHost, Admin, change;
    PublishForgetToken "publish.forget_token" (ForgetPublishToken) -> Done, Admin, change;
    JobsPublish "jobs.publish" (PublishJob) -> PublishReply, Work, change;
    WorkspaceAdd "workspace.add" (AddWorkspace) -> Workspace, Admin, change;
    WorkspaceList "workspace.list" (Nothing) -> Workspaces, Read, query;
    WorkspaceUpdate "workspace.update" (UpdateWorkspace) -> Workspace, Admin, change;
    WorkspaceFacts "workspace.facts" (WorkspaceParams) -> RepositoryFacts, Read, query;
    ChecksDryRun "checks.dryRun" (DryRunParams) -> DryRun, Admin, change;
    ChecksDryRunStop "checks.dryRunStop" (DryRunParams) -> DryRunShown, Admin, change;
    ChecksDryRunState "checks.dryRunState" (DryRunParams) -> DryRunShown, Read, query;
    ConfigShow "config.show" (Nothing) -> ConfigShown, Read, query;
    ConfigModels "config.models" (Nothing) -> ModelSettings, Read, query;
    ConfigSetModel "config.set_model" (ModelSetting) -> Done, Admin, change;
    ConfigForgetModel "config.forget_model" (ForgetModel) -> Done, Admin, change;
    ConfigKeys "config.keys" (Nothing) -> SavedKeys, Read, query;
    ConfigSetKey "config.set_key" (SetKey) -> SavedKey, Admin, change;
    ConfigForgetKey "config.forget_key" (ForgetKey) -> Done, Admin, change;
    ConfigSetNotify "config.set_notify" (SetNotify) -> Done, Admin, change;
    ConfigBackends "config.backends" (Nothing) -> Backends, Admin, query;
    ConfigSetBackend "config.set_backend" (SetBackend) -> Done, Admin, change;
    ConfigNetwork "config.network" (Nothing) -> NetworkShown, Read, query;
    ConfigSetNetwork "config.set_network" (SetNetwork) -> NetworkShown, Admin, change;
    ConfigPublishing "config.publishing" (Nothing) -> PublishingShown, Read, query;
    ConfigSetPublishing "config.set_publishing" (SetPublishing) -> PublishingShown, Admin, change;
    ConfigProviders "config.providers" (Nothing) -> Providers, Admin, query;
    ConfigProbe "config.probe" (ProbeParams) -> ProbeReport, Admin, query;
    ListenShow "listen.show" (Nothing) -> Listening, Admin, query;
    ListenSet "listen.set" (SetListening) -> Listening, Admin, change;
    SystemStatusShow "system.status" (TtlParams) -> SystemStatus, Read, query;
    SystemHold "system.hold" (HoldParams) -> Holds, Admin, change;
    SystemResume "system.resume" (ResumeParams) -> Holds, Admin, change;
    BudgetShow "budget.show" (BudgetParams) -> BudgetReport, Read, query;
    TerminalsOpen "terminals.open" (OpenTerminal) -> TerminalReply, TerminalWrite, change;
    TerminalsList "terminals.list" (Nothing) -> Terminals, TerminalRead, query;
    TerminalsAttach "terminals.attach" (AttachTerminal) -> TerminalAttached, TerminalRead, query;
    TerminalsDetach "terminals.detach" (TerminalStream) -> Done, TerminalRead, query;
    TerminalsInput "terminals.input" (TerminalInput) -> Done, TerminalWrite, change;
    TerminalsResize "terminals.resize" (ResizeTerminal) -> Done, TerminalWrite, change;
    TerminalsTakeControl "terminals.take_control" (TerminalStream) -> TerminalAttached, TerminalWrite, change;
    TerminalsSignal "terminals.signal" (SignalTerminal) -> Done, TerminalWrite, change;
    TerminalsRename "terminals.rename" (RenameTerminal) -> TerminalReply, TerminalWrite, change;
    TerminalsClose "terminals.close" (TerminalParams) -> Done, TerminalWrite, change;
    TerminalsRemove "terminals.remove" (TerminalParams) -> Done, TerminalWrite, change;
    TerminalsSnapshot "terminals.snapshot" (TerminalParams) -> TerminalSnapshot, TerminalRead, query;
    TerminalsExport "terminals.export" (ExportTerminal) -> TerminalRecording, TerminalRead, query;
    PresenceHeartbeat "presence.heartbeat" (PresenceBeat) -> Done, Read, query;
    PresenceList "presence.list" (Nothing) -> Presence, Read, query;
    NodeRegister "node.register" (RegisterNode) -> NodeRegistered, Node, change;
    NodeHeartbeat "node.heartbeat" (BeatNode) -> NodeHeard, Node, change;
    NodeTerminalsTell "node.terminals" (NodeTerminals) -> Done, Node, change;
    NodeWork "node.work" (WorkNode) -> NodeWorked, Node, change;
    NodeErrand "node.errand" (BeginErrand) -> ErrandBegun, Node, change;
    NodeSend "node.send" (SendErrand) -> ErrandSent, Node, change;
    NodeRead "node.read" (ReadErrand) -> ErrandPiece, Node, query;
    NodeEnd "node.end" (EndErrand) -> Done, Node, change;
    NodeList "node.list" (Nothing) -> Nodes, Read, query;
    NodeAllow "node.allow" (AllowNode) -> crate::node::Node, Admin, change;
    JobsStart "jobs.start" (StartJob) -> JobEnqueuedReply, Jobs, change;
    JobsStatusShow "jobs.status" (JobParams) -> Job, Read, query;
    JobsLogsTail "jobs.logs_tail" (TailParams) -> JobLogs, Read, query;
    NotificationsRegister "notifications.register" (RegisterPush) -> PushRegistered, Read, change;
    NotificationsForget "notifications.forget" (PushTargetParams) -> Done, Read, change;
    NotificationsList "notifications.list" (Nothing) -> Notifications, Read, query;
    NotificationsSend "notifications.send" (Nothing) -> PushSent, Read, change;
    NotificationsBecame "notifications.became" (PushBecame) -> Done, Read, change;
    DeviceList "device.list" (Nothing) -> Devices, Read, query;
    DeviceRename "device.rename" (RenameDevice) -> DeviceShown, Read, change;
    DeviceRevoke "device.revoke" (DeviceParams) -> DeviceShown, Read, change;
    DeviceRotate "device.rotate" (RotateDevice) -> DeviceRotated, Read, change;
    PairingStart "pairing.start" (StartPairing) -> Pairing, Pair, change;
    PairingRequest "pairing.request" (RequestPairing) -> PairingRequested, Read, change;
    PairingList "pairing.list" (Nothing) -> Pairings, Pair, query;
    PairingApprove "pairing.approve" (ApprovePairing) -> DeviceShown, Pair, change;
    PairingDeny "pairing.deny" (PairingParams) -> Done, Pair, change;
    Doctor "doctor.run" (Nothing) -> DoctorReport, Read, query;
}

/// Visits the type of every parameter and answer, for exports.
pub fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
    visitor.visit::<crate::Delivered>();
    visitor.visit::<crate::gateway::ClientFrame>();
    visitor.visit::<crate::gateway::ServerFrame>();
    visitor.visit::<crate::terminal::TerminalEnd>();
    visitor.visit::<PushMessage>();
    visitor.visit::<crate::ApiError>();
    visitor.visit::<ClaimPairing>();
    visitor.visit::<PairingClaimed>();
    visitor.visit::<AskPairing>();
    visitor.visit::<PairingProgress>();
    visitor.visit::<AskChallenge>();
    visitor.visit::<Challenge>();
    visitor.visit::<SignIn>();
    visitor.visit::<SignedIn>();
    visit_operation_types(visitor);
}
