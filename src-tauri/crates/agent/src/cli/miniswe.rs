//! mini-swe-agent, whose result stands in its trajectory file: a small program of ours drives it in its own interpreter
//! and asks before each command; `mini` itself is started where a version cannot be driven.
//!
//! The standard output of `mini` is for people. Exit code 0 also comes with an exhausted limit: only the status `Submitted`
//! in the trajectory is success.

use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;
use serde_json::{Value, json};

use super::dialogue::Spoken;
use super::driven::{self, Driven};
use super::lines::{Tally, number, object, short};
use super::{Asked, Cli, Ended, Errand, Event, Exit, File, Invocation, Reader, Usage, Verdict};

pub(super) const CLI: Cli = Cli {
    backend: WorkerBackend::Miniswe,
    title: "mini-swe-agent",
    program: "mini",
    places: &[".local/bin/mini"],
    inner: &[],
    version: Asked::Package("mini-swe-agent"),
    login: None,
    tried: Some("2.4.6"),
    install: "uv tool install mini-swe-agent==2.4.6 --with mcp==2.3.0",
    speaks: &[Dialect::OpenaiChat],
    resumes: false,
    told_denials: false,
    counts_session: false,
    invoke,
    reader: || Box::new(Trajectory::default()),
    spoken: Some(Spoken {
        invoke: invoke_driven,
        open: |_| Box::new(Driven::new(Box::new(Trajectory::default()))),
    }),
};

/// Runs in place of the program, in its interpreter.
const DRIVER: &str = include_str!("miniswe.py");
const DRIVER_FILE: &str = "mini/drive.py";
const TASK: &str = "mini/task.json";

const REPORT: &str = "mini/trajectory.json";
const SETTINGS: &str = "mini/job.yaml";

fn settings(errand: &Errand) -> Value {
    json!({
        "agent": {
            "mode": "yolo",
            "confirm_exit": false,
            "step_limit": errand.steps,
            "cost_limit": 0,
            "wall_time_limit_seconds": errand.seconds,
        },
        "environment": { "timeout": 600 },
        "model": {
            "model_name": format!("openai/{}", errand.model.name),
            // A price it does not know would be fatal.
            "cost_tracking": "ignore_errors",
            "model_kwargs": {
                "api_base": errand.base_url(),
                "api_key": errand.model.key,
                "drop_params": true,
            },
        },
    })
}

fn invoke_driven(errand: &Errand) -> Invocation {
    let task = json!({
        "prompt": errand.prompt,
        "config": settings(errand),
        "report": format!("{}/{REPORT}", errand.home),
    });
    Invocation {
        args: vec![format!("{}/{DRIVER_FILE}", errand.home), format!("{}/{TASK}", errand.home)],
        env: env(errand),
        files: vec![
            File { below_home: DRIVER_FILE, text: [driven::LINES, DRIVER].concat() },
            File { below_home: TASK, text: task.to_string() },
        ],
        report: Some(REPORT),
        ..Invocation::default()
    }
}

fn invoke(errand: &Errand) -> Invocation {
    let mut made = Invocation { report: Some(REPORT), ..Invocation::default() };
    let settings = settings(errand);
    // JSON is YAML.
    made.files.push(File { below_home: SETTINGS, text: settings.to_string() });
    let (settings, report) = (format!("{}/{SETTINGS}", errand.home), format!("{}/{REPORT}", errand.home));
    let prompt = errand.prompt_argument(&mut made.files);
    let args = [
        // A `-c` of one's own drops the built-in one unless it is named too.
        "-c",
        "mini.yaml",
        "-c",
        settings.as_str(),
        "-t",
        prompt.as_str(),
        "-y",
        "--exit-immediately",
        "-o",
        report.as_str(),
    ];
    made.args = args.map(str::to_owned).to_vec();
    made.env = env(errand);
    made
}

fn env(errand: &Errand) -> Vec<(&'static str, String)> {
    vec![
        ("MSWEA_GLOBAL_CONFIG_DIR", format!("{}/mini", errand.home)),
        ("MSWEA_CONFIGURED", "true".into()),
        ("MSWEA_SILENT_STARTUP", "1".into()),
        ("MSWEA_COST_TRACKING", "ignore_errors".into()),
        ("MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT", "3".into()),
        ("LITELLM_LOCAL_MODEL_COST_MAP", "True".into()),
        ("PYTHONDONTWRITEBYTECODE", "1".into()),
    ]
}

#[derive(Default)]
struct Trajectory {
    tally: Tally,
}

impl Reader for Trajectory {
    fn line(&mut self, line: &str) -> Vec<Event> {
        let line = line.trim_end();
        if let Some(value) = object(line).filter(|value| value["pilothouse"].is_string()) {
            return driven::happened(&value, &mut self.tally);
        }
        if line.is_empty() { Vec::new() } else { vec![Event::Text { text: short(line) }] }
    }

    fn end(&mut self, exit: &Exit) -> Ended {
        let report: Option<Value> = exit.report.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let Some(report) = report else { return self.tally.vanished("mini-swe-agent", exit) };
        let info = &report["info"];
        for message in report["messages"].as_array().into_iter().flatten() {
            let usage = &message["extra"]["response"]["usage"];
            self.tally.usage += Usage {
                input: number(&usage["prompt_tokens"]),
                cached: number(&usage["prompt_tokens_details"]["cached_tokens"]),
                output: number(&usage["completion_tokens"]),
            };
        }
        self.tally.cost_usd = info["model_stats"]["instance_cost"].as_f64().filter(|cost| *cost > 0.0);
        let last_words = report["messages"].as_array().into_iter().flatten().rev();
        let mut last_words = last_words.filter(|message| message["role"] == "assistant");
        if let Some(said) = last_words.find_map(|message| message["content"].as_str()) {
            self.tally.say(said);
        }
        self.tally.say(info["submission"].as_str().unwrap_or_default());
        let status = info["exit_status"].as_str().unwrap_or_default();
        let verdict = match status {
            "Submitted" => return self.tally.ended(Verdict::Finished, "mini-swe-agent submitted its work."),
            "LimitsExceeded" | "TimeExceeded" => Verdict::Limit,
            "AuthenticationError" | "PermissionDeniedError" => Verdict::NotLoggedIn,
            "RateLimitError" => Verdict::RateLimited,
            _ => Verdict::Error,
        };
        let status = if status.is_empty() { "no status" } else { status };
        self.tally.ended(verdict, format!("mini-swe-agent stopped: {status}."))
    }
}
