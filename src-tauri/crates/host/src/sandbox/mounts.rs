//! From a spec to an ordered list of mounts. Pure but for looking at what exists.

use std::path::{Path, PathBuf};

use super::{Mount, SandboxSpec};

/// One step of building the file view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Show(Mount),
    /// An empty read-only folder over what is there.
    CoverFolder(PathBuf),
    /// An empty file over what is there.
    CoverFile(PathBuf),
}

impl Step {
    pub(super) fn target(&self) -> &Path {
        match self {
            Self::Show(mount) => &mount.target,
            Self::CoverFolder(path) | Self::CoverFile(path) => path,
        }
    }
}

/// All mounts and covers, parents before children: a job's folder inside a hidden one is shown on top of the
/// cover, and a hidden file inside a shown folder is covered on top of that. Equal targets keep the later one.
pub(super) fn steps(spec: &SandboxSpec) -> Vec<Step> {
    let mounts = mounts(spec);
    let covers = hidden(spec, &mounts);
    let mut steps: Vec<Step> = mounts.into_iter().map(Step::Show).chain(covers).collect();
    steps.sort_by_key(|step| step.target().components().count());
    steps
}

fn mounts(spec: &SandboxSpec) -> Vec<Mount> {
    let same = |path: &PathBuf, writable| Mount { source: path.clone(), target: path.clone(), writable };
    let mut all: Vec<Mount> = spec.extra_ro.iter().map(|path| same(path, false)).collect();
    all.extend(spec.mounts.iter().cloned());
    all.extend(spec.extra_rw.iter().map(|path| same(path, true)));
    all.push(Mount { source: spec.home.clone(), target: spec.home_seen().to_owned(), writable: true });
    all.push(same(&spec.work, true));
    all
}

/// Covers for the entries of `hide` that some mount would show, by the names they have inside.
fn hidden(spec: &SandboxSpec, mounts: &[Mount]) -> Vec<Step> {
    let mut covers: Vec<Step> = Vec::new();
    for path in &spec.hide {
        let real = std::fs::canonicalize(path).ok().filter(|real| real != path);
        for path in [Some(path.clone()), real].into_iter().flatten() {
            let Ok(facts) = std::fs::metadata(&path) else { continue };
            for inside in mounts.iter().filter_map(|mount| name_inside(mount, &path)) {
                let step = if facts.is_dir() { Step::CoverFolder(inside) } else { Step::CoverFile(inside) };
                if !covers.contains(&step) {
                    covers.push(step);
                }
            }
        }
    }
    covers
}

/// The name under which a mount shows `path`, if it does.
fn name_inside(mount: &Mount, path: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(&mount.source).ok()?;
    Some(if below.as_os_str().is_empty() { mount.target.clone() } else { mount.target.join(below) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_before_children_whatever_the_order_of_the_spec() {
        let mut spec = SandboxSpec::new("/data/jobs/1/tree", "/data/homes/1");
        spec.extra_ro = vec!["/data/jobs/1/tree/node_modules".into(), "/opt".into()];
        let targets: Vec<_> = steps(&spec).iter().map(|step| step.target().to_path_buf()).collect();
        assert_eq!(
            targets,
            ["/opt", "/data/homes/1", "/data/jobs/1/tree", "/data/jobs/1/tree/node_modules"]
                .map(PathBuf::from)
        );
    }

    #[test]
    fn only_what_a_mount_shows_is_covered_and_a_job_inside_it_stays() {
        let temp = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(temp.path()).unwrap();
        let (tools, data) = (root.join("tools"), root.join("data"));
        std::fs::create_dir_all(data.join("jobs/1")).unwrap();
        std::fs::create_dir_all(&tools).unwrap();
        std::fs::write(tools.join("credentials"), "x").unwrap();
        let mut spec = SandboxSpec::new(data.join("jobs/1"), "/h");
        spec.extra_ro = vec![root.clone()];
        spec.mounts = vec![Mount { source: tools.clone(), target: "/h/.tools".into(), writable: false }];
        spec.hide = vec![tools.join("credentials"), tools.join("absent"), data.clone()];
        let steps = steps(&spec);
        let at = |wanted: Step| steps.iter().position(|step| *step == wanted).unwrap();
        at(Step::CoverFile("/h/.tools/credentials".into()));
        let job = Mount { source: spec.work.clone(), target: spec.work.clone(), writable: true };
        assert!(at(Step::CoverFolder(data)) < at(Step::Show(job)));
    }
}
