//! Carrying history to a depot on another machine and taking it in there, as a git bundle.
//!
//! Whoever has a commit under one of their refs has all of its history: the ref is written after everything was found
//! to be there. Only such commits may be left out of the next bundle.
//!
//! A history that is cut off somewhere, as that of a shallow clone is, is carried with the places where it is: whole
//! means up to there then. A depot that was carried such a history says where it ends when it asks for more, so that
//! nothing is left out on the strength of a history that it has only in part.

use crate::boundary::Supposed;
use crate::depot::{Depot, DepotRef, Expected};
use crate::error::IoContext;
use crate::transfer::{Trust, Unpack};
use crate::{ObjectId, RepoError, Result};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(900);
const MAGIC: &str = "# v2 git bundle";
const MAX_LINE: u64 = 256;
const MAX_LINES: usize = 256 + MOST_CUTS;
/// Most places where a history that is carried may be cut off.
const MOST_CUTS: usize = 4096;

fn invalid(reason: impl Into<String>) -> RepoError {
    RepoError::BundleInvalid { reason: reason.into() }
}

fn name(number: usize) -> String {
    format!("refs/carried/{number}")
}

fn cut_name(number: usize) -> String {
    format!("refs/carried/shallow/{number}")
}

/// Everything of these commits that is not of those.
fn question<'a>(wants: &[ObjectId], haves: impl IntoIterator<Item = &'a ObjectId>) -> String {
    let wants = wants.iter().map(|want| format!("{want}\n"));
    wants.chain(haves.into_iter().map(|have| format!("^{have}\n"))).collect()
}

impl Depot {
    /// Keeps what a job begins with until `release_job`, for one whose clone is made elsewhere.
    pub fn keep_job_base(&self, job: &str, base: &ObjectId) -> Result<()> {
        self.tree_of(base)?;
        let keep = DepotRef::Base(job.to_owned());
        let kept = self.read_ref(&keep)?;
        match kept.as_ref() == Some(base) {
            true => Ok(()),
            false => self.keep_base(&keep, base, &Expected::from(kept)),
        }
    }

    /// Commits this depot was carried and still keeps: each is here with all of its history.
    pub fn carried(&self) -> Result<Vec<ObjectId>> {
        let bases = self.list_refs()?.into_iter().filter(|(which, _)| matches!(which, DepotRef::Base(_)));
        Ok(bases.map(|(_, id)| id).collect())
    }

    /// Writes a bundle of these commits with their history to `out` (missing or empty), without the history of what the
    /// other side has, which is cut off there at `cuts`. What of both is unknown here is left out. Returns its size.
    pub fn carry_out(
        &self,
        wants: &[ObjectId],
        haves: &[ObjectId],
        cuts: &[ObjectId],
        out: &Path,
        limit: u64,
    ) -> Result<u64> {
        let repository = self.open()?;
        let known = |id: &&ObjectId| id.raw().is_ok_and(|raw| repository.find_commit(raw).is_ok());
        let haves: Vec<&ObjectId> = haves.iter().filter(known).collect();
        let own = self.boundary()?;
        let ends = own.iter().chain(cuts.iter().filter(known)).cloned().collect();
        let seen = Supposed::of(self, &ends)?;
        let ask = question(wants, haves.iter().copied());
        let mut file = File::create(out).at("create", out)?;
        let mut head = format!("{MAGIC}\n");
        haves.iter().for_each(|have| head.push_str(&format!("-{have}\n")));
        for (number, want) in wants.iter().enumerate() {
            self.tree_of(want)?;
            head.push_str(&format!("{want} {}\n", name(number)));
        }
        if !own.is_empty() {
            let reached = self.ends_of(&ask, &seen)?;
            for (number, end) in own.intersection(&reached).enumerate() {
                if number == MOST_CUTS {
                    let what = "the number of places where its history is cut off".into();
                    let (limit, actual) = (MOST_CUTS as u64, own.len() as u64);
                    return Err(RepoError::TooLarge { what, limit, actual });
                }
                head.push_str(&format!("{end} {}\n", cut_name(number)));
            }
        }
        head.push('\n');
        file.write_all(head.as_bytes()).at("write", out)?;
        seen.on(self.call())
            .flags(&[
                "pack-objects",
                "--revs",
                "--thin",
                "--stdout",
                "-q",
                "--delta-base-offset",
                "--window=0",
            ])
            .input(ask)
            .output_file(file.try_clone().at("open", out)?)
            .timeout(LIMIT)
            .success()?;
        let actual = file.metadata().at("read", out)?.len();
        if actual > limit {
            return Err(RepoError::TooLarge { what: "what the job begins with".into(), limit, actual });
        }
        Ok(actual)
    }

