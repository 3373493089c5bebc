//! Numbers with their words, so that one thing never reads as several.

use std::fmt::Display;

/// `1 file`, `0 files`, `2 files`.
pub fn count<N: Copy + Display + From<u8> + PartialEq>(n: N, one: &str, many: &str) -> String {
    format!("{n} {}", if n == N::from(1) { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn only_one_is_singular() {
        assert_eq!(count(0_usize, "entry", "entries"), "0 entries");
        assert_eq!(count(1_u64, "entry", "entries"), "1 entry");
        assert_eq!(count(2_u32, "entry", "entries"), "2 entries");
    }
}
