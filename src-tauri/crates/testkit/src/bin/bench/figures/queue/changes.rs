//! What is lined up: sixty changes of which a seed decides who fails and why, and what has to come of them.
//!
//! A change writes its line into a file of `changes/`. The check reads what stands there, so that what fails together
//! fails because of the merged tree and of nothing else.

use std::collections::BTreeSet;

/// A folder of as many empty files as there are changes, so that each is an edit.
pub const FOLDER: &str = "changes";

/// What a change brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Good,
    /// Fails wherever it stands.
    Fails,
    /// Passes alone, and fails where another of the same pair stands.
    Pair(usize),
    /// Writes into the file of an earlier change, at the same place.
    Clashes(usize),
}

/// One word of a line in `changes/`, and how it is read again.
pub fn line(number: usize, kind: Kind) -> String {
    match kind {
        Kind::Good | Kind::Clashes(_) => format!("{number} good"),
        Kind::Fails => format!("{number} fails"),
        Kind::Pair(pair) => format!("{number} pair-{pair}"),
    }
}

pub fn file(number: usize, kind: Kind) -> String {
    let of = if let Kind::Clashes(with) = kind { with } else { number };
    format!("{FOLDER}/{of:03}.txt")
}

/// So many of each kind, spread by a seed over `all` changes.
pub struct Mix {
    pub fails: usize,
    pub pairs: usize,
    pub clashes: usize,
}

pub fn plan(all: usize, mix: &Mix, seed: u64) -> Vec<Kind> {
    let mut numbers: Vec<usize> = (0..all).collect();
    let mut random = Random(seed);
    for at in (1..all).rev() {
        numbers.swap(at, random.below(at + 1));
    }
    let mut kinds = vec![Kind::Good; all];
    let mut numbers = numbers.into_iter();
    for number in numbers.by_ref().take(mix.fails) {
        kinds[number] = Kind::Fails;
    }
    for pair in 0..mix.pairs {
        for number in numbers.by_ref().take(2) {
            kinds[number] = Kind::Pair(pair);
        }
    }
    for _ in 0..mix.clashes {
        if let (Some(one), Some(other)) = (numbers.next(), numbers.next()) {
            // The earlier one lands.
            kinds[one.max(other)] = Kind::Clashes(one.min(other));
        }
    }
    kinds
}

/// Who must land, and who needs a run of the check to be found guilty. The rest conflicts and needs none.
pub fn verdicts(kinds: &[Kind]) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let (mut lands, mut guilty, mut pairs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (number, kind) in kinds.iter().enumerate() {
        match kind {
            Kind::Good => drop(lands.insert(number)),
            Kind::Fails => drop(guilty.insert(number)),
            Kind::Pair(pair) if pairs.insert(*pair) => drop(lands.insert(number)),
            Kind::Pair(_) => drop(guilty.insert(number)),
            Kind::Clashes(_) => {}
        }
    }
    (lands, guilty)
}

/// Random numbers that are the same in every run.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Between 0 and 1, neither included.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Of the normal distribution around 0 with deviation 1.
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (self.unit(), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}
