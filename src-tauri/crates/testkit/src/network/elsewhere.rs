//! A host that stands for one elsewhere in the world, in a network that leads nowhere.

use super::{Host, again, may_be_made, run};
use std::future::Future;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Child;

/// Where it serves.
pub const ELSEWHERE: &str = "51.51.51.2:8080";
const CABLE: [&str; 3] = ["cable", "51.51.51.1", "51.51.51.2"];
/// Which part of a test a process plays.
const ROLE: &str = "PILOTHOUSE_TEST_ROLE";
const LOG: &str = "PILOTHOUSE_TEST_LOG";

/// The host, as long as it is not dropped.
pub struct Elsewhere {
    process: Child,
    log: tempfile::TempDir,
    _there: Host,
}

/// Plays a test of that name in a network of its own, beside a host that `serves` at [`ELSEWHERE`] and may write down
/// in a folder what it met. Says that it was not run where no networks can be made.
pub fn with_a_host_elsewhere<F: Future<Output = ()>>(
    test: &str,
    serves: fn(&TcpListener, &Path),
    plays: fn(Elsewhere) -> F,
) {
    match std::env::var(ROLE).as_deref() {
        Ok("host") => {
            let log = PathBuf::from(std::env::var_os(LOG).expect("a folder"));
            let listener = TcpListener::bind(ELSEWHERE).expect("its address");
            std::fs::write(log.join("listens"), "").expect("a folder to write in");
            serves(&listener, &log);
        }
        Ok(_) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            runtime.expect("a runtime").block_on(plays(Elsewhere::joined(test)));
        }
        Err(_) if may_be_made() => {
            let inside = again(&["unshare", "-Urn", "--"], test).env(ROLE, "here").status();
            assert!(inside.is_ok_and(|status| status.success()), "{test}");
        }
        Err(_) => {
            crate::notes::not_run(&format!("{test}: no networks can be made here (unshare -Urn ip link)"));
        }
    }
}

impl Elsewhere {
    fn joined(test: &str) -> Self {
        run("ip link set lo up");
        let [cable, here, there] = CABLE;
        let there = Host::joined(cable, here, there);
        let log = tempfile::tempdir().expect("a folder");
        let argv = there.argv();
        let mut process = again(&argv.each_ref().map(String::as_str), test);
        let mut process = process.env(ROLE, "host").env(LOG, log.path()).spawn().expect("the host");
        while !log.path().join("listens").exists() {
            assert!(process.try_wait().is_ok_and(|ended| ended.is_none()), "the host ended");
            std::thread::yield_now();
        }
        Self { process, log, _there: there }
    }

    /// Where it writes.
    pub fn log(&self) -> &Path {
        self.log.path()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
