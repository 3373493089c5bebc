//! What the window stands on: the flags, and the server or the reason why there is none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Url, async_runtime};
use tokio::sync::watch;

use crate::backend::{self, Backend, Opened, Problem};
use crate::deep_link::Page;
use crate::flags::Flags;
use crate::memory::{Memory, OnClose};
use crate::origin::{self, Way};
use crate::running::Address;

/// Shared by the window, the commands and the end.
pub struct Shell {
    pub flags: Flags,
    pub memory: Memory,
    /// The server the window shows instead of this machine's.
    hub: Mutex<Option<Url>>,
    /// Set once the program is to end when nothing runs any more.
    stays: AtomicBool,
    standing: Mutex<Standing>,
    /// Turns true when our server was asked to stop over its API.
    asked_to_end: watch::Sender<bool>,
}

enum Standing {
    /// The server is up. The link is there until the first window used it.
    Up {
        backend: Box<Backend>,
        link: Option<Url>,
        /// Where the next window begins, when that was said.
        page: Option<Page>,
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
        let memory = Memory::of(flags.data_root().as_deref());
        let shell = Self {
            flags,
            memory,
            hub: Mutex::default(),
            stays: AtomicBool::new(false),
            standing: Mutex::new(Standing::Gone(0)),
            asked_to_end,
        };
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
            Ok(Opened { backend, link, page }) => {
                *standing = Standing::Up { backend: Box::new(backend), link: Some(link), page };
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

    /// From now on the window shows this server, or this machine's when there is none.
    pub fn attach(&self, hub: Option<Url>) {
        *self.hub.lock().unwrap_or_else(PoisonError::into_inner) = hub;
    }

    /// What to do with an address the window wants to go to.
    pub fn way(&self, target: &Url) -> Way {
        let hub = self.hub.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match origin::way(hub.as_ref(), target) {
            Way::Stay => Way::Stay,
            Way::Outside | Way::Refuse => origin::way(self.own_origin().as_ref(), target),
        }
    }

    /// Whether there is no server, or one that was joined and does not answer any more.
    pub async fn is_gone(&self) -> bool {
        match (self.is_holder(), self.address()) {
            (_, None) => true,
            (true, Some(_)) => false,
            (false, Some(address)) => crate::running::ask(&address).await.is_err(),
        }
    }

    /// Where the server is asked what it does, while there is one.
    pub fn address(&self) -> Option<Address> {
        match &*self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Up { backend, .. } => Some(backend.address()),
            Standing::Down(_) | Standing::Gone(_) => None,
        }
    }

    /// Where a window that opens now begins: signed in, or with the problem.
    pub fn begin(&self) -> Begin {
        match &mut *self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Up { backend, link, page } => {
                let mut link =
                    link.take().or_else(|| backend.fresh_link()).unwrap_or_else(|| backend.url.clone());
                if let Some(at) = page.take().and_then(|page| link.join(page.path()).ok()) {
                    link.set_path(at.path());
                    link.set_query(at.query());
                }
                Begin::Page(link)
            }
            Standing::Down(_) | Standing::Gone(_) => Begin::Problem,
        }
    }

    /// The next window begins here.
    pub fn begin_at(&self, next: Page) {
        if let Standing::Up { page, .. } = &mut *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
        {
            *page = Some(next);
        }
    }

    /// Why there is no server.
    pub fn problem(&self) -> Option<Problem> {
        match &*self.standing.lock().unwrap_or_else(PoisonError::into_inner) {
            Standing::Down(problem) => Some(problem.clone()),
            Standing::Up { .. } | Standing::Gone(_) => None,
        }
    }

    /// What closing the window means: as said at the start, else as it was answered. A server that is not ours goes
    /// on whatever happens here, so nothing is asked.
    pub fn on_close(&self) -> OnClose {
        match self.flags.on_close {
            _ if !self.is_holder() => OnClose::Quit,
            OnClose::Ask => self.memory.on_close(),
            said => said,
        }
    }

    /// Whether the program goes on without its window.
    pub fn outlives_window(&self) -> bool {
        self.is_holder() && (self.stays.load(Ordering::Acquire) || self.on_close() == OnClose::Keep)
    }

    /// From now on the program goes on without its window, until somebody ends it.
    pub fn stay(&self) {
        self.stays.store(true, Ordering::Release);
    }

    /// Where our own server is asked what it does.
    pub fn own_address(&self) -> Option<Address> {
        self.is_holder().then(|| self.address()).flatten()
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
