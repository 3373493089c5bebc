//! What an agent's output says, the same for all of them.

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The agent's own words.
    Text {
        text: String,
    },
    /// A tool begins; `label` is its command or its subject.
    ToolStart {
        tool: String,
        label: String,
    },
    ToolEnd {
        tool: String,
        failed: bool,
        exit_code: Option<i32>,
        text: String,
    },
    /// Tokens so far.
    Usage(Usage),
    /// A call of the model failed and is made again.
    Retry {
        status: Option<u16>,
        wait_ms: Option<u64>,
    },
    /// Nothing failed yet.
    Warning {
        text: String,
    },
    /// What a later run can go on from.
    Session {
        id: String,
    },
}

impl Event {
    /// Whether the agent tries in vain: a refused key does not become a right one by asking again.
    pub fn is_refused_key(&self) -> bool {
        matches!(self, Event::Retry { status: Some(401 | 403), .. })
    }
}

/// Tokens as the agent counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// All of the input, what was cached included.
    pub input: u64,
    pub cached: u64,
    pub output: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.input += more.input;
        self.cached += more.cached;
        self.output += more.output;
    }
}

/// How a run ended. Only `Finished` leaves something worth judging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Finished,
    /// It reached a limit of steps, money or time.
    Limit,
    Error,
    /// The model refused the key, or the agent wants a login.
    NotLoggedIn,
    RateLimited,
    /// It ran a command that policy denies, and was ended for it.
    Denied,
}

impl Verdict {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Verdict::Finished => "finished",
            Verdict::Limit => "agent.limit",
            Verdict::Error => "agent.failed",
            Verdict::NotLoggedIn => "agent.not_logged_in",
            Verdict::RateLimited => "agent.rate_limited",
            Verdict::Denied => "agent.denied",
        }
    }

    /// What an HTTP status of the model means for a run that failed with it.
    pub fn of_status(status: Option<u16>) -> Self {
        match status {
            Some(401 | 403) => Verdict::NotLoggedIn,
            Some(402) => Verdict::Limit,
            Some(429) => Verdict::RateLimited,
            _ => Verdict::Error,
        }
    }
}

/// The end of a run, as the agent tells it. `said` is its word and no evidence of anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub verdict: Verdict,
    /// One sentence for people.
    pub reason: String,
    pub said: Option<String>,
    pub usage: Usage,
    /// Dollars, when it says.
    pub cost_usd: Option<f64>,
}

/// How its process ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// None when a signal ended it.
    pub code: Option<i32>,
    /// The end of what it wrote to standard error.
    pub stderr: String,
    /// What stands in the file of [`super::Invocation::report`].
    pub report: Option<String>,
}

/// Understands one run's output. Lines it does not know are passed over: every release adds some.
pub trait Reader: Send {
    /// One line of standard output.
    fn line(&mut self, line: &str) -> Vec<Event>;
    /// What came of it, once the process is gone.
    fn end(&mut self, exit: &Exit) -> Ended;
}
