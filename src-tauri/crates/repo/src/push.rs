//! Pushing one commit to one branch of the user's remote, and what has to be known of that remote before.
//!
//! Git runs on the user's git folder, because their configuration says how they sign in; objects of the depot are lent
//! to it for the one call. Nothing is written there: no remote-tracking ref, no configuration, no object. What git said
//! comes back as it is: what it means is decided elsewhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::depot::Depot;
use crate::inspect::without_credentials;
use crate::process::{GitCall, HostToken, OwnCredentials, Watch, Watched, WatchedEnd, watched};
use crate::{Git, ObjectId, RepoError, Result, check_branch, libgit};

/// The name the remote has for the one call; a name of the user's would bring its refspecs and tracking refs along.
pub(crate) const NAME: &str = "pilothouse-publish";
const URL_KEY: &str = "remote.pilothouse-publish.url";
/// Longest time the remote is asked for its main branch.
const ASK: Duration = Duration::from_secs(5);
/// Longest time a question about one branch of the remote may take.
const LOOK: Duration = Duration::from_secs(30);

/// A remote of the user's repository.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRemote {
    pub name: String,
    /// Where it is fetched from, after the rewriting that the user's configuration asks for.
    pub fetch_url: String,
    /// Where a push goes, after that rewriting.
    pub push_url: String,
    /// The same as it is configured; git rewrites it.
    configured: String,
    /// What `refs/remotes/<name>/HEAD` names.
    pub head: Option<String>,
    root: PathBuf,
}

impl std::fmt::Debug for UserRemote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (fetch, push) = (without_credentials(&self.fetch_url), without_credentials(&self.push_url));
        write!(f, "UserRemote({}, {fetch}, {push})", self.name)
    }
}

/// Which remote is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteChoice {
    One(Box<UserRemote>),
    None,
    /// None is called `origin`, and `remote.pushDefault` names none of them.
    Several(Vec<String>),
}

/// What keeps a push from taking away what others pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Only what continues the remote's branch is taken.
    Continue,
    /// The remote's branch has to be at this commit, or not to be there.
    At(Option<ObjectId>),
}

/// One push.
#[derive(Debug)]
pub struct PushRequest<'a> {
    pub user_repo: &'a Path,
    pub depot: &'a Depot,
    pub remote: &'a UserRemote,
    pub commit: &'a ObjectId,
    pub branch: &'a str,
    pub lease: &'a Lease,
    pub credentials: &'a OwnCredentials,
}

/// Finds the remote: `origin`, else `remote.pushDefault`, else the only one.
pub fn user_remote(git: &Git, user_repo: &Path, credentials: &OwnCredentials) -> Result<RemoteChoice> {
    let user = libgit::open(user_repo)?;
    let names = user.remotes()?;
    let names: Vec<String> = names.iter().filter_map(|name| name.ok().flatten()).map(str::to_owned).collect();
    let (git_dir, root) = places(&user);
    let config = |key: &str| -> Result<Option<String>> {
        let call = git.with_credentials(credentials).git_dir(&git_dir).flags(&["config", "--get-all"]);
        let answer = call.value(key).run()?;
        Ok(answer.text().lines().next().map(str::to_owned).filter(|line| !line.is_empty()))
    };
    let name = match (names.iter().find(|name| *name == "origin"), names.as_slice()) {
        (Some(origin), _) => origin.clone(),
        (None, []) => return Ok(RemoteChoice::None),
        (None, [only]) => only.clone(),
        (None, several) => match config("remote.pushDefault")?.filter(|name| several.contains(name)) {
            Some(named) => named,
            None => return Ok(RemoteChoice::Several(names)),
        },
    };
    let resolved = |flags: &[&'static str]| -> Result<Option<String>> {
        let call = git.with_credentials(credentials).git_dir(&git_dir).flags(flags).value(&name);
        let answer = call.run()?;
        Ok(answer.text().lines().next().map(str::to_owned).filter(|line| !line.is_empty()))
    };
    let fetch = resolved(&["remote", "get-url"])?;
    let push = resolved(&["remote", "get-url", "--push"])?;
    let configured = match config(&format!("remote.{name}.pushurl"))? {
        Some(url) => Some(url),
        None => config(&format!("remote.{name}.url"))?,
    };
    let (Some(fetch_url), Some(push_url), Some(configured)) = (fetch, push, configured) else {
        return Ok(RemoteChoice::None);
    };
    let head = crate::inspect::remote_head(&user, &name);
    Ok(RemoteChoice::One(Box::new(UserRemote { name, fetch_url, push_url, configured, head, root })))
}

