//! Commands in real containers: what they can do, and what they must not manage.
//!
//! Each escape is also tried without the sandbox, where it succeeds: a test of something that never works anywhere
//! would prove nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/contained.rs"]
mod contained;
#[path = "support/dockerd.rs"]
mod dockerd;
mod support;

use std::time::Duration;

use contained::{place, shell, wish};
use dockerd::dockerd;
use host::sandbox::container::Wish;
use host::sandbox::{Mount, Preference, Sandbox, SandboxSpec, detect_with};
use host::spawn::Command;
use support::sockets;

#[tokio::test]
async fn it_passes_its_self_test_is_the_first_choice_and_says_what_it_is() {
    let Some(engine) = dockerd().await else { return };
    let scratch = tempfile::tempdir().unwrap();
    for preference in [Preference::Container, Preference::Auto] {
        let selected = detect_with(preference, &wish(&engine), scratch.path()).await.unwrap();
        let words = &selected.isolation;
        let said = [&words.backend, &words.fs, &words.net, &words.limits, &words.kill].map(String::as_str);
        assert_eq!(said, ["container", "private", "none", "cgroup", "container"]);
    }
}

#[tokio::test]
async fn without_an_engine_the_choice_falls_to_another_and_a_demand_says_why_not() {
    let scratch = tempfile::tempdir().unwrap();
    let wish =
        Wish { engine: Some(scratch.path().join("none.sock").display().to_string()), ..Wish::default() };
    let none = detect_with(Preference::Container, &wish, scratch.path()).await.unwrap_err();
    assert!(none.reason.contains("none.sock") && none.reason.contains("nothing is there"), "{none}");
    if let Ok(selected) = detect_with(Preference::Auto, &wish, scratch.path()).await {
        assert_eq!(selected.sandbox.backend(), "bwrap");
    }
}

#[tokio::test]
async fn ordinary_work_is_not_disturbed_and_its_files_are_ours() {
    let Some(place) = place().await else { return };
    let mut spec = place.ground.spec();
    spec.home_inside = Some(host::sandbox::HOME_INSIDE.into());
    spec.env.push(("GIVEN".into(), "by the spec".into()));
    let work = spec.work.display().to_string();
    assert_eq!(place.allowed(&spec, "pwd").await.trim(), work);
    assert_eq!(
        place.allowed(&spec, "echo $HOME $GIVEN; echo 1 > ~/state").await.trim(),
        "/home/pilothouse by the spec"
    );
    assert!(place.ground.path("homes/mine/state").exists());
    place
        .allowed(&spec, "git init -q r && cd r && echo a > f && git add . && git -c user.name=a -c user.email=a@b commit -qm x && git log")
        .await;
    use std::os::unix::fs::MetadataExt as _;
    let made = std::fs::metadata(spec.work.join("r/f")).unwrap();
    assert_eq!(made.uid(), host::spawn::effective_uid());
    place.allowed(&spec, "printf '#!/bin/sh\\necho ran' > /tmp/x && chmod +x /tmp/x && /tmp/x").await;
    place.allowed(&spec, "echo x > /dev/null && test -c /dev/urandom && sort /dev/null && id").await;
    assert_eq!(place.run(&spec, "echo out; echo err >&2; exit 7").await.code, Some(7));
    place.no_container_is_left().await;
}

#[tokio::test]
async fn a_program_or_folder_that_is_missing_is_said_and_leaves_nothing() {
    let Some(place) = place().await else { return };
    let missing =
        place.sandbox.run(&place.ground.spec(), Command::new(["no-such-program"])).await.unwrap_err();
    assert_eq!(missing.code(), "host.program_not_found");
    let nowhere = shell("true").cwd("/nowhere");
    assert_eq!(place.sandbox.run(&place.ground.spec(), nowhere).await.unwrap_err().code(), "host.file");
    let gone = SandboxSpec::new(place.ground.path("jobs/none"), place.ground.path("homes/mine"));
    assert!(
        place.sandbox.run(&gone, shell("true")).await.unwrap_err().to_string().contains("does not exist")
    );
    place.no_container_is_left().await;
}

#[tokio::test]
async fn files_outside_the_job_cannot_be_read() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let token = place.ground.path("local.token");
    for script in [
        format!("cat {}", token.display()),
        format!("cat {}", place.ground.path("jobs/other/file").display()),
        format!("ls {}", place.ground.path("homes/other").display()),
        format!("ln -sf {} l && cat l", token.display()),
    ] {
        place.control(&script).await;
        let _ = std::fs::remove_file(spec.work.join("l"));
        place.refused(&spec, &script).await;
    }
    for script in [
        format!("cat /proc/1/root{}", token.display()),
        "cat /proc/1/environ".to_owned(),
        "head -c1 /dev/vda /dev/mem /dev/vsock".to_owned(),
        "cat /proc/1/fd/0".to_owned(),
        "echo x > /proc/1/fd/1".to_owned(),
    ] {
        place.refused(&spec, &script).await;
    }
    for folder in ["/root", "/home", "/var/lib"] {
        let seen = place.run(&spec, &format!("ls -A {folder}")).await.stdout.text();
        assert!(seen.trim().is_empty(), "{folder} shows {seen}");
    }
}

