//! What each decision of the machine comes to in this world.

use super::*;

impl World {
    pub(super) fn perform(&mut self, decision: &Decision) -> bool {
        match decision {
            Decision::Build { entry, on } => self.build(number(entry), on),
            Decision::Consult(entry) => self.consult(number(entry)),
            Decision::ReadAnswer(entry) => self.read_answer(number(entry)),
            Decision::Check(entry) => {
                self.begin(number(entry));
                false
            }
            Decision::Cancel { entry, reason, blamed } => {
                self.cancel(number(entry), *reason, blamed.as_ref())
            }
            Decision::Blame(entry) => self.blame(number(entry)),
            Decision::Land(entry) => self.land(number(entry)),
            Decision::Settle(entry) => self.settle_landing(number(entry)),
        }
    }

    pub(super) fn build(&mut self, at: usize, on: &Ground) -> bool {
        // It was found landed while the plan was carried out.
        if ended(self.entries[at].state) {
            return false;
        }
        let (onto, ahead) = match on {
            Ground::Tip => (self.tip.clone(), None),
            Ground::Entry(ahead) => {
                let e = &self.entries[number(ahead)];
                let stands =
                    matches!(e.state, EntryState::Approved | EntryState::Checking | EntryState::Landing)
                        && e.doubt.is_none();
                let fresh = self.rebuilt.get(ahead).is_none_or(|built| *built == e.candidate);
                match e.candidate.clone().filter(|_| stands && fresh) {
                    Some(onto) => (onto, Some(ahead.clone())),
                    None => return false,
                }
            }
        };
        let mut content = self.commits[&onto].clone();
        let truth = &self.truths[at];
        if truth.conflicts_with.is_some_and(|other| content.contains(&other)) {
            let (why, said) = (Returned::Conflict, said("conflict"));
            let input = match ahead {
                Some(_) => Input::Unfit { onto, ahead, why, said },
                None => {
                    assert_eq!(onto, self.tip, "a conflict counts on the branch alone");
                    self.blamed.insert(at);
                    Input::GiveBack { why, said }
                }
            };
            return self.feed(at, input);
        }
        assert!(!content.contains(&at), "built on itself: {:?} on {on:?}", self.entries[at]);
        content.push(at);
        let strategy = strategy_of(self.entries[at].kind, self.strategy);
        let fresh = format!("c{}-c-{at}", self.commits.len());
        let commit = self.built.entry((onto.clone(), at, strategy.as_str())).or_insert(fresh).clone();
        // Whoever shares a file gets another patch by what stands below.
        let beside: Vec<_> = content
            .iter()
            .filter(|n| {
                **n < 1_000 && **n != at && truth.file.is_some() && self.truths[**n].file == truth.file
            })
            .collect();
        let patch_hash = format!("patch-{at}-{beside:?}-{strategy}");
        self.commits.insert(commit.clone(), content);
        self.rebuilt.insert(self.entries[at].id.clone(), Some(commit.clone()));
        let built = Candidate { ahead, strategy, patch_hash, ..candidate(&onto, &commit) };
        self.feed(at, Input::Built(built))
    }

    pub(super) fn consult(&mut self, at: usize) -> bool {
        let e = &self.entries[at];
        // Taken out and up again while the plan was carried out: it has to be built first.
        let Some(patch) = e.patch_hash.clone().filter(|_| e.state == EntryState::Queued) else {
            return false;
        };
        let id_now = e.id.clone();
        let known = self.approved.get(&id_now).is_some_and(|said| said.contains(&patch));
        if known || !self.dice.in_thousand(self.set.asks) {
            self.approved.entry(id_now).or_default().insert(patch);
            return self.feed(at, Input::Allowed { rule: rule("small") });
        }
        let approval = format!("a-{at}-{}", self.dice.below(1_000_000));
        let yes = self.dice.below(12) != 0;
        self.answers.insert(approval.clone(), (yes, patch));
        self.feed(at, Input::Asked { approval: id(&approval), rule: rule("asks") })
    }

