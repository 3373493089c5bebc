//! What is installed on a machine, asked through a runner that somebody else brings.

use std::path::{Path, PathBuf};

use super::{ALL, Cli, Installed, installed, locate, version_of};

/// An agent on this machine.
#[derive(Debug, Clone)]
pub struct Found {
    pub cli: &'static Cli,
    pub installed: Installed,
    /// None when it does not answer.
    pub version: Option<String>,
    /// Whether somebody is logged in; none when it cannot say, or was not asked.
    pub logged_in: Option<bool>,
}

/// Every agent that is installed. Looks at files only.
pub fn present(path: &[PathBuf], home: &Path) -> Vec<(&'static Cli, Installed)> {
    let found = ALL.iter().filter_map(|cli| {
        let program = locate(cli, path, home)?;
        installed(cli, &program).ok().map(|installed| (*cli, installed))
    });
    found.collect()
}

/// Asks one for its version. `run` gets a command and gives its exit code and output, or none when it did not
/// answer in a short time.
pub async fn version<R, F>(cli: &Cli, installed: &Installed, run: R) -> Option<String>
where
    R: Fn(Vec<String>) -> F,
    F: Future<Output = Option<(Option<i32>, String)>>,
{
    match run(cli.version_argv(installed)).await {
        Some((code, said)) => (code == Some(0)).then(|| version_of(&said)).flatten(),
        // Some take longer to start than anybody waits; their package says it too.
        None => installed.start.last().and_then(|file| packaged(file)),
    }
}

/// The version of the npm package a file belongs to.
fn packaged(file: &Path) -> Option<String> {
    let inside = |folder: &&Path| folder.ancestors().any(|above| above.ends_with("node_modules"));
    let mut folders = file.ancestors().skip(1).take_while(inside);
    let text = folders.find_map(|folder| std::fs::read_to_string(folder.join("package.json")).ok())?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    package["version"].as_str().map(str::to_owned)
}

/// Asks one for version and login.
pub async fn facts<R, F>(cli: &'static Cli, installed: Installed, run: R) -> Found
where
    R: Fn(Vec<String>) -> F,
    F: Future<Output = Option<(Option<i32>, String)>>,
{
    let version = version(cli, &installed, &run).await;
    let mut logged_in = None;
    if let (Some(login), Some(argv), true) = (cli.login, cli.login_argv(&installed), version.is_some())
        && let Some((code, said)) = run(argv).await
    {
        logged_in = (login.read)(code, &said);
    }
    Found { cli, installed, version, logged_in }
}
