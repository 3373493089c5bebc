//! History that is carried to another depot arrives whole or not at all.

use crate::world::{World, commit, plain, with_every_git, write};
use repo::{Depot, IntakeLimits, IntakeRequest, ObjectId, RepoError, Scope};
use std::collections::BTreeSet;
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
    let size = world.depot.carry_out(wants, haves, &[], &out, LIMIT).unwrap();
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
        let error = world.depot.carry_out(two, &[], &[], &world.path("out"), 10).unwrap_err();
        assert!(matches!(error, RepoError::TooLarge { .. }));
    });
}

/// A shallow clone of the user's repository, so deep, and a hub's depot of it.
fn shallow(world: &World, name: &str, depth: u32) -> (PathBuf, Depot) {
    let (dir, url) = (world.path(name), format!("file://{}", world.user.display()));
    let depth = format!("--depth={depth}");
    plain(world.tmp.path(), &["clone", "-q", &depth, &url, dir.to_str().unwrap()]);
    let depot = Depot::open_or_create(&world.git, &world.path(&format!("{name}.depot"))).unwrap();
    depot.sync_from(&dir, &["main"]).unwrap();
    (dir, depot)
}

/// Carries a commit to another depot as that one asks for it; the bundle's first lines.
fn carry(world: &World, from: &Depot, to: &Depot, job: &str, want: &ObjectId) -> String {
    let out = world.path("carried.bundle");
    let wants = std::slice::from_ref(want);
    let cuts: Vec<ObjectId> = to.boundary().unwrap().into_iter().collect();
    from.carry_out(wants, &to.carried().unwrap(), &cuts, &out, LIMIT).unwrap();
    to.take_carried(job, wants, &out).unwrap();
    let bytes = std::fs::read(&out).unwrap();
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap();
    String::from_utf8(bytes[..end].to_vec()).unwrap()
}

fn log(world: &World, depot: &Depot, job: &str, at: &ObjectId) -> (PathBuf, usize) {
    let clone = depot.clone_for_job("w", job, at, &world.path(&format!("clone-{job}"))).unwrap();
    plain(&clone.dir, &["fsck", "--strict"]);
    let log = plain(&clone.dir, &["log", "--format=%H"]);
    (clone.dir, log.lines().count())
}

#[test]
fn a_shallow_history_is_carried_with_where_it_ends_and_its_result_comes_back() {
    with_every_git(|world| {
        for n in 0..4 {
            next(world, "n.txt", &format!("{n}\n"));
        }
        let (dir, hub) = shallow(world, "shallow", 2);
        let far = far(world, "far.git");
        let first = ObjectId::parse(&plain(&dir, &["rev-parse", "HEAD"])).unwrap();
        let head = carry(world, &hub, &far, "j-1", &first);
        assert_eq!(head.matches("refs/carried/shallow/").count(), 1, "{head}");
        assert_eq!(far.boundary().unwrap(), hub.boundary().unwrap());
        let (clone, length) = log(world, &far, "j-1", &first);
        assert_eq!(length, 2);

        // What is made there comes back as any hand-over does.
        plain(&clone, &["switch", "-q", "agent/w/j-1"]);
        write(&clone, "made.txt", "made\n");
        let made = commit(&clone, "Made");
        let bundle = world.path("result.bundle");
        let range = format!("{first}..agent/w/j-1");
        plain(&clone, &["bundle", "create", "-q", bundle.to_str().unwrap(), &range]);
        let (scope, limits) = (Scope::default(), IntakeLimits::default());
        let request =
            IntakeRequest { job: "j-1", branch: "agent/w/j-1", base: &first, scope: &scope, limits: &limits };
        assert_eq!(hub.take_in_bundle(&bundle, &request).unwrap().commit, made);

        // The next one brings what is new, and its history ends where the first one's does.
        write(&dir, "more.txt", "more\n");
        let second = commit(&dir, "More");
        hub.sync_from(&dir, &["main"]).unwrap();
        let head = carry(world, &hub, &far, "j-2", &second);
        assert!(head.contains(&format!("-{first}")) && !head.contains("shallow"), "{head}");
        assert_eq!(log(world, &far, "j-2", &second).1, 3);

        // The user fetches the rest; their depot stays as it is and goes on.
        plain(&dir, &["fetch", "-q", "--unshallow"]);
        write(&dir, "rest.txt", "rest\n");
        let third = commit(&dir, "Rest");
        hub.sync_from(&dir, &["main"]).unwrap();
        carry(world, &hub, &far, "j-3", &third);
        assert_eq!(log(world, &far, "j-3", &third).1, 4);
    });
}