    /// Where the history that is asked for ends: at first commits, and where it is cut off.
    fn ends_of(&self, ask: &str, seen: &Supposed) -> Result<BTreeSet<ObjectId>> {
        let walk = seen.on(self.call()).flags(&["rev-list", "--max-parents=0", "--stdin"]);
        let ends = walk.input(ask).timeout(LIMIT).success()?;
        ends.text().lines().map(ObjectId::parse).collect()
    }

    /// Takes in what was carried here for a job, and keeps its base, the first of `wants`, until `release_job`. A bundle
    /// that holds anything else than `wants`, or lacks part of their history, is refused. Where that history is cut off
    /// becomes this depot's boundary as well.
    pub fn take_carried(&self, job: &str, wants: &[ObjectId], bundle: &Path) -> Result<()> {
        let Some(base) = wants.first() else { return Err(invalid("nothing is wanted of it")) };
        let keep = DepotRef::Base(job.to_owned());
        keep.name()?; // Refuses what is no job's id before anything is unpacked.
        let mut file = File::open(bundle).at("open", bundle)?;
        let (pack, cuts) = self.read_head(&file, wants)?;
        file.seek(SeekFrom::Start(pack)).at("read", bundle)?;
        let unpacked =
            Unpack { git: self.git(), git_dir: self.dir(), objects: None }.read(file, Trust::Owner);
        unpacked.map_err(refused)?;
        let mut ends = self.boundary()?;
        ends.extend(cuts.iter().cloned());
        let seen = Supposed::of(self, &ends)?;
        if !cuts.is_empty() {
            let reached = self.ends_of(&question(wants, []), &seen).map_err(refused)?;
            if !cuts.is_subset(&reached) {
                return Err(invalid("it is cut off where its history does not go"));
            }
        }
        self.has_whole(wants, &seen)?;
        if !cuts.is_empty() {
            self.keep_boundary(&ends)?;
        }
        self.keep_job_base(job, base)
    }

    /// Fails when anything of the history of these commits is missing.
    fn has_whole(&self, wants: &[ObjectId], seen: &Supposed) -> Result<()> {
        let known: Vec<ObjectId> = self.list_refs()?.into_iter().map(|(_, id)| id).collect();
        let walk = seen.on(self.call()).flags(&["rev-list", "--objects", "--quiet", "--stdin"]);
        walk.input(question(wants, &known)).timeout(LIMIT).success().map(drop).map_err(refused)
    }

    /// Where its pack begins, and the places where it says that its history is cut off.
    fn read_head(&self, file: &File, wants: &[ObjectId]) -> Result<(u64, BTreeSet<ObjectId>)> {
        let mut reader = BufReader::new(file);
        let (mut at, mut tips) = (0_u64, Vec::new());
        for number in 0..MAX_LINES {
            let mut bytes = Vec::new();
            let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes);
            read.map_err(|_| invalid("its header cannot be read"))?;
            at += bytes.len() as u64;
            if bytes.pop() != Some(b'\n') {
                return Err(invalid("its header is cut short"));
            }
            let line = String::from_utf8(bytes).map_err(|_| invalid("its header is not text"))?;
            match (number, line.strip_prefix('-')) {
                (0, _) if line == MAGIC => {}
                (0, _) => return Err(invalid("it is not a git bundle")),
                (_, Some(id)) => {
                    let id = ObjectId::parse(id).map_err(|_| invalid("a prerequisite is not an id"))?;
                    self.tree_of(&id)
                        .map_err(|_| invalid(format!("it builds on {}, which is not here", id.short())))?;
                }
                (_, None) if line.is_empty() => {
                    let expected = wants.iter().enumerate().map(|(n, want)| format!("{want} {}", name(n)));
                    let other = || invalid("it holds something else than what was asked for");
                    let expected: Vec<String> = expected.collect();
                    let cuts = tips.strip_prefix(expected.as_slice()).ok_or_else(other)?;
                    let cuts = cuts.iter().enumerate().map(|(n, line)| {
                        let id = line.strip_suffix(&format!(" {}", cut_name(n))).ok_or_else(other)?;
                        ObjectId::parse(id).map_err(|_| other())
                    });
                    return Ok((at, cuts.collect::<Result<_>>()?));
                }
                (_, None) => tips.push(line),
            }
        }
        Err(invalid("its header is too long"))
    }
}

/// An error of git's about the content is the bundle's fault.
fn refused(error: RepoError) -> RepoError {
    match error {
        RepoError::Failed { detail, .. } => invalid(format!("git refuses its objects: {}", detail.trim())),
        other => other,
    }
}
