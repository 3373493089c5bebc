//! A workspace's own image: what its `.devcontainer/devcontainer.json` describes, where containers run its code.
//!
//! It is read from the integration base of a trusted folder, never from a candidate. An image that is only named must
//! be in the engine already. One that is built runs the repository's own steps with the engine's network, outside of
//! any sandbox of ours: a person is asked once for each content, and the answer is bound to its digest. What was
//! built is found again by that digest, also by the next server.

mod approval;
mod build;
mod state;
mod wanted;

pub(crate) use approval::ACTION;
pub(crate) use state::OwnImage;

use crate::rooms::Room;
use crate::setup::Prepared;
use crate::{Engine, shutting_down};
use approval::Leave;
use host::sandbox::container::{Image, Wish, described, how_to_get, instance};
use protocol::job::ImageGround;
use protocol::{ApiError, ErrorCode, SessionId};
use std::sync::Arc;
use wanted::{Source, Wanted};

/// How the error of an image ends: the two ways out that are always there.
const WAYS_OUT: &str = "Or name another image in sandbox.image (pilothouse-worker:latest is ours).";

impl Engine {
    /// Makes the workspace's own image ready, asking a person where that needs one.
    pub(crate) async fn prepare_image(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
    ) -> Result<Prepared, ApiError> {
        self.image_step(room, Some(session)).await
    }

    /// The same without asking or building anything. False while it is not there.
    pub(crate) async fn look_at_image(&self, room: &Arc<Room>) -> Result<bool, ApiError> {
        Ok(matches!(self.image_step(room, None).await?, Prepared::Ready))
    }

    /// What a job is told of it. Work that runs none of the repository's code does without while it is not ready.
    pub(crate) async fn image_ground(
        &self,
        room: &Arc<Room>,
        runs_code: bool,
    ) -> Result<Option<ImageGround>, ApiError> {
        match self.look_at_image(room).await {
            Ok(true) => Ok(room.image.ground()),
            Ok(false) if runs_code => Err(not_yet()),
            Err(error) if runs_code || error.code == ErrorCode::Unavailable => Err(error),
            Ok(false) | Err(_) => Ok(None),
        }
    }

    async fn image_step(&self, room: &Arc<Room>, session: Option<&SessionId>) -> Result<Prepared, ApiError> {
        let wanted = match self.wanted_image(room).await {
            Ok(Some(wanted)) => wanted,
            Ok(None) => {
                room.image.servers();
                return Ok(Prepared::Ready);
            }
            Err(error) => return Err(room.image.missing(error)),
        };
        if room.image.is(&wanted) {
            return Ok(Prepared::Ready);
        }
        let _alone = tokio::select! {
            alone = room.image.making.lock() => alone,
            () = self.stopping() => return Err(shutting_down()),
        };
        if room.image.is(&wanted) {
            return Ok(Prepared::Ready);
        }
        match self.obtain_image(room, &wanted, session).await {
            Ok(Some(image)) => match self.adopt(room, &wanted, image).await {
                Ok(()) => Ok(Prepared::Ready),
                Err(error) => Err(room.image.missing(error)),
            },
            Ok(None) => {
                room.image.missing(not_yet());
                Ok(Prepared::Asked)
            }
            Err(error) if error.code == ErrorCode::Unavailable => Err(error),
            Err(error) => Err(room.image.missing(error)),
        }
    }

    /// The image, found or made. None when a person has to answer first, or nobody may be asked now.
    async fn obtain_image(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        session: Option<&SessionId>,
    ) -> Result<Option<Image>, ApiError> {
        let engine = described::engine_of(&self.image_wish(None)).await;
        let engine = engine.map_err(|none| ApiError::new(ErrorCode::NoSandbox, format!("{none}.")))?;
        let failed = |error: &dyn std::fmt::Display| unusable(wanted.place, &error.to_string());
        let build = match &wanted.source {
            Source::Named(name) => {
                let found = engine.image(name).await.map_err(|error| failed(&error))?;
                return found.map(Some).ok_or_else(|| {
                    let cause = format!("its image {name} is not here. {}", how_to_get(name));
                    unusable(wanted.place, &cause)
                });
            }
            Source::Build(build) => build,
        };
        if let Some(image) = engine.built_for(&build.digest).await.map_err(|error| failed(&error))? {
            return Ok(Some(image));
        }
        let Some(session) = session else { return Ok(None) };
        if let Some(error) = room.set_up.failure(&build.digest, self.clock.now_ms()) {
            return Err(error);
        }
        match self.leave_to_build(room, wanted, build).await? {
            Leave::Given => self.build_image(room, wanted, build, &engine, session).await.map(Some),
            Leave::Waiting => Ok(None),
            Leave::Denied(error) => Err(error),
            Leave::Unasked => self.ask_to_build(room, wanted, build, session).await.map(|()| None),
        }
    }

    /// Believes an image only after commands ran in it.
    async fn adopt(&self, room: &Room, wanted: &Wanted, image: Image) -> Result<(), ApiError> {
        let wish = self.image_wish(Some(image.reference.clone()));
        let tried = host::sandbox::detect_image(&wish, self.data.root()).await;
        let selected = tried.map_err(|none| {
            let text =
                format!("{}: its image {} cannot be used: {none}. {WAYS_OUT}", wanted.place, image.reference);
            ApiError::new(ErrorCode::ImageUnusable, text)
        })?;
        room.image.ready(wanted, selected, image.reference);
        Ok(())
    }

    pub(crate) fn image_wish(&self, image: Option<String>) -> Wish {
        Wish { image, ..crate::confinement::wish(&self.own.config.workers) }
    }

    /// What images made for this data folder are known by.
    fn image_owner(&self) -> String {
        instance(self.data.root())
    }
}

fn unusable(place: &str, cause: &str) -> ApiError {
    ApiError::new(ErrorCode::ImageUnusable, format!("{place}: {}. {WAYS_OUT}", cause.trim_end_matches('.')))
}

fn not_yet() -> ApiError {
    let text =
        "The workspace's own image waits for an answer, or is being built. Send this again when it is there.";
    ApiError::new(ErrorCode::ImageUnusable, text)
}
