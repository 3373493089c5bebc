//! `pilothouse serve`: ready in one line, drained on the first signal, gone on the second.

use crate::flags::{Sandbox, Serve};
use crate::output;
use host::HostError;
use server::{Options, SandboxChoice, StartError};
use std::path::PathBuf;

/// Exit code after a mistake of ours: whoever keeps it running starts it again.
const BROKEN: u8 = 1;

pub(crate) async fn run(data: Option<PathBuf>, flags: Serve, as_json: bool) -> u8 {
    let options = Options {
        data,
        host: flags.host,
        port: flags.port,
        repos: flags.repo,
        trust: flags.trust,
        workers: flags.workers,
        sandbox: flags.sandbox.map(|sandbox| match sandbox {
            Sandbox::Auto => SandboxChoice::Auto,
            Sandbox::Container => SandboxChoice::Container,
            Sandbox::Bwrap => SandboxChoice::Bwrap,
            Sandbox::Seatbelt => SandboxChoice::Seatbelt,
            Sandbox::JobObject => SandboxChoice::JobObject,
            Sandbox::Host => SandboxChoice::Host,
        }),
        ..Options::default()
    };
    let running = match server::start(options).await {
        Ok(running) => running,
        Err(error) => {
            let next = match &error {
                StartError::Engine(inner) if held(inner) => {
                    " Use that one (`pilothouse status`, `pilothouse open`), stop it, or choose another folder with --data."
                }
                _ => "",
            };
            if as_json {
                let message = format!("{error}{next}");
                output::json(
                    &serde_json::json!({ "ready": false, "code": error.code(), "message": message }),
                );
            }
            tell!("pilothouse: {error}{next}");
            return error.exit_code() as u8;
        }
    };
    if as_json {
        output::json(&serde_json::json!({
            "ready": true, "url": running.url, "tokenFile": running.token_file, "openUrl": running.open_url,
            "pid": std::process::id(), "data": running.data,
        }));
    } else {
        say!("Pilothouse is ready. Open {}", running.open_url);
    }
    host::background::tell_ready();
    let code = tokio::select! {
        () = signalled() => 0,
        () = running.stop_requested() => 0,
        () = running.broken() => {
            tell!("pilothouse: A part of the server broke; the lines above say which. What was acknowledged is kept: start it again.");
            BROKEN
        }
    };
    tokio::select! {
        () = running.shutdown() => code,
        () = signalled() => 1,
    }
}

fn held(error: &impl std::error::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(inner) = source {
        if inner.downcast_ref::<HostError>().is_some_and(|e| e.code() == "host.data_held") {
            return true;
        }
        source = inner.source();
    }
    error.to_string().contains("held by")
}

#[cfg(unix)]
pub(super) async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

#[cfg(not(unix))]
pub(super) async fn signalled() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
