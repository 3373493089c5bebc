//! How many checks run at the same time, where nobody has said.

/// Most slots that are made by themselves.
const MOST: u32 = 4;
/// Processors that one check is counted for: a check is often itself a build on all of them.
const PROCESSORS: u32 = 4;

/// Slots of a machine with so many processors.
pub fn slots_for(processors: u32) -> u32 {
    (processors / PROCESSORS).clamp(1, MOST)
}

/// The window that goes with a number of slots: as many again wait built, so that a slot is never idle because the one
/// at the head takes long.
pub fn window_for(slots: u32) -> u32 {
    slots.saturating_mul(2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_machine_has_one_slot_and_a_large_one_four() {
        let slots = [0, 1, 2, 4, 7, 8, 16, 128].map(slots_for);
        assert_eq!(slots, [1, 1, 1, 1, 1, 2, 4, 4]);
        assert_eq!(window_for(4), 8);
    }
}
