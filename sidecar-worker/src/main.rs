//! `pilothouse-worker`: one supervised worker process.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let flags = pilothouse_worker::flags::Flags::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("PILOTHOUSE_LOG")
        .or_else(|_| tracing_subscriber::EnvFilter::try_from_default_env())
        .unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("pilothouse-worker: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(pilothouse_worker::claim::run(flags)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pilothouse-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
