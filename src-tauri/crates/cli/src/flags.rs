//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::grant::GrantFor;
use protocol::settings::Role;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, about = "An AI coding crew beside your repository")]
pub struct Cli {
    /// Data folder of the server to start or to talk to.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server without a window.
    Serve(Serve),
    /// Show repositories or a link in the window; without any, print a link that signs a browser in.
    Open {
        /// A folder, or a link such as pilothouse://session/dev
        #[arg(value_name = "PATH OR LINK")]
        what: Vec<OsString>,
    },
    /// Look for problems and say the next step for each.
    Doctor {
        /// First build the container image (or fetch the configured one); this uses the network
        #[arg(long)]
        fix: bool,
    },
    /// What the crew is doing.
    Status,
    /// Send a message; with --wait, follow it to its end.
    Ask {
        text: String,
        #[arg(long, default_value = "dev")]
        session: String,
        /// Wait until the request has ended, and exit 1 when it failed.
        #[arg(long)]
        wait: bool,
        /// With --wait, approve what is asked.
        #[arg(long)]
        approve: bool,
        /// What works on it instead of what is configured, such as codex.
        #[arg(long, value_name = "NAME")]
        backend: Option<String>,
        /// The only worker that may have the job it becomes.
        #[arg(long, value_name = "ID")]
        worker: Option<String>,
    },
    /// Approve a pending question.
    Approve {
        id: String,
        /// Remember it for the job, this conversation, an hour, or always in this workspace; what exactly is shown first.
        #[arg(long = "for", value_name = "HOW LONG", value_parser = span)]
        span: Option<GrantFor>,
    },
    /// Deny a pending question.
    Deny { id: String },
    /// Land a merge queue entry: answers its question, or takes a parked one up again.
    Land { entry: String },
    /// Show the merge queue.
    Queue,
    /// Pause everything: nothing new begins until `resume`; what runs goes on.
    Pause {
        /// Shown wherever everything is paused.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Resume everything.
    Resume,
    /// One job: show it, pause it, let it go on, stop it, let it use more.
    Job {
        #[command(subcommand)]
        what: JobCommand,
    },
    /// Workers: list and show them, let one take no new jobs.
    Worker {
        #[command(subcommand)]
        what: WorkerCommand,
    },
    /// What works on tasks that need a model; with a name, choose it (`none` for nothing, `default` for the usual).
    Backend { choose: Option<String> },
    /// What was used today, and what is left of the budgets.
    Budget,
    /// The server in the background, kept running by the system from login on.
    Service {
        #[command(subcommand)]
        what: ServiceCommand,
    },
    /// Keys of models, kept in the keychain of this system where there is one.
    Key {
        #[command(subcommand)]
        what: KeyCommand,
    },
    /// What asks and what is allowed, why, and what is remembered.
    Policy {
        /// Its id or name; needed where there are several.
        #[arg(long, global = true, value_name = "NAME")]
        workspace: Option<String>,
        #[command(subcommand)]
        what: PolicyCommand,
    },
    /// Configuration.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Profile, rules in the order they are looked at, and what is wrong with their files.
    Show,
    /// What would be said to something, and the rule that says it; nothing is done.
    Explain {
        #[command(subcommand)]
        what: ExplainCommand,
    },
    /// What was allowed for longer than once.
    Grants,
    /// Ask again about what was allowed.
    Revoke { id: String },
}

#[derive(Debug, Subcommand)]
pub enum ExplainCommand {
    /// A command line of a job, as a shell would read it.
    Command {
        line: String,
        /// As it would run without a sandbox.
        #[arg(long)]
        unconfined: bool,
    },
    /// A connection of a job, such as example.org or example.org:8443.
    Host { host: String },
    /// Files a job would write outside what its task may change.
    Write {
        #[arg(required = true)]
        paths: Vec<String>,
    },
}

fn span(word: &str) -> Result<GrantFor, String> {
    GrantFor::from_word(word).ok_or_else(|| "must be job, session, hour or always".to_owned())
}

#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Write the entry (systemd user unit, launchd agent or Windows task) and start it.
    Install(Install),
    /// Stop it and remove the entry. Data stays.
    Uninstall,
    /// Whether it is installed, starts at login and runs.
    Status,
}

#[derive(Debug, Args)]
pub struct Install {
    #[command(flatten)]
    pub serve: Serve,
    /// Begin at the next login instead of now.
    #[arg(long)]
    pub no_start: bool,
}

#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Where it stands and what it used.
    Show { id: String },
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
    },
    /// Say which worker may have one that nobody has yet.
    Give {
        id: String,
        #[arg(required_unless_present = "any")]
        worker: Option<String>,
        /// Any of them.
        #[arg(long, conflicts_with = "worker")]
        any: bool,
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
    /// Let it use more than the budget of a job, and go on if that was what it waited for.
    Raise {
        id: String,
        /// Input and output together, all in all.
        #[arg(long)]
        tokens: Option<u64>,
        /// Minutes of work, all in all.
        #[arg(long)]
        minutes: Option<u64>,
        /// An amount such as 2.50, all in all.
        #[arg(long)]
        money: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum WorkerCommand {
    /// All of them, and how many there may be.
    List,
    /// What one does, can do, and how its processes ended.
    Show { id: String },
    /// Let it take no new jobs: it finishes what it has, and one of this server's own then ends.
    Drain { id: String },
    /// Let it take jobs again.
    Undrain { id: String },
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Save the key of a role's model, read from standard input or a hidden prompt.
    Set {
        /// localbuddy, remotebuddy or workers; needed where several have a model.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Remove a saved key from where it is kept.
    Forget {
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Where keys are kept, and which are saved; never a key itself.
    Status {
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "must be localbuddy, remotebuddy or workers".to_owned())
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every value in use.
    Show {
        /// Also where each came from.
        #[arg(long)]
        origin: bool,
    },
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Repository to open; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub repo: Vec<PathBuf>,
    /// Address to listen on, 127.0.0.1 or ::1 [built in: 127.0.0.1]
    #[arg(long)]
    pub host: Option<IpAddr>,
    /// 0 picks a free one [built in: that of the last run, else 3001 or the next free]
    #[arg(long)]
    pub port: Option<u16>,
    /// Worker processes, exactly so many [built in: as many as there is work for, up to what the machine carries]
    #[arg(long)]
    pub workers: Option<usize>,
    /// Accept the repositories' own checks and recipes without asking.
    #[arg(long)]
    pub trust: bool,
    /// What confines repository code; `host` confines nothing and is the opt-in for this run [built in: auto]
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sandbox {
    Auto,
    Container,
    Bwrap,
    Seatbelt,
    JobObject,
    Host,
}
