//! What can be typed after `pilothouse job`.

use clap::Subcommand;
use protocol::job::JobStatus;

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// The newest ones, and how each stands.
    List {
        /// Only those that are pending, claimed, waiting, completed, failed or cancelled.
        #[arg(long, value_name = "STATE", value_parser = job_state)]
        state: Option<JobStatus>,
        /// How many at most [built in: 20]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=500))]
        limit: Option<u64>,
        /// As many as the server lists, the newest 500.
        #[arg(long, conflicts_with = "limit")]
        all: bool,
    },
    /// Where it stands and what it used.
    Show { id: String },
    /// What it changed; in a pipe as git's own text.
    Diff { id: String },
    /// Let it keep its work and wait.
    Pause { id: String },
    /// Let a waiting job go on.
    Resume { id: String },
    /// Stop it; nothing of it lands.
    Stop { id: String },
    /// Run an ended one again.
    Retry {
        id: String,
        /// The only worker that may have it.
        #[arg(long, value_name = "ID")]
        worker: Option<String>,
        /// The worker of another machine.
        #[arg(long, value_name = "MACHINE", conflicts_with = "worker")]
        node: Option<String>,
    },
    /// Say which worker may have one that nobody has yet.
    Give {
        id: String,
        #[arg(required_unless_present_any = ["any", "node"])]
        worker: Option<String>,
        /// Any of them.
        #[arg(long, conflicts_with_all = ["worker", "node"])]
        any: bool,
        /// The worker of another machine.
        #[arg(long, value_name = "MACHINE", conflicts_with = "worker")]
        node: Option<String>,
    },
    /// Tell it something while it runs or waits; its model reads it before its next step.
    Steer {
        id: String,
        /// One word or many; `-` reads standard input.
        #[arg(required = true, num_args = 1.., value_name = "TEXT")]
        text: Vec<String>,
    },
    /// Take it over: it keeps its work, and its files are put into a folder of yours.
    TakeOver { id: String },
    /// Hand back what is in that folder: it is checked and lands like any worker's change.
    HandBack {
        id: String,
        /// Message of the commit [built in: the job's title]
        #[arg(long, short)]
        message: Option<String>,
    },
    /// Give it back to the crew, or end it. Changes in the folder need a word.
    LetGo {
        id: String,
        /// Changes that were not handed back are gone with the folder.
        #[arg(long, conflicts_with = "keep")]
        discard: bool,
        /// They are committed, and the job goes on from there.
        #[arg(long)]
        keep: bool,
        /// Stop the job instead of giving it to a worker.
        #[arg(long)]
        end: bool,
    },
    /// Run a recipe: of a trusted workspace, or of another machine by that machine's own configuration.
    Start {
        recipe: String,
        /// Name or id of a machine.
        #[arg(long, value_name = "MACHINE", conflicts_with = "workspace")]
        node: Option<String>,
        /// Its id [built in: the first trusted one]
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
    },
    /// The newest lines of its log.
    Tail {
        id: String,
        #[arg(long)]
        lines: Option<u32>,
    },
    /// Let it use more than the budget of a job, and go on if that was what it waited for.
    #[command(group = clap::ArgGroup::new("more").required(true).multiple(true))]
    Raise {
        id: String,
        /// Input and output together, all in all.
        #[arg(long, group = "more")]
        tokens: Option<u64>,
        /// Minutes of work, all in all.
        #[arg(long, group = "more")]
        minutes: Option<u64>,
        /// An amount such as 2.50, all in all.
        #[arg(long, group = "more")]
        money: Option<String>,
    },
}

fn job_state(word: &str) -> Result<JobStatus, String> {
    JobStatus::from_word(word).ok_or_else(|| {
        let all: Vec<&str> = JobStatus::ALL.iter().map(|state| state.as_str()).collect();
        format!("the states are {}", all.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use crate::flags::Cli;
    use clap::Parser as _;

    fn is_taken(line: &str) -> bool {
        Cli::try_parse_from(line.split(' ')).is_ok()
    }

    #[test]
    fn raising_needs_one_amount_and_takes_several() {
        assert!(!is_taken("pilothouse job raise j-1"));
        assert!(is_taken("pilothouse job raise j-1 --tokens 5"));
        assert!(is_taken("pilothouse job raise j-1 --minutes 5 --money 2.50"));
    }

    #[test]
    fn a_list_has_one_bound_and_a_state_there_is() {
        assert!(is_taken("pilothouse job list --all --state failed"));
        assert!(is_taken("pilothouse job list --limit 500"));
        for more in ["--all --limit 5", "--limit 0", "--limit 501", "--state gone"] {
            assert!(!is_taken(&format!("pilothouse job list {more}")), "{more}");
        }
    }
}
