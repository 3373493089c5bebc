//! One contract for everything that works on a task with a model: it mends a fault, and whatever else it does -
//! lie, leave its scope, hang, flood, die, be refused - ends as what it is. The agents with a command line of
//! their own are the real programs of their makers, started in the real sandbox, with a scripted model behind the
//! server's broker.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod cases;
mod choice;
mod contained;
mod contract;
mod crew;
mod denied;
#[path = "../../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;
mod files;
mod fixed_code;
mod hosts;
mod install;
mod older;
mod told;
