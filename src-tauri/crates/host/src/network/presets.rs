//! Package registries by name, so that nobody has to know their hosts.

/// One registry and what its tools really connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// As it is written in a configuration.
    pub name: &'static str,
    pub hosts: &'static [&'static str],
}

pub const PRESETS: &[Preset] = &[
    Preset { name: "cargo", hosts: &["index.crates.io", "static.crates.io"] },
    Preset { name: "npm", hosts: &["registry.npmjs.org", "registry.yarnpkg.com"] },
    Preset { name: "pypi", hosts: &["pypi.org", "files.pythonhosted.org"] },
    Preset { name: "go", hosts: &["proxy.golang.org", "sum.golang.org"] },
    Preset { name: "maven", hosts: &["repo.maven.apache.org", "repo1.maven.org"] },
    Preset { name: "gradle", hosts: &["services.gradle.org", "plugins.gradle.org"] },
    Preset { name: "rubygems", hosts: &["rubygems.org", "index.rubygems.org"] },
    Preset { name: "nuget", hosts: &["api.nuget.org"] },
    Preset { name: "debian", hosts: &["deb.debian.org", "security.debian.org"] },
    Preset { name: "ubuntu", hosts: &["archive.ubuntu.com", "security.ubuntu.com"] },
];

/// Whether a word names a registry of the list rather than a host.
pub fn is_preset(word: &str) -> bool {
    PRESETS.iter().any(|preset| preset.name == word)
}

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
