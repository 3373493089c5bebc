//! `bench [--json] [--only WORD] [--scene WORD] [--dir DIR]`: the measured figures, each with its floor in the same run.
//!
//! Nothing here is a test: a missed goal is printed, not an error. The exit code is 1 only when a figure
//! could not be measured. What each row means is in `docs/BENCH.md`.

#[cfg(target_os = "linux")]
mod by_hand;
/// The engine of containers that tests use too: of our own, so that nothing of the machine changes.
#[cfg(target_os = "linux")]
#[path = "../../../../host/tests/support/dockerd.rs"]
mod dockerd;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
mod floor;
#[cfg(target_os = "linux")]
mod ground;
#[cfg(target_os = "linux")]
mod http;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod looks;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod row;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod sample;
#[cfg(target_os = "linux")]
mod seed;
#[cfg(target_os = "linux")]
mod serve;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<std::process::ExitCode> {
    run::run(&std::env::args().skip(1).collect::<Vec<_>>())
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<std::process::ExitCode> {
    anyhow::bail!("the figures are read from /proc, so this runs on Linux only")
}