#[test]
fn a_hub_with_all_of_the_history_goes_on_with_what_a_shallow_one_carried_and_the_other_way_round() {
    with_every_git(|world| {
        let early = next(world, "n.txt", "early\n");
        next(world, "n.txt", "late\n");
        let (_, hub) = shallow(world, "shallow", 1);
        let far = far(world, "far.git");
        let tip = ObjectId::parse(&plain(&world.user, &["rev-parse", "main"])).unwrap();
        carry(world, &hub, &far, "j-1", &tip);

        // A merge of what lies before the cut: the machine does not have it, although it is of the history of what it has.
        plain(&world.user, &["switch", "-q", "-c", "side", early.as_str()]);
        write(&world.user, "side.txt", "side\n");
        commit(&world.user, "Side");
        plain(&world.user, &["switch", "-q", "main"]);
        plain(&world.user, &["merge", "-q", "--no-edit", "side"]);
        world.depot.sync_from(&world.user, &["main"]).unwrap();
        let merge = ObjectId::parse(&plain(&world.user, &["rev-parse", "main"])).unwrap();
        let head = carry(world, &world.depot, &far, "j-2", &merge);
        assert!(head.contains(&format!("-{tip}")) && !head.contains("shallow"), "{head}");
        let (clone, _) = log(world, &far, "j-2", &merge);
        plain(&clone, &["cat-file", "-e", &format!("{early}^{{tree}}")]);

        // A hub that is shallow from here on, and a machine that has all of it.
        let whole = Depot::open_or_create(&world.git, &world.path("whole.git")).unwrap();
        carry(world, &world.depot, &whole, "j-1", &merge);
        let (_, later) = shallow(world, "later", 1);
        let head = carry(world, &later, &whole, "j-2", &merge);
        assert!(!head.contains("shallow"), "{head}");
        assert_eq!(whole.boundary().unwrap(), BTreeSet::new());
    });
}

#[test]
fn a_boundary_that_is_none_is_refused_and_leaves_none() {
    with_every_git(|world| {
        let first = next(world, "a.txt", "a\n");
        let second = next(world, "b.txt", "b\n");
        let (_, hub) = shallow(world, "shallow", 1);
        let (far, two) = (far(world, "far.git"), std::slice::from_ref(&second));
        let out = world.path("carried.bundle");
        hub.carry_out(two, &[], &[], &out, LIMIT).unwrap();
        let good = std::fs::read(&out).unwrap();
        let pack = good.windows(6).position(|at| at == b"\n\nPACK").unwrap();
        let line = format!("{second} refs/carried/shallow/0");
        let with = |lines: &str| {
            let head = format!("# v2 git bundle\n{second} refs/carried/0\n{lines}");
            [head.trim_end().as_bytes(), &good[pack..]].concat()
        };
        assert_eq!(with(&line), good);
        let unknown = "1111111111111111111111111111111111111111";
        let many: String = (0..5000).map(|n| format!("{second} refs/carried/shallow/{n}\n")).collect();
        for (lines, what) in [
            (String::new(), "no boundary, and the parents are missing"),
            (format!("{line}\n{unknown} refs/carried/shallow/1"), "a commit that nobody has"),
            ("x refs/carried/shallow/0".to_owned(), "no id"),
            (format!("../../x refs/carried/shallow/0\n{line}"), "no id"),
            (format!("{second} refs/carried/shallow/7"), "another number"),
            (format!("{second} refs/heads/main"), "another ref"),
            (many, "too many"),
        ] {
            std::fs::write(&out, with(&lines)).unwrap();
            let error = far.take_carried("j", two, &out).unwrap_err();
            assert!(matches!(error, RepoError::BundleInvalid { .. }), "{what}: {error}");
            assert_eq!(
                (far.carried().unwrap(), far.boundary().unwrap()),
                (vec![], BTreeSet::new()),
                "{what}"
            );
        }
        std::fs::write(&out, &good).unwrap();
        far.take_carried("j", two, &out).unwrap();
        // One that is a commit of another history than the job's.
        let bundle = world.path("other.bundle");
        world.depot.carry_out(std::slice::from_ref(&first), &[], &[], &bundle, LIMIT).unwrap();
        far.take_carried("j-2", std::slice::from_ref(&first), &bundle).unwrap();
        let before = far.boundary().unwrap();
        plain(&world.user, &["switch", "-q", "--orphan", "other"]);
        let other = next_orphan(world);
        let third = std::slice::from_ref(&other);
        world.depot.carry_out(third, &[], &[], &bundle, LIMIT).unwrap();
        let bytes = std::fs::read(&bundle).unwrap();
        let pack = bytes.windows(6).position(|at| at == b"\n\nPACK").unwrap();
        let head = format!("# v2 git bundle\n{other} refs/carried/0\n{first} refs/carried/shallow/0");
        std::fs::write(&bundle, [head.as_bytes(), &bytes[pack..]].concat()).unwrap();
        let error = far.take_carried("j-3", third, &bundle).unwrap_err();
        assert!(error.to_string().contains("does not go"), "{error}");
        assert_eq!(far.boundary().unwrap(), before);
    });
}

/// A commit without a past, in the depot.
fn next_orphan(world: &World) -> ObjectId {
    write(&world.user, "alone.txt", "alone\n");
    let id = commit(&world.user, "Alone");
    world.depot.sync_from(&world.user, &["main", "other"]).unwrap();
    id
}
