//! Whether a check failed, or this machine failed to check: asked with a command that cannot fail by itself.

use crate::Engine;
use crate::rooms::Room;
use flow::because::sentence;
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::Command;
use protocol::because::Because;
use protocol::check::Check;
use protocol::{ApiError, ErrorCode};
use std::path::Path;
use std::time::Duration;

/// Longest time for a command that does nothing.
const LIMIT: Duration = Duration::from_secs(30);
/// Bytes that must fit on the disk.
const ROOM: usize = 1 << 20;

impl Engine {
    /// What keeps this machine from running checks now. None: whatever a check said, it said itself.
    pub(super) async fn machine_fault(
        &self,
        room: &Room,
        checks: &[Check],
        sandbox: &Sandbox,
    ) -> Result<Option<Because>, ApiError> {
        let folder = self.data.candidates().join(room.id.as_str()).join("probe");
        let (work, home) = (folder.join("work"), folder.join("home"));
        let (inside, house) = (work.clone(), home.clone());
        let written = self.blocking(move || room_to_write(&folder, &inside, &house)).await?;
        if let Err(error) = written {
            return Ok(Some(could_not_start(&format!("no file can be written ({error})"))));
        }
        let spec = self.sandbox_spec(room, &work, &home, false).await?;
        let nothing = if sandbox.brings_its_own_tools() {
            "true".into()
        } else {
            if let Some(fault) = checks.iter().find_map(|check| missing_program(check, &spec)) {
                return Ok(Some(fault));
            }
            let Some(nothing) = self.toolchains.program(sandbox, "true") else { return Ok(None) };
            nothing
        };
        let command = Command::new([nothing]).cwd(work).timeout(LIMIT);
        Ok(match sandbox.run(&spec, command).await {
            Ok(outcome) if outcome.success() => None,
            Ok(outcome) => Some(could_not_start(&format!("{} {}", outcome.summary(), outcome.stderr.text()))),
            Err(error) => Some(could_not_start(&error.to_string())),
        })
    }
}

pub(super) fn could_not_start(why: &str) -> Because {
    Because::CannotRun { said: why.trim().to_owned() }
}

/// The error that says it, and keeps what it is made of.
pub(super) fn fault(why: &Because) -> ApiError {
    ApiError::new(ErrorCode::Internal, sentence(why)).with(why.as_details())
}

/// Makes the folders and fills a file in the one above them, which is gone afterwards.
fn room_to_write(folder: &Path, work: &Path, home: &Path) -> std::io::Result<()> {
    [folder, work, home].into_iter().try_for_each(host::paths::private_folder)?;
    let file = folder.join("room");
    let written = std::fs::write(&file, vec![1; ROOM]);
    let _ = std::fs::remove_file(&file);
    written
}

/// A program that is named without a folder is this machine's to have, not the change's to bring.
fn missing_program(check: &Check, spec: &SandboxSpec) -> Option<Because> {
    let name = check.run.first().filter(|name| Path::new(name).components().count() == 1)?;
    let path = spec.env.iter().rev().find(|(variable, _)| variable == "PATH").map(|(_, value)| value)?;
    let named = host::toolchains::program_file(name);
    let found = std::env::split_paths(path).any(|folder| folder.join(&named).is_file());
    (!found).then(|| Because::ProgramMissing { check: check.name.clone(), program: name.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_nowhere_on_the_path_is_missing_and_one_of_the_tree_is_not_ours_to_find() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join(format!("here{}", std::env::consts::EXE_SUFFIX)), "").unwrap();
        std::fs::write(temp.path().join("here.cmd"), "").unwrap();
        let mut spec = SandboxSpec::new(temp.path(), temp.path());
        spec.env.push(("PATH".into(), temp.path().to_string_lossy().into_owned()));
        let missing = |program: &str| {
            let check = Check {
                name: "it".into(),
                run: vec![program.into()],
                timeout_s: 1,
                group: None,
                paths: Vec::new(),
                skip_untouched: false,
            };
            missing_program(&check, &spec)
        };
        assert_eq!(missing("here"), None);
        assert_eq!(missing("here.cmd"), None);
        assert_eq!(missing("./not-here"), None);
        let named = Because::ProgramMissing { check: "it".into(), program: "not-here".into() };
        assert_eq!(missing("not-here"), Some(named));
    }
}
