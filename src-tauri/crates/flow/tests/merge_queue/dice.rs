//! Chance that can be repeated.

pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// True `n` times in a thousand.
    pub fn in_thousand(&mut self, n: u64) -> bool {
        self.below(1_000) < n
    }
}
