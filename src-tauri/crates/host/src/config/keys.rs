//! Every key there is, once: its shape, its built-in value, who reads it, and whether a repository may set it.

use super::value::Shape;

/// One configuration key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// In the form of a variable; none means unset.
    pub(super) built_in: Option<&'static str>,
    pub(super) repository: Repository,
    pub(super) read_by: Reader,
    /// One line for people, as the documentation shows it.
    pub(super) meaning: &'static str,
}

/// What a repository's own file may do with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repository {
    Sets,
    /// Only to a stricter value than the user's.
    Tightens,
    Nothing,
}

/// Who asks for the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The server, once, for all its workspaces.
    Server,
    /// A client that looks for a server.
    Client,
    /// The desktop window, once.
    Window,
    /// The server, for each workspace: only these make sense in a workspace's own files.
    Workspace,
    /// Nothing in this build. Setting it is answered with a warning.
    Nobody,
}

/// What jobs may connect to, from nothing on.
const REACHES: &[&str] = &["off", "listed", "ask"];

/// Profiles of the policy from the strictest to the loosest.
pub(super) const PROFILES: &[&str] = &["careful", "balanced", "autopilot"];

/// When the user's branch is moved without their pressing a button.
const TO_MAIN: &[&str] = &["explicit", "policy", "after-each"];
/// Which branch of the remote gets landings.
const PUSH_TO: &[&str] = &["integration", "generated"];
const STRATEGIES: &[&str] = &["cherry_pick", "no_ff", "ff_only", "squash"];
const WORKER_BACKENDS: &[&str] =
    &["native", "codex", "claude", "opencode", "gemini", "miniswe", "openhands", "none"];
const SANDBOXES: &[&str] = &["auto", "bwrap", "container", "seatbelt", "job-object", "host"];
const TOKENS: Shape = Shape::Number(0, i64::MAX);
/// A year.
const MINUTES: Shape = Shape::Number(0, 525_600);

macro_rules! key {
    ($name:expr, $shape:expr, $built_in:expr, $read_by:ident, $meaning:expr) => {
        key!($name, $shape, $built_in, $read_by, Nothing, $meaning)
    };
    ($name:expr, $shape:expr, $built_in:expr, $read_by:ident, $repository:ident, $meaning:expr) => {
        Key {
            name: $name,
            shape: $shape,
            built_in: $built_in,
            repository: Repository::$repository,
            read_by: Reader::$read_by,
            meaning: $meaning,
        }
    };
}

mod listen;
mod models;
mod update;

/// All keys with a single value. Checks, set-up steps and recipes are lists of their own (`proofs`).
pub(super) const KEYS: &[Key] = &joined::<{ OWN.len() + REST.len() }>(OWN, REST);

/// Those that have files of their own.
const REST: &[Key] = &joined::<{ models::KEYS.len() + LATER.len() }>(models::KEYS, LATER);
const LATER: &[Key] = &joined::<{ listen::KEYS.len() + update::KEYS.len() }>(listen::KEYS, update::KEYS);

