//! Recipes: of this machine's workspace and of others, by their names.

use crate::machine::Machine;
use crate::scene::{Scene, text};
use serde_json::{Value, json};

fn recipes(ground: &std::path::Path) -> String {
    let (ground, long) = (ground.display(), "a quiet bird ".repeat(32));
    format!(
        "[recipes.greet]\nrun = [\"sh\", \"-c\", \"echo hello from $PWD; echo key:$OPENAI_API_KEY: >&2\"]\n\
         [recipes.fails]\nrun = [\"sh\", \"-c\", \"echo oh; exit 3\"]\n\
         [recipes.waits]\nrun = [\"sh\", \"-c\", \"echo begun >> {ground}/begun; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo n$i; done; while [ ! -e {ground}/go ]; do sleep 0.05; done; echo on\"]\n\
         [recipes.talks]\nrun = [\"sh\", \"-c\", \"echo begun; while [ ! -s {ground}/talk ]; do sleep 0.05; done; all=`cat {ground}/talk`; i=0; while [ $i -lt $all ]; do i=$((i+1)); echo n$i {long}; done; rm {ground}/talk\"]\ntimeoutS = 120\n\
         [recipes.sleeps]\nrun = [\"sh\", \"-c\", \"echo $$ > {ground}/pid; sleep 600 & wait\"]\n"
    )
}

fn machine() -> Machine {
    let machine = Machine::new("box", "");
    let written = recipes(machine.ground.path());
    std::fs::write(machine.ground.path().join("settings/config.toml"), written).unwrap();
    machine
}

impl Scene {
    async fn begin(&self, recipe: &str) -> String {
        text(&self.done("jobs.start", json!({ "recipe": recipe, "node": "box" })).await["jobId"])
    }

    async fn job(&self, id: &str, status: &str) -> Value {
        self.hub
            .eventually(status, || async {
                let job = self.done("jobs.status", json!({ "id": id })).await;
                Some(job).filter(|job| job["status"] == status)
            })
            .await
    }

