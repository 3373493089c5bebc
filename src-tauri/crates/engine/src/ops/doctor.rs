//! `pilothouse doctor`: looks, and says for each finding the one next step.

use crate::Engine;
use protocol::ApiError;
use protocol::doctor::{DoctorLine, DoctorReport, Finding};
use protocol::ops::TtlParams;

impl Engine {
    pub async fn doctor(&self) -> Result<DoctorReport, ApiError> {
        let status = self.system_status(TtlParams::default()).await?;
        let mut lines = vec![match (&self.git, &self.git_problem) {
            (Some(git), _) => line(
                "git",
                "Git",
                Finding::Ok,
                format!("git {} at {}", git.version(), git.program().display()),
                None,
            ),
            (None, problem) => line(
                "git",
                "Git",
                Finding::Problem,
                problem.as_ref().map(|p| p.message.clone()).unwrap_or_default(),
                Some("Install git 2.38 or newer, then start Pilothouse again."),
            ),
        }];
        lines.push(match &self.sandbox {
            Ok(selected) if selected.sandbox.confines() => line(
                "sandbox",
                "Sandbox",
                Finding::Ok,
                format!("{}: {}", selected.isolation.backend, selected.isolation.fs),
                None,
            ),
            Ok(_) => line(
                "sandbox",
                "Sandbox",
                Finding::Warning,
                "Repository code runs as plain host processes in this run.".into(),
                Some("Start without --sandbox host to confine it."),
            ),
            Err(none) => line("sandbox", "Sandbox", Finding::Problem, none.reason.clone(), Some(&none.fix)),
        });
        lines.push(match host::paths::writable(self.data.root()) {
            Ok(()) => line("data", "Data folder", Finding::Ok, self.data.root().display().to_string(), None),
            Err(error) => line(
                "data",
                "Data folder",
                Finding::Problem,
                error.to_string(),
                Some("Free some space or choose another folder with --data."),
            ),
        });
        let storage = &status.storage;
        lines.push(line(
            "storage",
            "Database",
            Finding::Ok,
            format!(
                "{} events, {} bytes, journal {} / synchronous {}",
                storage.events, storage.database_bytes, storage.journal_mode, storage.synchronous
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
        lines.push(if status.model_ready {
            line("model", "Model", Finding::Ok, "RemoteBuddy has a model.".into(), None)
        } else {
            line(
                "model",
                "Model",
                Finding::Warning,
                "No model is connected; the deterministic lane works without one.".into(),
                Some("Settings, Models: pick one of the servers found on this machine."),
            )
        });
        for row in self.store.read(|tx| tx.workspaces()).await? {
            lines.push(self.doctor_workspace(row).await);
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
                Some("Confirm them on the first-run page or with `pilothouse serve --trust`."),
            ),
            Ok(plan) if plan.checks.is_empty() => {
                line(&id, &title, Finding::Warning, plan.warnings.join(" "), Some("Add checks in Settings."))
            }
            Ok(plan) => line(
                &id,
                &title,
                Finding::Ok,
                format!("{} checks; lands on {}", plan.checks.len(), row.integration_branch),
                None,
            ),
            Err(error) => line(&id, &title, Finding::Problem, error.message, None),
        }
    }
}

fn line(id: &str, title: &str, finding: Finding, detail: String, fix: Option<&str>) -> DoctorLine {
    DoctorLine { id: id.into(), title: title.into(), finding, detail, fix: fix.map(str::to_owned) }
}
