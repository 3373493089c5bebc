//! How much memory this machine gives us: what is built in, or less where a control group limits it.

/// In MiB; none where it cannot be found out.
pub fn total_mib() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let built_in = read("/proc/meminfo").and_then(|text| built_in(&text))?;
        // The group of this process itself, as a container shows it.
        let limit = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse::<u64>().ok());
        Some(limit.map_or(built_in, |bytes| built_in.min(bytes >> 20)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        None
    }
}

#[cfg(target_os = "linux")]
fn built_in(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib >> 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn it_is_read_from_what_the_kernel_says() {
        let text = "MemTotal:       24689664 kB\nMemFree:          204800 kB\n";
        assert_eq!(super::built_in(text), Some(24_111));
        assert_eq!(super::built_in("nothing of the kind"), None);
        assert!(super::total_mib().is_some_and(|mib| mib > 64));
    }
}
