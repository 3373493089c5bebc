//! What `pilothouse doctor` says of the listeners.

use super::keeper::Listeners;
use engine::Engine;
use protocol::doctor::{DoctorLine, DoctorReport, Finding};
use protocol::listen::{ListenerKind, ListenerShown, ListenerState, Listening, Reachers};

impl Listeners {
    /// The engine's report with a line for each listener that is wanted beside loopback.
    pub(crate) async fn doctor(&self, engine: &Engine, port: u16, mut report: DoctorReport) -> DoctorReport {
        if let Ok(shown) = self.show(engine, port).await {
            report.lines.extend(lines(&shown));
        }
        report
    }
}

fn lines(shown: &Listening) -> Vec<DoctorLine> {
    let chosen = |one: &&ListenerShown| {
        one.kind != ListenerKind::Loopback
            && (one.chosen || one.state != ListenerState::Off || one.why.is_some())
    };
    let lines: Vec<DoctorLine> = shown.listeners.iter().filter(chosen).map(|one| line(one, shown)).collect();
    if !lines.is_empty() {
        return lines;
    }
    vec![DoctorLine {
        id: "listen".into(),
        title: "Reachable from".into(),
        finding: Finding::Ok,
        detail: "This machine only.".into(),
        fix: None,
    }]
}

fn line(one: &ListenerShown, all: &Listening) -> DoctorLine {
    let title = match one.kind {
        ListenerKind::Loopback => "Loopback",
        ListenerKind::Tailnet => "Tailnet address",
        ListenerKind::Serve => "Tailscale Serve",
        ListenerKind::Address => "Address with TLS",
    };
    let by = match one.reachers {
        Reachers::Machine => "programs of this machine".to_owned(),
        Reachers::Tailnet => format!("paired devices on {}", all.let_in().unwrap_or_default()),
        Reachers::Network => "paired devices in that network".to_owned(),
    };
    let nobody = one.reachers == Reachers::Tailnet && all.logins.is_empty();
    let urls = one.urls.join(", ");
    let (finding, detail) = match (&one.why, one.state) {
        (Some(why), _) => (Finding::Warning, why.clone()),
        (None, ListenerState::Open) if nobody => {
            (Finding::Warning, format!("{urls} lets in nobody: this machine belongs to no login."))
        }
        (None, ListenerState::Open) => (Finding::Ok, format!("{urls}, for {by}")),
        (None, _) => (Finding::Warning, "It is being opened.".to_owned()),
    };
    let fix = match one.code.as_deref() {
        Some("tailnet.missing") => Some("Install Tailscale and log in, or `pilothouse tailnet off`."),
        Some("tailnet.denied") => Some("sudo tailscale set --operator=$USER"),
        Some("tailnet.stopped") => Some("tailscale up"),
        Some("listen.no_such_address") => {
            Some("`pilothouse listen IP:PORT` with an address of this machine.")
        }
        Some("listen.port_taken") => Some("Stop the other program, or choose another port."),
        _ if nobody => Some("`pilothouse tailnet allow ann@example.com`"),
        _ => None,
    };
    DoctorLine {
        id: format!("listen.{}", one.kind),
        title: title.into(),
        finding,
        detail,
        fix: fix.map(str::to_owned),
    }
}
