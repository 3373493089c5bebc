//! Who is connected. It lasts as long as the connections do; nothing of it is kept.

use super::CONNECTIONS;
use engine::Principal;
use protocol::DeviceId;
use protocol::gateway::ClientNote;
use protocol::presence::{Presence, Present};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Most characters kept of what a client says of itself.
const WORD: usize = 64;
/// Most connections of one device: more pages than anybody has open.
const OF_ONE: usize = 64;
/// Most of all devices: whoever sits at this machine finds a place, whatever devices hold.
const OF_DEVICES: usize = CONNECTIONS - 64;

/// Everybody who is there.
#[derive(Clone, Default)]
pub(crate) struct Attendance {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    rows: Mutex<Rows>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Rows {
    last: u64,
    by_connection: BTreeMap<u64, Row>,
}

struct Row {
    note: ClientNote,
    who: String,
    device: Option<DeviceId>,
    since: i64,
    heard: i64,
    visible: bool,
}

/// One connection's place in it, given up when it is dropped.
pub(super) struct Place {
    all: Attendance,
    number: u64,
}

impl Attendance {
    /// `now` in milliseconds since 1970. None where the device holds as many connections as it may already, or all
    /// devices together do.
    pub(super) fn enter(&self, who: &Principal, note: ClientNote, now: i64) -> Option<Place> {
        let short = |text: String| text.chars().filter(|c| !c.is_control()).take(WORD).collect::<String>();
        let note = ClientNote {
            name: short(note.name),
            version: note.version.map(short),
            kind: note.kind.map(short),
        };
        let device = who.device_id();
        let mut rows = self.rows();
        if let Some(device) = &device {
            let devices = || rows.by_connection.values().filter_map(|row| row.device.as_ref());
            if devices().filter(|one| *one == device).count() >= OF_ONE || devices().count() >= OF_DEVICES {
                return None;
            }
        }
        rows.last += 1;
        let number = rows.last;
        let row = Row { note, who: who.label(), device, since: now, heard: now, visible: false };
        rows.by_connection.insert(number, row);
        drop(rows);
        self.changed();
        Some(Place { all: self.clone(), number })
    }

    /// As the connection `of` sees it, or somebody who has none.
    pub(crate) fn shown(&self, of: Option<u64>) -> Presence {
        let present = |(number, row): (&u64, &Row)| Present {
            connection: format!("c{number}"),
            client: row.note.name.clone(),
            kind: row.note.kind.clone(),
            version: row.note.version.clone(),
            who: row.who.clone(),
            device_id: row.device.clone(),
            since: host::clock::iso(row.since),
            heard_at: host::clock::iso(row.heard),
            visible: row.visible,
            current: Some(*number) == of,
        };
        Presence { present: self.rows().by_connection.iter().map(present).collect() }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.inner.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }
}

impl Place {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Of who comes, who goes and who looks; one that is slow hears of several at once.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.all.inner.changes.subscribe()
    }

    pub(super) fn heard(&self, now: i64) {
        if let Some(row) = self.all.rows().by_connection.get_mut(&self.number) {
            row.heard = now;
        }
    }

    pub(super) fn looks(&self, visible: bool, now: i64) {
        let mut rows = self.all.rows();
        let Some(row) = rows.by_connection.get_mut(&self.number) else { return };
        row.heard = now;
        let other = row.visible != visible;
        row.visible = visible;
        drop(rows);
        if other {
            self.all.changed();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.rows().by_connection.remove(&self.number);
        self.all.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &str) -> ClientNote {
        ClientNote { name: name.to_owned(), version: None, kind: Some("web\n".into()) }
    }

    #[test]
    fn whoever_is_connected_is_shown_until_they_go() {
        let all = Attendance::default();
        let one = all.enter(&Principal::Owner, note(&"x".repeat(500)), 1_000).unwrap();
        let two = all.enter(&Principal::Owner, note("two"), 2_000).unwrap();
        let mut changes = two.changes();
        one.looks(true, 3_000);
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        one.looks(true, 4_000);
        assert!(!changes.has_changed().unwrap(), "nothing new is no news");
        let shown = all.shown(Some(two.number())).present;
        assert_eq!(shown.len(), 2);
        assert_eq!((shown[0].client.len(), shown[0].kind.as_deref()), (WORD, Some("web")));
        assert!(shown[0].visible && !shown[0].current && !shown[1].visible && shown[1].current);
        assert_eq!(shown[0].heard_at, host::clock::iso(4_000));
        drop(one);
        assert!(changes.has_changed().unwrap());
        assert_eq!(all.shown(None).present.len(), 1);
    }
}
