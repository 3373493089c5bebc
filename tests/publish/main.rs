//! Push and pull request through the built programs: folders, an OpenSSH server and an HTTPS server with a password as
//! remotes, and a scripted forge for pull requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod after_landing;
mod checks;
mod choices;
mod crash;
mod folders;
mod gh;
mod https;
mod jobs;
#[path = "../devices/key.rs"]
mod key;
mod large;
mod large_https;
mod large_ssh;
mod names;
mod once;
mod overwrite;
mod paired;
mod proposed;
mod pull_requests;
mod reasons;
mod scene;
mod secrets;
mod ssh;
mod terminal;
mod who;
