//! Trying an image somebody named or described, so that what is wrong with it is said by its name.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Wish, select};
use crate::ids::{Ids as _, SystemIds};
use crate::sandbox::{NoSandbox, Sandbox, SandboxSpec};
use crate::spawn::{Command, Outcome};

/// Its shell tells by this that there is no git.
const NO_GIT: i32 = 41;
/// Time for a command that does nothing.
const WITHIN: Duration = Duration::from_secs(60);

/// A sandbox of the wish's image, in which a shell and git have run. The rest of what a sandbox promises is not
/// tried here.
pub(in crate::sandbox) async fn furnished(wish: &Wish, data: &Path) -> Result<Sandbox, NoSandbox> {
    let container = select(wish, data).await?;
    if let Some(cause) = container.engine().unfit(container.image()) {
        let fix = "Build or fetch it for this machine, or name another image".to_owned();
        return Err(NoSandbox { reason: cause, fix });
    }
    let sandbox = Sandbox::Container(Arc::new(container));
    let root = data.join(format!("image-trial-{}", SystemIds.uuid()));
    let tried = look_inside(&sandbox, &root).await;
    let _ = std::fs::remove_dir_all(&root);
    tried.map(|()| sandbox)
}

async fn look_inside(sandbox: &Sandbox, root: &Path) -> Result<(), NoSandbox> {
    let (work, home) = (root.join("work"), root.join("home"));
    for folder in [root, &work, &home] {
        crate::paths::private_folder(folder).map_err(|error| NoSandbox {
            reason: format!("{} cannot be made: {error}", folder.display()),
            fix: "Free some space, then try again".to_owned(),
        })?;
    }
    let script = format!("git --version >/dev/null 2>&1 || exit {NO_GIT}");
    let spec = SandboxSpec::new(&work, &home);
    let command = Command::new(["sh", "-c", script.as_str()]).timeout(WITHIN);
    match sandbox.run(&spec, command).await {
        Ok(outcome) if outcome.success() => Ok(()),
        Ok(outcome) => Err(judged(&outcome)),
        Err(error) => Err(said(&error.to_string())),
    }
}

fn judged(outcome: &Outcome) -> NoSandbox {
    let told = outcome.stderr.text();
    if outcome.code == Some(NO_GIT) {
        return NoSandbox {
            reason: "it has no git, and the work of a job is a commit".to_owned(),
            fix: "Install git in it (on Debian: RUN apt-get update && apt-get install -y git)".to_owned(),
        };
    }
    said(&format!("{} {}", outcome.summary(), told.trim()))
}

/// The words of kernels and engines for what images lack.
fn said(cause: &str) -> NoSandbox {
    let has = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    if has(&["Exec format error", "exec format error"]) {
        return NoSandbox {
            reason: "its programs are for another processor than this machine's".to_owned(),
            fix: "Build or fetch it for this machine, or name another image".to_owned(),
        };
    }
    if has(&["No such file", "not found", "os error 2"]) {
        return NoSandbox {
            reason: "it has no shell (sh), which commands need".to_owned(),
            fix: "Begin it from an image that has sh and git, such as debian or alpine with git installed"
                .to_owned(),
        };
    }
    NoSandbox {
        reason: format!("a command that does nothing fails in it: {}", cause.trim()),
        fix: "Look at it with `docker run --rm -it`, then try again".to_owned(),
    }
}
