//! Names that reach git: branches, and the ids used as parts of our own refs. Checked here once, so that
//! no name from outside can be an option, a path, or a ref git would refuse half way through.

use crate::{RepoError, Result};

/// A branch name without `refs/heads/`, such as `main_agents` or `agent/w1/job-7`.
pub fn check_branch(name: &str) -> Result<()> {
    let refuse = |reason: &str| {
        let name = name.chars().take(120).collect();
        Err(RepoError::BadRef { name, reason: reason.into() })
    };
    if name.is_empty() || name.len() > 200 {
        return refuse("it must have 1 to 200 bytes");
    }
    if name.starts_with('-') || name.contains("/-") {
        return refuse("no part may start with a dash");
    }
    if name == "HEAD" || name == "@" || name.starts_with("refs/") {
        return refuse("it is reserved by git");
    }
    if !git2::Reference::is_valid_name(&format!("refs/heads/{name}")) {
        return refuse("git does not accept it as a branch");
    }
    Ok(())
}

/// An id of ours (job, entry, worker) used as one part of a ref name.
pub fn check_id(id: &str) -> Result<()> {
    let fine = !id.is_empty()
        && id.len() <= 100
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && !id.starts_with(['-', '.'])
        && !id.ends_with(['.'])
        && !id.ends_with(".lock")
        && !id.contains("..");
    if fine {
        return Ok(());
    }
    let name = id.chars().take(120).collect();
    Err(RepoError::BadRef { name, reason: "an id has letters, digits, '-', '_' and '.' only".into() })
}

/// The branch a worker commits its job on: `agent/<worker>/<job>`.
pub fn agent_branch(worker: &str, job: &str) -> Result<String> {
    check_id(worker)?;
    check_id(job)?;
    Ok(format!("agent/{worker}/{job}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_options_or_paths_are_refused() {
        for bad in
            ["", "-D", "a/-f", "--upload-pack=x", "a..b", "a b", "a\nb", "HEAD", "refs/heads/x", "a.lock"]
        {
            assert!(check_branch(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "-x", "../x", "a/b", "a..b", ".x", "x.lock", "x\0", "ä"] {
            assert!(check_id(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ordinary_names_pass() {
        for good in ["main", "main_agents", "feature/a-b", "agent/w1/job-7", "release/1.2"] {
            check_branch(good).unwrap();
        }
        assert_eq!(agent_branch("w1", "01J-x").unwrap(), "agent/w1/01J-x");
    }
}
