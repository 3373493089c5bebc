//! Which branch is pushed, and against which base.

use super::branch::{Protected, problem};
use protocol::publish::HeadSource;

/// The branch the user has checked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current<'a> {
    pub name: &'a str,
    /// It has everything that landed, so publishing it leaves nothing of the crew's out.
    pub holds_landed: bool,
    /// It has commits the base does not have.
    pub beyond_base: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    Use {
        name: String,
        source: HeadSource,
    },
    /// The name, and why it is not taken.
    Bad {
        name: String,
        why: &'static str,
    },
    Protected {
        name: String,
        why: String,
    },
}

/// A requested name, else the current branch if it is safe and complete, else `generated`.
pub fn resolve(
    requested: Option<&str>,
    current: Option<Current<'_>>,
    generated: &str,
    protected: &Protected,
    force: bool,
) -> Head {
    if let Some(name) = requested {
        return match (problem(name), protected.why(name)) {
            (Some(why), _) => Head::Bad { name: shown(name), why },
            (None, Some(why)) if !force || name.eq_ignore_ascii_case(&protected.base) => {
                Head::Protected { name: name.to_owned(), why }
            }
            _ => Head::Use { name: name.to_owned(), source: HeadSource::Request },
        };
    }
    if let Some(current) = current
        && current.holds_landed
        && current.beyond_base
        && problem(current.name).is_none()
        && protected.why(current.name).is_none()
    {
        return Head::Use { name: current.name.to_owned(), source: HeadSource::Current };
    }
    match protected.why(generated) {
        Some(why) if !force => Head::Protected { name: generated.to_owned(), why },
        _ => Head::Use { name: generated.to_owned(), source: HeadSource::Generated },
    }
}

/// What a name may be repeated as in an answer.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// Request, the remote's HEAD as this repository knows it, the configured base if there is such a branch; else the
/// remote has to be asked.
pub fn base(requested: Option<&str>, remote_head: Option<&str>, configured: Option<&str>) -> Option<String> {
    requested.or(remote_head).or(configured).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protected() -> Protected {
        Protected {
            base: "main".into(),
            integration: "main_agents".into(),
            remote_head: Some("main".into()),
            globs: vec!["release/*".into()],
        }
    }

    fn used(head: &Head) -> Option<(&str, HeadSource)> {
        match head {
            Head::Use { name, source } => Some((name, *source)),
            Head::Bad { .. } | Head::Protected { .. } => None,
        }
    }

    #[test]
    fn a_request_wins_then_a_complete_current_branch_then_one_of_ours() {
        let current = |name, holds_landed, beyond_base| Some(Current { name, holds_landed, beyond_base });
        let with =
            |requested, current, force| resolve(requested, current, "pilothouse/dev", &protected(), force);
        let ours = Some(("pilothouse/dev", HeadSource::Generated));
        assert_eq!(
            used(&with(Some("fix/x"), current("topic", true, true), false)),
            Some(("fix/x", HeadSource::Request))
        );
        assert_eq!(
            used(&with(None, current("topic", true, true), false)),
            Some(("topic", HeadSource::Current))
        );
        assert_eq!(
            used(&with(None, current("topic", false, true), false)),
            ours,
            "something landed would be left out"
        );
        assert_eq!(used(&with(None, current("topic", true, false), false)), ours, "there is nothing on it");
        assert_eq!(used(&with(None, current("main", true, true), false)), ours);
        assert_eq!(used(&with(None, current("release/1", true, true), false)), ours);
        assert_eq!(used(&with(None, current("a..b", true, true), false)), ours);
        assert_eq!(used(&with(None, None, false)), ours);
    }

    #[test]
    fn a_protected_branch_needs_force_and_the_base_is_never_its_own_head() {
        let with = |name, force| resolve(Some(name), None, "pilothouse/dev", &protected(), force);
        assert!(matches!(with("main_agents", false), Head::Protected { .. }));
        assert!(matches!(with("release/2", false), Head::Protected { .. }));
        assert_eq!(used(&with("main_agents", true)), Some(("main_agents", HeadSource::Request)));
        assert!(matches!(with("main", true), Head::Protected { .. }));
        assert!(matches!(with("-D", true), Head::Bad { .. }));
        let Head::Bad { name, .. } = with("a\u{1b}[31m", false) else { panic!("taken") };
        assert!(!name.contains('\u{1b}'));
    }

    #[test]
    fn the_base_is_what_was_asked_else_what_is_known() {
        assert_eq!(base(Some("dev"), Some("main"), Some("trunk")).as_deref(), Some("dev"));
        assert_eq!(base(None, Some("main"), Some("trunk")).as_deref(), Some("main"));
        assert_eq!(base(None, None, Some("trunk")).as_deref(), Some("trunk"));
        assert_eq!(base(None, None, None), None);
    }
}
