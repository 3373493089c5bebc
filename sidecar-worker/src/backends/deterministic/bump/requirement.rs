//! Whether a requirement of a manifest lets a version in, and how it says another one.

/// A version as numbers, missing ones being none; a pre-release or build part makes it special.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    numbers: Vec<u64>,
    special: bool,
}

fn version(text: &str) -> Option<Version> {
    let text = text.trim();
    let plain = text.split(['-', '+']).next().unwrap_or(text);
    let numbers: Option<Vec<u64>> = plain.split('.').map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|n| (1..=3).contains(&n.len()))?;
    Some(Version { numbers, special: plain != text })
}

/// Whether a requirement in Cargo's or npm's manner surely allows `wanted`. What is not understood allows nothing, so
/// that it is written anew.
pub(super) fn allows(requirement: &str, wanted: &str, bare_is_exact: bool) -> bool {
    let requirement = requirement.trim();
    if matches!(requirement, "*" | "latest" | "") {
        return true;
    }
    let (sign, rest) = sign(requirement);
    let (Some(from), Some(to)) = (version(rest), version(wanted)) else { return requirement == wanted };
    if from.special || to.special {
        return rest == wanted;
    }
    let number = |v: &Version, at: usize| v.numbers.get(at).copied().unwrap_or(0);
    let not_older = (0..3).map(|at| number(&to, at)).ge((0..3).map(|at| number(&from, at)));
    let same_up_to = |at: usize| (0..=at).all(|at| number(&from, at) == number(&to, at));
    match sign {
        "=" => same_up_to(2),
        "" if bare_is_exact => same_up_to(2),
        "" | "^" => {
            // The first number that is not zero may not change.
            let fixed = from.numbers.iter().position(|n| *n != 0).unwrap_or(from.numbers.len() - 1);
            not_older && same_up_to(fixed)
        }
        "~" => not_older && same_up_to(usize::from(from.numbers.len() > 1)),
        ">=" => not_older,
        _ => false,
    }
}

/// The requirement with another version in it, its sign kept. None for one that has more than one part.
pub(super) fn rewritten(requirement: &str, wanted: &str) -> Option<String> {
    let (sign, rest) = sign(requirement.trim());
    version(rest)?;
    matches!(sign, "" | "=" | "^" | "~").then(|| {
        let gap = if rest.starts_with(' ') { " " } else { "" };
        format!("{sign}{gap}{wanted}")
    })
}

fn sign(requirement: &str) -> (&str, &str) {
    let at =
        requirement.find(|c: char| !matches!(c, '^' | '~' | '=' | '>' | '<')).unwrap_or(requirement.len());
    requirement.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_allows_what_its_package_manager_allows() {
        for (requirement, wanted, yes) in [
            ("1", "1.0.200", true),
            ("1.2", "1.3.0", true),
            ("1.2.3", "1.2.2", false),
            ("1.2.3", "2.0.0", false),
            ("0.14", "0.15.5", false),
            ("0.14", "0.14.9", true),
            ("0.0.3", "0.0.4", false),
            ("^1.4", "1.4.0", true),
            ("=1.2.3", "1.2.3", true),
            ("=1.2.3", "1.2.4", false),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~1", "1.9.0", true),
            (">=1.2", "9.0.0", true),
            (">=1, <2", "1.5.0", false),
            ("*", "3.0.0", true),
            ("1", "2.0.0-rc.1", false),
        ] {
            assert_eq!(allows(requirement, wanted, false), yes, "{requirement} {wanted}");
        }
        assert!(!allows("1.2.3", "1.2.4", true), "npm means exactly this one");
    }

    #[test]
    fn a_requirement_keeps_its_sign() {
        assert_eq!(rewritten("1.2", "2.0.0").as_deref(), Some("2.0.0"));
        assert_eq!(rewritten("^1.2", "2.0.0").as_deref(), Some("^2.0.0"));
        assert_eq!(rewritten("= 1.2", "2.0.0").as_deref(), Some("= 2.0.0"));
        for unclear in [">=1, <2", ">1", "1.x", "workspace:*", "git+https://x"] {
            assert_eq!(rewritten(unclear, "2.0.0"), None, "{unclear}");
        }
    }
}