/// The git folder all worktrees share, and the folder that relative addresses start from.
pub(crate) fn places(user: &git2::Repository) -> (PathBuf, PathBuf) {
    let root = user.workdir().unwrap_or_else(|| user.path()).to_owned();
    (user.commondir().to_owned(), root)
}

impl UserRemote {
    /// Without user and password.
    pub fn shown(&self) -> (String, String) {
        (without_credentials(&self.fetch_url), without_credentials(&self.push_url))
    }

    /// What git may repeat in an error, password and all, replaced.
    pub fn plain(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for url in [&self.configured, &self.push_url, &self.fetch_url] {
            let shown = without_credentials(url);
            if shown != *url {
                text = text.replace(url.as_str(), &shown);
            }
        }
        text
    }

    /// A call that knows the remote by [`NAME`]. The address stands in the environment: arguments can be read by every
    /// user of the machine.
    pub(crate) fn call<'g>(
        &self,
        git: &'g Git,
        git_dir: &Path,
        credentials: &OwnCredentials,
    ) -> Result<GitCall<'g>> {
        let ssh = ssh_command(git, git_dir, credentials)?;
        // Git hands an address to its helpers as an argument, password and all; so the password is taken out of it.
        let (address, credentials) = match Password::of(&self.push_url) {
            Some(password) => (password.address, credentials.clone().with_token(password.token)),
            None => (absolute(&self.configured, &self.root), credentials.clone()),
        };
        let call = git
            .with_credentials(&credentials)
            .git_dir(git_dir)
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", URL_KEY)
            .env("GIT_CONFIG_VALUE_0", address);
        Ok(match ssh {
            Some(ssh) => call.env("GIT_SSH_COMMAND", ssh),
            None => call,
        })
    }
}

impl Git {
    /// Pushes. Blocks until git has ended, its time is over or somebody cancels.
    pub fn push(&self, request: &PushRequest<'_>, watch: &Watch<'_>) -> Result<Watched> {
        self.push_with(request, &[], watch)
    }

    /// Asks the remote all that a push asks, and sends nothing.
    pub fn try_push(&self, request: &PushRequest<'_>, watch: &Watch<'_>) -> Result<Watched> {
        self.push_with(request, &["--dry-run"], watch)
    }

    fn push_with(
        &self,
        request: &PushRequest<'_>,
        more: &[&'static str],
        watch: &Watch<'_>,
    ) -> Result<Watched> {
        check_branch(request.branch)?;
        let user = libgit::open_users(request.user_repo)?;
        let (git_dir, _) = places(&user);
        drop(user);
        let target = format!("refs/heads/{}", request.branch);
        let call = request
            .remote
            .call(self, &git_dir, request.credentials)?
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", request.depot.objects_dir())
            .flags(&["push", "--porcelain", "--progress", "--no-verify", "--no-follow-tags", "--no-signed"])
            .flags(&["--recurse-submodules=no", "--no-atomic"])
            .flags(more);
        let call = match request.lease {
            Lease::Continue => call,
            Lease::At(at) => {
                let at = at.as_ref().map_or("", ObjectId::as_str);
                call.joined("--force-with-lease=", format!("{target}:{at}"))
            }
        };
        let call = call.flags(&["--"]).value(NAME).value(format!("{}:{target}", request.commit));
        watched(&call, watch)
    }

    /// Where a branch of the remote is now; none when it is not there.
    pub fn remote_branch(
        &self,
        user_repo: &Path,
        remote: &UserRemote,
        branch: &str,
        credentials: &OwnCredentials,
    ) -> Result<Option<ObjectId>> {
        check_branch(branch)?;
        let (git_dir, _) = places(&libgit::open(user_repo)?);
        let wanted = format!("refs/heads/{branch}");
        let call = remote.call(self, &git_dir, credentials)?.flags(&["ls-remote", "--quiet", "--"]);
        let said = watched(&call.value(NAME).value(&wanted), &quiet(LOOK))?;
        ended(&said, remote, "ls-remote")?;
        let found = said.stdout.lines().find_map(|line| {
            let (id, name) = line.split_once('\t')?;
            (name == wanted).then(|| ObjectId::parse(id))
        });
        found.transpose()
    }

    /// What the remote's HEAD names, asked for five seconds at most.
    pub fn remote_main(
        &self,
        user_repo: &Path,
        remote: &UserRemote,
        credentials: &OwnCredentials,
    ) -> Result<Option<String>> {
        let (git_dir, _) = places(&libgit::open(user_repo)?);
        let call =
            remote.call(self, &git_dir, credentials)?.flags(&["ls-remote", "--symref", "--quiet", "--"]);
        let said = watched(&call.value(NAME).value("HEAD"), &quiet(ASK))?;
        ended(&said, remote, "ls-remote")?;
        let named = said.stdout.lines().find_map(|line| {
            line.strip_prefix("ref: refs/heads/")?.split_once('\t').map(|(name, _)| name.to_owned())
        });
        Ok(named.filter(|name| check_branch(name).is_ok()))
    }
}

/// An HTTPS address with a password in it, as two.
struct Password {
    /// Without the password.
    address: String,
    token: HostToken,
}

impl Password {
    fn of(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (signs_in, host) = authority.rsplit_once('@')?;
        let (user, password) = signs_in.split_once(':').filter(|(_, password)| !password.is_empty())?;
        let secret = decoded(password)?;
        let address = format!("https://{user}@{host}/{path}");
        let host = host.trim_end_matches(":443").to_ascii_lowercase();
        let token = HostToken { host, user: Some(decoded(user)?), secret, alone: true };
        Some(Self { address, token })
    }
}

/// Percent-decoding.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let hex = [bytes.next()?, bytes.next()?];
                out.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok().filter(|text| !text.chars().any(char::is_control))
}

