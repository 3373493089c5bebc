#![allow(clippy::unwrap_used)]

use super::*;
use crate::layers::LayerStore;
use sha2::Sha256;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

struct Scene {
    ground: tempfile::TempDir,
    here: LayerStore,
}

fn scene() -> Scene {
    let ground = tempfile::tempdir().unwrap();
    let here = LayerStore::open(&ground.path().join("here"), 1 << 20).unwrap();
    Scene { ground, here }
}

impl Scene {
    /// A refusal leaves nothing, inside or outside.
    fn refused(&self, what: &str, bytes: &[u8]) -> String {
        fs::write(self.ground.path().join("secret"), "untouched").unwrap();
        let error = self.here.take(DIGEST, &mut &*bytes).unwrap_err();
        assert!(matches!(error, HostError::Layer { .. }), "{what}: {error}");
        assert_eq!(self.here.find(DIGEST), None, "{what}");
        assert_eq!(fs::read_dir(self.ground.path().join("here")).unwrap().count(), 0, "{what}");
        let left: Vec<_> =
            fs::read_dir(self.ground.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{what}: {left:?}");
        assert_eq!(fs::read_to_string(self.ground.path().join("secret")).unwrap(), "untouched", "{what}");
        error.to_string()
    }
}

fn layer(work: &[&str], bytes: u64) -> Layer {
    Layer {
        digest: DIGEST.to_owned(),
        run: vec!["make".to_owned()],
        created_at_ms: 1,
        bytes,
        work: work.iter().map(|path| (*path).to_owned()).collect(),
        home: Vec::new(),
    }
}

/// An archive by hand, so that it can say what none should.
struct Said(Vec<u8>);

impl Said {
    fn of(layer: &Layer) -> Self {
        let note = serde_json::to_vec(layer).unwrap();
        Self([MAGIC, &(note.len() as u32).to_be_bytes(), &note].concat())
    }

    fn name(mut self, kind: u8, name: &[u8]) -> Self {
        self.0.push(kind);
        self.0.extend((name.len() as u16).to_be_bytes());
        self.0.extend(name);
        self
    }

    fn folder(self, name: &str) -> Self {
        self.name(FOLDER, name.as_bytes())
    }

    fn up(mut self) -> Self {
        self.0.push(UP);
        self
    }

    fn link(mut self, name: &str, to: &str) -> Self {
        self = self.name(LINK, name.as_bytes());
        self.0.extend((to.len() as u16).to_be_bytes());
        self.0.extend(to.as_bytes());
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.sized(name, content.len() as u64, content)
    }

    fn sized(mut self, name: &str, size: u64, content: &[u8]) -> Self {
        self = self.name(FILE, name.as_bytes());
        self.0.extend(0o4777_u16.to_be_bytes());
        self.0.extend(1_000_000_i64.to_be_bytes());
        self.0.extend(5_u32.to_be_bytes());
        self.0.extend(size.to_be_bytes());
        self.0.extend(content);
        self
    }