#[tokio::test]
async fn nothing_outside_the_job_can_be_written() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    for target in ["/usr/x", "/etc/x", "/x", "/bin/x", "/home/x", "/etc/passwd"] {
        place.refused(&spec, &format!("echo x > {target}")).await;
    }
    for kernel in ["sys/kernel/core_pattern", "sys/vm/drop_caches", "sysrq-trigger"] {
        place.refused(&spec, &format!("exec 3>>/proc/{kernel}")).await;
    }
    let other = place.ground.path("jobs/other/file");
    place.control(&format!("echo other-job > {}", other.display())).await;
    place.refused(&spec, &format!("echo x > {}", other.display())).await;
    place.refused(&spec, &format!("rm -rf {}; test -e /nonexistent", place.ground.path("").display())).await;
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "other-job\n");
    place.refused(&spec, "mount -t tmpfs x /tmp || mount -o remount,rw /").await;
    place.refused(&spec, "mknod disk b 254 0 && head -c1 disk").await;
}

#[tokio::test]
async fn neither_the_machine_nor_its_network_nor_the_metadata_address_can_be_reached() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    // In the network of the engine, which is one of the test's own, these stand for a service of the machine, a
    // host of the LAN, and a cloud's metadata service.
    place.open_container("exec nc -ll -p 7070 -e echo reached").await;
    for address in ["127.0.0.1", "10.99.0.1", "169.254.169.254"] {
        let call =
            format!("timeout 5 bash -c 'exec 3<>/dev/tcp/{address}/7070 && head -n 1 <&3 | grep reached'");
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while place.open_code(&call).await != 0 {
            assert!(std::time::Instant::now() < deadline, "the control never reached {address}");
        }
        place.refused(&spec, &call).await;
    }
    let ours = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    ours.set_nonblocking(true).unwrap();
    let port = ours.local_addr().unwrap().port();
    let call = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
    place.control(&call).await;
    support::eventually("the control reaches it", || ours.accept().is_ok()).await;
    place.refused(&spec, &call).await;
    assert!(ours.accept().is_err());
    assert_eq!(place.allowed(&spec, "ls /sys/class/net").await.trim(), "lo");
}

#[tokio::test]
async fn sockets_of_the_machine_and_of_the_engine_are_invisible() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let socket = place.engine.socket();
    place.control(&format!("test -S {}", socket.display())).await;
    place.refused(&spec, &format!("test -S {}", socket.display())).await;
    place.refused(&spec, "ls /run/docker.sock /var/run/docker.sock").await;
    place.refused(&spec, "env | grep -E 'SSH_|GPG|DBUS|DISPLAY|TOKEN'").await;
    place.refused(&spec, &format!("kill -0 {}", std::process::id())).await;
    place.control(&format!("kill -0 {}", std::process::id())).await;
    let seen = place.allowed(&spec, "ls /proc | grep -c '^[0-9]'").await;
    assert!(seen.trim().parse::<u32>().unwrap() <= 8, "sees {seen} processes");
}

/// Its own home and what processes of the server's user hold: a secret planted there is found outside, and not inside.
#[tokio::test]
async fn homes_and_keys_of_models_are_not_carried_off() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let home = tempfile::tempdir_in(std::env::var_os("HOME").unwrap()).unwrap();
    let files =
        [home.path().join(".netrc"), place.ground.path("keys/sealed"), place.ground.path("homes/other/key")];
    // With the key of a model in its environment, as the server has it.
    let mut holder =
        std::process::Command::new("sleep").arg("300").env("MODEL_KEY", "secret-token").spawn().unwrap();
    let mut scripts = vec![
        format!("grep -a secret-token /proc/{}/environ", holder.id()),
        "for p in /proc/[0-9]*; do grep -a MODEL_KEY=secret- $p/environ && exit; done; exit 1".to_owned(),
    ];
    for file in &files {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "secret-token").unwrap();
        scripts.push(format!("grep secret-token {}", file.display()));
        scripts.push(format!("ln -sf {} way; grep secret-token way", file.display()));
    }
    for script in &scripts {
        place.control(script).await;
        place.refused(&spec, script).await;
    }
    holder.kill().unwrap();
    holder.wait().unwrap();
}

/// The image has no Python; this machine's, shown to the job, speaks what a shell cannot.
fn with_python(place: &contained::Place) -> SandboxSpec {
    let mut spec = place.ground.spec();
    spec.extra_ro.push("/usr".into());
    spec
}

