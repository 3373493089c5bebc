//! What may be said on the command line: the flags of `pilothouse serve` that make sense for a window.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use server::{Options, SandboxChoice};

#[derive(Debug, Clone, Parser)]
#[command(name = "pilothouse-desktop", version, about = "Opens Pilothouse in a window")]
pub struct Flags {
    /// A repository to open; may be given several times
    #[arg(long, value_name = "PATH")]
    pub repo: Vec<PathBuf>,
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port on loopback; 0 picks a free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Worker processes
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Accept the repositories' own checks and recipes without asking
    #[arg(long)]
    pub trust: bool,
    /// What confines a model's commands and repository code [built in: auto]
    #[arg(long, value_enum)]
    sandbox: Option<Sandbox>,
    /// Go on serving when the window is closed; start Pilothouse again to get it back
    #[arg(long, env = "PILOTHOUSE_KEEP_SERVING")]
    pub keep_serving: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sandbox {
    Auto,
    Container,
    Bwrap,
    Host,
}

impl Flags {
    /// How the server is to be started.
    pub fn options(&self) -> Options {
        Options {
            data: self.data.clone(),
            port: self.port,
            repos: self.repo.clone(),
            trust: self.trust,
            workers: self.workers,
            sandbox: self.sandbox.map(|sandbox| match sandbox {
                Sandbox::Auto => SandboxChoice::Auto,
                Sandbox::Container => SandboxChoice::Container,
                Sandbox::Bwrap => SandboxChoice::Bwrap,
                Sandbox::Host => SandboxChoice::Host,
            }),
            ..Options::default()
        }
    }

    /// The data folder that is meant, by these flags or else by what is configured; nothing is created. None
    /// when that cannot be read: the start then says why.
    pub fn data_root(&self) -> Option<PathBuf> {
        self.options().data_folder().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_serve_reach_the_server() {
        let words = [
            "pilothouse-desktop",
            "--repo",
            "/a",
            "--repo=/b",
            "--port",
            "0",
            "--sandbox",
            "host",
            "--trust",
        ];
        let options = Flags::try_parse_from(words).unwrap().options();
        assert_eq!(options.repos, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!((options.port, options.trust), (Some(0), true));
        assert_eq!(options.sandbox, Some(SandboxChoice::Host));
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        assert!(Flags::try_parse_from(["pilothouse-desktop", "--host", "0.0.0.0"]).is_err());
    }
}