    pub(super) fn read_answer(&mut self, at: usize) -> bool {
        if self.dice.below(3) != 0 {
            return false;
        }
        let e = self.entries[at].clone();
        let Some(asked) = e.approval_id.as_ref().filter(|_| e.state == EntryState::WaitingApproval) else {
            return false;
        };
        let (yes, patch) = self.answers[asked.as_str()].clone();
        assert_eq!(Some(&patch), e.patch_hash.as_ref(), "the question is about what would land");
        if yes {
            self.approved.entry(e.id).or_default().insert(patch);
        }
        let by = "ada".to_owned();
        self.feed(at, if yes { Input::Approved { by } } else { Input::Denied { by } })
    }

    pub(super) fn begin(&mut self, at: usize) {
        // Removed while the plan was carried out.
        let e = &self.entries[at];
        if e.state != EntryState::Approved && e.doubt.is_none() {
            return;
        }
        let e = self.entries[at].clone();
        let candidate = e.candidate.clone().unwrap();
        // A second try has taken the last one.
        let free = |n: &u32| self.memory.runs.iter().all(|run| run.slot != *n);
        let Some(slot) = (0..self.set.slots).find(free) else { return };
        assert!(self.memory.runs.iter().all(|run| run.cut || run.at != at), "checked once at a time");
        assert!(self.feed(at, Input::CheckStarted { slot, at: self.now.to_string() }));
        let green = self.green(&self.commits[&candidate]);
        let faults = self.truths[at].breaks_machine || self.dice.in_thousand(self.set.faults);
        let mut takes = self.set.check_ms;
        if self.set.varies {
            takes = takes / 2 + self.dice.below(takes);
        }
        // What only seems to fail passes when it is tried again.
        let seems = !self.memory.doubts.contains_key(&e.id) && self.dice.in_thousand(self.set.flaky);
        let comes = match (faults, green && !seems) {
            (true, _) => Comes::Faults,
            (false, true) => Comes::Passes,
            (false, false) => Comes::Fails,
        };
        self.runs += 1;
        self.memory.runs.push(Run {
            slot,
            at,
            candidate,
            began: self.now,
            ends: self.now + takes,
            cut: false,
            comes,
        });
    }

    /// What came of checks that have ended.
    pub(super) fn settle(&mut self) -> bool {
        let now = self.now;
        let (done, left) =
            std::mem::take(&mut self.memory.runs).into_iter().partition(|run: &Run| run.ends <= now);
        self.memory.runs = left;
        let mut any = false;
        for run in done.into_iter().filter(|run| !run.cut) {
            let e = self.entries[run.at].clone();
            if e.candidate.as_ref() != Some(&run.candidate) {
                continue;
            }
            any = true;
            match run.comes {
                Comes::Passes => {
                    self.proven.insert(format!("tree-{}", run.candidate));
                    self.feed(run.at, Input::ChecksPassed(Vec::new()));
                }
                Comes::Fails => {
                    let (why, said) = (Returned::CheckFailed, said("red"));
                    if self.feed(run.at, Input::Doubted { why, said }) {
                        let before = self.memory.doubts.get(&e.id).filter(|(of, _)| *of == run.candidate);
                        let times = before.map_or(0, |(_, times)| *times) + 1;
                        self.memory.doubts.insert(e.id, (run.candidate, times));
                    }
                }
                Comes::Faults => {
                    let faults = self.memory.faults.entry(e.id.clone()).or_default();
                    *faults += 1;
                    let said = said("no room");
                    let input = if *faults < 3 { Input::Blocked { said } } else { Input::GivenUp { said } };
                    self.feed(run.at, input);
                    self.memory.held.retain(|held| *held != e.id);
                    self.memory.held.push(e.id);
                }
            }
        }
        any
    }

    pub(super) fn cancel(&mut self, at: usize, reason: ThrownReason, blamed: Option<&EntryId>) -> bool {
        let e = self.entries[at].clone();
        if e.state == EntryState::Landing && self.branch.contains(e.candidate.as_ref().unwrap()) {
            let commit = e.candidate.unwrap();
            return self.feed(at, Input::Landed { commit });
        }
        assert!(blamed.is_none_or(|blamed| *blamed != e.id), "nobody is cancelled because of itself");
        if reason == ThrownReason::AheadFailed {
            assert!(blamed.is_some());
        }
        for run in self.memory.runs.iter_mut().filter(|run| run.at == at && !run.cut) {
            run.cut = true;
            // Its files were still being laid: no check had begun.
            self.runs -= u64::from(self.now - run.began < LAID_WITHIN_MS);
            // Its processes are gone soon.
            run.ends = run.ends.min(self.now + 20);
            self.thrown += 1;
        }
        self.feed(at, Input::TipMoved)
    }