#[tokio::test]
async fn sockets_that_somebody_listens_on_are_out_of_reach() {
    let Some(place) = place().await else { return };
    let spec = with_python(&place);
    place.allowed(&spec, "/usr/bin/python3 -c 'import socket'").await;
    for (listener, call) in sockets::heard(&place.ground.path("engine.sock"), "pilothouse-container") {
        place.control(&call).await;
        support::eventually(&format!("the control is heard: {call}"), || listener.accept().is_ok()).await;
        place.refused(&spec, &call).await;
        assert!(listener.accept().is_err(), "{call}");
    }
}

#[tokio::test]
async fn calls_that_lead_out_of_a_container_are_refused() {
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let Some(place) = place().await else { return };
    let spec = with_python(&place);
    let probe = r#"
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *a):
    ctypes.set_errno(0)
    print(name, 'open' if libc.syscall(*a) >= 0 else errno.errorcode[ctypes.get_errno()])
call('keyctl', 250, 0, -3, 1)
call('io_uring', 425, 1, ctypes.create_string_buffer(256))
call('userfaultfd', 323, 1)
for name, family, kind, proto in [('vsock', 40, 1, 0), ('alg', 38, 5, 0), ('packet', 17, 3, 0), ('netfilter', 16, 3, 12)]:
    try: socket.socket(family, kind, proto); print(name, 'open')
    except OSError as e: print(name, errno.errorcode[e.errno])
call('ptrace', 101, 0, 0, 0, 0)
"#;
    std::fs::write(spec.work.join("probe.py"), probe).unwrap();
    let script = format!("/usr/bin/python3 {}/probe.py", spec.work.display());
    let outside = Sandbox::Host.run(&spec, shell(&script)).await.unwrap().stdout.text();
    let inside = place.allowed(&spec, &script).await;
    assert_eq!(inside.lines().count(), 8, "{inside}");
    assert!(!inside.contains("open"), "{inside}");
    // What the kernel of this machine does not have shows nothing; the rest is open without the sandbox.
    let open: Vec<_> = outside.lines().filter_map(|line| line.strip_suffix(" open")).collect();
    assert!(open.contains(&"ptrace") && open.len() >= 3, "the control: {outside}");
    for line in outside.lines().filter(|line| !line.ends_with(" open")) {
        support::notes::not_run(&format!(
            "a control of a call in containers: {line} without the sandbox too"
        ));
    }
}

#[tokio::test]
async fn privileges_and_dangerous_calls_are_gone() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let said = place.allowed(&spec, "grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status").await;
    let values: Vec<&str> = said.lines().map(|line| line.split_whitespace().last().unwrap()).collect();
    assert_eq!(values, ["0000000000000000", "0000000000000000", "1", "2"]);
    // Two filters: the engine's and, on top of it, ours.
    let filters = place.allowed(&spec, "grep Seccomp_filters /proc/self/status").await;
    assert!(filters.split_whitespace().last().unwrap().parse::<u32>().unwrap() >= 2, "{filters}");
    for script in ["unshare -U true", "unshare -m true", "chroot / true", "chown 1:1 ."] {
        place.refused(&spec, script).await;
    }
}

#[tokio::test]
async fn a_hidden_path_is_covered_even_inside_a_shown_folder() {
    let Some(place) = place().await else { return };
    let ground = &place.ground;
    let mut spec = ground.spec();
    std::fs::create_dir_all(ground.path("cache/registry")).unwrap();
    std::fs::write(ground.path("cache/credentials"), "secret-token").unwrap();
    std::fs::write(ground.path("cache/registry/ok"), "fine").unwrap();
    spec.extra_ro = vec![ground.folder.path().to_path_buf()];
    spec.mounts = vec![Mount {
        source: ground.path("cache"),
        target: "/home/pilothouse-cache".into(),
        writable: false,
    }];
    spec.hide = vec![
        ground.path("cache/credentials"),
        ground.path("local.token"),
        ground.path("jobs"),
        ground.path("homes"),
    ];
    assert_eq!(place.allowed(&spec, "cat /home/pilothouse-cache/registry/ok").await, "fine");
    place.refused(&spec, "cat /home/pilothouse-cache/credentials | grep .").await;
    place.refused(&spec, &format!("cat {} | grep .", ground.path("local.token").display())).await;
    assert_eq!(place.allowed(&spec, &format!("ls {}", ground.path("jobs").display())).await, "mine\n");
    place.allowed(&spec, "echo x > own && echo x > ~/own").await;
    place.refused(&spec, &format!("echo x > {}/new", ground.path("jobs").display())).await;
    place.refused(&spec, &format!("echo x > {}", ground.path("cache/registry/ok").display())).await;
}
