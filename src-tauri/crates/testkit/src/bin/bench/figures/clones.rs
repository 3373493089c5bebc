//! A job's repository, fresh and made ahead, and its bundle, on three sizes of repository, beside git by hand.

use crate::by_hand;
use crate::ground::Ground;
use crate::row::{Amount, Row};
use crate::sample::Sample;
use repo::{Depot, DepotRef, Git};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Folders of fifty files each, what that makes, and how often it is measured.
const SIZES: [(usize, &str, usize); 3] = [(2, "100", 9), (60, "3,000", 7), (1_000, "50,000", 3)];

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (folders, files, times) in SIZES {
        let place = ground.folder(&format!("sizes-{folders}"));
        std::fs::create_dir_all(&place)?;
        rows.extend(of_size(&place, folders, files, times)?);
        // Tens of thousands of files would be paid for by whatever is measured next.
        std::fs::remove_dir_all(&place)?;
    }
    Ok(rows)
}

fn of_size(place: &Path, folders: usize, files: &str, times: usize) -> anyhow::Result<Vec<Row>> {
    let (repository, bare) = (place.join("repo"), place.join("bare.git"));
    by_hand::repository_of(&repository, folders)?;
    by_hand::bare_copy(&repository, &bare)?;
    let git = Git::on_path(std::env::var_os("PATH").unwrap_or_default(), &place.join("home"))?;
    let depot = Depot::open_or_create(&git, &place.join("depot.git"))?;
    depot.sync_from(&repository, &["main"])?;
    let base = depot.read_ref(&DepotRef::User("main".into()))?;
    let base = base.ok_or_else(|| anyhow::anyhow!("no base in the depot"))?;
    let (mut ours, mut floor, mut bundles, mut intakes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut ahead = Vec::new();
    for n in 0..times {
        let clone = place.join(format!("ours-{n}"));
        let since = Instant::now();
        let made = depot.clone_for_job("w-1", &format!("job-{n}"), &base, &clone)?;
        ours.push(since.elapsed());
        floor.push(by_hand::shared_clone(&bare, &place.join(format!("floor-{n}")))?);
        let (bundle, raw) = bundle(&clone, &made.branch, n)?;
        bundles.push(bundle);
        intakes.push(raw);
        std::fs::remove_dir_all(&clone)?;
        let spare = place.join("spare");
        depot.make_spare(&base, &spare)?;
        let since = Instant::now();
        depot.spare_for_job(&spare, "w-1", &format!("warm-{n}"), &base, &clone)?;
        ahead.push(since.elapsed());
        std::fs::remove_dir_all(&clone)?;
        std::fs::remove_dir_all(place.join(format!("floor-{n}")))?;
    }
    let middle = |times: Vec<Duration>| Amount::Millis(Sample::new(times).millis(0.5));
    let fresh = middle(ours);
    Ok(vec![
        Row::new(format!("job clone, {files} files"), fresh)
            .floor(middle(floor), "git clone --shared by hand"),
        Row::new(format!("job clone made ahead, {files} files"), middle(ahead)).floor(fresh, "a fresh one"),
        Row::new(format!("commit and bundle of one line, {files} files"), middle(bundles))
            .floor(middle(intakes), "the commit alone"),
    ])
}

/// Commits one line and bundles it, as a worker does; how long both took, and the commit alone.
fn bundle(clone: &Path, branch: &str, n: usize) -> anyhow::Result<(Duration, Duration)> {
    std::fs::write(clone.join("README.md"), format!("# Generated\nline {n}\n"))?;
    let since = Instant::now();
    by_hand::git(clone, &["add", "--all"])?;
    by_hand::git(clone, &["commit", "--quiet", "-m", "a line"])?;
    let committed = since.elapsed();
    let range = format!("HEAD~1..refs/heads/{branch}");
    let made = Command::new("git")
        .current_dir(clone)
        .args(["bundle", "create", "--quiet", "../job.bundle", &range])
        .status()?;
    anyhow::ensure!(made.success(), "git bundle");
    Ok((since.elapsed(), committed))
}
