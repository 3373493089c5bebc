//! What the window stands on: the flags, and the server or the reason why there is none.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Url, async_runtime};
use tokio::sync::watch;

use crate::backend::{self, Backend, Opened, Problem};
use crate::flags::Flags;

/// Shared by the window, the commands and the end.
pub struct Shell {
    pub flags: Flags,
    standing: Mutex<Standing>,
    /// Turns true when our server was asked to stop over its API.
    asked_to_end: watch::Sender<bool>,
}

enum Standing {
    /// The server is up. The link is there until the first window used it.
    Up {
        backend: Backend,
        link: Option<Url>,
    },
    Down(Problem),
    /// Nothing was started yet, or the end has come; with the exit code to leave.
    Gone(i32),
}

/// Where a new window begins.
pub enum Begin {
    Page(Url),
    Problem,
}

impl Shell {
    /// Starts or joins the server. A failure is part of the shell: the window tells it.
    pub fn start(flags: Flags) -> Self {
        let asked_to_end = watch::Sender::new(false);
        let shell = Self { flags, standing: Mutex::new(Standing::Gone(0)), asked_to_end };
        if let Err(problem) = async_runtime::block_on(shell.open()) {
            eprintln!("{}", problem.text);
        }
        shell
    }

    /// Tries to have a server, and keeps the outcome.
    pub async fn open(&self) -> Result<(), Problem> {
        let asked = self.asked_to_end.clone();
        let opened = backend::open(&self.flags, move || {
            asked.send_replace(true);
        })
        .await;
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        match opened {
            Ok(Opened { backend, link }) => {
                *standing = Standing::Up { backend, link: Some(link) };
                Ok(())
            }
            Err(problem) => {
                *standing = Standing::Down(problem.clone());
                Err(problem)
            }
        }
    }

    /// The server's address while there is one.
    pub fn own_origin(&self) -> Option<Url> {
        match &*self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Up { backend, .. } => Some(backend.url.clone()),
            Standing::Down(_) | Standing::Gone(_) => None,
        }
    }

    /// Where a window that opens now begins: signed in, or with the problem.
    pub fn begin(&self) -> Begin {
        match &mut *self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Up { backend, link } => Begin::Page(
                link.take().or_else(|| backend.fresh_link()).unwrap_or_else(|| backend.url.clone()),
            ),
            Standing::Down(_) | Standing::Gone(_) => Begin::Problem,
        }
    }

    /// Why there is no server.
    pub fn problem(&self) -> Option<Problem> {
        match &*self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Down(problem) => Some(problem.clone()),
            Standing::Up { .. } | Standing::Gone(_) => None,
        }
    }

    /// Whether closing the window leaves the server running: only if that was said, and only our own.
    pub fn outlives_window(&self) -> bool {
        self.flags.keep_serving && self.is_holder()
    }

    /// Whether this process holds the data folder.
    pub fn is_holder(&self) -> bool {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*standing, Standing::Up { backend, .. } if backend.is_own())
    }

    /// Quits the program once the server was asked to stop over its API.
    pub fn quit_when_asked(&self, app: AppHandle) {
        let mut asked = self.asked_to_end.subscribe();
        async_runtime::spawn(async move {
            if asked.wait_for(|asked| *asked).await.is_ok() {
                app.exit(0);
            }
        });
    }

    /// Ends the server, if it is ours, and waits for it. Answers the exit code, at every call.
    pub fn end(&self) -> i32 {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let code = match std::mem::replace(&mut *standing, Standing::Gone(0)) {
            Standing::Up { backend, .. } => {
                backend.end();
                0
            }
            Standing::Down(problem) => problem.exit_code,
            Standing::Gone(code) => code,
        };
        *standing = Standing::Gone(code);
        code
    }
}