const OWN: &[Key] = &[
    key!(
        "server.host",
        Shape::Loopback,
        Some("127.0.0.1"),
        Server,
        "Address the server listens on. Only the machine itself is served."
    ),
    key!(
        "server.port",
        Shape::Number(0, 65_535),
        None,
        Server,
        "Port it listens on; 0 picks a free one. Unset: the one of the last run, else the first free from 3001 on."
    ),
    key!(
        "server.localbuddyPort",
        Shape::Number(0, 65_535),
        None,
        Nobody,
        "A second port for LocalBuddy; it answers on `server.port`."
    ),
    key!(
        "server.url",
        Shape::Url,
        None,
        Client,
        "Server that commands talk to instead of looking into the data folder; its token is in `PILOTHOUSE_TOKEN` or in the file `PILOTHOUSE_TOKEN_FILE`."
    ),
    key!(
        "server.fingerprint",
        Shape::Fingerprint,
        None,
        Client,
        "SHA-256 of the only certificate that counts at `server.url`, for a server that made its own: `f` of its pairing link, and what `pilothouse tailnet` shows there. A server that shows another is told nothing (`server.certificate`). Unset: what the system trusts."
    ),
    key!("data.dir", Shape::Folder, None, Server, "Data folder. Unset: the system's place for such data."),
    key!(
        "secrets.keyFile",
        Shape::File,
        None,
        Server,
        "File only you may read that holds a key of 12 characters or more. Saved keys of models are kept in a file encrypted with it where the system has no keychain, or a locked one."
    ),
    key!(
        "workers.count",
        Shape::Number(0, 64),
        None,
        Server,
        "Worker processes, exactly so many: `workers.min` and `workers.max` mean nothing then. Unset: as many as there is work for, between those two."
    ),
    key!(
        "workers.min",
        Shape::Number(0, 64),
        None,
        Server,
        "Worker processes kept while there is nothing to do. Unset: 1."
    ),
    key!(
        "workers.max",
        Shape::Number(0, 64),
        None,
        Server,
        "Most worker processes, started while jobs wait and ended when they were idle for a while. Unset: what cores and memory allow, at most 8."
    ),
    key!(
        "workers.backend",
        Shape::Word(WORKER_BACKENDS),
        Some("native"),
        Server,
        "What works on tasks that need a model: our own loop, an agent that is installed on this machine, or `none`, which leaves only what needs no model. No other is taken when it is missing. A message that begins with `/with NAME` names its own."
    ),
    key!(
        "sandbox.backend",
        Shape::Word(SANDBOXES),
        Some("auto"),
        Server,
        "What confines repository code; `auto` takes a container where an engine has the image, else bubblewrap (on macOS the system's own sandbox, `seatbelt`); `host` confines nothing, and `job-object` (Windows) only memory, processes and their end."
    ),
    key!(
        "sandbox.require",
        Shape::Word(&["bwrap", "container", "seatbelt"]),
        None,
        Server,
        "Refuses everything but this sandbox, also where a workspace allows plain host processes."
    ),
    key!(
        "sandbox.engine",
        Shape::Text,
        None,
        Server,
        "Where the container engine listens, as `unix:///path`, `npipe:////./pipe/NAME` or `tcp://127.0.0.1:PORT`. Unset: `DOCKER_HOST`, the Docker context, the usual places."
    ),
    key!(
        "sandbox.image",
        Shape::Text,
        None,
        Server,
        "Image of the container sandbox, which must be in the engine. Unset: the one a workspace's `.devcontainer/devcontainer.json` describes, else ours, which `pilothouse doctor --fix` builds."
    ),
    key!(
        "sandbox.cpus",
        Shape::Number(1, 1_024),
        None,
        Server,
        "Processors one job or check may use at once. A container is held to it; under bubblewrap it is an affinity, which code that wants to can lift; elsewhere nothing limits it. Unset: all."
    ),
    key!(
        "sandbox.memoryMb",
        Shape::Number(64, 16_777_216),
        None,
        Server,
        "Most megabytes (MiB) of memory that one job or check may use: all together in a container, each process under bubblewrap; elsewhere nothing limits it. Unset: three quarters of the machine's in a container, no limit under bubblewrap."
    ),
    key!(
        "sandbox.diskMb",
        Shape::Number(16, 16_777_216),
        Some("20480"),
        Server,
        "Most megabytes (MiB) that the clone and HOME of one job may take together; a job that passes it is ended."
    ),
    key!(
        "network.jobs",
        Shape::Word(REACHES),
        Some("ask"),
        Server,
        "What jobs of the worker lane may connect to, through the one proxy they have: `off` nothing, `listed` what `network.allow` names, `ask` also what you allow when a job asks."
    ),
    key!(
        "network.allow",
        Shape::Words,
        None,
        Server,
        "Hosts jobs may reach without asking: names of package registries (`cargo`, `npm`, `pypi`, `go`, `maven`, `gradle`, `rubygems`, `nuget`, `debian`, `ubuntu`) and patterns such as `git.example.org`, `*.example.org` or `host:8443`. A rule that denies comes first; this machine and private networks are never reached."
    ),
    key!(
        "merge.enabled",
        Shape::Flag,
        Some("true"),
        Workspace,
        "Whether finished jobs enter the merge queue; taken over when a workspace is added, then its setting."
    ),
    key!(
        "merge.slots",
        Shape::Number(1, 32),
        None,
        Workspace,
        "Candidates whose checks run at the same time; unset, one for each four cores, four at most."
    ),
    key!(
        "merge.window",
        Shape::Number(1, 64),
        None,
        Workspace,
        "Most entries that are built and checked ahead of their turn; unset, twice the slots. Failures make it smaller for a while."
    ),
    key!(
        "merge.strategy",
        Shape::Word(STRATEGIES),
        Some("cherry_pick"),
        Workspace,
        Sets,
        "How changes land; taken over when a workspace is added, then its setting."
    ),
    key!(
        "merge.flakyRetries",
        Shape::Number(0, 5),
        Some("1"),
        Workspace,
        "Runs of a failing check beyond the first before it counts as failed."
    ),
    key!(
        "merge.fixUps",
        Shape::Number(0, 10),
        Some("2"),
        Workspace,
        "Automatic tries to mend a change that came back after a conflict or a failed check; then a person is asked. 0 asks at once."
    ),
    key!(
        "merge.toMain",
        Shape::Word(TO_MAIN),
        Some("explicit"),
        Workspace,
        "When your own branch (`main`) is moved to the integration branch: `explicit` only when you say so, `policy` also once the merge queue is done, `after-each` also after each landing. Policy is asked like for any landing, and asks you unless a rule of yours names `land.main`."
    ),
    key!("merge.push", Shape::Flag, Some("false"), Workspace, "Whether each landing is pushed."),
    key!(
        "merge.openPr",
        Shape::Flag,
        Some("false"),
        Workspace,
        "Whether a pull request is opened, or the open one used again, after each landing; it is pushed for that too."
    ),
    key!(
        "merge.pushTo",
        Shape::Word(PUSH_TO),
        Some("integration"),
        Workspace,
        "Which branch of the remote gets landings: `integration`, the integration branch, or `generated`, one of Pilothouse's own."
    ),
    key!(
        "publish.enabled",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether anything can be pushed, and pull requests opened, from here."
    ),
    key!(
        "publish.protected",
        Shape::Words,
        None,
        Workspace,
        "Globs of branches that are not pushed without force, beside the base, the integration branch and the remote's own main branch."
    ),
    key!(
        "publish.githubHosts",
        Shape::Words,
        None,
        Server,
        "GitHub Enterprise hosts, such as `git.example.com`; one whose API is not below `/api/v3` with its address, `git.example.com=https://api.example.com`. Only these and github.com ever get a token."
    ),
    key!(
        "publish.tokenVariables",
        Shape::Words,
        None,
        Server,
        "Names of variables that hold tokens, such as `github.com=GITHUB_TOKEN`. A token saved in the keychain comes first, that of `gh` last."
    ),
    key!(
        "publish.gh",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether `gh auth token` is asked for a token when there is no other."
    ),
    key!(
        "publish.timeoutS",
        Shape::Number(5, 3_600),
        Some("300"),
        Server,
        "Longest time of one push, in seconds."
    ),
    key!(
        "policy.profile",
        Shape::Word(PROFILES),
        Some("careful"),
        Workspace,
        Tightens,
        "What asks first; taken over when a workspace is added, then its setting. A repository's own word makes it stricter at any time."
    ),
    key!("scope.writeGlobs", Shape::Words, None, Workspace, Sets, "Globs that bound what a plan may write."),
    key!(
        "scope.hints",
        Shape::Words,
        None,
        Workspace,
        Sets,
        "What a repository tells the planner about its layout."
    ),
    key!(
        "budget.tokensPerJob",
        TOKENS,
        None,
        Server,
        "Most tokens of one job, input and output together. What reaches a budget stops and can go on when it is raised."
    ),
    key!(
        "budget.tokensPerDay",
        TOKENS,
        None,
        Server,
        "Most tokens of one day, everything together. A day begins at midnight, local time."
    ),
    key!("budget.tokensPerWorkspace", TOKENS, None, Server, "Most tokens of one workspace in one day."),
    key!("budget.minutesPerJob", MINUTES, None, Server, "Most minutes workers spend on one job."),
    key!(
        "budget.minutesPerDay",
        MINUTES,
        None,
        Server,
        "Most minutes workers spend in one day, all workers together."
    ),
    key!(
        "budget.minutesPerWorkspace",
        MINUTES,
        None,
        Server,
        "Most minutes workers spend on one workspace in one day."
    ),
    key!(
        "budget.moneyPerJob",
        Shape::Money,
        None,
        Server,
        "Most money of one job, in the unit of the prices. Only calls of models with prices count."
    ),
    key!("budget.moneyPerDay", Shape::Money, None, Server, "Most money of one day, everything together."),
    key!("budget.moneyPerWorkspace", Shape::Money, None, Server, "Most money of one workspace in one day."),
    key!(
        "budget.autoResume",
        Shape::Flag,
        Some("false"),
        Server,
        "Whether a job that waits for a provider's limit or for a new day goes on by itself when that time has come."
    ),
    key!("terminal.most", Shape::Number(1, 1000), Some("64"), Server, "Most terminals that run at once."),
    key!(
        "terminal.idleHours",
        Shape::Number(0, 8760),
        Some("24"),
        Server,
        "A terminal is ended when nobody was attached and nothing was written in it for so many hours; 0 is never."
    ),
    key!(
        "terminal.record",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether what terminals show is recorded. What is typed is not, unless the program shows it."
    ),
    key!(
        "desktop.notify.needsYou",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether the desktop notifies of a question that waits for you."
    ),
    key!(
        "desktop.notify.finished",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether it notifies of what landed or was reported."
    ),
    key!(
        "desktop.notify.failed",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether it notifies of what failed or came back."
    ),
    key!(
        "desktop.notify.limit",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether it notifies of what a limit keeps from going on, and of a request that waits for a model."
    ),
    key!(
        "desktop.notify.worker",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether it notifies of a worker that keeps ending by itself, and was not started again at once."
    ),
    key!(
        "desktop.notify.quietHours",
        Shape::Flag,
        Some("true"),
        Server,
        "Whether the quiet hours count; `false` keeps their times and tells at any hour."
    ),
    key!(
        "desktop.notify.quietFrom",
        Shape::TimeOfDay,
        None,
        Server,
        "Local time from which on no notification is sent, until `desktop.notify.quietUntil`; both are needed."
    ),
    key!(
        "desktop.notify.quietUntil",
        Shape::TimeOfDay,
        None,
        Server,
        "End of the quiet hours; a question that still waits then is told."
    ),
    key!(
        "push.services",
        Shape::Words,
        None,
        Server,
        "Hosts of push services that may be sent to, beside those of the usual browsers; `http://127.0.0.1:PORT` names one on this machine."
    ),
    key!(
        "push.contact",
        Shape::Text,
        None,
        Server,
        "Who push services can turn to, `mailto:` or `https:`; some refuse messages without."
    ),
];

/// Two tables as one.
const fn joined<const N: usize>(a: &[Key], b: &[Key]) -> [Key; N] {
    let mut all = [a[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < a.len() { a[at] } else { b[at - a.len()] };
        at += 1;
    }
    all
}

pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests;
