//! A unit of systemd's user manager.

use std::fmt::Write as _;

use super::{BackgroundError, MARK, Wanted, words};

pub const UNIT: &str = "pilothouse.service";
/// The folder of links that start something with the user's session.
pub(super) const WANTED_BY: &str = "default.target.wants";

/// The text of the unit. The program says itself when it is ready (see [`super::tell_ready`]), so a start that
/// returns means a server that answers. A wrong flag (exit 2) is not tried again; a held data folder is.
pub fn unit(wanted: &Wanted) -> Result<String, BackgroundError> {
    let mut environment = String::new();
    for (name, value) in &wanted.environment {
        let _ = writeln!(environment, "Environment={}", quoted(&format!("{name}={value}"))?);
    }
    if wanted.program.contains(['"', '\'', '\\']) {
        let cause = "systemd runs no program whose path holds a quote or a backslash";
        return Err(BackgroundError::Unwritable { text: wanted.program.clone(), cause });
    }
    // The colon keeps systemd from replacing $NAME in what follows.
    let mut command = format!(":{}", quoted(&wanted.program)?);
    for arg in &wanted.args {
        let _ = write!(command, " {}", quoted(arg)?);
    }
    Ok(format!(
        "# {MARK}; `pilothouse service uninstall` removes it.\n\
         [Unit]\n\
         Description=Pilothouse server\n\
         \n\
         [Service]\n\
         Type=notify\n\
         ExecStart={command}\n\
         {environment}\
         Restart=on-failure\n\
         RestartSec=10\n\
         RestartPreventExitStatus=2\n\
         KillMode=mixed\n\
         TimeoutStopSec=30\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n"
    ))
}

/// One word of a setting: in quotes, with systemd's own escapes; a percent sign would begin a specifier.
fn quoted(text: &str) -> Result<String, BackgroundError> {
    let escaped = words::plain(text)?.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    Ok(format!("\"{escaped}\""))
}
