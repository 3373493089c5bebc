//! A question as the one English sentence that is made of its kind and facts. It knows nothing of how it is shown.

use protocol::asks::Asks;
use protocol::count;

pub fn sentence(asks: &Asks) -> String {
    match asks {
        Asks::Land { title, branch } => format!("Land “{title}” on {branch}"),
        Asks::LandMain { branch, to, commits } => {
            format!("Move {branch} forward to {to}: {}", count(*commits, "commit", "commits"))
        }
        Asks::Trust { checks: 0, .. } => {
            "No checks were found for this repository. Land its changes without any?".to_owned()
        }
        Asks::Trust { checks, commands } => format!(
            "Use {} of this repository to decide what lands: {commands}",
            count(*checks, "check", "checks")
        ),
        Asks::SetupNetwork { command, hosts, .. } => {
            format!("Open the network for the set-up step `{command}` ({hosts})")
        }
        Asks::ImageBuild { file, digest, .. } => format!("Build an image from {file} (sha256 {digest})"),
        Asks::JobNetwork { job, target } => format!("Let “{job}” reach {target}"),
        Asks::JobCommand { job, command } => format!("Let “{job}” run {command}"),
        Asks::JobWrite { job, paths } => format!("Let “{job}” write {paths}, outside what it may change"),
        Asks::Bisect { command } => format!("Run `{command}` on several commits"),
        Asks::LocalCommand { command } => format!("Run {command} on a copy of the repository"),
        Asks::Recipe { name } => format!("Run the recipe {name} for the first time"),
        Asks::Push { branch, remote, over: Some(there), .. } => {
            format!("Push {branch} to {remote} over {there} that is there")
        }
        Asks::Push { branch, remote, over: None, opens } => {
            let with = if *opens { " and open a pull request" } else { "" };
            format!("Push {branch} to {remote}{with}")
        }
        Asks::Tool { name } => format!("Run the tool {name}"),
    }
}
