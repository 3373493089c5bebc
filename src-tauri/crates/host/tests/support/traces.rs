//! Escapes looked at from outside, for whatever confines: each script has its way without a sandbox, and leaves no
//! trace from within one.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![allow(dead_code)] // Each test file uses some of it.

use std::path::Path;
use std::time::Duration;

use host::spawn::Command;

use super::Ground;
use super::place::Place;

const SECRET: &str = "secret-token";

async fn sh(place: &Place, ground: &Ground, script: &str) {
    let command = Command::new(["bash", "-c", script])
        .cwd(ground.path("jobs/mine"))
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .timeout(Duration::from_secs(30));
    let _ = place.run(&ground.spec(), command).await.unwrap();
}

/// Tries a script in each place; `effect` looks from outside and takes the trace away.
pub async fn tried(places: &[Place], ground: &Ground, script: &str, mut effect: impl FnMut() -> bool) {
    assert!(!effect(), "there is no trace beforehand: {script}");
    sh(&Place::Plain, ground, script).await;
    // A connection that was made may be there to be taken a moment later only.
    super::eventually(&format!("the control has an effect: {script}"), &mut effect).await;
    for place in places {
        sh(place, ground, script).await;
        assert!(!effect(), "{place:?}: {script}");
    }
}

/// Whether the job carried the secret off to where it may write; takes it away.
fn loot(ground: &Ground) -> impl FnMut() -> bool {
    let file = ground.path("jobs/mine/loot");
    move || {
        let text = std::fs::read(&file).unwrap_or_default();
        let _ = std::fs::remove_file(&file);
        String::from_utf8_lossy(&text).contains(SECRET)
    }
}

/// Whether a file is there; takes it away.
fn appears(file: &Path) -> impl FnMut() -> bool {
    let file = file.to_owned();
    move || std::fs::remove_file(&file).is_ok()
}

fn with_secret(path: &Path) -> String {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, SECRET).unwrap();
    path.display().to_string()
}

/// Files of other jobs, of the server and of its user, and environments of its processes.
pub async fn nothing_is_carried_off(places: &[Place], ground: &Ground) {
    for place in places {
        sh(place, ground, &format!("echo {SECRET} > loot")).await;
        assert!(loot(ground)(), "what is in the job is seen from outside: {place:?}");
    }
    let home = tempfile::tempdir_in(std::env::var_os("HOME").unwrap()).unwrap();
    // Of a process of the server's user, with the key of a model in its environment.
    let mut holder = std::process::Command::new("sleep").arg("300").env("MODEL_KEY", SECRET).spawn().unwrap();
    let files = [
        with_secret(&home.path().join(".netrc")),
        with_secret(&ground.path("keys/sealed")),
        with_secret(&ground.path("local.token")),
        with_secret(&ground.path("jobs/other/clone/file")),
        with_secret(&ground.path("homes/other/.cache/file")),
    ];
    let mut scripts: Vec<String> = files.iter().map(|file| format!("cat {file} > loot")).collect();
    scripts.extend(files.iter().map(|file| format!("ln -sf {file} way; cat way > loot")));
    scripts.extend(files.iter().map(|file| format!("tar -C / -cf loot {file}")));
    scripts.push(format!("cat /proc/{}/environ > loot", holder.id()));
    scripts.push("for p in /proc/[0-9]*; do grep -a MODEL_KEY $p/environ; done > loot".to_owned());
    for script in scripts {
        tried(places, ground, &script, loot(ground)).await;
    }
    holder.kill().unwrap();
    holder.wait().unwrap();
}

/// Files and folders beside the job's own, and a process of the server's user.
pub async fn nothing_outside_is_changed(places: &[Place], ground: &Ground) {
    let home = tempfile::tempdir_in(std::env::var_os("HOME").unwrap()).unwrap();
    let other = ground.path("jobs/other");
    for folder in [home.path(), &other, &ground.path("homes/other"), ground.folder.path()] {
        let marker = folder.join("marker");
        for script in [
            format!("echo x > {}", marker.display()),
            format!("ln -sfn {} way; echo x > way/marker", folder.display()),
            format!("cp /bin/true {}", marker.display()),
            format!(
                "mkdir -p m && mv m {0} || ln -s /bin/true {0}; touch {0}/x; rm -r {0}/x; rmdir {0} && touch {0}",
                marker.display()
            ),
        ] {
            tried(places, ground, &script, appears(&marker)).await;
        }
    }
    let precious = other.join("precious");
    let gone = || {
        let gone = !precious.exists();
        std::fs::write(&precious, "work").unwrap();
        gone
    };
    std::fs::write(&precious, "work").unwrap();
    tried(places, ground, &format!("rm -rf {}", precious.display()), gone).await;
    let start = || std::process::Command::new("sleep").arg("300").spawn().unwrap();
    for place in std::iter::once(&Place::Plain).chain(places) {
        let mut victim = start();
        sh(place, ground, &format!("kill -9 {}", victim.id())).await;
        if matches!(place, Place::Plain) {
            super::eventually("the control ends it", || victim.try_wait().unwrap().is_some()).await;
        } else {
            assert!(victim.try_wait().unwrap().is_none(), "{place:?}");
        }
        let _ = victim.kill();
        victim.wait().unwrap();
    }
}
