//! A repository's own description of its container, read with suspicion.
//!
//! It is taken from the trusted base commit by the caller, never from a candidate. What names the image counts;
//! what would give a container more than a job gets is left out with a warning; what we cannot do truthfully
//! (features run scripts from a registry, compose starts several containers) is refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::jsonc;

/// Where a repository may keep it, first one found.
pub const PLACES: [&str; 2] = [".devcontainer/devcontainer.json", ".devcontainer.json"];

/// What the image is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Image(String),
    /// Paths are from the root of the repository.
    Build {
        dockerfile: String,
        context: String,
        target: Option<String>,
        args: BTreeMap<String, String>,
    },
}

/// What counts of a `devcontainer.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devcontainer {
    pub source: Source,
    /// `containerEnv`, then `remoteEnv`; values with a variable of the editor in them are left out.
    pub env: Vec<(String, String)>,
    /// What was left out, one sentence each.
    pub warnings: Vec<String>,
}

/// Why a `devcontainer.json` cannot be used, with the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct Unusable {
    pub place: String,
    pub cause: String,
}

/// Left out, because they would open the sandbox.
const OPENING: [&str; 9] = [
    "mounts",
    "workspaceMount",
    "runArgs",
    "privileged",
    "capAdd",
    "securityOpt",
    "forwardPorts",
    "appPort",
    "hostRequirements",
];
/// Left out, because set-up belongs into `[[setup]]`, where it is asked about, kept and run offline.
const COMMANDS: [&str; 6] = [
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
];

#[derive(Deserialize)]
struct Build {
    dockerfile: Option<String>,
    context: Option<String>,
    target: Option<String>,
    #[serde(default)]
    args: Map<String, Value>,
}

/// Reads the text found at `place`.
pub fn read(place: &str, text: &str) -> Result<Devcontainer, Unusable> {
    let unusable = |cause: String| Unusable { place: place.to_owned(), cause };
    let all: Map<String, Value> = serde_json::from_str(&jsonc::plain(text))
        .map_err(|error| unusable(format!("it is not JSON with comments: {error}")))?;
    if all.get("features").and_then(Value::as_object).is_some_and(|features| !features.is_empty()) {
        return Err(unusable(
            "features are not installed here: each runs a script from a registry. Build an image that has them \
             (devcontainer build) and name it in sandbox.image, or write them into a Dockerfile"
                .to_owned(),
        ));
    }
    if all.contains_key("dockerComposeFile") {
        return Err(unusable(
            "several containers (dockerComposeFile) are not started for a job. Name one image in sandbox.image".to_owned(),
        ));
    }
    let mut warnings = Vec::new();
    let source = source(place, &all).map_err(unusable)?;
    let env = environment(&all, &mut warnings);
    warnings.extend(left_out(&all));
    Ok(Devcontainer { source, env, warnings })
}

fn source(place: &str, all: &Map<String, Value>) -> Result<Source, String> {
    if let Some(image) = all.get("image").and_then(Value::as_str).map(str::trim).filter(|i| !i.is_empty()) {
        return match image.contains("${") {
            true => Err(format!("the image {image} names a variable of the editor")),
            false => Ok(Source::Image(image.to_owned())),
        };
    }
    let build = match (all.get("build"), all.get("dockerFile").and_then(Value::as_str)) {
        (Some(build), _) => serde_json::from_value(build.clone())
            .map_err(|error| format!("`build` cannot be read: {error}"))?,
        (None, Some(dockerfile)) => Build {
            dockerfile: Some(dockerfile.to_owned()),
            context: all.get("context").and_then(Value::as_str).map(str::to_owned),
            target: None,
            args: Map::new(),
        },
        (None, None) => return Err("it names neither an image nor a Dockerfile".to_owned()),
    };
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below =
        |path: &str| inside(folder, path).ok_or_else(|| format!("{path} lies outside the repository"));
    let dockerfile = below(build.dockerfile.as_deref().ok_or("`build` names no dockerfile")?)?;
    let context = below(build.context.as_deref().unwrap_or("."))?;
    let mut args = BTreeMap::new();
    for (name, value) in build.args {
        match value {
            Value::String(text) if !text.contains("${") => drop(args.insert(name, text)),
            _ => return Err(format!("the build argument {name} is not plain text")),
        }
    }
    Ok(Source::Build { dockerfile, context, target: build.target, args })
}

