//! Serves a model script on loopback until it is stopped. Test-only: there is no model behind it.
//!
//! `scripted-model --script FILE [--port N] [--until-stdin-closes]` prints one JSON line
//! `{"url":…,"baseUrl":…}` when it is ready. The script's format is described in `testkit::model_server`.
//! With `--until-stdin-closes` it also ends when whoever started it goes away.

use std::io::Write;
use std::process::ExitCode;

use testkit::model_server::{ModelServer, Script};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("scripted-model: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut file = None;
    let mut port = 0;
    let mut until_stdin_closes = false;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--script" => file = Some(args.next().ok_or("--script needs a file")?),
            "--port" => {
                let text = args.next().ok_or("--port needs a number")?;
                port = text.parse().map_err(|_| format!("{text} is not a port"))?;
            }
            "--until-stdin-closes" => until_stdin_closes = true,
            other => return Err(format!("unknown argument {other}")),
        }
    }
    let file = file.ok_or("usage: scripted-model --script FILE [--port N] [--until-stdin-closes]")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let script = Script::from_json(&text).map_err(|error| format!("{file}: {error}"))?;
    let server = ModelServer::start_on(script, port).map_err(|error| error.to_string())?;
    let ready = serde_json::json!({"url": server.url(), "baseUrl": server.base_url()});
    let mut out = std::io::stdout();
    writeln!(out, "{ready}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    if until_stdin_closes {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}
