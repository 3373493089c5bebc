//! What can be typed.

mod devices;
mod job;
mod key;
mod node;
mod terminal;

pub use devices::{DevicesCommand, scope};
pub use job::JobCommand;
pub use key::KeyCommand;
pub use node::{NodeCommand, ServeNode};
pub use terminal::TerminalCommand;

use crate::commands::pair::PairArgs;
use crate::commands::tailnet::TailnetCommand;
use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::Priority;
use protocol::grant::GrantFor;
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
        /// The same for the worker of another machine.
        #[arg(long, value_name = "MACHINE", conflicts_with = "worker")]
        node: Option<String>,
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
    /// Approve what waits and let it land; a parked entry is taken up again.
    Land {
        /// An entry of the merge queue, or the job it came of.
        #[arg(value_name = "JOB OR ENTRY")]
        what: String,
        /// Answer when it has landed; exit code 1 when it has not, and somebody is needed.
        #[arg(long)]
        wait: bool,
    },
    /// The merge queue: show it, pause it, put it in order, look back. Entries are named by their id or by their job.
    Queue {
        /// Its id or name; needed where there are several.
        #[arg(long, global = true, value_name = "NAME")]
        workspace: Option<String>,
        #[command(subcommand)]
        what: Option<QueueCommand>,
    },
    /// Your own branch (main): how far the integration branch is ahead of it, and moving it there.
    Main {
        /// Its id or name; needed where there are several.
        #[arg(long, global = true, value_name = "NAME")]
        workspace: Option<String>,
        #[command(subcommand)]
        what: MainCommand,
    },
    /// Push what landed and open a pull request. Exit code 3: pushed, and the pull request is to be opened by hand; 4: asked first.
    #[command(args_conflicts_with_subcommands = true)]
    Publish {
        #[command(subcommand)]
        what: Option<PublishCommand>,
        #[command(flatten)]
        run: PublishArgs,
    },
    /// Let a device in: shows a link, and asks whether both show the same six digits.
    Pair(PairArgs),
    /// Devices that were let in, and those that ask to be.
    Devices {
        #[command(subcommand)]
        what: Option<DevicesCommand>,
    },
    /// Whether devices of your tailnet reach this server.
    Tailnet {
        #[command(subcommand)]
        what: Option<TailnetCommand>,
    },
    /// Serve paired devices over TLS at an address of this machine, such as 192.168.1.20:3443, or `off`.
    Listen { address: Option<String> },
    /// Pause everything: nothing new begins until `resume`; what runs goes on.
    Pause {
        /// Shown wherever everything is paused.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// Resume everything.
    Resume,
    /// Jobs: list them; show one, pause it, let it go on, stop it, let it use more. The beginning of an id is enough.
    Job {
        #[command(subcommand)]
        what: JobCommand,
    },
    /// Workers: list and show them, let one take no new jobs.
    Worker {
        #[command(subcommand)]
        what: WorkerCommand,
    },
    /// Terminals on the server's machine: open one, attach to it from here, leave it and come back.
    Terminal {
        #[command(subcommand)]
        what: TerminalCommand,
    },
    /// Other machines; without a word more, let this one serve the server it was paired with.
    #[command(args_conflicts_with_subcommands = true)]
    Node {
        #[command(subcommand)]
        what: Option<NodeCommand>,
        #[command(flatten)]
        run: ServeNode,
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
pub enum MainCommand {
    /// What lies between the two branches, whether it is proven, and what is in the way.
    Show,
    /// Move it forward to the integration branch, after the same checks. Exit code 1 when it was refused.
    Land {
        /// Who moves it: the server (no hook runs), or your own git in your folder, forward or with a merge commit.
        #[arg(long, value_enum, default_value = "server")]
        with: MainHow,
        /// Sign the merge commit whatever is configured.
        #[arg(long)]
        sign: bool,
        /// Answer once it has begun.
        #[arg(long)]
        no_wait: bool,
    },
    /// Merge it into the integration branch, through the queue, when both have moved.
    BringUp,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MainHow {
    Server,
    MyGit,
    MyMerge,
}

#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// What waits to land, in landing order, who stands on whom, and what was thrown away.
    Show,
    /// Nothing new begins and nothing lands until `resume`; what is being checked is finished.
    Pause,
    /// Let things land again.
    Resume,
    /// What is being checked and landed comes to its end and lands; nothing else begins, and then it is paused.
    Drain {
        /// Follow it until nothing is under way; exit 1 when somebody ends the drain.
        #[arg(long)]
        wait: bool,
    },
    /// Take an entry out; its commit is kept.
    Remove {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Take up one that came back, was parked or removed; its checks run again.
    Retry {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Have one mended that waits for you after a conflict or a failed check.
    Mend {
        #[arg(value_name = "ENTRY")]
        what: String,
        /// What works on it, such as native or codex; without it whatever worked on it before.
        #[arg(long, value_name = "BACKEND")]
        with: Option<String>,
        /// What it is told besides what went wrong.
        #[arg(long, value_name = "TEXT")]
        say: Option<String>,
    },
    /// Mend it yourself, in a folder where it stands on the newest commit of the branch.
    TakeOver {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Take back what landed: a revert that goes through the queue like any other change.
    Revert {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Land it before every other that is not being landed already.
    Next {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Put it elsewhere in the order; never before one it builds on.
    #[command(group = clap::ArgGroup::new("where").required(true).multiple(false))]
    Move {
        #[arg(value_name = "ENTRY")]
        what: String,
        #[arg(long, value_name = "ENTRY", group = "where")]
        before: Option<String>,
        #[arg(long, value_name = "ENTRY", group = "where")]
        after: Option<String>,
        /// 1 is next to land.
        #[arg(long, value_name = "PLACE", group = "where")]
        to: Option<u64>,
    },
    /// Give it a priority (interactive, normal, background) and the place that goes with it.
    Priority {
        #[arg(value_name = "ENTRY")]
        what: String,
        #[arg(value_parser = priority)]
        priority: Priority,
    },
    /// Build it on what has landed and run its checks, without landing it; exit 1 when they fail.
    DryRun {
        #[arg(value_name = "ENTRY")]
        what: String,
        /// Answer once it has begun.
        #[arg(long)]
        no_wait: bool,
        /// End the one under way.
        #[arg(long, conflicts_with = "no_wait")]
        stop: bool,
    },
    /// Everything that happened to an entry.
    History {
        #[arg(value_name = "ENTRY")]
        what: String,
    },
    /// Landings, runs of checks and time to land, by day.
    Stats {
        /// By hour instead.
        #[arg(long)]
        by_hour: bool,
        /// How many days or hours.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=92))]
        last: Option<u32>,
    },
}

fn priority(word: &str) -> Result<Priority, String> {
    Priority::from_word(word).ok_or_else(|| "must be interactive, normal or background".to_owned())
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    /// A session, or a job whose session is meant.
    #[arg(value_name = "SESSION|JOB", default_value = "dev")]
    pub of: String,
    /// Title of the pull request [built in: from what landed and was said]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Its text in Markdown; `-` reads standard input.
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// The branch it goes into [built in: the remote's main branch]
    #[arg(long, value_name = "BRANCH")]
    pub base: Option<String>,
    /// The branch that is pushed: one there is, or a new name for what landed.
    #[arg(long, value_name = "BRANCH")]
    pub head: Option<String>,
    /// Push only.
    #[arg(long)]
    pub no_pr: bool,
    /// Overwrite the remote's branch, or push a protected one; you are asked once more.
    #[arg(long)]
    pub force: bool,
    /// Say what would be published, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum PublishCommand {
    /// Where the newest publication stands, and those before it.
    Status {
        #[arg(value_name = "SESSION|JOB", default_value = "dev")]
        of: String,
    },
    /// Checks of its pull request, read now. Exit code 1: one failed; 3: not all are done; 4: they cannot be read.
    Checks {
        #[arg(value_name = "SESSION|JOB", default_value = "dev")]
        of: String,
    },
    /// Make a request of a failing check.
    Fix {
        check: String,
        #[arg(long, default_value = "dev", value_name = "SESSION|JOB")]
        of: String,
    },
    /// End a running push, or one that waits for an answer.
    Cancel {
        #[arg(value_name = "SESSION|JOB", default_value = "dev")]
        of: String,
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