    /// Its whole log.
    async fn whole(&self, id: &str) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), json!(0));
        loop {
            let page = self.done("jobs.logs", json!({ "id": id, "afterId": after, "limit": 500 })).await;
            let logs = page["logs"].as_array().unwrap();
            if logs.is_empty() {
                return all;
            }
            all.extend(logs.iter().map(|line| text(&line["message"])));
            after = page["cursor"].clone();
        }
    }

    async fn tail(&self, id: &str, lines: u32) -> Vec<String> {
        let tail = self.done("jobs.logs_tail", json!({ "id": id, "lines": lines })).await;
        tail["logs"].as_array().unwrap().iter().map(|line| text(&line["message"])).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_of_a_machine_runs_there_over_cuts_and_can_be_stopped() {
    let scene = Scene::new();
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["terminals", "recipes"])).await;
    let ground = machine.ground.path().to_owned();

    let greet = scene.begin("greet").await;
    let done = scene.job(&greet, "completed").await;
    assert_eq!((&done["workspaceId"], &done["kind"]), (&Value::Null, &json!("recipe.run")));
    let home = std::fs::canonicalize(machine.home()).unwrap();
    let mut lines = scene.tail(&greet, 10).await;
    lines.sort();
    assert_eq!(lines, [format!("hello from {}", home.display()), "key::".to_owned()]);

    let fails = scene.begin("fails").await;
    let failed = scene.job(&fails, "failed").await;
    assert!(text(&failed["error"]).contains("exit code 3"), "{failed}");
    let (status, refused) = scene.owner("jobs.start", json!({ "recipe": "rm -rf /", "node": "box" })).await;
    assert_eq!((status, refused["code"].as_str()), (404, Some("not_found")), "a name is all that is taken");

    // Cut while it runs: it goes on, and its lines come once.
    let waits = scene.begin("waits").await;
    scene.hub.eventually("it began", || async { ground.join("begun").exists().then_some(()) }).await;
    line.cut();
    scene.sees(&id, false).await;
    std::fs::write(ground.join("go"), "").unwrap();
    line.heal();
    scene.job(&waits, "completed").await;
    let numbers: Vec<String> = scene.tail(&waits, 1000).await;
    let mut expected: Vec<String> = (1..=400).map(|n| format!("n{n}")).collect();
    expected.push("on".into());
    assert_eq!(numbers, expected);
    assert_eq!(scene.tail(&waits, 2).await, ["n400", "on"]);
    assert_eq!(std::fs::read_to_string(ground.join("begun")).unwrap(), "begun\n", "it was begun once");

    let sleeps = scene.begin("sleeps").await;
    let pid = ground.join("pid");
    let pid = scene
        .hub
        .eventually("it runs", || async {
            std::fs::read_to_string(&pid).ok().and_then(|pid| pid.trim().parse::<u32>().ok())
        })
        .await;
    scene.done("jobs.cancel", json!({ "id": sleeps })).await;
    scene.job(&sleeps, "cancelled").await;
    assert!(!std::path::Path::new(&format!("/proc/{pid}/stat")).exists() || cfg!(not(target_os = "linux")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_that_prints_much_while_its_line_is_cut_is_not_held_back() {
    let scene = Scene::new();
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["recipes"])).await;
    let talk = machine.ground.path().join("talk");
    // More than waits on the way, which is kept; then more than is kept, of which the end is.
    for (count, all) in [(3_000, true), (12_000, false)] {
        let talks = scene.begin("talks").await;
        scene.hub.eventually("it began", || async { scene.tail(&talks, 1).await.pop() }).await;
        line.cut();
        machine.said("away").await;
        scene.sees(&id, false).await;
        std::fs::write(&talk, count.to_string()).unwrap();
        scene.hub.eventually("it has said everything", || async { (!talk.exists()).then_some(()) }).await;
        assert_eq!(scene.done("jobs.status", json!({ "id": talks })).await["status"], "claimed");
        line.heal();
        machine.said("connected").await;
        scene.job(&talks, "completed").await;

        let lines = scene.whole(&talks).await;
        assert_eq!(lines[0], "begun");
        let left_out: Vec<(usize, u64)> = lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| {
                Some((at, line.strip_prefix("[… ")?.split(' ').next()?.parse().unwrap()))
            })
            .collect();
        let missing: u64 = left_out.iter().map(|(_, lines)| lines).sum();
        assert_eq!(missing == 0, all, "{left_out:?}");
        let numbers = lines.iter().filter_map(|line| line.strip_prefix('n')?.split(' ').next()?.parse().ok());
        let numbers: Vec<u64> = numbers.collect();
        assert_eq!(numbers.len() as u64 + missing, count, "what is not there is counted");
        assert!(numbers.is_sorted_by(|one, next| one < next), "in order, and none twice");
        assert_eq!(numbers.last(), Some(&count));
        // What is left out stood in one place, and that is where it is said.
        let (mut expected, mut gaps) = (1, Vec::new());
        for number in &numbers {
            if *number != expected {
                gaps.push(number - expected);
            }
            expected = number + 1;
        }
        assert_eq!(gaps, left_out.iter().map(|(_, lines)| *lines).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_whose_machine_was_killed_is_not_begun_again_by_itself() {
    let scene = Scene::new();
    let mut machine = machine();
    let id = scene.serving(&mut machine, str::to_owned).await;
    let ground = machine.ground.path().to_owned();
    let waits = scene.begin("waits").await;
    scene.hub.eventually("it began", || async { ground.join("begun").exists().then_some(()) }).await;
    machine.end();
    scene.sees(&id, false).await;
    machine.serve();
    machine.said("connected").await;
    let failed = scene.job(&waits, "failed").await;
    assert_eq!(failed["result"]["code"], "job.lost", "{failed}");

    // The hub knows it too when it was killed meanwhile.
    let sleeps = scene.begin("sleeps").await;
    scene.hub.eventually("it runs", || async { ground.join("pid").exists().then_some(()) }).await;
    machine.end();
    let scene = scene.killed();
    machine.serve();
    machine.said("connected").await;
    let failed = scene.job(&sleeps, "failed").await;
    assert_eq!(failed["result"]["code"], "job.lost", "{failed}");

    // The machine is free for the next one, and has begun none of them again.
    let greet = scene.begin("greet").await;
    scene.job(&greet, "completed").await;
    assert_eq!(std::fs::read_to_string(ground.join("begun")).unwrap(), "begun\n");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_whose_machine_was_away_for_more_than_five_minutes_fails_and_is_not_begun_again() {
    let Some(mut time) = crate::passing::Time::made() else {
        testkit::notes::not_run("a machine that is away for long: no C compiler makes the hub's clock");
        return;
    };
    let scene = time.scene(&[("file.txt", "here\n")]);
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["recipes"])).await;
    let written = machine.ground.path().join("pid");
    let pid = || std::fs::read_to_string(&written).ok().and_then(|pid| pid.trim().parse::<u32>().ok());
    let sleeps = scene.begin("sleeps").await;
    let began = scene.hub.eventually("it runs", || async { pid() }).await;
    line.cut();
    scene.sees(&id, false).await;
    // It was renewed some seconds ago at most.
    let passed = time.until_taken_back(&scene, &sleeps).await;
    assert!(passed > 280, "after {passed} seconds");
    let waits = scene.done("jobs.status", json!({ "id": sleeps })).await;
    assert_eq!(waits["targetWorkerId"], json!(format!("node-{id}")), "no other machine has it: {waits}");
    assert!(std::path::Path::new(&format!("/proc/{began}/stat")).exists(), "there it goes on");

    line.heal();
    machine.said("connected").await;
    let failed = scene.job(&sleeps, "failed").await;
    assert_eq!((&failed["result"]["code"], &failed["attempts"]), (&json!("job.lost"), &json!(2)), "{failed}");
    assert_eq!(pid(), Some(began), "it was begun once");
    let stat = format!("/proc/{began}/stat");
    let gone = || async { (!std::path::Path::new(&stat).exists()).then_some(()) };
    scene.hub.eventually("its program has ended", gone).await;
    let greet = scene.begin("greet").await;
    scene.job(&greet, "completed").await;
}
