//! OpenHands, through its Python SDK: a small program of ours drives one conversation and prints a line of JSON
//! for each thing that happens, and asks before each command and each file that is written.
//!
//! The kit installs no program: what is started is the interpreter of its environment, found as `openhands` on the
//! search path, either a link to that interpreter or the script of OpenHands' own command line. It needs Python 3.12;
//! on an older one a package of the same name installs that is something else, so the version of `openhands-sdk`
//! itself is asked for.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::json;

use super::dialogue::Spoken;
use super::driven::{self, Driven};
use super::lines::{Tally, number, object, status_in, text};
use super::{Asked, Cli, Ended, Errand, Event, Exit, File, Invocation, Reader, Usage, Verdict};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Openhands,
    title: "OpenHands",
    program: "openhands",
    places: &[".local/bin/openhands"],
    inner: &[],
    version: Asked::Package("openhands-sdk"),
    login: None,
    tried: Some("1.58.0"),
    install: "python3.12 -m venv ~/.openhands-sdk && ~/.openhands-sdk/bin/pip install openhands-sdk==1.58.0 openhands-tools==1.58.0 && ln -s ~/.openhands-sdk/bin/python ~/.local/bin/openhands",
    speaks: &[Dialect::OpenaiChat],
    resumes: false,
    told_denials: false,
    counts_session: false,
    invoke,
    reader: || Box::new(Lines::default()),
    spoken: Some(Spoken {
        invoke: |errand| drive(errand, true),
        open: |_| Box::new(Driven::new(Box::new(Lines::default()))),
    }),
};

/// Runs in place of the program, in its interpreter.
const DRIVER: &str = include_str!("openhands.py");
const DRIVER_FILE: &str = "openhands/drive.py";
const TASK: &str = "openhands/task.json";

fn invoke(errand: &Errand) -> Invocation {
    drive(errand, false)
}

fn drive(errand: &Errand, asks: bool) -> Invocation {
    let task = json!({
        "prompt": errand.prompt,
        "model": format!("openai/{}", errand.model.name),
        "baseUrl": errand.base_url(),
        "key": errand.model.key,
        "steps": errand.steps,
        "asks": asks,
    });
    Invocation {
        args: vec![format!("{}/{DRIVER_FILE}", errand.home), format!("{}/{TASK}", errand.home)],
        env: vec![
            ("LITELLM_LOCAL_MODEL_COST_MAP", "True".into()),
            ("OPENHANDS_SUPPRESS_BANNER", "1".into()),
            ("PYTHONDONTWRITEBYTECODE", "1".into()),
        ],
        files: vec![
            File { below_home: DRIVER_FILE, text: [driven::LINES, DRIVER].concat() },
            File { below_home: TASK, text: task.to_string() },
        ],
        report: None,
        ..Invocation::default()
    }
}

#[derive(Default)]
struct Lines {
    tally: Tally,
    end: Option<(String, String)>,
}

impl Reader for Lines {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let Some(value) = object(line) else { return Vec::new() };
        match value["pilothouse"].as_str().unwrap_or_default() {
            "end" => {
                self.tally.usage = Usage {
                    input: number(&value["input"]),
                    cached: number(&value["cached"]),
                    output: number(&value["output"]),
                };
                self.tally.cost_usd = value["cost"].as_f64().filter(|cost| *cost > 0.0);
                let why = text(&value["error"]).unwrap_or_default();
                self.end = Some((value["status"].as_str().unwrap_or_default().to_lowercase(), why));
                vec![Event::Usage(self.tally.usage)]
            }
            _ => driven::happened(&value, &mut self.tally),
        }
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        let Some((status, why)) = self.end.take() else { return self.tally.vanished("OpenHands", exit) };
        if status == "finished" {
            return self.tally.ended(Verdict::Finished, "OpenHands finished.");
        }
        let verdict = match () {
            () if why.contains("AuthenticationError") => Verdict::NotLoggedIn,
            () if why.contains("RateLimit") => Verdict::RateLimited,
            () if why.contains("MaxIterations") || status == "stuck" => Verdict::Limit,
            () => Verdict::of_status(status_in(&why)),
        };
        let why = if why.is_empty() { format!("OpenHands stopped: {status}.") } else { why };
        self.tally.ended(verdict, why)
    }
}
