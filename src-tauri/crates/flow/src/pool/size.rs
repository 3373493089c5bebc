//! How many workers a machine carries.

/// Most that are kept unless somebody asks for more: checks and the user want the machine as well.
pub const MOST: u32 = 8;
/// Left to the user, the server and the merge queue's checks.
const OTHERS_MIB: u64 = 2_048;
/// What a worker may need while its job builds and tests.
const PROCESS_MIB: u64 = 1_536;
/// A container engine, and the memory a container keeps for itself, come on top.
const CONTAINER_MIB: u64 = 2_048;

/// What confines a worker's jobs, as far as it costs memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    Container,
    Process,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    pub cores: u32,
    /// None where it cannot be found out.
    pub memory_mib: Option<u64>,
    pub confinement: Confinement,
}

/// What is configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Exactly so many.
    pub count: Option<u32>,
    pub min: Option<u32>,
    pub max: Option<u32>,
}

/// Least and most workers, with the reason as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    pub min: u32,
    pub max: u32,
    pub why: String,
}

/// The bounds of a machine. What is configured wins; of two that contradict each other, the most does.
pub fn bounds(machine: &Machine, wanted: &Wanted) -> Bounds {
    if let Some(count) = wanted.count {
        return Bounds { min: count, max: count, why: "Exactly so many are configured.".into() };
    }
    let (max, mut why) = match wanted.max {
        Some(max) => (max, format!("At most {max} are configured.")),
        None => carried(machine),
    };
    let min = wanted.min.unwrap_or(1);
    if min > max {
        why.push_str(&format!(" At least {min} are asked for; the most counts."));
    }
    Bounds { min: min.min(max), max, why }
}

fn carried(machine: &Machine) -> (u32, String) {
    let each = match machine.confinement {
        Confinement::Container => CONTAINER_MIB,
        Confinement::Process => PROCESS_MIB,
    };
    let by_memory = machine.memory_mib.map(|mib| mib.saturating_sub(OTHERS_MIB) / each);
    let by_memory = by_memory.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    let cores = machine.cores.max(1);
    let carried = cores.min(by_memory.unwrap_or(cores)).clamp(1, MOST);
    let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let why = match machine.memory_mib {
        Some(mib) => format!(
            "{cores} and {:.1} GiB of memory carry {carried}: {:.1} GiB for each beside {:.1} GiB for everything else, and at most {MOST}.",
            gib(mib),
            gib(each),
            gib(OTHERS_MIB)
        ),
        None => {
            format!("{cores} carry {carried}, at most {MOST}; how much memory there is cannot be found out.")
        }
    };
    (carried, why)
}

fn gib(mib: u64) -> f64 {
    mib as f64 / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use Confinement::{Container, Process};

    #[test]
    fn a_machine_carries_as_many_as_its_cores_and_its_memory_allow() {
        let table = [
            (1, Some(2_000), Process, 1),
            (2, Some(24_000), Process, 2),
            (4, Some(4_096), Process, 1),
            (4, Some(8_192), Process, 4),
            (4, Some(8_192), Container, 3),
            (8, Some(16_384), Process, 8),
            (8, Some(16_384), Container, 7),
            (16, Some(8_192), Process, 4),
            (64, Some(262_144), Process, 8),
            (64, Some(262_144), Container, 8),
            (6, None, Process, 6),
            (32, None, Container, 8),
            (0, Some(0), Process, 1),
            (8, Some(u64::MAX), Container, 8),
        ];
        for (cores, memory_mib, confinement, most) in table {
            let machine = Machine { cores, memory_mib, confinement };
            let found = bounds(&machine, &Wanted::default());
            assert_eq!((found.min, found.max), (1, most), "{machine:?}: {}", found.why);
            assert!(found.why.ends_with('.'));
        }
    }

    #[test]
    fn what_is_configured_wins_and_of_two_that_contradict_each_other_the_most() {
        let machine = Machine { cores: 4, memory_mib: Some(65_536), confinement: Process };
        let of = |count, min, max| {
            let found = bounds(&machine, &Wanted { count, min, max });
            (found.min, found.max)
        };
        let table = [
            ((Some(3), None, None), (3, 3)),
            ((Some(3), Some(1), Some(9)), (3, 3)),
            ((Some(0), None, None), (0, 0)),
            ((None, Some(2), None), (2, 4)),
            ((None, Some(0), None), (0, 4)),
            ((None, None, Some(12)), (1, 12)),
            ((None, None, Some(0)), (0, 0)),
            ((None, Some(5), Some(2)), (2, 2)),
            ((None, Some(9), None), (4, 4)),
        ];
        for ((count, min, max), expected) in table {
            assert_eq!(of(count, min, max), expected, "{count:?} {min:?} {max:?}");
        }
    }
}
