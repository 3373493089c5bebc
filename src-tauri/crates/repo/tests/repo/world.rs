//! A user's repository, a depot and a worker in a temporary folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use repo::{
    Candidate, CandidateOutcome, CandidateRequest, Depot, Git, Harvest, HarvestRequest, Intake, IntakeLimits,
    IntakeRequest, JobClone, ObjectId, Result, Scope, Signature, Strategy, Trailers, harvest, write_bundle,
};

pub struct World {
    pub tmp: tempfile::TempDir,
    pub git: Git,
    pub user: PathBuf,
    pub depot: Depot,
    pub main: ObjectId,
}

/// Runs the test with each version of git that is installed.
pub fn with_every_git(test: impl Fn(&World)) {
    for program in gits() {
        let world = World::new(&program);
        eprintln!("with git {}", world.git.version());
        test(&world);
    }
}

pub fn gits() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual =
        [PathBuf::from("/usr/bin"), PathBuf::from("/usr/local/bin"), PathBuf::from("/opt/homebrew/bin")];
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    for dir in std::env::split_paths(&path).chain(usual) {
        let program = dir.join("git");
        if let Ok(answer) = Command::new(&program).arg("version").output() {
            found.entry(String::from_utf8_lossy(&answer.stdout).into_owned()).or_insert(program);
        }
    }
    assert!(!found.is_empty(), "git is not installed");
    found.into_values().collect()
}

impl World {
    pub fn new(program: &Path) -> Self {
        let tmp = tempfile::tempdir().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let git = Git::new(program, path, &tmp.path().join("blank")).unwrap();
        let user = tmp.path().join("user");
        std::fs::create_dir(&user).unwrap();
        plain(&user, &["init", "-q", "-b", "main"]);
        write(&user, "README.md", "hello\n");
        write(&user, "src/a.txt", &lines(1..=20));
        write(&user, "src/b.txt", "b\n");
        write(&user, ".gitignore", "target/\n");
        let main = commit(&user, "Start");
        let depot = Depot::open_or_create(&git, &tmp.path().join("depot.git")).unwrap();
        depot.sync_from(&user, &["main", "main_agents"]).unwrap();
        Self { tmp, git, user, depot, main }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.tmp.path().join(name)
    }

    pub fn job(&self, job: &str) -> JobClone {
        self.job_at(job, &self.main)
    }

    pub fn job_at(&self, job: &str, base: &ObjectId) -> JobClone {
        let dir = self.path("jobs").join(job);
        self.depot.clone_for_job("w1", job, base, &dir).unwrap()
    }

    pub fn bundle(&self, clone: &JobClone) -> PathBuf {
        let out = clone.dir.with_extension("bundle");
        let range = format!("{}..{}", clone.base, clone.branch);
        plain(&clone.dir, &["bundle", "create", "-q", out.to_str().unwrap(), &range]);
        out
    }

    /// What `harvest` makes of a clone's files, as a bundle.
    pub fn harvest(&self, clone: &JobClone, bundle: &Path) -> Result<Option<Harvest>> {
        let scratch = clone.dir.with_extension("harvest.git");
        let request = HarvestRequest {
            clone,
            scratch: &scratch,
            keep_out: &["laid".into()],
            message: "Collected",
            author: &committer(),
            committer: &committer(),
        };
        let harvest = harvest(&self.git, &request)?;
        if harvest.is_some() {
            write_bundle(&self.git, &scratch, clone, bundle)?;
        }
        Ok(harvest)
    }

    pub fn take_in(&self, job: &str, clone: &JobClone, bundle: &Path) -> Result<Intake> {
        self.take_in_scoped(job, clone, bundle, &Scope::default())
    }

    pub fn take_in_scoped(
        &self,
        job: &str,
        clone: &JobClone,
        bundle: &Path,
        scope: &Scope,
    ) -> Result<Intake> {
        let limits = IntakeLimits::default();
        let request = IntakeRequest { job, branch: &clone.branch, base: &clone.base, scope, limits: &limits };
        self.depot.take_in_bundle(bundle, &request)
    }

