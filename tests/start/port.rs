//! The port.

use std::net::TcpListener;
use testkit::world::{RefusedStart, RunningServer, Start, TestRepo};

#[test]
fn a_taken_port_is_named_and_the_data_folder_is_free_again() {
    let (repo, data) = (TestRepo::with(&[("a", "a\n")]), tempfile::tempdir().unwrap());
    // One that nobody else is given once it is free again.
    let port = testkit::ports::free_port("127.0.0.1");
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let start = Start::on(data.path(), repo.path()).workers(0).port(port);
    let refused = RefusedStart::of(&start);
    refused.assert_says(3, &[&port.to_string(), "taken", "--port"]);
    assert_eq!(refused.word, "start.port_taken");
    drop(taken);
    assert_eq!(RunningServer::start(&start).terminate(), Some(0));
}

#[test]
fn an_address_that_others_could_reach_is_refused() {
    let (repo, data) = (TestRepo::with(&[("a", "a\n")]), tempfile::tempdir().unwrap());
    let start = Start::on(data.path(), repo.path()).workers(0).flag("--host").flag("192.0.2.1");
    RefusedStart::of(&start)
        .assert_says(2, &["--host", "server.host: must be 127.0.0.1 or ::1", "Correct or remove it"]);
}
