//! Where the two branches stand, and what is known of what lies between them.

use super::says;
use crate::rooms::Room;
use crate::{Engine, git, hash};
use flow::main_line::{View, blocks, standing};
use host::clock::iso;
use protocol::ApiError;
use protocol::check::CheckPlan;
use protocol::main_line::{
    MainCommit, MainEntry, MainGit, MainHook, MainLine, MainParams, MainStanding, MainWith, ProofState,
};
use protocol::merge::{CheckVerdict, MergeEntry};
use repo::{CommitLine, DepotRef, ForwardRequest, ObjectId, RepoError, UsersGit};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Commits that are listed.
const LISTED: usize = 200;
/// Landed entries that are looked for among them.
const ENTRIES: usize = 200;
/// Commits whose trees are looked up one by one; the rest is told by their entries alone.
const TREES: usize = 50;
const TREES_WITH_SET_UP: usize = 5;

/// The branches as they are at this moment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub branch: String,
    pub integration: String,
    /// Of the user's own branch, not of a remote's.
    pub main: Option<ObjectId>,
    pub tip: Option<ObjectId>,
    pub standing: MainStanding,
    ahead: usize,
    behind: usize,
    commits: Vec<CommitLine>,
    /// What keeps a checkout's files from following.
    pub checkout: Option<String>,
    /// The folder that has the branch checked out.
    pub folder: Option<PathBuf>,
}

impl Seen {
    /// Commits of the integration branch that the user's lacks.
    pub fn ahead(&self) -> usize {
        self.ahead
    }

    /// Their subjects, newest first.
    pub fn subjects(&self) -> Vec<&str> {
        self.commits.iter().take(50).map(|line| line.subject.as_str()).collect()
    }

    /// What a person's word is bound to.
    pub fn hash(&self) -> String {
        hash::json(&json!({
            "kind": "land.main", "branch": self.branch, "integration": self.integration,
            "from": self.main.as_ref().map(ObjectId::to_string), "to": self.tip.as_ref().map(ObjectId::to_string),
        }))
    }
}

impl Engine {
    pub async fn main_show(&self, p: MainParams) -> Result<MainLine, ApiError> {
        let room = self.room(&p.workspace_id)?;
        let seen = self.see_main(&room).await?;
        let plan = self.check_plan(&room).await?;
        let (proof, checks) = match &seen.tip {
            Some(tip) => self.proof_at(&room, &plan, tip).await?,
            None => (ProofState::Missing, Vec::new()),
        };
        let (workspace, subject) = (room.id.clone(), super::propose::subject(&room.id));
        let (landing, asked, landed) = self
            .store
            .read(move |tx| {
                let asked = tx.approvals_about(&subject)?;
                let landing = tx.newest_main_landing(workspace.as_str())?;
                Ok((landing, asked, tx.landed_entries(workspace.as_str(), ENTRIES)?))
            })
            .await?;
        let blocked = self.main_blocks(&room, &seen, proof).await?;
        let (commits, entries) = self.between(&room, &seen, &plan, landed).await?;
        let hash = seen.hash();
        let open = asked.into_iter().find(|a| a.state == protocol::approval::ApprovalState::Pending);
        Ok(MainLine {
            workspace_id: room.id.clone(),
            standing: seen.standing,
            main: seen.main.as_ref().map(ObjectId::to_string),
            tip: seen.tip.as_ref().map(ObjectId::to_string),
            ahead: seen.ahead as u64,
            behind: seen.behind as u64,
            commits,
            entries,
            proof,
            checks,
            blocked,
            hash,
            to_main: self.configured(&room).await?.merge.to_main,
            approval_id: open.map(|approval| approval.id),
            git: self.users_git(&room, &seen).await?,
            landing,
            branch: seen.branch,
            integration_branch: seen.integration,
        })
    }

    /// Looks at the branches.
    pub(super) async fn see_main(&self, room: &Arc<Room>) -> Result<Seen, ApiError> {
        let room = room.clone();
        self.blocking(move || see(&room)).await?.map_err(git::api)
    }

