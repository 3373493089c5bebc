//! History that is carried to another depot arrives whole or not at all.

use crate::world::{World, commit, plain, with_every_git, write};
use repo::{Depot, ObjectId, RepoError};
use std::path::PathBuf;

const LIMIT: u64 = 64 << 20;

fn far(world: &World, name: &str) -> Depot {
    Depot::open_or_create(world.depot.git(), &world.path(name)).unwrap()
}

/// The next commit of the user's, in the depot.
fn next(world: &World, file: &str, text: &str) -> ObjectId {
    write(&world.user, file, text);
    let id = commit(&world.user, file);
    world.depot.sync_from(&world.user, &["main"]).unwrap();
    id
}

fn carried(world: &World, wants: &[ObjectId], haves: &[ObjectId]) -> (PathBuf, u64) {
    let out = world.path("carried.bundle");
    let size = world.depot.carry_out(wants, haves, &out, LIMIT).unwrap();
    assert_eq!(size, std::fs::metadata(&out).unwrap().len());
    (out, size)
}

#[test]
fn a_base_is_carried_once_and_then_only_what_is_new() {
    with_every_git(|world| {
        let noise: String =
            (0..20_000_u32).map(|n| format!("{:x}\n", n.wrapping_mul(2_654_435_761))).collect();
        let first = next(world, "large.txt", &noise);
        let far = far(world, "far.git");
        assert_eq!(far.carried().unwrap(), []);
        let (bundle, whole) = carried(world, std::slice::from_ref(&first), &[]);
        far.take_carried("j-1", std::slice::from_ref(&first), &bundle).unwrap();
        let second = next(world, "small.txt", "small\n");
        let (bundle, new) = carried(world, std::slice::from_ref(&second), &far.carried().unwrap());
        assert!(new * 20 < whole, "{new} of {whole}");
        far.take_carried("j-2", std::slice::from_ref(&second), &bundle).unwrap();
        let clone = far.clone_for_job("w", "j-2", &second, &world.path("far-clone")).unwrap();
        assert_eq!(plain(&clone.dir, &["rev-parse", "HEAD~1"]), first.to_string());
        assert_eq!(std::fs::read_to_string(clone.dir.join("large.txt")).unwrap(), noise);
        plain(&clone.dir, &["fsck", "--strict"]);
        // What the other side says it has and is unknown here is left out of the question.
        let unknown = ObjectId::parse("1111111111111111111111111111111111111111").unwrap();
        carried(world, std::slice::from_ref(&second), &[unknown]);
        // A pack of nothing is fine: it was there already.
        let (bundle, _) = carried(world, std::slice::from_ref(&second), std::slice::from_ref(&second));
        far.take_carried("j-3", std::slice::from_ref(&second), &bundle).unwrap();
    });
}

#[test]
fn what_is_not_whole_or_not_what_was_asked_for_is_refused_and_leaves_no_ref() {
    with_every_git(|world| {
        let first = next(world, "a.txt", "a\n");
        let second = next(world, "b.txt", "b\n");
        let far = far(world, "far.git");
        let refused = |wants: &[ObjectId], bytes: &[u8], what: &str| {
            let path = world.path("bad.bundle");
            std::fs::write(&path, bytes).unwrap();
            let error = far.take_carried("j", wants, &path).unwrap_err();
            assert!(matches!(error, RepoError::BundleInvalid { .. }), "{what}: {error}");
            assert_eq!(far.carried().unwrap(), [], "{what}");
        };
        let bytes =
            |wants: &[ObjectId], haves: &[ObjectId]| std::fs::read(carried(world, wants, haves).0).unwrap();
        let (one, two) = (std::slice::from_ref(&first), std::slice::from_ref(&second));
        refused(two, b"garbage", "no bundle");
        refused(two, &bytes(one, &[]), "another commit");
        refused(two, &bytes(&[second.clone(), first.clone()], &[]), "more than was asked for");
        refused(two, &bytes(two, one), "it builds on what is not here");
        let whole = bytes(two, &[]);
        refused(two, &whole[..whole.len() - 25], "cut short");
        // It claims to be whole, and its pack is that of less.
        let mut lies = format!("# v2 git bundle\n{second} refs/carried/0\n\n").into_bytes();
        let less = bytes(two, one);
        let pack = less.windows(6).position(|at| at == b"\n\nPACK").unwrap() + 2;
        lies.extend_from_slice(&less[pack..]);
        refused(two, &lies, "part of the history is missing");
        far.take_carried("j", two, &{
            let path = world.path("good.bundle");
            std::fs::write(&path, &whole).unwrap();
            path
        })
        .unwrap();
        let error = world.depot.carry_out(two, &[], &world.path("out"), 10).unwrap_err();
        assert!(matches!(error, RepoError::TooLarge { .. }));
    });
}