    fn end(mut self) -> Vec<u8> {
        let digest = Sha256::digest(&self.0);
        self.0.push(END);
        self.0.extend(digest);
        self.0
    }
}

fn work(layer: &Layer) -> Said {
    Said::of(layer).folder("work")
}

#[test]
fn a_layer_arrives_as_it_was_made_and_works_there() {
    let scene = scene();
    let there = LayerStore::open(&scene.ground.path().join("there"), 1 << 20).unwrap();
    let made = work(&layer(&["m", "src/gen"], 11))
        .folder("m")
        .file("tool", b"#!/bin/sh\n")
        .link("out", "/etc/passwd")
        .folder("empty")
        .up()
        .up()
        .folder("src")
        .file("gen", b"x")
        .up()
        .up()
        .folder("home")
        .up()
        .end();
    there.take(DIGEST, &mut &*made).unwrap();
    let mut pack = there.pack(DIGEST).unwrap().unwrap();
    let mut bytes = Vec::new();
    pack.read_to_end(&mut bytes).unwrap();
    let taken = scene.here.take(DIGEST, &mut &*bytes).unwrap();
    assert_eq!(taken, layer(&["m", "src/gen"], 11));
    assert_eq!(scene.here.find(DIGEST), Some(taken.clone()));
    let (clone, home) = (scene.ground.path().join("clone"), scene.ground.path().join("home"));
    fs::create_dir(&clone).unwrap();
    fs::create_dir(&home).unwrap();
    scene.here.apply(&taken, &clone, &home).unwrap();
    let facts = fs::metadata(clone.join("m/tool")).unwrap();
    assert_eq!(facts.permissions().mode() & 0o7777, 0o777, "nothing lends rights");
    assert_eq!(facts.modified().unwrap(), UNIX_EPOCH + Duration::new(1_000_000, 5));
    assert_eq!(fs::read_link(clone.join("m/out")).unwrap(), Path::new("/etc/passwd"));
    assert!(clone.join("m/empty").is_dir() && clone.join("src/gen").is_file());
    // It is there once, whoever else brings it.
    scene.here.take(DIGEST, &mut &*bytes).unwrap();
    assert_eq!(fs::read_dir(scene.ground.path().join("here")).unwrap().count(), 1);
    assert!(there.pack(&DIGEST.replace('a', "c")).unwrap().is_none());
    // One whose files go away while it is read breaks off, and what broke off is not taken.
    let mut pack = there.pack(DIGEST).unwrap().unwrap();
    let mut head = vec![0; 100];
    pack.read_exact(&mut head).unwrap();
    there.collect(0, &[]).unwrap();
    let error = pack.read_to_end(&mut head).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn what_is_cut_short_anywhere_or_changed_is_not_taken() {
    let scene = scene();
    let whole = work(&layer(&["a"], 3)).file("a", b"abc").link("l", "x").up().folder("home").up().end();
    for length in 0..whole.len() {
        scene.refused(&format!("{length} bytes"), &whole[..length]);
    }
    let mut changed = whole.clone();
    let at = changed.windows(3).rposition(|part| part == b"abc").unwrap();
    changed[at] = b'z';
    assert!(scene.refused("another content", &changed).contains("digest"));
    scene.here.take(DIGEST, &mut &*whole).unwrap();
}

#[test]
fn a_hostile_layer_is_refused_and_touches_nothing() {
    let scene = scene();
    let one = || layer(&["a"], 3);
    let other = Layer { digest: DIGEST.replace('a', "c"), ..one() };
    let whole = |said: Said| said.up().end();
    let deep = (0..300).fold(work(&one()), |said, _| said.folder("d"));
    let long = "n".repeat(300);
    let outside = scene.ground.path().join("secret").display().to_string();
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no archive", b"PK\x03\x04 something else entirely, long enough to be read".to_vec()),
        ("another layer", work(&other).file("a", b"abc").up().end()),
        ("a name that climbs", whole(work(&one()).file("..", b"abc"))),
        ("a folder that climbs", whole(work(&one()).folder("..").up())),
        ("a path", whole(work(&one()).file("../../secret", b"abc"))),
        ("an absolute path", whole(work(&one()).file(&outside, b"abc"))),
        ("no name", whole(work(&one()).file("", b"abc"))),
        ("this folder", whole(work(&one()).folder(".").up())),
        ("a name with a zero", whole(work(&one()).file("a\0b", b"abc"))),
        ("a name that is too long", whole(work(&one()).file(&long, b"abc"))),
        ("up and out", work(&one()).up().up().file("a", b"abc").end()),
        ("a file beside the folders", Said::of(&one()).file("layer.json", b"abc").end()),
        ("a third folder", Said::of(&one()).folder("etc").up().end()),
        ("a folder twice", work(&one()).up().folder("work").up().end()),
        ("a file through a link", whole(work(&one()).link("a", &outside).file("a", b"abc"))),
        ("a folder over a link", whole(work(&one()).link("a", "/tmp").folder("a").up())),
        ("a device", whole(work(&one()).name(b'c', b"a"))),
        ("a pipe", whole(work(&one()).name(b'p', b"a"))),
        ("a hard link", whole(work(&one()).name(b'h', b"a"))),
        ("more than it says", whole(work(&one()).file("a", b"abcd"))),
        ("more than there is in numbers", whole(work(&one()).sized("a", u64::MAX, b"abc"))),
        ("more than is taken", whole(work(&layer(&["a"], 2 << 20)).file("a", b"abc"))),
        ("less than it says", whole(work(&layer(&["a"], 4)).file("a", b"abc"))),
        ("folders that lie too deep", deep.end()),
        ("an end in the middle", work(&one()).file("a", b"abc").end()),
        ("what it names is not there", whole(work(&layer(&["b"], 3)).file("a", b"abc"))),
        (
            "what it names is behind a link",
            whole(work(&layer(&["l/secret"], 0)).link("l", scene.ground.path().to_str().unwrap())),
        ),
        ("what it names climbs", whole(work(&layer(&["../../../secret"], 3)).file("a", b"abc"))),
        ("a git folder", whole(work(&layer(&[".Git/hooks"], 0)).folder(".Git").folder("hooks").up().up())),
        ("a note that is too long", [MAGIC, &u32::MAX.to_be_bytes(), b"{}"].concat()),
        ("a note that is none", [MAGIC, &2_u32.to_be_bytes(), b"{}"].concat()),
    ];
    for (what, bytes) in rows {
        scene.refused(what, &bytes);
    }
}

#[test]
fn what_lies_behind_a_link_of_a_layer_is_not_copied() {
    let scene = scene();
    fs::write(scene.ground.path().join("secret"), "secret").unwrap();
    let whole = work(&layer(&["a"], 3)).file("a", b"abc").up().folder("home").up().end();
    let taken = scene.here.take(DIGEST, &mut &*whole).unwrap();
    // Somebody exchanged a folder of it for a link afterwards.
    let place = scene.ground.path().join("here").join(DIGEST).join("work");
    symlink(scene.ground.path(), place.join("l")).unwrap();
    let clone = scene.ground.path().join("clone");
    fs::create_dir(&clone).unwrap();
    let through = Layer { work: vec!["l/secret".to_owned()], ..taken };
    assert!(scene.here.apply(&through, &clone, &clone).is_err());
    assert!(!clone.join("l").exists());
}

#[test]
fn a_full_disk_is_told_apart_and_leaves_nothing() {
    /// A disk that is full by a limit on the size of files would be for all tests of this process: the error is made.
    struct Never;
    impl Read for Never {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line is cut"))
        }
    }
    let scene = scene();
    let error = scene.here.take(DIGEST, &mut Never).unwrap_err();
    assert!(error.to_string().contains("cut short"), "{error}");
    let full = io::Error::from(io::ErrorKind::StorageFull);
    let Refused::Here(_, _, error) = again(Path::new("/x"), full) else {
        panic!("it is this machine's fault")
    };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn a_start_removes_what_was_under_way() {
    let scene = scene();
    let root = scene.ground.path().join("here");
    fs::create_dir_all(root.join(".staging-x/work")).unwrap();
    LayerStore::join(&root, 1).unwrap();
    assert!(root.join(".staging-x").exists(), "whoever joins leaves it to its owner");
    LayerStore::open(&root, 1).unwrap();
    assert!(!root.join(".staging-x").exists());
}
