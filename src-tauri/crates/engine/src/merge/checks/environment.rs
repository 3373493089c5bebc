//! What a verdict depends on besides tree and command: a verdict from before the compiler was updated, or from
//! other set-up, says nothing about now.

use crate::rooms::Room;
use crate::setup::On;
use crate::{Engine, hash};
use host::sandbox::Sandbox;
use host::toolchains::{Toolchains, stamp};
use protocol::ApiError;
use protocol::check::{Check, CheckPlan};
use std::path::Path;
use std::sync::Arc;

/// The sandbox, the platform, the installed tools and the set-up layers, as they are now.
pub(crate) struct Environment {
    text: String,
    sandbox: Sandbox,
    toolchains: Toolchains,
}

impl Environment {
    /// Digest of all that a check's verdict depends on, its own program included.
    pub(crate) fn of(&self, check: &Check) -> String {
        let named = check.run.first().map(String::as_str).unwrap_or_default();
        let program = match Path::new(named) {
            path if path.is_absolute() => stamp(path),
            // A file of the tree, which a verdict is bound to anyway.
            path if path.components().count() > 1 => String::new(),
            _ => self.toolchains.program(&self.sandbox, named).map(|path| stamp(&path)).unwrap_or_default(),
        };
        hash::text(&format!("{}\n{program}", self.text))
    }
}

impl Engine {
    /// The environment of checks on these files. None while a set-up layer is missing: without it no check runs.
    pub(crate) async fn environment(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        on: On,
    ) -> Result<Option<Environment>, ApiError> {
        let sandbox = self.sandbox_for(room)?;
        let Some(layers) = self.laid_for(room, plan, on).await? else { return Ok(None) };
        let (on, tools) = (sandbox.clone(), self.toolchains.clone());
        let tools = self.blocking(move || installed(&on, &tools)).await?;
        let mut text = format!("{tools}\n{}", layers.join("\n"));
        for (name, value) in room.image.env() {
            text.push_str(&format!("\n{name}={value}"));
        }
        Ok(Some(Environment { text, sandbox, toolchains: self.toolchains.clone() }))
    }
}

/// Sandbox, platform and installed tools, as text to be hashed. Looks at files.
pub(crate) fn installed(sandbox: &Sandbox, toolchains: &Toolchains) -> String {
    let platform = format!("{} {} {}", sandbox.backend(), std::env::consts::OS, std::env::consts::ARCH);
    let tools = match sandbox.tools() {
        Some(image) => vec![image.to_owned()],
        None => toolchains.versions(),
    };
    [vec![platform], tools].concat().join("\n")
}