    pub(super) async fn main_blocks(
        &self,
        room: &Room,
        seen: &Seen,
        proof: ProofState,
    ) -> Result<Vec<protocol::main_line::MainBlock>, ApiError> {
        let (row, workspace) = (room.row(), room.id.clone());
        let open = self.store.read(move |tx| tx.open_main_landing(workspace.as_str())).await?;
        Ok(blocks(&View {
            branch: &seen.branch,
            integration: &seen.integration,
            standing: seen.standing,
            proof,
            held: self.is_held().await?,
            paused: row.merge_paused,
            under_way: open.is_some(),
            checkout: seen.checkout.as_deref(),
        }))
    }

    /// The commits between the branches, with the entries they landed with and what is proven of each.
    async fn between(
        &self,
        room: &Arc<Room>,
        seen: &Seen,
        plan: &CheckPlan,
        landed: Vec<MergeEntry>,
    ) -> Result<(Vec<MainCommit>, Vec<MainEntry>), ApiError> {
        let (depot, lines) = (room.depot.clone(), seen.commits.clone());
        let (owners, landed) =
            self.blocking(move || owners(&depot, &lines, landed)).await?.map_err(git::api)?;
        // Set-up may differ from commit to commit; without any, all of them are judged under the same conditions.
        let (first, alike) = (seen.tip.as_ref(), plan.setup.is_empty());
        let shared = match first.filter(|_| alike && owners.len() < seen.commits.len()) {
            Some(tip) => self.environment_at(room, plan, tip).await,
            None => None,
        };
        let trees = if alike { TREES } else { TREES_WITH_SET_UP };
        let mut commits = Vec::new();
        for line in &seen.commits {
            let entry_id = owners.get(line.commit.as_str()).cloned();
            let proof = match &entry_id {
                Some(_) => ProofState::Proven,
                None if commits.len() >= trees => ProofState::Missing,
                None if alike => self.proof_in(room, plan, &line.commit, shared.as_ref()).await?.0,
                None => self.proof_at(room, plan, &line.commit).await?.0,
            };
            commits.push(MainCommit {
                commit: line.commit.to_string(),
                subject: line.subject.clone(),
                author: line.author.clone(),
                ts: iso(line.time.saturating_mul(1000)),
                entry_id,
                proof,
            });
        }
        let entries = landed.into_iter().map(|entry| MainEntry {
            id: entry.id,
            job_id: entry.job_id,
            kind: entry.kind,
            title: entry.title,
            commit: entry.landed_commit.unwrap_or_default(),
            landed_at: entry.landed_at,
        });
        Ok((commits, entries.collect()))
    }

    /// What the user's own git would do, as it can be read without running anything of theirs.
    pub(super) async fn users_git(&self, room: &Arc<Room>, seen: &Seen) -> Result<MainGit, ApiError> {
        let (engine, room, seen) = (self.clone(), room.clone(), seen.clone());
        self.blocking(move || engine.users_git_now(&room, &seen)).await?
    }

