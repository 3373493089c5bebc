//! A stand-in for an older version of an agent: the real program behind a script that does not know one word of its
//! command line, as such a version would not. Labelled as what it is, and used by tests alone.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program itself below the folder its package was installed in.
fn real(bin: &Path, agent: &str) -> PathBuf {
    let inner = match agent {
        "claude" => "@anthropic-ai/claude-code-linux-x64/claude",
        "opencode" => "opencode-linux-x64-baseline/bin/opencode",
        "codex" => "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
        _ => "none",
    };
    let inner = bin.parent().unwrap().join(inner);
    if inner.is_file() { inner } else { std::fs::canonicalize(bin.join(agent)).unwrap() }
}

/// A folder with a program of this name that knows nothing of `word`, and says so with `says`.
pub fn without(bin: &Path, agent: &str, word: &str, says: &str) -> (tempfile::TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let program = real(bin, agent);
    // Beside the real one, so that it can be linked, and not below a temporary folder, which a sandbox does not show.
    let place = tempfile::tempdir_in(crate::install::cache()).unwrap();
    let folder = place.path().join("node_modules/older");
    std::fs::create_dir_all(&folder).unwrap();
    let whole = match agent {
        // A script that needs the files beside it.
        "gemini" => Some(program.parent().unwrap().to_owned()),
        _ => None,
    };
    let stands = whole.as_deref().unwrap_or(&program);
    let linked = Command::new("cp").args(["-al"]).arg(stands).arg(folder.join("real")).status().unwrap();
    assert!(linked.success());
    let start =
        whole.map_or_else(String::new, |_| format!("/{}", program.file_name().unwrap().to_string_lossy()));
    let start = format!("{}{start}", folder.join("real").display());
    let script = format!(
        "#!/bin/sh\nfor word in \"$@\"; do\n  if [ \"$word\" = '{word}' ]; then echo \"{says}\" >&2; exit 1; fi\ndone\nexec '{start}' \"$@\"\n"
    );
    let stand_in = folder.join(agent);
    std::fs::write(&stand_in, script).unwrap();
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).unwrap();
    (place, folder)
}
