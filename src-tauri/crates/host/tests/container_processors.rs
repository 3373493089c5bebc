//! The processors of a container, held by a real engine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/contained.rs"]
mod contained;
#[path = "support/dockerd.rs"]
mod dockerd;
mod support;

use contained::{shell, wish};
use dockerd::dockerd;
use host::sandbox::Sandbox;
use host::sandbox::container::{Wish, select};
use std::sync::Arc;

#[tokio::test]
async fn a_container_is_held_to_its_processors_and_says_so() {
    let Some(engine) = dockerd().await else { return };
    let ground = support::Ground::new();
    let of = async |cpus: Option<u32>| {
        let wish = Wish { cpus, ..wish(&engine) };
        Sandbox::Container(Arc::new(select(&wish, ground.folder.path()).await.unwrap()))
    };
    // As the kernel keeps it, for either kind of control groups: so many of so many microseconds.
    let script = "cat /sys/fs/cgroup/cpu.max 2>/dev/null || \
                  echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us) $(cat /sys/fs/cgroup/cpu/cpu.cfs_period_us)";
    for (cpus, named) in [(Some(1), true), (Some(1_000), true), (None, false)] {
        let sandbox = of(cpus).await;
        let limits = sandbox.isolation(&ground.spec()).limits;
        assert_eq!(limits.contains("processors"), named, "{limits}");
        let outcome = sandbox.run(&ground.spec(), shell(script)).await.unwrap();
        let said = outcome.stdout.text();
        let held: Vec<f64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let processors = match held.as_slice() {
            [quota, period] if *quota > 0.0 => Some(quota / period),
            _ => None,
        };
        let here = std::thread::available_parallelism().unwrap().get() as f64;
        let expected = cpus.map(|cpus| f64::from(cpus).min(here));
        assert_eq!(processors, expected, "{cpus:?}: {said} {}", outcome.stderr.text());
    }
}
