//! Kills for want of memory, as the kernel counts them where this process lives.
//!
//! Who was killed the count does not tell; that a command was is known from its end.

use std::fs;

/// The count of a container's own control group (second version, then first), as a container sees it. A file that is
/// not there counts nothing: a sandbox without limits of its own.
const COUNTS: [&str; 2] = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];

/// Processes killed so far. The kernel counts before it kills, so an end that was seen is in it.
pub(super) fn kills() -> u64 {
    COUNTS
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|text| counted(&text))
        .unwrap_or(0)
}

fn counted(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")).and_then(|count| count.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn both_versions_say_how_many_were_killed() {
        assert_eq!(counted("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"), Some(2));
        assert_eq!(counted("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"), Some(1));
        for none in ["", "oom 3\n", "oom_kill_disable 0\nunder_oom 0\n", "oom_kill many\n"] {
            assert_eq!(counted(none), None, "{none}");
        }
    }
}