/// A path of the repository from one relative to a folder of it. None when it climbs out.
fn inside(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn environment(all: &Map<String, Value>, warnings: &mut Vec<String>) -> Vec<(String, String)> {
    let mut env: Vec<(String, String)> = Vec::new();
    for key in ["containerEnv", "remoteEnv"] {
        for (name, value) in all.get(key).and_then(Value::as_object).into_iter().flatten() {
            match value {
                Value::String(text) if !text.contains("${") && plain_name(name) => {
                    env.retain(|(known, _)| known != name);
                    env.push((name.clone(), text.clone()));
                }
                _ => warnings.push(format!("{key}.{name} is left out: only plain text is passed on.")),
            }
        }
    }
    env
}

/// Names that decide what runs are ours to set.
fn plain_name(name: &str) -> bool {
    let ours =
        ["PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH"].contains(&name) || name.starts_with("PILOTHOUSE_");
    !ours && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn left_out(all: &Map<String, Value>) -> Vec<String> {
    let said = |key: &&&str| match all.get(**key) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    };
    let opening = OPENING.iter().filter(said).map(|key| format!("{key} is left out: a job's container gets nothing of the machine but its own folders, and no network."));
    let commands = COMMANDS.iter().filter(said).map(|key| {
        format!("{key} is not run: write what jobs need as a [[setup]] step in .pilothouse/config.toml.")
    });
    let users = ["remoteUser", "containerUser"]
        .iter()
        .filter(said)
        .map(|key| format!("{key} is left out: commands run as the user who owns the job's folder."));
    let socket = all.get("mounts").is_some_and(|mounts| mounts.to_string().contains("docker.sock"));
    let socket = socket.then(|| "The engine's socket is never given to a job.".to_owned());
    opening.chain(commands).chain(users).chain(socket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Devcontainer, Unusable> {
        read(PLACES[0], text)
    }

    #[test]
    fn an_image_with_comments_and_plain_environment_counts() {
        let found = told(
            r#"{ // Rust
              "name": "x", "image": "docker.io/library/rust:1.90",
              "containerEnv": { "A": "1", "B": "${localEnv:TOKEN}", "PATH": "/evil" },
              "remoteEnv": { "A": "2" }, "customizations": { "vscode": {} }, }"#,
        )
        .unwrap();
        assert_eq!(found.source, Source::Image("docker.io/library/rust:1.90".into()));
        assert_eq!(found.env, [("A".to_owned(), "2".to_owned())]);
        assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
    }

    #[test]
    fn a_build_is_read_relative_to_its_folder_and_never_leaves_the_repository() {
        let found = told(
            r#"{ "build": { "dockerfile": "Dockerfile", "context": "..", "args": { "V": "3" }, "target": "dev" } }"#,
        )
        .unwrap();
        let args = BTreeMap::from([("V".to_owned(), "3".to_owned())]);
        let expected = Source::Build {
            dockerfile: ".devcontainer/Dockerfile".into(),
            context: String::new(),
            target: Some("dev".into()),
            args,
        };
        assert_eq!(found.source, expected);
        for text in [
            r#"{ "build": { "dockerfile": "../../Dockerfile" } }"#,
            r#"{ "build": { "dockerfile": "/etc/Dockerfile" } }"#,
            r#"{ "build": { "dockerfile": "D", "context": "../.." } }"#,
        ] {
            assert!(told(text).unwrap_err().cause.contains("outside the repository"), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_done_truthfully_is_refused() {
        let cause = |text: &str| told(text).unwrap_err().cause;
        assert!(cause(r#"{ "image": "a", "features": { "ghcr.io/x/node:1": {} } }"#).contains("features"));
        assert!(cause(r#"{ "dockerComposeFile": "c.yml", "service": "a" }"#).contains("several containers"));
        assert!(cause(r#"{ "name": "nothing" }"#).contains("neither"));
        assert!(cause(r#"{ "image": "${localEnv:IMAGE}" }"#).contains("variable"));
        assert!(cause("{ nonsense").contains("JSON"));
        assert!(told(r#"{ "image": "a", "features": {} }"#).is_ok());
    }

    #[test]
    fn what_would_open_the_sandbox_is_left_out_and_said() {
        let found = told(
            r#"{ "image": "a", "privileged": true, "capAdd": ["SYS_PTRACE"], "runArgs": ["--net=host"],
                 "mounts": ["source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind"],
                 "postCreateCommand": "npm ci", "remoteUser": "root", "securityOpt": [], "init": true }"#,
        )
        .unwrap();
        let said = found.warnings.join("\n");
        for word in [
            "privileged",
            "capAdd",
            "runArgs",
            "mounts",
            "socket",
            "postCreateCommand",
            "[[setup]]",
            "remoteUser",
        ] {
            assert!(said.contains(word), "{word} in {said}");
        }
        assert!(!said.contains("securityOpt"), "{said}");
    }
}
