//! Building, once somebody said so, and keeping only so many images.

use super::unusable;
use super::wanted::{Build, Source, Wanted};
use crate::rooms::Room;
use crate::{Engine, shutting_down};
use host::sandbox::container::described::tag_of;
use host::sandbox::container::{Image, engine};
use protocol::{ApiError, Event, SessionId};
use std::sync::Arc;
use store::NewEvent;

/// Images built for the workspaces of a server. The oldest go first; one that a workspace wants now stays.
const MOST: usize = 8;
/// Characters of a build's output that are kept.
const TAIL: usize = 4_000;

impl Engine {
    pub(super) async fn build_image(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        build: &Build,
        engine: &engine::Engine,
        session: &SessionId,
    ) -> Result<Image, ApiError> {
        let started = self.clock.monotonic_ms();
        tracing::info!(workspace = %room.id, dockerfile = build.dockerfile, "building an image");
        let owner = self.image_owner();
        let mut lines: Vec<String> = Vec::new();
        let mut said = |line: &str| {
            lines.push(line.to_owned());
            if lines.len() > 200 {
                lines.remove(0);
            }
        };
        let built = tokio::select! {
            built = engine.build_described(&build.described, &owner, &mut said) => built,
            // The engine ends a build whose listener is gone.
            () = self.stopping() => return Err(shutting_down()),
        };
        let ms = self.clock.monotonic_ms().saturating_sub(started);
        let told = match &built {
            Ok(_) => lines.join("\n"),
            Err(error) => error.to_string(),
        };
        let tail = last(&self.redactor().text(&host::ansi::strip(&told)));
        self.tell_build(room, build, session, (built.is_ok(), ms, tail.clone())).await?;
        match built {
            Ok(image) => {
                self.forget_old_images(engine).await;
                Ok(image)
            }
            Err(_) => {
                let error = unusable(
                    wanted.place,
                    &format!(
                        "the image could not be built:\n\n{tail}\n\nRepair {}, then try again",
                        build.dockerfile
                    ),
                );
                room.set_up.remember(&build.digest, self.clock.now_ms(), error.clone());
                Err(error)
            }
        }
    }

    async fn tell_build(
        &self,
        room: &Room,
        build: &Build,
        session: &SessionId,
        (ok, duration_ms, tail): (bool, u64, String),
    ) -> Result<(), ApiError> {
        let run = vec!["build".to_owned(), build.dockerfile.clone()];
        let event = Event::SetupFinished { run, ok, duration_ms, tail };
        let new = NewEvent::new(session, event, "setup").about(build.digest.clone());
        let workspace = room.id.clone();
        self.store
            .write(move |tx| {
                if ok {
                    crate::remote_buddy::held::look_again(tx, &workspace)?;
                }
                tx.append(new).map(drop)
            })
            .await?;
        Ok(())
    }

    async fn forget_old_images(&self, engine: &engine::Engine) {
        let mut keep = Vec::new();
        for room in self.room_list() {
            if let Ok(Some(wanted)) = self.wanted_image(&room).await
                && let Source::Build(build) = &wanted.source
            {
                keep.push(tag_of(&build.digest));
            }
        }
        match engine.forget_described(&self.image_owner(), &keep, MOST).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(images = gone, "old images are removed"),
            Err(error) => tracing::warn!(%error, "old images stay"),
        }
    }
}

/// The end of a text.
fn last(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().rev().nth(TAIL) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default()),
        None => text.to_owned(),
    }
}
