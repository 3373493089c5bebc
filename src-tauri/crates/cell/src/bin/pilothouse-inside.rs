//! `pilothouse-inside`: the first process of a cell. It is started by the product, never by hand: it speaks
//! frames on its standard input and output.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("pilothouse-inside {} channel {}", env!("CARGO_PKG_VERSION"), cell::VERSION);
        return ExitCode::SUCCESS;
    }
    begin()
}

#[cfg(target_os = "linux")]
fn begin() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(8).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("pilothouse-inside: {error}");
            return ExitCode::FAILURE;
        }
    };
    let error = runtime.block_on(cell::inside::run());
    // Threads that still write a file are not waited for.
    runtime.shutdown_background();
    match error {
        Ok(())
        | Err(cell::ChannelError::Gone | cell::ChannelError::Goodbye { .. } | cell::ChannelError::Closed) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pilothouse-inside: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn begin() -> ExitCode {
    eprintln!("pilothouse-inside runs inside Linux sandboxes and containers only");
    ExitCode::FAILURE
}
