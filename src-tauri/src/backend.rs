//! The server behind the window: started in this process, or joined when another one holds the data folder.

use std::path::PathBuf;

use host::server_record::{Found, read_server};
use tauri::Url;
use tauri::async_runtime::{self, JoinHandle};
use tokio::sync::oneshot;

use crate::deep_link::Page;
use crate::flags::Flags;
use crate::link::Door;
use crate::running::Address;

/// Why there is no server to show.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The cause and the next step.
    pub text: String,
    pub exit_code: i32,
}

/// A server the window can show.
pub struct Backend {
    pub url: Url,
    token_file: PathBuf,
    /// Present when the server runs in this process.
    own: Option<Own>,
}

/// The task that owns our server until somebody wants it to end.
struct Own {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

/// What ended our server without the program's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Somebody asked it to stop over its API.
    Asked,
    /// A part of it broke.
    Broken,
}

/// A backend, the one-time link that signs the window in, and the page of the repository that was named.
pub struct Opened {
    pub backend: Backend,
    pub link: Url,
    pub page: Option<Page>,
}

/// Joins the running server of the data folder, or starts one. `on_end` is called if our server ends
/// by itself.
pub async fn open(flags: &Flags, on_end: impl FnOnce(End) + Send + 'static) -> Result<Opened, Problem> {
    if let Some(joined) = join(flags).await {
        return Ok(joined);
    }
    match server::start(flags.options()).await {
        Ok(running) => {
            let mut opened = tend(running, on_end)?;
            if !flags.repositories().is_empty() {
                opened.page = pages_of(&opened.backend, flags).await;
            }
            Ok(opened)
        }
        // Another one may have been quicker between the look and the start.
        Err(error) => match join(flags).await {
            Some(joined) => Ok(joined),
            None => Err(Problem { text: error.to_string(), exit_code: error.exit_code() }),
        },
    }
}

fn tend(running: server::Running, on_end: impl FnOnce(End) + Send + 'static) -> Result<Opened, Problem> {
    let parse = |text: &str| {
        Url::parse(text)
            .map_err(|error| Problem { text: format!("The server's address is odd: {error}"), exit_code: 3 })
    };
    let (url, link) = (parse(&running.url)?, parse(&running.open_url)?);
    let token_file = running.token_file.clone();
    let (stop, stopped) = oneshot::channel();
    let ended = async_runtime::spawn(async move {
        tokio::select! {
            _ = stopped => {}
            () = running.stop_requested() => on_end(End::Asked),
            () = running.broken() => on_end(End::Broken),
        }
        running.shutdown().await;
    });
    Ok(Opened { backend: Backend { url, token_file, own: Some(Own { stop, ended }) }, link, page: None })
}

/// The server has opened the repositories at its start; asking again tells where they are.
async fn pages_of(backend: &Backend, flags: &Flags) -> Option<Page> {
    let (address, flags) = (backend.address(), flags.clone());
    let asked = async_runtime::spawn_blocking(move || add_repositories(&address.door(), &flags));
    asked.await.ok().flatten()
}

/// The server that holds the data folder already, if it answers. Repositories named now are opened there.
async fn join(flags: &Flags) -> Option<Opened> {
    let root = flags.data_root()?;
    let flags = flags.clone();
    async_runtime::spawn_blocking(move || {
        let Ok(Found::Live(record)) = read_server(&root) else { return None };
        let door = Door { url: &record.url, token_file: &record.token_file };
        let link = door
            .fresh_link()
            .inspect_err(|error| tracing::info!(%error, "the recorded server does not answer"))
            .ok()?;
        let page = add_repositories(&door, &flags);
        let (url, link) = (Url::parse(&record.url).ok()?, Url::parse(&link).ok()?);
        Some(Opened { backend: Backend { url, token_file: record.token_file, own: None }, link, page })
    })
    .await
    .ok()
    .flatten()
}

/// Opens the repositories of the command line in a server that runs already. Answers the page of the last one.
pub fn add_repositories(door: &Door<'_>, flags: &Flags) -> Option<Page> {
    let mut page = None;
    for path in flags.repositories() {
        let path = std::path::absolute(&path).unwrap_or(path);
        match door.add_repository(&path, flags.trust) {
            Ok(opened) => page = Some(opened),
            Err(error) => eprintln!("{}: {error:#}", path.display()),
        }
    }
    page
}

impl Backend {
    /// Whether the server ends with this process.
    pub fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Where it is asked what it does.
    pub fn address(&self) -> Address {
        Address {
            url: self.url.as_str().trim_end_matches('/').to_owned(),
            token_file: self.token_file.clone(),
        }
    }

    /// A new one-time link, for a window that is opened again.
    pub fn fresh_link(&self) -> Option<Url> {
        let link = self.address().door().fresh_link();
        link.inspect_err(|error| tracing::warn!(%error, "no fresh link")).ok()?.parse().ok()
    }

    /// Has our server end; a joined one goes on.
    pub fn end(self) -> Option<Ending> {
        let own = self.own?;
        // An error means that it is ending already.
        let _ = own.stop.send(());
        Some(Ending(own.ended))
    }
}

/// A server of ours on its way out; another one can have its folder afterwards.
pub struct Ending(JoinHandle<()>);

impl Ending {
    /// Resolves when nothing of it runs any more.
    pub async fn over(&mut self) {
        if let Err(error) = (&mut self.0).await {
            tracing::error!(%error, "the server ended badly");
        }
    }
}
