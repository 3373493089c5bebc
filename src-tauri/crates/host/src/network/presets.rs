//! Package registries by name, so that nobody has to know their hosts.

/// One registry and what its tools really connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// As it is written in a configuration.
    pub name: &'static str,
    pub title: &'static str,
    pub hosts: &'static [&'static str],
}

pub const PRESETS: &[Preset] = &[
    Preset {
        name: "cargo",
        title: "Rust crates",
        hosts: &["index.crates.io", "static.crates.io", "crates.io"],
    },
    Preset { name: "npm", title: "npm packages", hosts: &["registry.npmjs.org", "registry.yarnpkg.com"] },
    Preset { name: "pypi", title: "Python packages", hosts: &["pypi.org", "files.pythonhosted.org"] },
    Preset {
        name: "go",
        title: "Go modules",
        hosts: &["proxy.golang.org", "sum.golang.org", "storage.googleapis.com"],
    },
    Preset { name: "maven", title: "Maven Central", hosts: &["repo.maven.apache.org", "repo1.maven.org"] },
    Preset {
        name: "gradle",
        title: "Gradle and its plugins",
        hosts: &["services.gradle.org", "plugins.gradle.org", "downloads.gradle.org"],
    },
    Preset { name: "rubygems", title: "Ruby gems", hosts: &["rubygems.org", "index.rubygems.org"] },
    Preset { name: "nuget", title: "NuGet packages", hosts: &["api.nuget.org"] },
    Preset { name: "debian", title: "Debian packages", hosts: &["deb.debian.org", "security.debian.org"] },
    Preset {
        name: "ubuntu",
        title: "Ubuntu packages",
        hosts: &["archive.ubuntu.com", "security.ubuntu.com"],
    },
];

/// The hosts that words stand for: those of a preset, or the word itself as a pattern.
pub fn hosts_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words
        .into_iter()
        .flat_map(|word| match PRESETS.iter().find(|preset| preset.name == word) {
            Some(preset) => preset.hosts.iter().map(|host| (*host).to_owned()).collect(),
            None => vec![word.to_owned()],
        })
        .collect()
}
