//! What is written for the three systems, with paths that are hard to quote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use host::background::{MARK, Wanted, launchd, systemd, task_scheduler};

fn hard() -> Wanted {
    Wanted {
        program: "/home/Jörg Müller/100% ours/$HOME/pilothouse".to_owned(),
        args: [
            "serve",
            "--data",
            "/srv/日本 data/$x%i",
            "--repo",
            "/r/it's \"ours\"\\",
            "--port",
            "0",
            "--trust",
        ]
        .map(str::to_owned)
        .to_vec(),
        environment: vec![("PATH".to_owned(), "/usr/bin:/home/Jörg Müller/50%/bin".to_owned())],
        log: "/Users/Jörg & Co/Library/Logs/pilothouse.log".to_owned(),
    }
}

#[test]
fn a_unit_of_systemd_keeps_every_word_whole() {
    let expected = r#"# Written by `pilothouse service install`; `pilothouse service uninstall` removes it.
[Unit]
Description=Pilothouse server

[Service]
Type=notify
ExecStart=:"/home/Jörg Müller/100%% ours/$HOME/pilothouse" "serve" "--data" "/srv/日本 data/$x%%i" "--repo" "/r/it's \"ours\"\\" "--port" "0" "--trust"
Environment="PATH=/usr/bin:/home/Jörg Müller/50%%/bin"
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
KillMode=mixed
TimeoutStopSec=30

[Install]
WantedBy=default.target
"#;
    assert_eq!(systemd::unit(&hard()).unwrap(), expected);
}

#[test]
fn an_agent_of_launchd_keeps_every_word_whole() {
    let text = launchd::agent(&hard()).unwrap();
    let expected = r#"  <array>
    <string>/home/Jörg Müller/100% ours/$HOME/pilothouse</string>
    <string>serve</string>
    <string>--data</string>
    <string>/srv/日本 data/$x%i</string>
    <string>--repo</string>
    <string>/r/it's &quot;ours&quot;\</string>
    <string>--port</string>
    <string>0</string>
    <string>--trust</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>/usr/bin:/home/Jörg Müller/50%/bin</string>
  </dict>
"#;
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("<string>/Users/Jörg &amp; Co/Library/Logs/pilothouse.log</string>"), "{text}");
    assert!(text.contains(MARK) && text.contains("<string>dev.pilothouse.server</string>"), "{text}");
    let open = |tag: &str| text.matches(&format!("<{tag}>")).count();
    let closed = |tag: &str| text.matches(&format!("</{tag}>")).count();
    for tag in ["dict", "array", "key", "string", "integer"] {
        assert_eq!(open(tag), closed(tag), "{tag}");
    }
}