    pub(super) fn blame(&mut self, at: usize) -> bool {
        let e = self.entries[at].clone();
        if self.memory.runs.iter().any(|run| run.at == at && !run.cut) {
            return false;
        }
        let known = self.memory.doubts.get(&e.id).cloned();
        let Some((candidate, times)) = known.filter(|(of, _)| e.candidate.as_ref() == Some(of)) else {
            return self.feed(at, Input::Restarted);
        };
        if times <= self.set.retries {
            if !self.paused && self.memory.runs.len() < self.set.slots as usize {
                self.begin(at);
            }
            return false;
        }
        self.memory.doubts.remove(&e.id);
        assert_eq!(e.onto.as_ref(), Some(&self.tip), "blamed on the branch alone");
        if !self.green(&self.commits[&self.tip]) {
            return self.blame_on_red(at, &e);
        }
        assert!(!self.green(&self.commits[&candidate]), "{} is innocent", e.id);
        self.blamed.insert(at);
        self.window.failed();
        self.feed(at, Input::GiveBack { why: Returned::CheckFailed, said: said("red") })
    }

    /// Its check fails on the branch too.
    fn blame_on_red(&mut self, at: usize, e: &MergeEntry) -> bool {
        assert!(self.set.red, "the branch is green");
        let red = RedBase {
            branch: e.target.clone(),
            commit: self.tip.clone(),
            tree: format!("tree-{}", self.tip),
            check: "tests".into(),
            run: Vec::new(),
            log: String::new(),
            ask: String::new(),
            absent: Vec::new(),
        };
        let said = flow::returned::red(e.repair.as_deref(), red, "red");
        if let Input::GiveBack { why, .. } = &said {
            assert_eq!(*why, Returned::NotMended);
            assert!(
                !self.truths[at].mends || self.truths[at].fails_alone || self.truths[at].fails_with.is_some()
            );
            self.not_mended.insert(at);
            self.window.failed();
        }
        self.feed(at, said)
    }

    pub(super) fn land(&mut self, at: usize) -> bool {
        let e = self.entries[at].clone();
        // Removed while the plan was carried out.
        if e.state != EntryState::Landing {
            return false;
        }
        let candidate = e.candidate.clone().unwrap();
        if self.branch.contains(&candidate) {
            return self.feed(at, Input::Landed { commit: candidate });
        }
        if e.onto.as_ref() != Some(&self.tip) || e.strategy != strategy_of(e.kind, self.strategy) {
            return self.feed(at, Input::TipMoved);
        }
        assert!(!self.paused);
        assert!(self.proven.contains(e.tree.as_ref().unwrap()), "without proof");
        assert!(self.green(&self.commits[&candidate]), "a red commit on the branch");
        let patch = e.patch_hash.as_ref().unwrap();
        assert!(
            self.approved.get(&e.id).is_some_and(|said| said.contains(patch)),
            "a patch nobody said yes to"
        );
        // What was taken out once is not waited for by what was proven without it.
        if let Some(on) = e.depends_on.as_ref().filter(|on| !self.left_once.contains(&number(on))) {
            assert!(
                ended(self.entries[number(on)].state),
                "{} before {on}: {:#?} {:?}",
                e.id,
                self.left(),
                self.branch
            );
        }
        let trouble = self.set.crashes > 0;
        if trouble && self.dice.below(10) == 0 {
            return self.feed(at, Input::Blocked { said: said("dirty") });
        }
        self.go_to(candidate.clone());
        // Dies before saying so, now and then.
        if trouble && self.dice.below(20) == 0 {
            return false;
        }
        self.window.landed();
        self.feed(at, Input::Landed { commit: candidate })
    }

    pub(super) fn settle_landing(&mut self, at: usize) -> bool {
        if self.entries[at].state != EntryState::Landing {
            return false;
        }
        let candidate = self.entries[at].candidate.clone().unwrap();
        match self.branch.contains(&candidate) {
            true => self.feed(at, Input::Landed { commit: candidate }),
            false => {
                self.feed(at, Input::Blocked { said: said("paused") });
                false
            }
        }
    }
}
