//! What a mistyped name was probably meant to be.

/// The candidate with the fewest edits, if they are few for a word of this length.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (edits(&word, &candidate.to_lowercase()), candidate))
        .min_by_key(|(edits, _)| *edits)
        .filter(|(edits, _)| *edits <= 1 + word.chars().count() / 4)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements between two words.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_recognised_and_other_words_are_not() {
        let known = ["server.port", "merge.slots", "merge.openPr"];
        assert_eq!(nearest("server.prot", known), Some("server.port"));
        assert_eq!(nearest("merge.open_pr", known), Some("merge.openPr"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
