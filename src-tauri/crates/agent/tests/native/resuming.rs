use agent::model::Message;
use agent::native::{Memory, Standing, Status, piece};

use crate::scenarios::{finish, fix, test};
use crate::*;

/// Keeps what a worker would keep, and stops being told when `until` calls were kept: the process is dead then.
#[derive(Default)]
struct Keeper {
    log: Log,
    kept: Vec<Vec<String>>,
}

impl Sink for Keeper {
    fn event(&mut self, event: LoopEvent) {
        self.log.event(event);
    }

    fn artifact(&mut self, name: &str, text: &str) {
        self.log.artifact(name, text);
    }

    async fn keep(&mut self, messages: &[Message], standing: &Standing) {
        self.kept.push(messages.iter().map(piece).chain([standing.piece()]).collect());
    }
}

#[tokio::test]
async fn a_loop_goes_on_from_every_point_at_which_it_was_kept() {
    let steps = [test(), fix(), finish("mended")];
    for dialect in DIALECTS {
        let first = server(steps.clone());
        let (mut machine, mut keeper) = (Loop::new(task(Limits::default())), Keeper::default());
        let (model, pace, cancel) = (client(dialect, &first), TestPace::default(), Cancel::new());
        let start = Input::Start { now_ms: 0 };
        let mut project = Project::broken();
        drive(&mut machine, start, &model, &mut project, &mut keeper, &pace, &cancel).await;
        // Before each question, and before each call that may have an effect.
        assert_eq!(keeper.kept.len(), 5, "{dialect}");

        for (point, pieces) in keeper.kept.iter().enumerate() {
            let memory = Memory::read(pieces).unwrap().unwrap();
            let was_running = memory.standing.running.is_some();
            assert_eq!(was_running, point == 1 || point == 3, "{dialect} {point}");
            let before = memory.messages.len();
            let next = server([fix(), finish("mended after all")]);
            let mut project = Project::broken();
            let mut machine = Loop::resumed(task(Limits::default()), memory, "You were interrupted.");
            let (mut log, model) = (Log::default(), client(dialect, &next));
            let start = Input::Start { now_ms: 0 };
            let outcome = drive(&mut machine, start, &model, &mut project, &mut log, &pace, &cancel).await;
            assert_eq!(outcome.status, Status::Finished, "{dialect} {point}");
            assert!(project.mended());
            let asked = &next.requests()[0];
            assert!(asked.all().contains("You were interrupted."), "{dialect} {point}");
            assert!(asked.all().contains("The sum is off by one."), "the task stands first");
            assert_eq!(asked.all().contains("expected 3, got 4"), point >= 2, "{dialect} {point}");
            assert_eq!(
                asked.all().contains("How far it came is not known"),
                was_running,
                "{dialect} {point}"
            );
            assert!(machine.messages().len() > before);
        }
    }
}

#[tokio::test]
async fn steps_go_on_from_where_they_were_with_some_left() {
    let limits = Limits { steps: 2, ..Limits::default() };
    let first = server([test(), test()]);
    let (mut machine, mut keeper) = (Loop::new(task(limits.clone())), Keeper::default());
    let (model, pace, cancel) = (client(DIALECTS[0], &first), TestPace::default(), Cancel::new());
    let mut project = Project::broken();
    let start = Input::Start { now_ms: 0 };
    let outcome = drive(&mut machine, start, &model, &mut project, &mut keeper, &pace, &cancel).await;
    assert!(matches!(outcome.status, Status::Limit { .. }));
    let pieces = machine.messages().iter().map(piece).chain([machine.standing().piece()]);
    let memory = Memory::read(&pieces.collect::<Vec<_>>()).unwrap().unwrap();
    assert_eq!(memory.standing.steps, 2);
    let next = server([fix(), finish("mended")]);
    let (mut again, mut log) = (Loop::resumed(task(limits), memory, "Go on."), Log::default());
    let model = client(DIALECTS[0], &next);
    let start = Input::Start { now_ms: 0 };
    let outcome = drive(&mut again, start, &model, &mut project, &mut log, &pace, &cancel).await;
    assert_eq!((outcome.status, outcome.steps), (Status::Finished, 4));
    assert_eq!(outcome.usage.input, 400, "what was used before counts on");
}
