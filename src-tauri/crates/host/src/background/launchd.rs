//! An agent of launchd.

use std::fmt::Write as _;

use super::{BackgroundError, MARK, Wanted, words};

pub const LABEL: &str = "dev.pilothouse.server";

/// The text of the property list. Started at login, and again after it failed; an end with code 0 is a wish.
pub fn agent(wanted: &Wanted) -> Result<String, BackgroundError> {
    let mut command = String::new();
    for word in [&wanted.program].into_iter().chain(&wanted.args) {
        let _ = writeln!(command, "    <string>{}</string>", words::xml(word)?);
    }
    let mut environment = String::new();
    for (name, value) in &wanted.environment {
        let (name, value) = (words::xml(name)?, words::xml(value)?);
        let _ = writeln!(environment, "    <key>{name}</key>\n    <string>{value}</string>");
    }
    let log = words::xml(&wanted.log)?;
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- {MARK}. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
{command}  </array>
  <key>EnvironmentVariables</key>
  <dict>
{environment}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>StandardErrorPath</key>
  <string>{log}</string>
</dict>
</plist>
"#
    ))
}
