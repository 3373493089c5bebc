//! The menu of the model, as the system's own.
//!
//! It is changed piece by piece: what is still meant stays the same item, so that the menu does not close under a
//! person's hand and a click on its way still finds what it was meant for. An item whose click would do something
//! else is always a new one.

use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Wry};

use super::clicks::Clicks;
use super::model::Entry;

/// The menu that is shown, and what stands in it.
pub struct Standing {
    pub menu: Menu<Wry>,
    pieces: Vec<(Entry, Piece)>,
}

enum Piece {
    Text(MenuItem<Wry>),
    Group(Submenu<Wry>),
    Separator(PredefinedMenuItem<Wry>),
}

impl Piece {
    fn item(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Self::Text(item) => item,
            Self::Group(group) => group,
            Self::Separator(separator) => separator,
        }
    }
}

impl Standing {
    /// An empty menu. This and all that follows on the main thread.
    pub fn new(app: &AppHandle) -> tauri::Result<Self> {
        Ok(Self { menu: Menu::new(app)?, pieces: Vec::new() })
    }

    /// Makes the menu show these entries.
    pub fn put(&mut self, app: &AppHandle, entries: &[Entry], clicks: &Clicks) -> tauri::Result<()> {
        let old: Vec<&Entry> = self.pieces.iter().map(|(entry, _)| entry).collect();
        let kept = kept(&old, entries);
        for at in (0..self.pieces.len()).rev().filter(|at| !kept.contains(&Some(*at))) {
            let (gone, piece) = self.pieces.remove(at);
            self.menu.remove(piece.item())?;
            forget(&gone, &piece, clicks);
        }
        for (at, (entry, kept)) in entries.iter().zip(&kept).enumerate() {
            if kept.is_none() {
                let piece = piece(app, entry, clicks)?;
                self.menu.insert(piece.item(), at)?;
                self.pieces.insert(at, (entry.clone(), piece));
            } else if let Some((now, Piece::Text(item))) = self.pieces.get_mut(at)
                && now != entry
            {
                if let Entry::Line(label) | Entry::Item(label, _) = entry {
                    item.set_text(escaped(label))?;
                }
                *now = entry.clone();
            }
        }
        Ok(())
    }
}

/// For each new entry the old one that may become it; in the same order, and as many as possible.
fn kept(old: &[&Entry], new: &[Entry]) -> Vec<Option<usize>> {
    // Length of the longest common row of what follows; menus are short.
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, was) in old.iter().enumerate().rev() {
        for (j, is) in new.iter().enumerate().rev() {
            longest[i][j] = match becomes(was, is) {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut kept, mut i) = (Vec::with_capacity(new.len()), 0);
    for (j, is) in new.iter().enumerate() {
        while i < old.len() && !becomes(old[i], is) && longest[i + 1][j] > longest[i][j + 1] {
            i += 1;
        }
        let same = i < old.len() && becomes(old[i], is);
        kept.push(same.then_some(i));
        i += usize::from(same);
    }
    kept
}

/// Whether one item may stand for both: its words may change, what its click does may not.
fn becomes(was: &Entry, is: &Entry) -> bool {
    match (was, is) {
        (Entry::Line(_), Entry::Line(_)) | (Entry::Separator, Entry::Separator) => true,
        (Entry::Item(_, was), Entry::Item(_, is)) => was == is,
        (Entry::Group(..), Entry::Group(..)) => was == is,
        _ => false,
    }
}

fn piece(app: &AppHandle, entry: &Entry, clicks: &Clicks) -> tauri::Result<Piece> {
    Ok(match entry {
        Entry::Line(label) => Piece::Text(MenuItem::new(app, escaped(label), false, None::<&str>)?),
        Entry::Item(label, act) => {
            Piece::Text(MenuItem::with_id(app, clicks.add(act), escaped(label), true, None::<&str>)?)
        }
        Entry::Separator => Piece::Separator(PredefinedMenuItem::separator(app)?),
        Entry::Group(label, entries) => {
            let group = Submenu::new(app, escaped(label), true)?;
            for entry in entries {
                group.append(piece(app, entry, clicks)?.item())?;
            }
            Piece::Group(group)
        }
    })
}

fn forget(entry: &Entry, piece: &Piece, clicks: &Clicks) {
    match (entry, piece) {
        (Entry::Item(..), Piece::Text(item)) => clicks.retire(item.id().as_ref()),
        (Entry::Group(..), Piece::Group(group)) => {
            for item in group.items().into_iter().flatten() {
                clicks.retire(item.id().as_ref());
            }
        }
        _ => {}
    }
}

/// One ampersand underlines a letter; text of others has none to spare.
fn escaped(label: &str) -> String {
    label.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tray::model::Act;

    fn question(id: &str) -> Entry {
        let open = Entry::Item("Open".into(), Act::Page(format!("/approvals/{id}")));
        Entry::Group(format!("Question {id}"), vec![open])
    }

    fn menu(says: &str, questions: &[&str], pause: bool) -> Vec<Entry> {
        let mut entries = vec![Entry::Line(says.into()), Entry::Separator];
        entries.extend(questions.iter().map(|id| question(id)));
        entries.extend([Entry::Separator, Entry::Item("Open".into(), Act::Show)]);
        entries.push(Entry::Item("Pause".into(), Act::Pause(pause)));
        entries
    }

    fn kept_of(old: &[Entry], new: &[Entry]) -> Vec<Option<usize>> {
        kept(&old.iter().collect::<Vec<_>>(), new)
    }

    #[test]
    fn a_new_line_of_words_keeps_every_item() {
        let (old, new) = (menu("1 job", &["a"], true), menu("2 jobs", &["a"], true));
        assert_eq!(kept_of(&old, &new), (0..old.len()).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn a_question_that_comes_or_goes_leaves_the_others_where_they_are() {
        let (old, new) = (menu("1", &["a"], true), menu("2", &["b", "a"], true));
        assert_eq!(kept_of(&old, &new), [Some(0), Some(1), None, Some(2), Some(3), Some(4), Some(5)]);
        assert_eq!(kept_of(&new, &old), [Some(0), Some(1), Some(3), Some(4), Some(5), Some(6)]);
    }

    #[test]
    fn an_item_that_does_something_else_is_a_new_item() {
        let (old, new) = (menu("1", &["a"], true), menu("1", &["b"], false));
        assert_eq!(kept_of(&old, &new), [Some(0), Some(1), None, Some(3), Some(4), None]);
        let mut changed = menu("1", &["a"], true);
        changed[2] = Entry::Group("Question a".into(), vec![Entry::Line("another size".into())]);
        assert_eq!(kept_of(&old, &changed)[2], None, "what was shown is what is answered");
    }

    #[test]
    fn the_first_menu_keeps_nothing() {
        assert!(kept_of(&[], &menu("1", &["a"], true)).iter().all(Option::is_none));
        assert!(kept_of(&menu("1", &[], true), &[]).is_empty());
    }
}
