//! The repository a job gets, beside `git clone --shared` of the same depot.

use crate::by_hand;
use crate::ground::Ground;
use crate::row::{Amount, Row};
use crate::sample::Sample;
use repo::{Depot, DepotRef, Git};
use std::time::Instant;

const TIMES: usize = 5;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let (repository, scratch) = (ground.folder("clone-repo"), ground.folder("clones"));
    std::fs::create_dir_all(&scratch)?;
    by_hand::repository(&repository)?;
    let git = Git::on_path(std::env::var_os("PATH").unwrap_or_default(), &ground.folder("clone-home"))?;
    let depot = Depot::open_or_create(&git, &ground.folder("clone-depot.git"))?;
    depot.sync_from(&repository, &["main"])?;
    let base = depot
        .read_ref(&DepotRef::User("main".into()))?
        .ok_or_else(|| anyhow::anyhow!("no base in the depot"))?;
    let bare = ground.folder("clone-bare.git");
    by_hand::bare_copy(&repository, &bare)?;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        let since = Instant::now();
        depot.clone_for_job("w-1", &format!("job-{n}"), &base, &scratch.join(format!("ours-{n}")))?;
        ours.push(since.elapsed());
        floor.push(by_hand::shared_clone(&bare, &scratch.join(format!("floor-{n}")))?);
    }
    let [ours, floor] = [ours, floor].map(|times| Amount::Millis(Sample::new(times).millis(0.5)));
    Ok(vec![Row::new("job clone, 3,000 files", ours).floor(floor, "git clone --shared by hand")])
}
