//! What a repository is made of, from the names of its tracked files alone.

use std::collections::BTreeMap;

use git2::Index;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Language {
    pub name: String,
    pub files: usize,
}

/// A file that says how a part of the repository is built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub path: String,
    pub ecosystem: String,
}

const MAX_MANIFESTS: usize = 50;
/// Deeper ones belong to fixtures and vendored code more often than to the project.
const MAX_DEPTH: usize = 3;

const MANIFESTS: &[(&str, &str)] = &[
    ("Cargo.toml", "cargo"),
    ("package.json", "npm"),
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("pyproject.toml", "python"),
    ("setup.py", "python"),
    ("requirements.txt", "python"),
    ("uv.lock", "uv"),
    ("go.mod", "go"),
    ("pom.xml", "maven"),
    ("build.gradle", "gradle"),
    ("build.gradle.kts", "gradle"),
    ("Makefile", "make"),
    ("CMakeLists.txt", "cmake"),
    ("Gemfile", "ruby"),
    ("composer.json", "php"),
    ("mix.exs", "elixir"),
    ("Package.swift", "swift"),
    ("deno.json", "deno"),
    ("Justfile", "just"),
    ("justfile", "just"),
];

const LANGUAGES: &[(&str, &[&str])] = &[
    ("Rust", &["rs"]),
    ("TypeScript", &["ts", "tsx", "mts", "cts"]),
    ("JavaScript", &["js", "jsx", "mjs", "cjs"]),
    ("Python", &["py", "pyi"]),
    ("Go", &["go"]),
    ("Java", &["java"]),
    ("Kotlin", &["kt", "kts"]),
    ("C", &["c", "h"]),
    ("C++", &["cc", "cpp", "cxx", "hpp", "hh"]),
    ("C#", &["cs"]),
    ("Swift", &["swift"]),
    ("Ruby", &["rb"]),
    ("PHP", &["php"]),
    ("Elixir", &["ex", "exs"]),
    ("Shell", &["sh", "bash", "zsh"]),
    ("HTML", &["html", "htm"]),
    ("CSS", &["css", "scss", "less"]),
    ("SQL", &["sql"]),
    ("Markdown", &["md", "mdx"]),
    ("Lua", &["lua"]),
    ("Zig", &["zig"]),
    ("Scala", &["scala"]),
    ("Dart", &["dart"]),
    ("Vue", &["vue"]),
    ("Svelte", &["svelte"]),
];

pub(super) fn count(index: &Index) -> (Vec<Language>, Vec<Manifest>) {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    let mut manifests = Vec::new();
    for entry in index.iter() {
        let Ok(path) = std::str::from_utf8(&entry.path) else { continue };
        let name = path.rsplit('/').next().unwrap_or(path);
        if let Some(language) = name.rsplit_once('.').and_then(|(_, ending)| language(ending)) {
            *files.entry(language).or_default() += 1;
        }
        let shallow = path.matches('/').count() < MAX_DEPTH;
        if let Some((_, ecosystem)) = MANIFESTS.iter().find(|(known, _)| shallow && *known == name) {
            manifests.push(Manifest { path: path.to_owned(), ecosystem: (*ecosystem).to_owned() });
        }
    }
    manifests.sort_by_key(|found| (found.path.matches('/').count(), found.path.clone()));
    manifests.truncate(MAX_MANIFESTS);
    let mut languages: Vec<_> =
        files.into_iter().map(|(name, files)| Language { name: name.to_owned(), files }).collect();
    languages.sort_by(|a, b| b.files.cmp(&a.files).then(a.name.cmp(&b.name)));
    (languages, manifests)
}

fn language(ending: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(_, endings)| endings.contains(&ending)).map(|(name, _)| *name)
}
