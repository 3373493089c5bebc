//! Terminals of people: where one may be opened, under which name, and what everybody is told.
//!
//! A terminal is not a sandbox: whoever types into it can do what the user can do, and nothing asks them. So only a
//! caller with the scope `terminal_write` opens one or is in control, and it begins in a folder somebody trusts. What
//! a terminal is and how it behaves is the room `terminal`.

mod place;
pub(crate) mod told;

use crate::{Caller, Engine, Principal, Reply};
use host::clock::Clock;
use host::ids::Ids;
use host::paths::DataFolder;
use place::Place;
use protocol::ops::{Done, Permission};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::terminal::{
    AttachTerminal, ExportTerminal, OpenTerminal, RenameTerminal, SignalTerminal, TerminalParams,
    TerminalRecording, TerminalReply, TerminalSnapshot, Terminals,
};
use protocol::{ApiError, ErrorCode, RiskLevel, TerminalId};
use std::sync::Arc;
use std::time::Duration;
use terminal::{Attachment, Limits, Opening, Shell, TerminalError, Who};

/// How often seats are given up and idle terminals looked for.
const SWEEP: Duration = Duration::from_secs(20);
/// Size of one that nobody has measured.
const SIZE: (u16, u16) = (80, 24);
/// Milliseconds of an hour.
const HOUR: u64 = 3_600_000;

