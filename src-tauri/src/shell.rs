//! What the window stands on: the flags, and the server or the reason why there is none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tauri::{AppHandle, Url, async_runtime};
use tokio::sync::watch;

use crate::backend::{self, Backend, End, Ending, Opened, Problem};
use crate::deep_link::Page;
use crate::flags::Flags;
use crate::memory::{Memory, OnClose};
use crate::origin::{self, Way};
use crate::running::Address;

/// How long a server that is not wanted any more may take to end before another one is started.
const LONGEST_END: Duration = Duration::from_secs(20);

/// Shared by the window, the commands and the end.
pub struct Shell {
    pub flags: Flags,
    pub memory: Memory,
    /// The server the window shows instead of this machine's.
    hub: Mutex<Option<Url>>,
    /// Set once the program is to end when nothing runs any more.
    stays: AtomicBool,
    standing: Arc<Mutex<Standing>>,
    /// Address of the last server there was: its page may still be in the window when it is gone.
    last: Mutex<Option<Url>>,
    /// Turns true when our server was asked to stop over its API.
    asked_to_end: watch::Sender<bool>,
    /// Held while a server is started or joined: the end waits for that, for nobody would end what comes up after it.
    opening: tokio::sync::Mutex<()>,
    /// Held while the end is waited for.
    at_end: Mutex<()>,
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
    /// Ours broke or does not answer, and is on its way out.
    Broken(Problem, Option<Ending>),
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
            standing: Arc::new(Mutex::new(Standing::Gone(0))),
            last: Mutex::default(),
            asked_to_end,
            opening: tokio::sync::Mutex::default(),
            at_end: Mutex::default(),
        };
        if let Err(problem) = async_runtime::block_on(shell.open()) {
            eprintln!("{}", problem.text);
        }
        shell
    }

    /// Tries to have a server, and keeps the outcome.
    pub async fn open(&self) -> Result<(), Problem> {
        let _opening = self.opening.lock().await;
        self.let_it_end().await?;
        let (asked, standing) = (self.asked_to_end.clone(), Arc::clone(&self.standing));
        let opened = backend::open(&self.flags, move |end| match end {
            End::Asked => drop(asked.send_replace(true)),
            End::Broken => broke(&standing),
        })
        .await;
        let mut standing = self.standing();
        match opened {
            Ok(Opened { backend, link, page }) => {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(backend.url.clone());
                *standing = Standing::Up { backend: Box::new(backend), link: Some(link), page };
                Ok(())
            }
            Err(problem) => {
                *standing = Standing::Down(problem.clone());
                Err(problem)
            }
        }
    }

    /// Waits for the end of a server of ours that is not wanted any more: the folder is its own until then.
    async fn let_it_end(&self) -> Result<(), Problem> {
        if self.is_holder() {
            broke(&self.standing);
        }
        let ending = match &mut *self.standing() {
            Standing::Broken(_, ending) => ending.take(),
            _ => None,
        };
        let Some(mut ending) = ending else { return Ok(()) };
        if tokio::time::timeout(LONGEST_END, ending.over()).await.is_ok() {
            return Ok(());
        }
        let mut standing = self.standing();
        let problem = Problem { text: STUCK.to_owned(), exit_code: 3 };
        *standing = Standing::Broken(problem.clone(), Some(ending));
        Err(problem)
    }

    /// The server's address. After it has gone its page is still ours: there it is started again.
    pub fn own_origin(&self) -> Option<Url> {
        match &*self.standing() {
            Standing::Up { backend, .. } => Some(backend.url.clone()),
            Standing::Down(_) | Standing::Broken(..) => {
                self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
            }
            Standing::Gone(_) => None,
        }
    }

    /// From now on the window shows this server, or this machine's when there is none.
    pub fn attach(&self, hub: Option<Url>) {
        *self.hub.lock().unwrap_or_else(PoisonError::into_inner) = hub;
    }

    /// Whether the window shows a server elsewhere.
    pub fn shows_hub(&self) -> bool {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What to do with an address the window wants to go to.
    pub fn way(&self, target: &Url) -> Way {
        let hub = self.hub.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match origin::way(hub.as_ref(), target) {
            Way::Stay => Way::Stay,
            Way::Outside | Way::Refuse => origin::way(self.own_origin().as_ref(), target),
        }
    }

    /// Whether there is no server, or one that does not answer any more.
    pub async fn is_gone(&self) -> bool {
        match self.address() {
            None => true,
            Some(address) => crate::running::ask(&address).await.is_err(),
        }
    }

    /// Where the server is asked what it does, while there is one.
    pub fn address(&self) -> Option<Address> {
        match &*self.standing() {
            Standing::Up { backend, .. } => Some(backend.address()),
            Standing::Down(_) | Standing::Broken(..) | Standing::Gone(_) => None,
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a window that opens now begins: signed in, or with the problem.
    pub fn begin(&self) -> Begin {
        match &mut *self.standing() {
            Standing::Up { backend, link, page } => {
                let mut link =
                    link.take().or_else(|| backend.fresh_link()).unwrap_or_else(|| backend.url.clone());
                if let Some(at) = page.take().and_then(|page| link.join(page.path()).ok()) {
                    link.set_path(at.path());
                    link.set_query(at.query());
                }
                Begin::Page(link)
            }
            Standing::Down(_) | Standing::Broken(..) | Standing::Gone(_) => Begin::Problem,
        }
    }

    /// The next window begins here.
    pub fn begin_at(&self, next: Page) {
        if let Standing::Up { page, .. } = &mut *self.standing() {
            *page = Some(next);
        }
    }

    /// Why there is no server.
    pub fn problem(&self) -> Option<Problem> {
        match &*self.standing() {
            Standing::Down(problem) | Standing::Broken(problem, _) => Some(problem.clone()),
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

    /// Whether the program goes on without its window until somebody ends it, whatever closing means otherwise.
    pub fn stay(&self, stays: bool) {
        self.stays.store(stays, Ordering::Release);
    }

    /// Where our own server is asked what it does.
    pub fn own_address(&self) -> Option<Address> {
        self.is_holder().then(|| self.address()).flatten()
    }

    /// Whether this process holds the data folder.
    pub fn is_holder(&self) -> bool {
        let standing = self.standing();
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
        let _once = self.at_end.lock().unwrap_or_else(PoisonError::into_inner);
        let _opening = async_runtime::block_on(self.opening.lock());
        // Not locked while it is waited for: a server that breaks on its way out says so there.
        let taken = std::mem::replace(&mut *self.standing(), Standing::Gone(0));
        let (code, ending) = match taken {
            Standing::Up { backend, .. } => (0, backend.end()),
            Standing::Broken(problem, ending) => (problem.exit_code, ending),
            Standing::Down(problem) => (problem.exit_code, None),
            Standing::Gone(code) => (code, None),
        };
        *self.standing() = Standing::Gone(code);
        if let Some(mut ending) = ending {
            async_runtime::block_on(ending.over());
        }
        code
    }
}

const BROKE: &str = "The server has stopped because a part of it broke. What was acknowledged is kept, and what it cut short begins again. Start it again.";
const STUCK: &str = "The server broke and does not end. Quit Pilothouse and start it again.";

/// Our server has broken, or does not answer: there is none from here on, and what is left of it ends.
fn broke(standing: &Mutex<Standing>) {
    let mut standing = standing.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(&*standing, Standing::Up { backend, .. } if backend.is_own())
        && let Standing::Up { backend, .. } = std::mem::replace(&mut *standing, Standing::Gone(3))
    {
        tracing::error!("the server has broken");
        let problem = Problem { text: BROKE.to_owned(), exit_code: 3 };
        *standing = Standing::Broken(problem, backend.end());
    }
}
