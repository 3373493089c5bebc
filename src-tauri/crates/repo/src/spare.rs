//! A clone made ahead of its job: writing tens of thousands of files takes longer than everything else between a claim
//! and the first command. It is made by us, nobody has it before its job does, and it is a job's once.

use std::path::Path;

use crate::depot::Depot;
use crate::error::IoContext;
use crate::job_clone::JobClone;
use crate::{ObjectId, RepoError, Result, free_folder, removal};

/// The branch of a clone that is nobody's yet.
const NOBODYS: &str = "refs/heads/spare";

impl Depot {
    /// Makes one in `dir` (absolute, missing or empty) with the files of a commit.
    pub fn make_spare(&self, at: &ObjectId, dir: &Path) -> Result<()> {
        self.tree_of(at)?;
        self.borrow_into(dir, false)?;
        self.check_out(NOBODYS, at, dir)
    }

    /// The same as [`Depot::clone_for_job`], out of a spare clone of this depot: only what differs from its commit is
    /// written. The spare is used up, whatever comes of it; where none comes of it the folder is as it was.
    pub fn spare_for_job(
        &self,
        spare: &Path,
        worker: &str,
        job: &str,
        base: &ObjectId,
        dir: &Path,
    ) -> Result<JobClone> {
        let taken =
            free_folder::is_there(dir).and_then(|there| Ok((there, self.begin_clone(worker, job, base)?)));
        let (there, branch) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                removal::remove_tree(spare)?;
                return Err(error);
            }
        };
        let made = free_folder::move_in(spare, dir, there).and_then(|()| {
            self.same_boundary(dir)?;
            forget_its_past(dir)?;
            let clone = self.make_it_the_jobs(branch, base, dir)?;
            self.as_it_was_left(dir)?;
            Ok(clone)
        });
        if made.is_err() {
            removal::remove_tree(spare)?;
            free_folder::give_back(dir, there)?;
        }
        made
    }

    /// A depot whose history was cut off elsewhere since then.
    fn same_boundary(&self, dir: &Path) -> Result<()> {
        let read = |path: &Path| std::fs::read(path).ok();
        let (now, then) = (self.objects_dir().with_file_name("shallow"), dir.join(".git/shallow"));
        if read(&now) == read(&then) {
            return Ok(());
        }
        let reason = "the depot's history begins elsewhere by now".into();
        Err(RepoError::BadRef { name: dir.display().to_string(), reason })
    }

    /// Makes sure that the files are the commit's and nothing else: whoever was in it left something.
    fn as_it_was_left(&self, dir: &Path) -> Result<()> {
        let git_dir = dir.join(".git");
        self.git().in_dir(&git_dir).flags(&["update-ref", "-d"]).value(NOBODYS).success()?;
        let status = self
            .git()
            .in_dir(&git_dir)
            .work_tree(dir)
            .flags(&["status", "--porcelain", "--ignored", "--untracked-files=all"])
            .success()?;
        if status.stdout.is_empty() {
            return Ok(());
        }
        let reason = "the spare clone was not as it was left".into();
        Err(RepoError::BadRef { name: dir.display().to_string(), reason })
    }
}

/// Takes out what tells of the time before it was the job's.
fn forget_its_past(dir: &Path) -> Result<()> {
    let git_dir = dir.join(".git");
    removal::remove_tree(&git_dir.join("logs"))?;
    removal::remove_tree(&git_dir.join("ORIG_HEAD"))
}

impl JobClone {
    /// How many files it has. Only before anybody had it.
    pub fn files(&self) -> Result<u32> {
        use std::io::Read as _;
        let index = self.dir.join(".git/index");
        let mut head = [0_u8; 12];
        std::fs::File::open(&index).and_then(|mut file| file.read_exact(&mut head)).at("read", &index)?;
        let [.., a, b, c, d] = head;
        Ok(u32::from_be_bytes([a, b, c, d]))
    }
}
