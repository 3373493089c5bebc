//! What an agent is sent to do, and how its program is called for it.

use protocol::settings::Dialect;

/// The way to a model, as it looks from where the agent runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Origin without a path, such as `http://127.0.0.1:4100`. All dialects' calls are below its `/v1`.
    pub origin: String,
    pub name: String,
    pub dialect: Dialect,
    /// Tokens it can hold, when that is known.
    pub context_window: Option<u64>,
    /// What the way to the model asks for; [`super::NO_KEY`] where it asks for nothing.
    pub key: String,
}

/// One run of an agent. It works in the folder it is started in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    pub prompt: String,
    pub model: Model,
    /// Its HOME, as it looks from where the agent runs.
    pub home: String,
    /// The folder it works in.
    pub folder: String,
    /// Steps or turns it may take, where it can count them.
    pub steps: u32,
    /// Wall clock for the whole run, in seconds, where it can keep to that itself.
    pub seconds: u64,
    /// The session of an earlier run to go on with.
    pub resume: Option<String>,
    /// Words no command may begin with, for an agent whose own settings can say so.
    pub denied: Vec<Vec<String>>,
}

/// A file that must stand below HOME before the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub below_home: &'static str,
    pub text: String,
}

/// How a program is started. Its standard input is closed, unless it is spoken with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation {
    /// What follows the program.
    pub args: Vec<String>,
    pub env: Vec<(&'static str, String)>,
    pub files: Vec<File>,
    /// What must not stand below HOME at the start: files or whole folders.
    pub removed: Vec<&'static str>,
    /// Where below HOME it writes what came of it; not every agent prints that.
    pub report: Option<&'static str>,
}

/// A single argument may not be longer than this on Linux.
const ARGUMENT_BYTES: usize = 100 * 1024;
const TASK_FILE: &str = "task.md";

impl Errand {
    /// The prompt as an argument. One that is too long goes into a file, and the argument names it.
    pub(super) fn prompt_argument(&self, files: &mut Vec<File>) -> String {
        // A prompt that looks like an option would be read as one.
        if self.prompt.len() <= ARGUMENT_BYTES && !self.prompt.starts_with('-') {
            return self.prompt.clone();
        }
        files.push(File { below_home: TASK_FILE, text: self.prompt.clone() });
        format!("Your task is written in the file {}/{TASK_FILE}. Read it whole, then do it.", self.home)
    }

    /// Base address for clients that add the call's path to `/v1`.
    pub(super) fn base_url(&self) -> String {
        format!("{}/v1", self.model.origin.trim_end_matches('/'))
    }
}
