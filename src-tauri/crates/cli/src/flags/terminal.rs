//! What can be typed after `pilothouse terminal`.

use clap::{Subcommand, ValueEnum};
use protocol::terminal::TerminalSignal;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum TerminalCommand {
    /// Those that run, and those that have ended and are kept with their recordings.
    List,
    /// Open one in a trusted workspace and attach to it; Control and ] detaches.
    Open {
        /// Its id [built in: the first trusted one]
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
        /// In the folder of a job that was taken over.
        #[arg(long, value_name = "JOB", conflicts_with = "workspace")]
        job: Option<String>,
        /// On another machine, by its name: in that machine's folder for terminals.
        #[arg(long, value_name = "MACHINE", conflicts_with_all = ["workspace", "job"])]
        node: Option<String>,
        /// A folder inside, relative to it.
        #[arg(long, value_name = "FOLDER")]
        folder: Option<String>,
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Only open it, and print its id.
        #[arg(long)]
        detached: bool,
    },
    /// Show one here; Control and ] detaches, and it goes on. Exits with its exit code when it ends.
    Attach {
        #[arg(value_name = "ID OR NAME")]
        what: String,
        /// Only look.
        #[arg(long, conflicts_with = "take")]
        view: bool,
        /// Take control, whoever has it.
        #[arg(long)]
        take: bool,
    },
    /// Print what is on its screen now.
    Show {
        #[arg(value_name = "ID OR NAME")]
        what: String,
    },
    /// Print its recording, in asciicast v2.
    Export {
        #[arg(value_name = "ID OR NAME")]
        what: String,
        /// Into a new file instead.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Give it another name.
    Rename {
        #[arg(value_name = "ID OR NAME")]
        what: String,
        #[arg(value_name = "NEW NAME")]
        name: String,
    },
    /// Tell the program in its foreground; `kill` ends everything in it.
    Signal {
        #[arg(value_name = "ID OR NAME")]
        what: String,
        #[arg(value_enum)]
        signal: SignalWord,
    },
    /// End one and everything that runs in it; its recording is kept.
    Close {
        #[arg(value_name = "ID OR NAME")]
        what: String,
    },
    /// Take one that has ended off the list, with its recording.
    Remove {
        #[arg(value_name = "ID OR NAME")]
        what: String,
    },
}

/// What can be sent.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SignalWord {
    Interrupt,
    Quit,
    Terminate,
    HangUp,
    Kill,
}

impl From<SignalWord> for TerminalSignal {
    fn from(word: SignalWord) -> Self {
        match word {
            SignalWord::Interrupt => TerminalSignal::Interrupt,
            SignalWord::Quit => TerminalSignal::Quit,
            SignalWord::Terminate => TerminalSignal::Terminate,
            SignalWord::HangUp => TerminalSignal::HangUp,
            SignalWord::Kill => TerminalSignal::Kill,
        }
    }
}