    /// A job that does `edit` and one commit, handed over.
    pub fn hand_over(&self, job: &str, edit: impl Fn(&Path)) -> Intake {
        self.hand_over_at(job, &self.main, edit)
    }

    pub fn hand_over_at(&self, job: &str, base: &ObjectId, edit: impl Fn(&Path)) -> Intake {
        let clone = self.job_at(job, base);
        edit(&clone.dir);
        commit(&clone.dir, &format!("Do {job}"));
        self.take_in(job, &clone, &self.bundle(&clone)).unwrap()
    }

    pub fn candidate(&self, tip: &ObjectId, intake: &Intake, strategy: Strategy) -> CandidateOutcome {
        let trailers = Trailers { job: Some(intake.job.clone()), worker: Some("w1".into()) };
        self.depot
            .build_candidate(&CandidateRequest {
                target: "main_agents",
                tip,
                entry: &intake.commit,
                entry_base: &intake.base,
                strategy,
                message: "Bring it together",
                trailers: &trailers,
                committer: &committer(),
            })
            .unwrap()
    }

    pub fn built(&self, tip: &ObjectId, intake: &Intake, strategy: Strategy) -> Candidate {
        match self.candidate(tip, intake, strategy) {
            CandidateOutcome::Built(candidate) => candidate,
            other => panic!("{strategy:?}: {other:?}"),
        }
    }

    pub fn show(&self, commit: &ObjectId, path: &str) -> String {
        let file = self.depot.read_file(commit, path, 1 << 20).unwrap();
        String::from_utf8(file.bytes).unwrap()
    }
}

pub fn committer() -> Signature {
    Signature {
        name: "Pilothouse".into(),
        email: "git@pilothouse.invalid".into(),
        time: 1_700_000_000,
        offset: 60,
    }
}

/// Git as a user has it, without any of our hardening.
pub fn try_plain(dir: &Path, args: &[&str]) -> Output {
    Command::new("git")
        // Some versions tidy up in the background, after the command has ended.
        .args(["-c", "maintenance.auto=false"])
        .args(args)
        .current_dir(dir)
        .env("HOME", dir.parent().unwrap())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env("GIT_AUTHOR_NAME", "Ada Ångström Jr.")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", "1600000000 +0530")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_DATE", "1600000000 +0530")
        .output()
        .unwrap()
}

pub fn plain(dir: &Path, args: &[&str]) -> String {
    let answer = try_plain(dir, args);
    assert!(answer.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8_lossy(&answer.stdout).trim().to_owned()
}

pub fn commit(dir: &Path, message: &str) -> ObjectId {
    plain(dir, &["add", "-A"]);
    plain(dir, &["commit", "-q", "--allow-empty", "-m", message]);
    head(dir)
}

pub fn head(dir: &Path) -> ObjectId {
    rev(dir, "HEAD")
}

pub fn rev(dir: &Path, name: &str) -> ObjectId {
    ObjectId::parse(&plain(dir, &["rev-parse", name])).unwrap()
}

pub fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub fn lines(range: std::ops::RangeInclusive<u32>) -> String {
    range.map(|n| format!("line {n}\n")).collect()
}

/// Every file below with its content, mode and link target: to show that nothing changed.
pub fn snapshot(dir: &Path) -> BTreeMap<PathBuf, String> {
    fn walk(top: &Path, dir: &Path, all: &mut BTreeMap<PathBuf, String>) {
        use std::os::unix::fs::MetadataExt;
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let found = std::fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(top).unwrap().to_owned();
            if found.is_symlink() {
                all.insert(name, format!("-> {}", std::fs::read_link(&path).unwrap().display()));
            } else if found.is_dir() {
                all.insert(name, format!("dir {:o}", found.mode()));
                walk(top, &path, all);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                all.insert(name, format!("{:o} {:?} {:?}", found.mode(), found.modified().unwrap(), bytes));
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(dir, dir, &mut all);
    all
}