#[test]
fn a_task_of_windows_keeps_every_word_whole() {
    let wanted = Wanted {
        program: r"C:\Users\Jörg Müller\AppData\Local\Pilothouse\pilothouse.exe".to_owned(),
        args: ["serve", "--data", r"D:\日本 & data\", "--trust"].map(str::to_owned).to_vec(),
        ..hard()
    };
    let text = task_scheduler::task(&wanted, r"BÜRO\Jörg").unwrap();
    assert!(
        text.contains(concat!(
            r"      <Command>C:\Users\Jörg Müller\AppData\Local\Pilothouse\pilothouse.exe</Command>",
            "\n",
            r"      <Arguments>serve --data &quot;D:\日本 &amp; data\\&quot; --trust</Arguments>",
        )),
        "{text}"
    );
    assert_eq!(text.matches(r"<UserId>BÜRO\Jörg</UserId>").count(), 2);
    let bytes = task_scheduler::utf16(&text);
    assert_eq!(bytes[..4], [0xFF, 0xFE, b'<', 0]);
    let units: Vec<u16> = bytes[2..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(String::from_utf16(&units).unwrap().replace("\r\n", "\n"), text);
}

#[test]
fn what_a_system_would_change_or_break_at_is_refused() {
    let percent = task_scheduler::task(&hard(), r"A\b").unwrap_err();
    assert_eq!(percent.code(), "background.unwritable");
    assert!(percent.to_string().contains("percent"), "{percent}");
    let broken = Wanted { program: "/bin/true\nExecStartPre=/bin/evil".to_owned(), ..hard() };
    for program in ["/o'brien/pilothouse", "/a\"b/pilothouse", "/a\\b/pilothouse"] {
        let wanted = Wanted { program: program.to_owned(), ..hard() };
        assert_eq!(systemd::unit(&wanted).unwrap_err().code(), "background.unwritable", "{program}");
    }
    for refused in [systemd::unit(&broken), launchd::agent(&broken), task_scheduler::task(&broken, "u")] {
        assert_eq!(refused.unwrap_err().code(), "background.unwritable");
    }
}

/// systemd's own word on the unit, where it is installed: it must find the program and take every line.
#[cfg(target_os = "linux")]
#[test]
fn systemd_itself_accepts_the_unit() {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().unwrap();
    let program = temp.path().join("Jörg Müller/100% ours/$HOME/pilothouse");
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    std::fs::write(&program, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let wanted = Wanted { program: program.to_str().unwrap().to_owned(), ..hard() };
    let verified = |text: String| {
        let unit = temp.path().join(systemd::UNIT);
        std::fs::write(&unit, text).unwrap();
        let verify = std::process::Command::new("systemd-analyze")
            .args(["--user", "--man=no", "verify"])
            .arg(&unit)
            .env("XDG_RUNTIME_DIR", temp.path())
            .output();
        match verify {
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => {
                eprintln!("not run, systemd-analyze: {error}");
                None
            }
        }
    };
    let text = systemd::unit(&wanted).unwrap();
    let Some(said) = verified(text.clone()) else { return };
    assert!(!said.contains("pilothouse.service"), "{said}");
    let said = verified(text.replace("RestartSec", "RestartSecs").replace("ours", "theirs")).unwrap();
    assert!(said.contains("RestartSecs") && said.contains("not executable"), "it looks at all of it: {said}");
}

/// The other systems' programs, played by scripts that write down what they are told.
#[cfg(target_os = "linux")]
mod played {
    use super::hard;
    use host::background::{Background, Environment, Removed, System, Wanted};
    use std::ffi::OsString;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    fn stand_in(folder: &Path, name: &str, script: &str) -> Environment {
        let program = folder.join(name);
        let text = format!("#!/bin/sh\ncd '{}'\necho \"$*\" >> told\n{script}\n", folder.display());
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let folder = folder.to_owned();
        Environment::of(move |variable| match variable {
            "PATH" => Some(OsString::from(format!("{}:/bin:/usr/bin", folder.display()))),
            "HOME" | "LOCALAPPDATA" => Some(folder.clone().into_os_string()),
            "USERNAME" => Some("Jörg".into()),
            "USERDOMAIN" => Some("BÜRO".into()),
            _ => None,
        })
    }

    /// What changed something, in order.
    fn told(folder: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(folder.join("told")).unwrap();
        text.lines()
            .filter(|line| !line.starts_with("print") && !line.contains("/Query"))
            .map(str::to_owned)
            .collect()
    }

    #[tokio::test]
    async fn launchd_is_told_and_waited_for_while_the_old_agent_ends() {
        let temp = tempfile::tempdir().unwrap();
        // After a bootout, the agent is still there when asked once more.
        let environment = stand_in(
            temp.path(),
            "launchctl",
            r#"case "$*" in
                "print gui/"*/dev.*) [ -e loaded ] || [ -e ending ] || exit 113; rm -f ending; printf 'x = {\n\tstate = running\n\tpid = 77\n}\n';;
                bootstrap*) [ -e ending ] && exit 5; touch loaded;;
                bootout*) mv loaded ending;;
            esac"#,
        );
        let background = Background::new(System::Launchd, environment).unwrap();
        background.install(&hard(), true).await.unwrap();
        let status = background.status().await.unwrap();
        assert_eq!((status.enabled, status.running, status.pid), (Some(true), Some(true), Some(77)));
        background.install(&hard(), true).await.unwrap();
        assert_eq!(background.uninstall().await.unwrap(), Removed::Removed);
        assert!(!background.file().exists());
        let verbs: Vec<String> =
            told(temp.path()).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(verbs, ["bootstrap", "bootout", "bootstrap", "bootout"]);
    }

    #[tokio::test]
    async fn the_task_scheduler_is_given_the_file_and_asked_by_name() {
        let temp = tempfile::tempdir().unwrap();
        let environment = stand_in(
            temp.path(),
            "schtasks",
            r#"case "$*" in
                "/Query /TN"*) [ -e made ] || exit 1;;
                /Create*) touch made;;
                /Delete*) rm made;;
                /End*) exit 1;;
            esac"#,
        );
        let background = Background::new(System::TaskScheduler, environment).unwrap();
        let wanted = Wanted {
            program: r"C:\Pilothouse\pilothouse.exe".to_owned(),
            args: vec!["serve".to_owned()],
            ..hard()
        };
        background.install(&wanted, true).await.unwrap();
        assert_eq!(std::fs::read(background.file()).unwrap()[..2], [0xFF, 0xFE]);
        let status = background.status().await.unwrap();
        assert_eq!((status.installed, status.enabled, status.running), (true, Some(true), None));
        assert_eq!(background.uninstall().await.unwrap(), Removed::Removed);
        let file = background.file().display();
        assert_eq!(
            told(temp.path()),
            [
                format!("/Create /TN Pilothouse /XML {file} /F"),
                "/Run /TN Pilothouse".to_owned(),
                "/End /TN Pilothouse".to_owned(),
                "/Delete /TN Pilothouse /F".to_owned(),
            ]
        );
    }
}