/// The terminals of a server with this configuration.
pub(crate) fn of(
    wanted: &host::config::Terminals,
    data: &DataFolder,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> Arc<terminal::Terminals> {
    let limits = Limits {
        most: usize::try_from(wanted.most).unwrap_or(1),
        idle_ms: u64::from(wanted.idle_hours) * HOUR,
        record: wanted.record,
    };
    Arc::new(terminal::Terminals::new(&data.terminals(), limits, clock.clone(), ids.clone()))
}

/// What a refusal of a terminal is on the wire.
pub fn terminal_error(error: TerminalError) -> ApiError {
    ApiError::new(error.code(), error.to_string())
}

impl Engine {
    pub async fn terminals_open(&self, caller: Caller, p: OpenTerminal) -> Reply {
        if let Some(node) = p.node.clone() {
            return self.node_terminal_open(caller, &node, p).await;
        }
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let place = self.terminal_place(&p).await?;
        let variable = std::env::var_os(if cfg!(windows) { "PATH" } else { "SHELL" });
        let shell = Shell::of_person(variable.as_deref());
        self.terminal_allowed(&place, &shell).await?;
        let id = TerminalId::parse(self.ids.uuid()).map_err(|e| ApiError::bad(e.to_string()))?;
        let opening = Opening {
            id,
            name: p.name.unwrap_or(place.name),
            workspace_id: Some(place.room.id.clone()),
            job_id: p.job_id,
            cwd: place.cwd,
            cols: p.cols.unwrap_or(SIZE.0),
            rows: p.rows.unwrap_or(SIZE.1),
            shell,
            env: terminal::environment(std::env::vars_os()),
        };
        let terminals = self.terminals.clone();
        let terminal = self.blocking(move || terminals.open(opening)).await?.map_err(terminal_error)?;
        tracing::info!(terminal = %terminal.id, by = caller.who.label(), cwd = terminal.cwd, "a terminal was opened");
        let (id, by) = (terminal.id.clone(), caller.who.label());
        let reply = self
            .change(caller, move |tx| {
                told::started(tx, &terminal, &by)?;
                Ok(TerminalReply { ok: true, terminal })
            })
            .await;
        if reply.is_err() {
            // Nobody was told of it.
            let terminals = self.terminals.clone();
            let _ = self.blocking(move || terminals.close(&id)).await;
        }
        // Its end may have come before its start was told.
        self.tell_terminal_ends().await;
        reply
    }

    /// A person who opens a terminal has answered whatever a profile would ask. A rule somebody wrote still counts.
    async fn terminal_allowed(&self, place: &Place, shell: &Shell) -> Result<(), ApiError> {
        let argv = vec![shell.program.display().to_string()];
        let action = Action {
            workspace_id: Some(place.room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Low,
            what: ActionKind::TerminalStart { argv, cwd: place.cwd.display().to_string() },
        };
        let verdict = self.judge(&place.room, None, None, &action).await?.verdict;
        let rule = verdict.rule.trim_end_matches('.');
        match verdict.effect {
            Effect::Allow => Ok(()),
            Effect::Deny => {
                Err(ApiError::new(ErrorCode::Forbidden, format!("A terminal is not allowed here: {rule}.")))
            }
            Effect::Ask => {
                let message = format!(
                    "A rule asks about terminals ({rule}), and a terminal waits for no answer. Change the rule to open one."
                );
                Err(ApiError::new(ErrorCode::Forbidden, message))
            }
        }
    }

    pub async fn terminals_list(&self) -> Result<Terminals, ApiError> {
        let terminals = self.terminals.clone();
        let most = u32::try_from(terminals.most()).unwrap_or(u32::MAX);
        let mut all = self.blocking(move || terminals.list()).await?;
        all.extend(self.node_terminals_known());
        all.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.cmp(&a.id)));
        Ok(Terminals { terminals: all, most })
    }

    pub async fn terminals_rename(&self, p: RenameTerminal) -> Result<TerminalReply, ApiError> {
        if let Some(reply) = self.node_rename(&p).await {
            return reply;
        }
        let terminals = self.terminals.clone();
        let terminal =
            self.blocking(move || terminals.rename(&p.id, &p.name)).await?.map_err(terminal_error)?;
        Ok(TerminalReply { ok: true, terminal })
    }

    pub async fn terminals_signal(&self, p: SignalTerminal) -> Result<Done, ApiError> {
        if let Some(reply) = self.node_signal(&p).await {
            return reply;
        }
        let terminals = self.terminals.clone();
        self.blocking(move || terminals.signal(&p.id, p.signal)).await?.map_err(terminal_error)?;
        Ok(Done { ok: true })
    }

    pub async fn terminals_close(&self, p: TerminalParams) -> Result<Done, ApiError> {
        if let Some(reply) = self.node_close(&p).await {
            return reply;
        }
        let terminals = self.terminals.clone();
        self.blocking(move || terminals.close(&p.id)).await?.map_err(terminal_error)?;
        Ok(Done { ok: true })
    }

    /// One that has ended, with its recording.
    pub async fn terminals_remove(&self, p: TerminalParams) -> Result<Done, ApiError> {
        if let Some(reply) = self.node_remove(&p).await {
            return reply;
        }
        // Afterwards nobody knows how it ended.
        self.tell_terminal_ends().await;
        let terminals = self.terminals.clone();
        self.blocking(move || terminals.remove(&p.id)).await?.map_err(terminal_error)?;
        Ok(Done { ok: true })
    }

    pub async fn terminals_snapshot(&self, p: TerminalParams) -> Result<TerminalSnapshot, ApiError> {
        if let Some(reply) = self.node_snapshot(&p).await {
            return reply;
        }
        let terminals = self.terminals.clone();
        self.blocking(move || terminals.snapshot(&p.id)).await?.map_err(terminal_error)
    }

    pub async fn terminals_export(&self, p: ExportTerminal) -> Result<TerminalRecording, ApiError> {
        if let Some(reply) = self.node_export(&p).await {
            return reply;
        }
        let terminals = self.terminals.clone();
        self.blocking(move || terminals.export(&p.id, p.after)).await?.map_err(terminal_error)
    }

    /// A place at a terminal for a connection, which drops it when it ends.
    pub fn terminals_attach(&self, who: &Principal, p: &AttachTerminal) -> Result<Attachment, ApiError> {
        let who = Who { key: who.actor(), label: who.label(), may_write: who.may(Permission::TerminalWrite) };
        self.terminals.attach(&p.id, who, p.after, p.seat.as_deref(), p.view_only).map_err(terminal_error)
    }

    /// Tells that lists have changed and how terminals ended, gives up what nobody uses, and ends all terminals with the
    /// server.
    pub(crate) async fn terminals_loop(&self) {
        let mut listed = self.terminals.listed();
        while !self.is_stopping() {
            tokio::select! {
                // It cannot be gone while the engine has it.
                _ = listed.changed() => {
                    self.ephemeral.send(serde_json::json!({ "type": "terminals.changed" }));
                    self.tell_terminal_ends().await;
                }
                () = tokio::time::sleep(SWEEP) => {
                    let terminals = self.terminals.clone();
                    let _ = self.blocking(move || terminals.sweep()).await;
                    self.tell_terminal_ends().await;
                }
                () = self.stopping() => {}
            }
        }
        let terminals = self.terminals.clone();
        let _ = self.blocking(move || terminals.stop()).await;
        self.tell_terminal_ends().await;
    }
}
