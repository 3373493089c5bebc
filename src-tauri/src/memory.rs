//! What the window remembers of its person's answers, in the data folder. Losing it costs a question, nothing else.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::window::Zoom;

/// No file of ours is longer.
const LONGEST: u64 = 64 * 1024;
/// Sizes a page can have, in percent.
const STEPS: [u32; 11] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200];

/// What closing the window means for a server of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnClose {
    /// Ask once, and remember the answer.
    Ask,
    /// The server goes on; the tray or a second start brings the window back.
    Keep,
    Quit,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Remembered {
    on_close: Option<OnClose>,
    /// Size of the page in percent.
    zoom: Option<u32>,
}

pub struct Memory {
    path: Option<PathBuf>,
    now: Mutex<Remembered>,
}

impl Memory {
    /// Reads what is there; a file that cannot be read counts as none and is said so.
    pub fn of(data_root: Option<&Path>) -> Self {
        let path = data_root.map(|root| root.join("desktop.json"));
        let now = path.as_deref().map(read).unwrap_or_default();
        Self { path, now: Mutex::new(now) }
    }

    pub fn on_close(&self) -> OnClose {
        self.now().on_close.unwrap_or(OnClose::Ask)
    }

    pub fn remember_on_close(&self, answer: OnClose) {
        self.change(|now| now.on_close = Some(answer).filter(|answer| *answer != OnClose::Ask));
    }

    /// Size of the page in percent.
    pub fn percent(&self) -> u32 {
        self.now().zoom.filter(|percent| STEPS.contains(percent)).unwrap_or(100)
    }

    /// Goes one step, remembers it and answers the new size in percent.
    pub fn zoom(&self, step: Zoom) -> u32 {
        let now = self.percent();
        let next = match step {
            Zoom::In => STEPS.iter().copied().find(|percent| *percent > now),
            Zoom::Out => STEPS.iter().copied().rev().find(|percent| *percent < now),
            Zoom::Reset => Some(100),
        };
        let next = next.unwrap_or(now);
        self.change(|remembered| remembered.zoom = Some(next).filter(|percent| *percent != 100));
        next
    }

    fn now(&self) -> Remembered {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Remembered)) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut now);
        let Some(path) = &self.path else { return };
        let written = serde_json::to_vec_pretty(&*now)
            .map_err(|error| error.to_string())
            .and_then(|text| host::atomic_file::write(path, &text).map_err(|error| error.to_string()));
        if let Err(error) = written {
            tracing::warn!(%error, "an answer is not remembered");
        }
    }
}

fn read(path: &Path) -> Remembered {
    use std::io::Read as _;
    let mut text = String::new();
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Remembered::default(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "what the window remembers cannot be read");
            return Remembered::default();
        }
    };
    let read = file.take(LONGEST).read_to_string(&mut text).map_err(|error| error.to_string());
    let parsed = read.and_then(|_| serde_json::from_str(&text).map_err(|error| error.to_string()));
    parsed.unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), %error, "what the window remembers cannot be read");
        Remembered::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_there_after_a_restart_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::of(Some(folder.path()));
        assert_eq!(memory.on_close(), OnClose::Ask);
        memory.remember_on_close(OnClose::Keep);
        assert_eq!(Memory::of(Some(folder.path())).on_close(), OnClose::Keep);
        memory.remember_on_close(OnClose::Ask);
        assert_eq!(Memory::of(Some(folder.path())).on_close(), OnClose::Ask);
    }

    #[test]
    fn zoom_goes_in_steps_stops_at_its_ends_and_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::of(Some(folder.path()));
        assert_eq!([memory.zoom(Zoom::In), memory.zoom(Zoom::In)], [110, 125]);
        assert_eq!(Memory::of(Some(folder.path())).percent(), 125);
        assert_eq!((0..20).map(|_| memory.zoom(Zoom::Out)).last(), Some(50));
        assert_eq!(memory.zoom(Zoom::Reset), 100);
        assert_eq!((0..20).map(|_| memory.zoom(Zoom::In)).last(), Some(200));
    }

    #[test]
    fn a_broken_file_counts_as_none_and_is_mended_by_the_next_answer() {
        let folder = tempfile::tempdir().unwrap();
        for broken in ["", "{", "[]", "{\"onClose\":7}", "\u{0}"] {
            std::fs::write(folder.path().join("desktop.json"), broken).unwrap();
            let memory = Memory::of(Some(folder.path()));
            assert_eq!(memory.on_close(), OnClose::Ask, "{broken:?}");
            memory.remember_on_close(OnClose::Quit);
            assert_eq!(Memory::of(Some(folder.path())).on_close(), OnClose::Quit);
        }
    }
}
