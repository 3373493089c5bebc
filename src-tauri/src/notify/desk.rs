//! Where snapshots, facts, clicks and the desktop's answers come together.

use std::collections::VecDeque;
use std::time::Duration;

use host::clock::{Clock, SystemClock, iso};
use protocol::approval::Decision;
use protocol::push::NoticeKind;
use protocol::switches::WhyNot;
use tauri::async_runtime;
use tokio::sync::{mpsc, oneshot};

use super::bus::Bus;
use super::decide::{self, Landings};
use super::ledger::{Ledger, Outcome};
use super::notice::{Kind, Notice};
use super::seen::{Seen, Shows};
use crate::follow::{Fact, Link};
use crate::tray::actions::{Answered, Desk as Clicks};
use crate::wish::Wish;
use crate::words::words;

/// Notifications whose clicks are still understood, shown or closed: a click may be under way when it is taken back.
const REMEMBERED: usize = 64;
/// How often the clock is looked at while something waits for the end of the quiet hours.
const QUIET: Duration = Duration::from_secs(20);
/// A desktop that shows notifications answers at once or is not well.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the desktop says about a notification.
#[derive(Debug)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only some desktops say what became of one"))]
pub enum Heard {
    /// By the person, by us, or because its time was over.
    Closed(u32),
    Button(u32, String),
    /// The server has taken or refused an answer given on one.
    Answered {
        key: String,
        decision: Decision,
        answered: Answered,
    },
}

struct Shown {
    number: u32,
    notice: Notice,
    is_open: bool,
}

pub struct Desk {
    clicks: Clicks,
    ledger: Ledger,
    clock: SystemClock,
    landings: Landings,
    shown: VecDeque<Shown>,
    bus: Option<Bus>,
    hear: mpsc::Sender<Heard>,
    heard: Option<mpsc::Receiver<Heard>>,
    /// A question was not told because of the hour.
    is_holding: bool,
}

impl Desk {
    pub fn new(clicks: Clicks, ledger: Ledger) -> Self {
        let (hear, heard) = mpsc::channel(REMEMBERED);
        Self {
            clicks,
            ledger,
            clock: SystemClock::new(),
            landings: Landings::default(),
            shown: VecDeque::new(),
            bus: None,
            hear,
            heard: Some(heard),
            is_holding: false,
        }
    }

