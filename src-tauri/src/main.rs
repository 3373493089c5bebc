//! The desktop window: one process that runs the server and shows its page.
//!
//! This room holds only what a window is for: starting or joining the server of a data folder, opening the page
//! on its loopback address, the few commands only a desktop can do, and quitting without leaving anything
//! behind. It deliberately knows nothing of git or the database. The page speaks to the server over the same API as
//! a browser or a phone, and so do the tray and the notifications: only `follow` asks it what goes on.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod asked;
mod backend;
mod choices;
mod closing;
mod commands;
mod contrast;
mod deep_link;
mod display;
mod drain;
mod exactly;
mod flags;
mod follow;
mod hub;
mod leave;
mod link;
mod memory;
mod menu;
mod notify;
mod open_folder;
mod origin;
mod running;
mod shell;
mod spelling;
mod summons;
mod taken_folder;
mod tray;
mod update;
mod window;
mod wish;
mod words;

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
    let mut odd_link = None;
    let shell = Shell::start(flags);
    if let Some(link) = shell.flags.link() {
        match wish::page(link, shell.own_origin().as_ref()) {
            Ok(page) => shell.begin_at(page),
            Err(why) => odd_link = Some(why),
        }
    }
    match window::run(shell, odd_link.as_deref()) {
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
