//! The desktop window: one process that runs the server and shows its page.
//!
//! This room holds only what a window is for: starting or joining the server of a data folder, opening the page
//! on its loopback address, the few commands only a desktop can do, and quitting without leaving anything
//! behind. It deliberately knows nothing of sessions, jobs, git or the database; the page speaks to the server
//! over the same API as a browser or a phone.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod backend;
mod closing;
mod commands;
mod display;
mod flags;
mod link;
mod origin;
mod shell;
mod summons;
mod window;

use std::process::ExitCode;

use clap::Parser as _;

use crate::flags::Flags;
use crate::shell::Shell;

/// Exit code of the process contract for "cannot start".
const CANNOT_START: u8 = 3;

fn main() -> ExitCode {
    let flags = Flags::parse();
    if let Err(problem) = display::prepare() {
        eprintln!("{problem}");
        return ExitCode::from(CANNOT_START);
    }
    log_to_stderr();
    if summons::answered(&flags) {
        return ExitCode::SUCCESS;
    }
    let shell = Shell::start(flags);
    match window::run(shell) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("The window cannot be opened: {error:#}");
            ExitCode::from(CANNOT_START)
        }
    }
}

/// Levels come from `PILOTHOUSE_LOG`, as for the headless server.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PILOTHOUSE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
