//! Being told to end from outside: the program quits as if the window had been closed for good.

use tauri::{AppHandle, async_runtime};

/// Quits on Ctrl-C and, where there are such, on SIGTERM and SIGHUP. A second signal ends the process at once.
/// They are watched when this returns, so whoever can see the window can end the program in good order.
pub fn on_signals(app: AppHandle) {
    let mut signals = async_runtime::block_on(async { Signals::watch() });
    async_runtime::spawn(async move {
        signals.next().await;
        app.exit(0);
        signals.next().await;
        std::process::exit(1);
    });
}

#[cfg(unix)]
struct Signals(Option<[tokio::signal::unix::Signal; 3]>);

#[cfg(unix)]
impl Signals {
    fn watch() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        match kinds.map(signal) {
            [Ok(interrupt), Ok(terminate), Ok(hangup)] => Self(Some([interrupt, terminate, hangup])),
            _ => {
                tracing::warn!("signals cannot be watched");
                Self(None)
            }
        }
    }

    async fn next(&mut self) {
        match &mut self.0 {
            Some([interrupt, terminate, hangup]) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
            }
            None => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn watch() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
