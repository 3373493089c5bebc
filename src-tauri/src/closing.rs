//! Being told to end from outside: the program quits as if the window had been closed for good.

use tauri::{AppHandle, async_runtime};

/// Quits on Ctrl-C and, where there are such, on SIGTERM and SIGHUP. A second signal ends the process at once.
pub fn on_signals(app: AppHandle) {
    async_runtime::spawn(async move {
        told().await;
        app.exit(0);
        told().await;
        std::process::exit(1);
    });
}

#[cfg(unix)]
async fn told() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    match kinds.map(signal) {
        [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] => {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
        _ => {
            tracing::warn!("signals cannot be watched");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn told() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
