//! A commit written byte by byte, so that an author's name survives exactly as it was and no clock or
//! configuration has a say.

use std::path::Path;

use crate::depot::Depot;
use crate::{Git, ObjectId, Result};

/// A person or program and a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Minutes east of UTC.
    pub offset: i32,
}

impl Signature {
    /// As in a commit: `Name <mail> 1700000000 +0100`. Characters that would end a part are dropped.
    pub(crate) fn line(&self) -> Vec<u8> {
        let clean =
            |text: &str| text.chars().filter(|c| !c.is_control() && !"<>".contains(*c)).collect::<String>();
        let name = match clean(&self.name).trim() {
            "" => "Pilothouse".to_owned(),
            name => name.to_owned(),
        };
        let offset = self.offset.clamp(-14 * 60, 14 * 60);
        let (sign, minutes) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        let zone = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
        format!("{name} <{}> {} {zone}", clean(&self.email).trim(), self.time.max(0)).into_bytes()
    }
}

pub(crate) struct CommitObject<'a> {
    pub tree: &'a ObjectId,
    pub parents: &'a [ObjectId],
    /// As after `author ` in a commit.
    pub author: &'a [u8],
    pub committer: &'a Signature,
    pub message: Vec<u8>,
}

impl CommitObject<'_> {
    /// Stores it in the depot; git checks its form.
    pub fn write(self, depot: &Depot) -> Result<ObjectId> {
        self.write_into(depot.git(), depot.dir())
    }

    pub fn write_into(self, git: &Git, git_dir: &Path) -> Result<ObjectId> {
        let mut bytes = format!("tree {}\n", self.tree).into_bytes();
        for parent in self.parents {
            bytes.extend(format!("parent {parent}\n").bytes());
        }
        bytes.extend(b"author ");
        bytes.extend(self.author);
        bytes.extend(b"\ncommitter ");
        bytes.extend(self.committer.line());
        bytes.extend(b"\n\n");
        bytes.extend(self.message);
        let call = git.in_dir(git_dir).flags(&["hash-object", "-t", "commit", "-w", "--stdin"]);
        let answer = call.input(bytes).success()?;
        ObjectId::parse(answer.text().trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_line() {
        let signature = Signature {
            name: "Eve <x> 1 +0000\nparent 12".into(),
            email: "a@b>\n".into(),
            time: 7,
            offset: -90,
        };
        assert_eq!(signature.line(), b"Eve x 1 +0000parent 12 <a@b> 7 -0130");
    }
}
