//! A task of the Windows Task Scheduler, started when the user signs in.
//!
//! A task has no place for variables: it gets those the user has at sign-in, so what is only set in one
//! terminal is not there.

use super::{BackgroundError, MARK, Wanted, words};

pub const TASK: &str = "Pilothouse";

/// The text of the task for `user` (`DOMAIN\name`). No time limit, also on batteries, again after a failure.
pub fn task(wanted: &Wanted, user: &str) -> Result<String, BackgroundError> {
    let user = words::xml(user)?;
    let program = words::xml(unexpanded(&wanted.program)?)?;
    let args: Vec<String> = wanted
        .args
        .iter()
        .map(|arg| Ok(argument(unexpanded(arg)?)))
        .collect::<Result<_, BackgroundError>>()?;
    let args = words::xml(&args.join(" "))?;
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Keeps the Pilothouse server running. {MARK}.</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>{user}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{args}</Arguments>
    </Exec>
  </Actions>
</Task>
"#
    ))
}

/// The bytes `schtasks /XML` reads.
pub fn utf16(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    ['\u{FEFF}']
        .into_iter()
        .chain(text.chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The scheduler replaces %NAME% and has no way to write a percent sign that stays one.
fn unexpanded(text: &str) -> Result<&str, BackgroundError> {
    if text.contains('%') {
        let cause = "the Task Scheduler would replace what stands between percent signs";
        return Err(BackgroundError::Unwritable { text: text.to_owned(), cause });
    }
    Ok(text)
}

/// One argument as `CommandLineToArgvW` reads it: backslashes count double only before a quote.
fn argument(text: &str) -> String {
    if !text.is_empty() && !text.contains([' ', '\t', '"']) {
        return text.to_owned();
    }
    let (mut out, mut backslashes) = (String::from("\""), 0);
    for character in text.chars() {
        match character {
            '\\' => backslashes += 1,
            '"' => {
                out.extend(std::iter::repeat_n('\\', backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        out.push(character);
    }
    out.extend(std::iter::repeat_n('\\', backslashes));
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_as_windows_takes_them_apart() {
        for (text, expected) in [
            ("serve", "serve"),
            ("", r#""""#),
            (r"C:\Users\Jörg", r"C:\Users\Jörg"),
            (r"C:\My Data\", r#""C:\My Data\\""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r#"a\" b"#, r#""a\\\" b""#),
        ] {
            assert_eq!(argument(text), expected, "{text}");
        }
    }
}