fn quiet(limit: Duration) -> Watch<'static> {
    Watch { limit, cancelled: &|| false, progress: &|_| {} }
}

fn ended(said: &Watched, remote: &UserRemote, command: &str) -> Result<()> {
    match said.end {
        WatchedEnd::Exited(Some(0)) => Ok(()),
        WatchedEnd::TimedOut | WatchedEnd::Cancelled => {
            Err(RepoError::Timeout { command: command.to_owned(), seconds: LOOK.as_secs() })
        }
        WatchedEnd::Exited(status) => {
            let detail: String = remote.plain(said.stderr.trim()).chars().take(1500).collect();
            Err(RepoError::Failed { command: command.to_owned(), status: status.unwrap_or(-1), detail })
        }
    }
}

/// The user's own way to call ssh, told never to ask. Another program than ssh is called as it is configured.
fn ssh_command(git: &Git, git_dir: &Path, credentials: &OwnCredentials) -> Result<Option<String>> {
    let configured = match credentials.variable("GIT_SSH_COMMAND") {
        Some(command) => Some(command),
        None => {
            let call = git.with_credentials(credentials).git_dir(git_dir);
            let answer = call.flags(&["config", "--get"]).value("core.sshCommand").run()?;
            Some(answer.text().trim().to_owned()).filter(|text| !text.is_empty())
        }
    };
    if configured.is_none() && credentials.variable("GIT_SSH").is_some() {
        return Ok(None);
    }
    Ok(Some(never_asking(configured.as_deref().unwrap_or("ssh"))))
}

fn never_asking(command: &str) -> String {
    let program = command.split_whitespace().next().unwrap_or_default();
    let name = program.trim_matches(['"', '\'']).rsplit(['/', '\\']).next().unwrap_or_default();
    match name.trim_end_matches(".exe") {
        "ssh" => format!(
            "{command} -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=4"
        ),
        _ => command.to_owned(),
    }
}

/// A folder named from where the repository is, as git would find it there.
fn absolute(address: &str, root: &Path) -> String {
    let before_slash = address.split('/').next().unwrap_or_default();
    let elsewhere = address.contains("://") || before_slash.contains(':') || Path::new(address).is_absolute();
    match elsewhere || address.starts_with('~') {
        true => address.to_owned(),
        // A word that the user's configuration makes an address of is one only as it stands.
        false => match root.join(address) {
            path if path.exists() => path.to_string_lossy().into_owned(),
            _ => address.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_its_address() {
        let split = Password::of("https://ada:s%40crt@git.example.com:8443/ada/tern.git").unwrap();
        assert_eq!(split.address, "https://ada@git.example.com:8443/ada/tern.git");
        assert_eq!(
            (split.token.host.as_str(), split.token.secret.as_str()),
            ("git.example.com:8443", "s@crt")
        );
        for none in ["https://ada@h/x", "https://h/x", "https://ada:@h/x", "ssh://ada:x@h/x", "/srv/a:b@c"] {
            assert!(Password::of(none).is_none(), "{none}");
        }
    }

    #[test]
    fn ssh_is_told_never_to_ask_and_other_programs_are_left_alone() {
        for ssh in ["ssh", "ssh -i ~/.ssh/work", "/usr/bin/ssh -F x", "\"C:/Windows/ssh.exe\" -v"] {
            assert!(
                never_asking(ssh).starts_with(ssh) && never_asking(ssh).contains("BatchMode=yes"),
                "{ssh}"
            );
        }
        for other in ["plink -batch", "/opt/wrapper.sh", "sshpass -f x ssh"] {
            assert_eq!(never_asking(other), other);
        }
    }
}
