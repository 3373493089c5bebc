//! Facts about the repository, not prose.

use super::content::{excerpt, read};
use super::tree::{Tree, shown};
use super::{DeterministicError, Edits};
use protocol::check::CheckPlan;
use protocol::count;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines of the README that are shown.
const README_LINES: usize = 20;

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
    ("Ruby", &["rb"]),
    ("PHP", &["php"]),
    ("Swift", &["swift"]),
    ("Shell", &["sh", "bash", "zsh"]),
    ("HTML", &["html", "htm"]),
    ("CSS", &["css", "scss", "sass", "less"]),
    ("SQL", &["sql"]),
    ("Markdown", &["md", "mdx"]),
    ("YAML", &["yml", "yaml"]),
    ("TOML", &["toml"]),
    ("JSON", &["json"]),
    ("Lua", &["lua"]),
    ("Elixir", &["ex", "exs"]),
    ("Haskell", &["hs"]),
    ("Scala", &["scala"]),
    ("Dart", &["dart"]),
    ("Vue", &["vue"]),
    ("Svelte", &["svelte"]),
    ("Zig", &["zig"]),
];

const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "CMakeLists.txt",
    "Makefile",
    "justfile",
    "Dockerfile",
    "docker-compose.yml",
    "compose.yaml",
    "deno.json",
    "mix.exs",
    "Package.swift",
];

const ENTRIES: &[&str] = &[
    "main.rs",
    "main.go",
    "main.py",
    "__main__.py",
    "manage.py",
    "app.py",
    "index.js",
    "index.ts",
    "main.ts",
    "main.tsx",
    "server.js",
    "Main.java",
    "main.c",
    "main.cpp",
    "Program.cs",
];

pub(super) fn overview(tree: &Tree<'_>, checks: &CheckPlan) -> Result<Edits, DeterministicError> {
    let files = tree.files()?;
    let mut report = format!("{}.\n", count(files.len(), "file", "files"));
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            report.push_str(&format!("\n**{title}**\n\n{}\n", lines.join("\n")));
        }
    };
    section("Languages by files", languages(&files));
    section("Manifests", named(&files, MANIFESTS));
    section("Entry points", named(&files, ENTRIES));
    section("Folders", folders(&files));
    let tools = [("Tests", &checks.test_runner), ("Formatter", &checks.formatter)];
    let tools =
        tools.iter().filter_map(|(name, argv)| Some(format!("- {name}: `{}`", argv.as_ref()?.join(" "))));
    let named_checks = checks.checks.iter().map(|c| format!("- Check {}: `{}`", c.name, c.run.join(" ")));
    section("Tools and checks", tools.chain(named_checks).collect());
    section(
        "Recipes",
        checks.recipes.iter().map(|(name, r)| format!("- {name}: `{}`", r.run.join(" "))).collect(),
    );
    if let Some((name, head)) = readme(tree, &files)? {
        section(&format!("Beginning of {name}"), head);
    }
    Ok(Edits::report(count(files.len(), "file", "files"), report))
}

fn languages(files: &[PathBuf]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        let Some(extension) = file.extension().and_then(|e| e.to_str()) else { continue };
        let extension = extension.to_ascii_lowercase();
        if let Some((name, _)) = LANGUAGES.iter().find(|(_, list)| list.contains(&extension.as_str())) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    counts.into_iter().take(12).map(|(name, count)| format!("- {name}: {count}")).collect()
}

fn named(files: &[PathBuf], names: &[&str]) -> Vec<String> {
    let is_named =
        |file: &&PathBuf| file.file_name().and_then(|n| n.to_str()).is_some_and(|n| names.contains(&n));
    let mut found: Vec<&PathBuf> = files.iter().filter(is_named).collect();
    found.sort_by_key(|file| file.components().count());
    found.into_iter().take(20).map(|file| format!("- {}", shown(file))).collect()
}

fn folders(files: &[PathBuf]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| file.components().count() > 1) {
        if let Some(first) = file.components().next() {
            *counts.entry(first.as_os_str().to_string_lossy().into_owned()).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().take(12).map(|(name, count)| format!("- {name}/: {count}")).collect()
}

fn readme(tree: &Tree<'_>, files: &[PathBuf]) -> Result<Option<(String, Vec<String>)>, DeterministicError> {
    let is_readme = |file: &&PathBuf| {
        let stem = Path::new(file.as_path()).file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        file.components().count() == 1 && stem.eq_ignore_ascii_case("readme")
    };
    let Some(file) = files.iter().find(is_readme) else { return Ok(None) };
    let Ok(bytes) = read(&tree.absolute(file))? else { return Ok(None) };
    let lines = bytes.split(|b| *b == b'\n').take(README_LINES).map(|line| format!("> {}", excerpt(line)));
    Ok(Some((shown(file), lines.collect())))
}
