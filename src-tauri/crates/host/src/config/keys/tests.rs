//! What holds of every key.

use std::collections::BTreeSet;

use super::*;

#[test]
fn names_are_unique_and_built_in_values_fit_their_shapes() {
    let names: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(names.len(), KEYS.len());
    for key in KEYS {
        if let Some(built_in) = key.built_in {
            key.shape.parse(built_in).unwrap_or_else(|error| panic!("{}: {error}", key.name));
        }
    }
}

#[test]
fn every_backend_of_the_workers_can_be_named() {
    let words: Vec<_> = protocol::worker::WorkerBackend::ALL.iter().map(|b| b.as_str()).collect();
    assert_eq!(words, WORKER_BACKENDS);
}

#[test]
fn a_key_that_nothing_reads_pretends_no_value_and_only_workspaces_keys_are_open_to_repositories() {
    for key in KEYS {
        assert!(key.read_by != Reader::Nobody || key.built_in.is_none(), "{}", key.name);
        let of_workspace = matches!(key.read_by, Reader::Workspace | Reader::Nobody);
        assert!(key.repository == Repository::Nothing || of_workspace, "{}", key.name);
    }
}

#[test]
fn a_repository_may_set_no_endpoint_executor_sandbox_or_budget() {
    let open: Vec<_> =
        KEYS.iter().filter(|key| key.repository != Repository::Nothing).map(|k| k.name).collect();
    assert_eq!(open, ["merge.strategy", "policy.profile", "scope.writeGlobs", "scope.hints"]);
}
