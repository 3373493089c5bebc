//! What a click on an item means. An item has its number for good: one that is gone is never taken for another.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::model::Act;

/// Items whose clicks are still understood after they are gone: a click may be under way then.
const REMEMBERED: usize = 64;

#[derive(Clone, Default)]
pub struct Clicks(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    made: u64,
    acts: BTreeMap<u64, Act>,
    retired: VecDeque<u64>,
}

impl Clicks {
    /// The id of a new item that does this.
    pub fn add(&self, act: &Act) -> String {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.made += 1;
        let number = known.made;
        known.acts.insert(number, act.clone());
        format!("tray-{number}")
    }

    /// What the item with this id does; none of an item that is not ours.
    pub fn meant(&self, id: &str) -> Option<Act> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.acts.get(&number(id)?).cloned()
    }

    /// The item is gone.
    pub fn retire(&self, id: &str) {
        let Some(number) = number(id) else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retired.push_back(number);
        if known.retired.len() > REMEMBERED
            && let Some(oldest) = known.retired.pop_front()
        {
            known.acts.remove(&oldest);
        }
    }
}

fn number(id: &str) -> Option<u64> {
    id.strip_prefix("tray-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_means_what_its_item_did_for_a_while_after_it_is_gone_and_then_nothing() {
        let clicks = Clicks::default();
        let (show, quit) = (clicks.add(&Act::Show), clicks.add(&Act::Quit));
        clicks.retire(&show);
        assert_eq!((clicks.meant(&show), clicks.meant(&quit)), (Some(Act::Show), Some(Act::Quit)));
        for _ in 0..REMEMBERED {
            let id = clicks.add(&Act::Show);
            clicks.retire(&id);
        }
        assert_eq!((clicks.meant(&show), clicks.meant(&quit)), (None, Some(Act::Quit)));
        for odd in ["", "tray-", "tray-x", "menu-1", "tray-999999"] {
            clicks.retire(odd);
            assert_eq!(clicks.meant(odd), None, "{odd}");
        }
    }
}