    fn users_git_now(&self, room: &Room, seen: &Seen) -> Result<MainGit, ApiError> {
        let none = |why: String| MainGit {
            folder: None,
            hooks: Vec::new(),
            signs: false,
            format: "openpgp".into(),
            blocked: Some(why),
            hash: String::new(),
        };
        let Some(folder) = &seen.folder else {
            return Ok(none(format!(
                "{} is not checked out anywhere, so your git has no folder to work in. Switch to it, or let it be moved without your hooks.",
                seen.branch
            )));
        };
        let users = UsersGit { git: room.depot.git(), environment: &self.options.environment, folder };
        let setup = match users.look() {
            Ok(setup) => setup,
            Err(error) => return Ok(none(format!("Your git cannot be asked: {error}."))),
        };
        let blocked = match (&seen.main, &seen.tip) {
            (Some(main), Some(tip)) => repo::blocked_for_user(folder, &seen.branch, main, tip)
                .map_err(git::api)?
                .map(|block| says::checkout(&seen.branch, &folder.display().to_string(), &block)),
            _ => None,
        };
        let digests: Vec<_> = setup.hooks.iter().map(|hook| (hook.name, &hook.path, &hook.digest)).collect();
        let hash = hash::json(&json!({
            "main": seen.hash(), "folder": folder, "hooks": digests, "signs": setup.signs, "format": setup.format,
        }));
        let hooks = setup.hooks.iter().map(|hook| MainHook {
            name: hook.name.to_owned(),
            path: hook.path.display().to_string(),
            with: match hook.forward {
                true => vec![MainWith::MyGit, MainWith::MyMerge],
                false => vec![MainWith::MyMerge],
            },
        });
        Ok(MainGit {
            folder: Some(folder.display().to_string()),
            hooks: hooks.collect(),
            signs: setup.signs,
            format: setup.format,
            blocked,
            hash,
        })
    }
}

fn see(room: &Room) -> Result<Seen, RepoError> {
    let tips = room.look()?;
    let row = room.row();
    let main = repo::users_branch(&room.root, &row.base_branch)?;
    let there = room.depot.read_ref(&DepotRef::User(row.integration_branch.clone()))?.is_some();
    // Before anything has landed there is no such branch of the user's; then there is nothing between them.
    let tip = Some(tips.integration);
    let both = main.as_ref().zip(tip.as_ref());
    let (ahead, behind) = match both {
        Some((main, tip)) => room.depot.apart(tip, main)?,
        None => (0, 0),
    };
    let mut seen = Seen {
        standing: standing(both.is_some() && (there || ahead == 0), ahead as u64, behind as u64),
        branch: row.base_branch,
        integration: row.integration_branch,
        ahead,
        behind,
        commits: Vec::new(),
        checkout: None,
        folder: None,
        main,
        tip,
    };
    if let (Some(main), Some(tip)) = (&seen.main, &seen.tip) {
        if ahead > 0 {
            seen.commits = room.depot.log(tip, Some(main), LISTED)?;
        }
        let note = "";
        let request =
            ForwardRequest { user_repo: &room.root, branch: &seen.branch, old: main, new: tip, note };
        seen.checkout = repo::forward_blocked(&request)?
            .map(|(folder, block)| says::checkout(&seen.branch, &folder.display().to_string(), &block));
        seen.folder = repo::folder_of(&room.root, &seen.branch)?;
    }
    Ok(seen)
}

/// Which entry each of the commits landed with, and those entries, newest first.
fn owners(
    depot: &repo::Depot,
    lines: &[CommitLine],
    landed: Vec<MergeEntry>,
) -> Result<(BTreeMap<String, protocol::EntryId>, Vec<MergeEntry>), RepoError> {
    let listed: std::collections::BTreeSet<&str> = lines.iter().map(|line| line.commit.as_str()).collect();
    let (mut owners, mut found) = (BTreeMap::new(), Vec::new());
    for entry in landed {
        let commit = entry.landed_commit.as_deref().filter(|commit| listed.contains(commit));
        let (Some(commit), Some(onto)) = (commit, entry.onto.as_deref()) else { continue };
        let own = depot.log(&ObjectId::parse(commit)?, Some(&ObjectId::parse(onto)?), LISTED)?;
        owners.extend(own.into_iter().map(|line| (line.commit.to_string(), entry.id.clone())));
        found.push(entry);
    }
    Ok((owners, found))
}

/// One word for all verdicts.
pub(super) fn state_of(plan: &CheckPlan, verdicts: &[CheckVerdict]) -> ProofState {
    match () {
        () if !plan.confirmed => ProofState::Unconfirmed,
        () if verdicts.iter().any(|verdict| verdict.state == "failed") => ProofState::Failed,
        () if verdicts.iter().all(|verdict| verdict.state == "passed") => ProofState::Proven,
        () => ProofState::Missing,
    }
}