    pub async fn run(
        mut self,
        mut facts: mpsc::Receiver<Fact>,
        mut told: mpsc::Receiver<Notice>,
        mut asked: mpsc::Receiver<oneshot::Sender<Seen>>,
        mut parting: mpsc::Receiver<oneshot::Sender<()>>,
    ) {
        let Some(mut heard) = self.heard.take() else { return };
        let mut changes = self.clicks.following.watch();
        // What is known already is looked at too.
        changes.mark_changed();
        loop {
            tokio::select! {
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    changes.borrow_and_update();
                    self.look().await;
                }
                Some(fact) = facts.recv() => {
                    let now = self.clicks.following.now();
                    let notice = decide::fact(&fact, &now, &mut self.landings, words());
                    self.tell(notice).await;
                }
                Some(notice) = told.recv() => self.tell(notice).await,
                Some(heard) = heard.recv() => self.hear(heard).await,
                Some(answer) = asked.recv() => {
                    let seen = Seen { shows: self.shows().await, sent: self.ledger.newest_first() };
                    // Whoever asked may be gone.
                    let _ = answer.send(seen);
                }
                Some(done) = parting.recv() => {
                    self.take_back(|_| true).await;
                    // Whoever asked may have stopped waiting.
                    let _ = done.send(());
                    return;
                }
                () = tokio::time::sleep(QUIET), if self.is_holding => self.look().await,
            }
        }
    }

    /// Tells of new questions, and takes back what is not asked any more.
    async fn look(&mut self) {
        let now = self.clicks.following.now();
        if now.link != Link::Up {
            return;
        }
        self.take_back(|notice| decide::is_over(notice, &now)).await;
        let new = decide::questions(&now, |key| self.ledger.was_told(key), words());
        let minute = self.clock.minute_of_day();
        self.is_holding =
            !new.is_empty() && now.switches.is_on(NoticeKind::NeedsYou) && now.switches.is_quiet(minute);
        for notice in new {
            self.tell(notice).await;
        }
    }

    async fn take_back(&mut self, is_over: impl Fn(&Notice) -> bool) {
        let mut over = Vec::new();
        for one in self.shown.iter_mut().filter(|one| one.is_open && is_over(&one.notice)) {
            one.is_open = false;
            over.push((one.number, one.notice.key.clone()));
        }
        for (number, key) in over {
            if let Some(bus) = &self.bus
                && tokio::time::timeout(PATIENCE, bus.close(number)).await.is_err()
            {
                self.bus = None;
            }
            self.ledger.became(&key, Outcome::Withdrawn, &self.time()).await;
        }
    }

    async fn tell(&mut self, notice: Notice) {
        let switches = self.clicks.following.now().switches;
        if let Some(why) = switches.why_not(notice.kind.switch(), self.clock.minute_of_day()) {
            let outcome = match why {
                WhyNot::Off => Outcome::Off,
                WhyNot::Quiet => Outcome::Quiet,
            };
            self.ledger.sent(&notice, outcome, &self.time()).await;
            return;
        }
        let earlier =
            self.shown.iter().find(|one| one.is_open && one.notice.key == notice.key).map(|one| one.number);
        match self.show(&notice, earlier).await {
            Ok(number) => {
                self.shown.retain(|one| one.number != number);
                self.ledger.sent(&notice, Outcome::Shown, &self.time()).await;
                self.shown.push_back(Shown { number, notice, is_open: true });
                while self.shown.len() > REMEMBERED {
                    self.shown.pop_front();
                }
            }
            Err(error) => {
                tracing::info!(%error, "a notification was not shown");
                self.ledger.sent(&notice, Outcome::NotShown, &self.time()).await;
            }
        }
    }

    /// Whether anybody would show a notification now.
    async fn shows(&mut self) -> Shows {
        let looked = tokio::time::timeout(PATIENCE, async {
            let bus = match self.bus.take() {
                Some(bus) => bus,
                None => match Bus::connect(&self.clicks.app, self.hear.clone()).await {
                    Ok(bus) => bus,
                    Err(_) => return Shows::NoBus,
                },
            };
            let shows = bus.shows().await;
            self.bus = Some(bus);
            shows
        });
        looked.await.unwrap_or(Shows::Nobody)
    }

    /// A connection that failed is not used again: the bus may have been started anew.
    async fn show(&mut self, notice: &Notice, replaces: Option<u32>) -> Result<u32, String> {
        let bus = self.bus.take();
        let shown = tokio::time::timeout(PATIENCE, async {
            let bus = match bus {
                Some(bus) => bus,
                None => Bus::connect(&self.clicks.app, self.hear.clone()).await?,
            };
            let number = bus.show(notice, replaces, words()).await?;
            Ok((bus, number))
        });
        let (bus, number) = shown.await.unwrap_or_else(|_| Err("nobody answered in time".to_owned()))?;
        self.bus = Some(bus);
        Ok(number)
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Closed(number) => {
                let Some(one) = self.shown.iter_mut().rev().find(|one| one.number == number) else { return };
                one.is_open = false;
                let key = one.notice.key.clone();
                self.landings.seen(&key);
                self.ledger.became(&key, Outcome::Dismissed, &self.time()).await;
            }
            Heard::Button(number, button) => {
                let Some(one) = self.shown.iter().rev().find(|one| one.number == number) else { return };
                self.press(one.notice.clone(), &button).await;
            }
            Heard::Answered { key, decision, answered } => {
                let outcome = match (answered, decision) {
                    (Answered::Yes, Decision::Approve) => Outcome::Approved,
                    (Answered::Yes, Decision::Deny) => Outcome::Denied,
                    (Answered::TooLate, _) => Outcome::TooLate,
                    (Answered::No, _) => Outcome::NotAnswered,
                };
                self.ledger.became(&key, outcome, &self.time()).await;
            }
        }
    }

    async fn press(&mut self, notice: Notice, button: &str) {
        let decision = match (button, &notice.question) {
            ("approve", Some(question)) if question.may_approve => Some(Decision::Approve),
            ("deny", Some(_)) => Some(Decision::Deny),
            _ => None,
        };
        match (decision, notice.question) {
            (Some(decision), Some(question)) => {
                let (clicks, hear, key) = (self.clicks.clone(), self.hear.clone(), notice.key);
                async_runtime::spawn(async move {
                    let answered =
                        clicks.answer(&question.id, &question.hash, &question.summary, decision).await;
                    // The ledger has no reader when the program ends.
                    let _ = hear.send(Heard::Answered { key, decision, answered }).await;
                });
            }
            _ => {
                self.landings.seen(&notice.key);
                if notice.kind == Kind::Failed {
                    self.clicks.following.acknowledge();
                }
                self.clicks.go(Wish::Page(notice.page));
                self.ledger.became(&notice.key, Outcome::Opened, &self.time()).await;
            }
        }
    }

    fn time(&self) -> String {
        iso(self.clock.now_ms())
    }
}
