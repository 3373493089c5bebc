//! `pilothouse doctor`: looks, and says for each finding the one next step.

mod agents;
mod alone;
mod images;
mod lines;
mod pool;

pub use alone::doctor_without_server;

use crate::Engine;
use lines::line;
use protocol::doctor::{DoctorLine, DoctorReport, Finding};
use protocol::ops::TtlParams;
use protocol::settings::Role;
use protocol::{ApiError, count};

impl Engine {
    pub async fn doctor(&self) -> Result<DoctorReport, ApiError> {
        let sandbox = self.sandbox_now().await;
        let status = self.system_status(TtlParams::default()).await?;
        let mut lines = vec![
            lines::git(self.git.as_ref(), self.git_problem.as_ref()),
            lines::sandbox(&sandbox),
            lines::containers(&self.own.config.workers).await,
            lines::data(self.data.root()),
        ];
        let storage = &status.storage;
        lines.push(line(
            "storage",
            "Database",
            Finding::Ok,
            format!(
                "{}, {}, journal {} / synchronous {}",
                count(storage.events, "event", "events"),
                count(storage.database_bytes, "byte", "bytes"),
                storage.journal_mode,
                storage.synchronous
            ),
            None,
        ));
        lines.push(match status.workers.online {
            0 => line(
                "workers",
                "Workers",
                Finding::Warning,
                "No worker is online.".into(),
                Some("Start with --workers 1 or more, or look at the log for why they end."),
            ),
            n => line(
                "workers",
                "Workers",
                Finding::Ok,
                format!("{n} online, {} busy", status.workers.busy),
                None,
            ),
        });
        let workers = self.store.read(|tx| tx.workers(None)).await?;
        lines.extend(pool::lines_of(&workers, self.clock.now_ms()));
        lines.push(if status.model_ready {
            line("model", "Model", Finding::Ok, "RemoteBuddy has a model.".into(), None)
        } else {
            line(
                "model",
                "Model",
                Finding::Warning,
                "No model is connected; the deterministic lane works without one.".into(),
                Some("Settings, Models: pick a server found on this machine, or type an address."),
            )
        });
        let chosen = super::agents::chosen(&self.own.config);
        let speaks = self.model(Role::Workers).await?.map(|model| model.dialect);
        lines.push(agents::line_of(&super::agents::found().await, chosen, speaks));
        let saved = self.config_keys().await?;
        lines.push(lines::keys(&saved.keychain, &saved.keys));
        for row in self.store.read(|tx| tx.workspaces()).await? {
            let image = self.doctor_image(&row).await;
            lines.push(self.doctor_workspace(row).await);
            lines.extend(image);
        }
        let ok = lines.iter().all(|l| l.finding != Finding::Problem);
        Ok(DoctorReport { ok, lines })
    }

    async fn doctor_workspace(&self, row: store::WorkspaceRow) -> DoctorLine {
        let (id, title) = (format!("workspace.{}", row.id), format!("Workspace {}", row.name));
        let Ok(room) = self.room(&row.id) else {
            return line(
                &id,
                &title,
                Finding::Problem,
                format!("{} cannot be opened.", row.repo_root),
                Some("Move the folder back, or remove the workspace."),
            );
        };
        match self.check_plan(&room).await {
            Ok(plan) if !plan.confirmed => line(
                &id,
                &title,
                Finding::Warning,
                "Its checks are not confirmed; nothing lands until they are.".into(),
                Some("Confirm them in Settings, Checks and landing, or start the server again with --trust."),
            ),
            Ok(plan) if plan.checks.is_empty() => {
                line(&id, &title, Finding::Warning, plan.warnings.join(" "), Some("Add checks in Settings."))
            }
            Ok(plan) => line(
                &id,
                &title,
                Finding::Ok,
                format!(
                    "{}; lands on {}",
                    count(plan.checks.len(), "check", "checks"),
                    row.integration_branch
                ),
                None,
            ),
            Err(error) => line(&id, &title, Finding::Problem, error.message, None),
        }
    }
}
