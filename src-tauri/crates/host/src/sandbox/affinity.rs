//! Which processors of this machine a job's commands are bound to, where nothing stronger can be had.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

/// Some of the processors this process may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Processors {
    usable: Vec<usize>,
    count: usize,
}

impl Processors {
    /// None when a job may use them all anyway, or when they cannot be counted.
    pub(super) fn of_this_machine(count: u32) -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let listed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        Self::of(count, listed.trim())
    }

    fn of(count: u32, listed: &str) -> Option<Self> {
        let mut usable = Vec::new();
        for part in listed.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            usable.extend(first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?);
        }
        let count = usize::try_from(count).ok()?;
        (count > 0 && count < usable.len()).then_some(Self { usable, count })
    }

    /// As `taskset -c` takes it. Jobs begin at different ones, so that they do not all crowd onto the first; all
    /// commands of one job get the same.
    pub(super) fn list(&self, work: &Path) -> String {
        let mut hash = DefaultHasher::new();
        work.hash(&mut hash);
        let first = usize::try_from(hash.finish() % self.usable.len() as u64).unwrap_or_default();
        let chosen = self.usable.iter().cycle().skip(first).take(self.count);
        chosen.map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_the_usable_processors_are_named_and_a_job_keeps_its_own() {
        let some = Processors::of(2, "0-2,8").unwrap();
        let list = some.list(Path::new("/jobs/1"));
        assert_eq!(list, some.list(Path::new("/jobs/1")));
        let named: Vec<usize> = list.split(',').map(|word| word.parse().unwrap()).collect();
        assert_eq!(named.len(), 2);
        assert!(named.iter().all(|cpu| [0, 1, 2, 8].contains(cpu)), "{list}");
        let lists: std::collections::BTreeSet<_> =
            (0..40).map(|job| some.list(&Path::new("/jobs").join(job.to_string()))).collect();
        assert!(lists.len() > 1, "{lists:?}");
    }

    #[test]
    fn what_is_no_limit_binds_nothing() {
        assert_eq!(Processors::of(4, "0-3"), None);
        assert_eq!(Processors::of(9, "0-3"), None);
        assert_eq!(Processors::of(1, "nonsense"), None);
    }
}
