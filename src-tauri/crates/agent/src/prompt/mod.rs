//! Prompts: Markdown templates with front matter, compiled in, overridable by a folder of the user's.
//!
//! The files are in `prompts/` at the root; its README describes the format. Rendering is strict: an input that is
//! missing, unknown or of no use is an error, never an empty place in a prompt. Inputs are inserted as they are
//! and never read as templates.

mod front_matter;
mod render;

use std::collections::BTreeMap;
use std::path::Path;

pub use render::{Inputs, Rendered};

use front_matter::Template;

/// LocalBuddy's reply when a message is not its to answer.
pub const DELEGATE: &str = "DELEGATE";

/// Larger files in the user's folder are refused.
const MAX_BYTES: u64 = 64 * 1024;

macro_rules! builtin {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../../../prompts/", $file)))),*]
    };
}

const BUILTIN: &[(&str, &str)] = builtin![
    "localbuddy-answer.md",
    "localbuddy-enhance.md",
    "remotebuddy-plan.md",
    "remotebuddy-plan-repair.md",
    "reviewer-repair.md",
    "reviewer-review.md",
    "worker-cli.md",
    "worker-cli-revision.md",
    "worker-native.md",
    "worker-opinion.md",
    "worker-resume.md",
    "worker-revision.md",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    #[error("there is no prompt {id}")]
    Unknown { id: String },
    #[error("{file}: {why}")]
    Invalid { file: String, why: String },
    #[error("prompt {id} needs the input {input}")]
    MissingInput { id: String, input: String },
    #[error("prompt {id} has no input {input}")]
    ExtraInput { id: String, input: String },
    #[error("prompt {id} cannot be rendered: {why}")]
    Render { id: String, why: String },
    #[error("{path}: {why}")]
    Unreadable { path: String, why: String },
}

impl PromptError {
    pub fn code(&self) -> &'static str {
        match self {
            PromptError::Unknown { .. } => "prompt.unknown",
            PromptError::Invalid { .. } => "prompt.invalid",
            PromptError::MissingInput { .. } => "prompt.missing_input",
            PromptError::ExtraInput { .. } => "prompt.extra_input",
            PromptError::Render { .. } => "prompt.render",
            PromptError::Unreadable { .. } => "prompt.unreadable",
        }
    }
}

/// What a prompt is, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub id: String,
    pub version: u32,
    pub role: String,
    pub purpose: String,
    pub inputs: Vec<String>,
    /// Whether the user's folder replaced ours.
    pub overridden: bool,
}

/// All prompts, by id.
#[derive(Debug, Clone)]
pub struct Prompts {
    templates: BTreeMap<String, Template>,
}

impl Prompts {
    /// The compiled-in ones. A test proves that they load; the error exists for overrides.
    pub fn builtin() -> Result<Self, PromptError> {
        let mut templates = BTreeMap::new();
        for (file, text) in BUILTIN {
            let template = front_matter::parse(file, text)?;
            templates.insert(template.about.id.clone(), template);
        }
        Ok(Self { templates })
    }

    /// The compiled-in ones with those replaced that the folder has files for. A folder that does not exist
    /// replaces nothing; a file that names no prompt of ours, or uses an input ours does not have, is an error.
    pub fn with_overrides(folder: &Path) -> Result<Self, PromptError> {
        let mut prompts = Self::builtin()?;
        let unreadable =
            |path: &Path, why: String| PromptError::Unreadable { path: path.display().to_string(), why };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(prompts),
            Err(error) => return Err(unreadable(folder, error.to_string())),
        };
        for entry in entries {
            let path = entry.map_err(|error| unreadable(folder, error.to_string()))?.path();
            let is_prompt = path.extension().is_some_and(|extension| extension == "md")
                && path.file_stem().is_some_and(|stem| !stem.eq_ignore_ascii_case("README"));
            if !is_prompt {
                continue;
            }
            let size = std::fs::metadata(&path).map_err(|error| unreadable(&path, error.to_string()))?.len();
            if size > MAX_BYTES {
                return Err(unreadable(&path, format!("it is larger than {MAX_BYTES} bytes")));
            }
            let text =
                std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error.to_string()))?;
            prompts.replace(&path.display().to_string(), &text)?;
        }
        Ok(prompts)
    }

    fn replace(&mut self, file: &str, text: &str) -> Result<(), PromptError> {
        let mut new = front_matter::parse(file, text)?;
        let invalid = |why: String| PromptError::Invalid { file: file.to_owned(), why };
        let Some(ours) = self.templates.get(&new.about.id) else {
            let known: Vec<&str> = self.templates.keys().map(String::as_str).collect();
            return Err(invalid(format!(
                "there is no prompt {}; there are {}",
                new.about.id,
                known.join(", ")
            )));
        };
        if let Some(input) = new.about.inputs.iter().find(|input| !ours.about.inputs.contains(input)) {
            return Err(invalid(format!("{} has no input {input}", ours.about.id)));
        }
        if ours.user.is_some() != new.user.is_some() {
            return Err(invalid(
                "it must have a `<!-- user -->` line exactly when the original has one".to_owned(),
            ));
        }
        // Callers give what the original asks for.
        new.about.inputs.clone_from(&ours.about.inputs);
        new.about.overridden = true;
        self.templates.insert(new.about.id.clone(), new);
        Ok(())
    }

    pub fn about(&self) -> impl Iterator<Item = &About> {
        self.templates.values().map(|template| &template.about)
    }

    pub fn render(&self, id: &str, inputs: Inputs) -> Result<Rendered, PromptError> {
        let template = self.templates.get(id).ok_or_else(|| PromptError::Unknown { id: id.to_owned() })?;
        render::render(template, inputs)
    }
}

#[cfg(test)]
mod tests;
