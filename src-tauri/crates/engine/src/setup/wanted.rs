//! Which layers a piece of work stands on, and whether they are there.

use crate::merge::checks::installed;
use crate::rooms::Room;
use crate::{Engine, git, hash};
use host::layers::{Layer, digest};
use protocol::check::{CheckPlan, SetupStep};
use protocol::intent::Intent;
use protocol::merge::MergeEntry;
use protocol::{ApiError, Lane};
use repo::ObjectId;
use std::sync::Arc;

/// One step on one commit.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub step: SetupStep,
    pub digest: String,
    /// The commit whose files the step runs on.
    pub at: ObjectId,
    /// Whether those are a candidate's, which count for nobody else.
    pub candidate: bool,
    /// For the integration base: where the layer is if it was made for the candidate that became the base.
    twin: Option<String>,
}

impl Wanted {
    /// What questions about this layer are about.
    pub fn subject(&self, room: &Room) -> String {
        format!("setup:{}:{}", room.id, self.digest)
    }

    pub fn command(&self) -> String {
        protocol::line::command(&self.step.run)
    }
}

/// The files that work stands on.
#[derive(Debug, Clone)]
pub(crate) enum On {
    /// The integration base as it is now.
    Base,
    /// A job's own base, which may be an older one.
    Commit(ObjectId),
    /// What would land, on the tip it was built on.
    Candidate { commit: ObjectId, onto: ObjectId },
}

impl On {
    pub(crate) fn candidate(entry: &MergeEntry) -> Result<Self, ApiError> {
        let id = |text: &Option<String>| ObjectId::parse(text.as_deref().unwrap_or_default());
        let (commit, onto) = (id(&entry.candidate), id(&entry.onto));
        Ok(On::Candidate { commit: commit.map_err(git::api)?, onto: onto.map_err(git::api)? })
    }
}

/// Settings key under which a base's layer is known by another digest.
fn same_as(digest: &str) -> String {
    format!("setup.same/{digest}")
}

/// Whether work runs code of the repository, and so needs what set-up makes.
pub(crate) fn runs_repository_code(lane: Lane, validation: &[Vec<String>], intent: Option<&Intent>) -> bool {
    lane == Lane::Worker
        || !validation.is_empty()
        || intent.is_some_and(|intent| flow::intent::nature(intent).runs_code)
}

impl Engine {
    /// What work on `commit` needs. Nothing before the owner has trusted the steps.
    pub(super) async fn wanted(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        on: On,
    ) -> Result<Vec<Wanted>, ApiError> {
        if !plan.confirmed || !room.row().trusted || plan.setup.is_empty() {
            return Ok(Vec::new());
        }
        let ground = self.layer_ground(room)?;
        let (room, steps) = (room.clone(), plan.setup.clone());
        self.blocking(move || {
            let (base, commit) = match on {
                On::Base => room.look().map(|tips| (tips.onto.clone(), tips.onto))?,
                On::Commit(commit) => (room.look()?.onto, commit),
                On::Candidate { commit, onto } => (onto, commit),
            };
            let base_tree = room.depot.tree_of(&base)?;
            let of_tree = |tree: &ObjectId| format!("{ground}\ncandidate {tree}");
            let mut all = Vec::new();
            for step in steps {
                let own = digest(&step, &ground, |key| blob(&room, &commit, key));
                let bases = digest(&step, &ground, |key| blob(&room, &base, key));
                all.push(if own == bases {
                    let twin = digest(&step, &of_tree(&base_tree), |key| blob(&room, &base, key));
                    Wanted { step, digest: own, at: base.clone(), candidate: false, twin: Some(twin) }
                } else {
                    let tree = room.depot.tree_of(&commit)?;
                    let digest = digest(&step, &of_tree(&tree), |key| blob(&room, &commit, key));
                    Wanted { step, digest, at: commit.clone(), candidate: true, twin: None }
                });
            }
            Ok(all)
        })
        .await?
        .map_err(git::api)
    }

    /// The layer, if there is one.
    pub(super) async fn layer(&self, wanted: &Wanted) -> Result<Option<Layer>, ApiError> {
        if let Some(layer) = self.layers.find(&wanted.digest) {
            return Ok(Some(layer));
        }
        let Some(twin) = &wanted.twin else { return Ok(None) };
        let key = same_as(&wanted.digest);
        let known = key.clone();
        let noted = self.store.read(move |tx| tx.setting(&known)).await?;
        if let Some(layer) =
            noted.as_ref().and_then(|value| value.as_str()).and_then(|digest| self.layers.find(digest))
        {
            return Ok(Some(layer));
        }
        let Some(layer) = self.layers.find(twin) else { return Ok(None) };
        // Noted now, since the next landing changes the base's tree.
        let twin = serde_json::Value::from(twin.clone());
        self.store.write(move |tx| tx.set_setting(&key, &twin)).await?;
        Ok(Some(layer))
    }

    /// Whether work on the integration base would have to wait for set-up.
    pub(crate) async fn set_up_is_missing(&self, room: &Arc<Room>) -> Result<bool, ApiError> {
        // What is wrong with an image is said when it is prepared.
        if !self.look_at_image(room).await.unwrap_or(false) {
            return Ok(true);
        }
        let plan = self.check_plan(room).await?;
        if plan.setup.is_empty() {
            return Ok(false);
        }
        for wanted in self.wanted(room, &plan, On::Base).await? {
            if self.layer(&wanted).await?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Digests of the layers a job on `base` starts from. What is missing is left out: the job then has what the
    /// machine's own caches hold.
    pub(crate) async fn layers_of(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        base: &ObjectId,
    ) -> Result<Vec<String>, ApiError> {
        let mut digests = Vec::new();
        for wanted in self.wanted(room, plan, On::Commit(base.clone())).await? {
            match self.layer(&wanted).await? {
                Some(layer) => digests.push(layer.digest),
                None => {
                    tracing::warn!(workspace = %room.id, step = wanted.command(), "a job starts without this set-up")
                }
            }
        }
        Ok(digests)
    }

    /// Digests of the layers that checks on these files stand on. None while one is missing.
    pub(crate) async fn laid_for(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        on: On,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let mut digests = Vec::new();
        for wanted in self.wanted(room, plan, on).await? {
            match self.layer(&wanted).await? {
                Some(layer) => digests.push(layer.digest),
                None => return Ok(None),
            }
        }
        Ok(Some(digests))
    }

    /// What decides a step's result besides its command and key files: sandbox, platform, installed tools.
    fn layer_ground(&self, room: &Room) -> Result<String, ApiError> {
        let mut text = installed(&self.sandbox_for(room)?, &self.toolchains);
        for (name, value) in room.image.env() {
            text.push_str(&format!("\n{name}={value}"));
        }
        Ok(hash::text(&text))
    }
}

/// A key file's identity is that of its blob.
fn blob(room: &Room, commit: &ObjectId, path: &str) -> Option<Vec<u8>> {
    room.depot.read_file(commit, path, 0).ok().map(|file| file.blob.as_str().as_bytes().to_vec())
}
