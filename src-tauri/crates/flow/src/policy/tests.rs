use super::*;
use protocol::policy::{ActionKind, ActorKind};
use protocol::{RiskLevel, WorkspaceId};

fn act(actor: ActorKind, what: ActionKind) -> Action {
    Action { workspace_id: WorkspaceId::parse("tern").ok(), actor, risk: RiskLevel::Low, what }
}

fn landing(paths: &[&str], risky: &[&str], verified: bool) -> Action {
    let owned = |list: &[&str]| list.iter().map(|p| p.to_string()).collect();
    act(
        ActorKind::Worker,
        ActionKind::Land {
            entry_id: "m-1".into(),
            files: 2,
            additions: 30,
            deletions: 4,
            paths: owned(paths),
            risky_paths: owned(risky),
            verified,
        },
    )
}

fn command(argv: &[&str]) -> Action {
    act(
        ActorKind::Agent,
        ActionKind::Command {
            argv: argv.iter().map(|a| a.to_string()).collect(),
            cwd: "/".into(),
            confined: false,
        },
    )
}

fn network(host: &str) -> Action {
    act(ActorKind::Worker, ActionKind::Network { host: host.into(), port: 443 })
}

fn rule(id: &str, effect: Effect, kinds: &[&str]) -> Rule {
    Rule {
        id: id.into(),
        effect: Some(effect),
        kinds: kinds.iter().map(|k| k.to_string()).collect(),
        ..Rule::default()
    }
}

const NOON: Moment = Moment { ms: 1_000, minute_of_day: 720 };

fn ask(policy: &Policy, action: &Action) -> Verdict {
    decide(policy, &[], Question { action, session: None, job: None }, NOON)
}

fn profile(profile: Profile) -> Policy {
    Policy { profile, package_hosts: PackageHosts(vec!["packages.example".into()]), ..Policy::default() }
}

#[test]
fn careful_asks_before_every_landing_host_and_push_and_starts_what_a_person_asks_for() {
    let careful = profile(Profile::Careful);
    for action in [
        landing(&["a.rs"], &[], true),
        network("packages.example"),
        command(&["ls"]),
        act(ActorKind::Worker, ActionKind::PublishPush { branch: "b".into() }),
        act(ActorKind::Person, ActionKind::RecipeFirstUse { name: "x".into(), argv: vec!["x".into()] }),
    ] {
        assert_eq!(ask(&careful, &action).effect, Effect::Ask, "{action:?}");
    }
    assert_eq!(ask(&careful, &act(ActorKind::Person, ActionKind::JobRun)).effect, Effect::Allow);
    let verdict = ask(&careful, &landing(&["a.rs"], &[], true));
    assert_eq!(
        (verdict.rule_id.as_str(), verdict.rule.as_str()),
        ("profile.careful.land", "Careful: every landing asks")
    );
}

#[test]
fn balanced_lands_small_verified_low_risk_work_and_nothing_else() {
    let balanced = profile(Profile::Balanced);
    assert_eq!(ask(&balanced, &landing(&["a.rs"], &[], true)).effect, Effect::Allow);
    assert_eq!(ask(&balanced, &landing(&["a.rs"], &[], false)).effect, Effect::Ask);
    let mut risky = landing(&["a.rs"], &[], true);
    risky.risk = RiskLevel::Medium;
    assert_eq!(ask(&balanced, &risky).effect, Effect::Ask);
    let mut big = landing(&["a.rs"], &[], true);
    if let ActionKind::Land { additions, .. } = &mut big.what {
        *additions = 500;
    }
    assert_eq!(ask(&balanced, &big).rule, "Balanced: what is not small asks before it lands");
    assert_eq!(ask(&balanced, &network("packages.example")).effect, Effect::Allow);
    assert_eq!(ask(&balanced, &network("evil.example")).effect, Effect::Ask);
}

#[test]
fn autopilot_still_asks_for_risky_paths_force_main_and_publishing() {
    let autopilot = profile(Profile::Autopilot);
    let mut big = landing(&["a.rs"], &[], true);
    big.risk = RiskLevel::High;
    assert_eq!(ask(&autopilot, &big).effect, Effect::Allow);
    let risky = ask(&autopilot, &landing(&["ci.yml"], &["ci.yml"], true));
    assert_eq!((risky.effect, risky.rule_id.as_str()), (Effect::Ask, "always.risky"));
    for what in [
        ActionKind::PublishForce { branch: "b".into() },
        ActionKind::LandMain { branch: "main".into(), commit: "c".into() },
        ActionKind::DevicePair { name: "phone".into() },
        ActionKind::PublishPush { branch: "b".into() },
        ActionKind::WorkspaceTrust { digest: "d".into() },
    ] {
        assert_eq!(ask(&autopilot, &act(ActorKind::Schedule, what.clone())).effect, Effect::Ask, "{what:?}");
    }
    let pressed = act(ActorKind::Person, ActionKind::PublishPush { branch: "b".into() });
    assert_eq!(ask(&autopilot, &pressed).effect, Effect::Allow);
    let raise = || ActionKind::BudgetRaise { what: "tokens".into(), to: 5.0 };
    assert_eq!(ask(&autopilot, &act(ActorKind::Worker, raise())).effect, Effect::Ask);
    assert_eq!(ask(&autopilot, &act(ActorKind::Person, raise())).effect, Effect::Allow);
}

#[test]
fn a_star_does_not_open_what_always_asks_and_a_name_does() {
    let force = act(ActorKind::Person, ActionKind::PublishForce { branch: "b".into() });
    let mut policy = profile(Profile::Careful);
    policy.user = vec![rule("all", Effect::Allow, &["*"]), rule("family", Effect::Allow, &["publish.*"])];
    assert_eq!(ask(&policy, &force).effect, Effect::Ask);
    policy.user.push(rule("mine", Effect::Allow, &["publish.force"]));
    assert_eq!(ask(&policy, &force).rule, "Your rule `mine` allows this");

    let risky = landing(&["a.rs", "ci/x.yml"], &["ci/x.yml"], true);
    policy.user = vec![rule("land", Effect::Allow, &["land"])];
    assert_eq!(ask(&policy, &risky).effect, Effect::Ask);
    policy.user[0].paths = vec!["**".into()];
    assert_eq!(ask(&policy, &risky).effect, Effect::Ask, "a star over everything names no risky path");
    policy.user[0].paths = vec!["*.rs".into(), "ci/**".into()];
    assert_eq!(ask(&policy, &risky).effect, Effect::Allow);
}

#[test]
fn deny_beats_ask_beats_allow() {
    let action = command(&["cargo", "test"]);
    let mut policy = profile(Profile::Careful);
    policy.user.push(rule("yes", Effect::Allow, &["command"]));
    assert_eq!(ask(&policy, &action).effect, Effect::Allow);
    policy.user.push(rule("hm", Effect::Ask, &["command"]));
    assert_eq!(ask(&policy, &action).rule_id, "hm");
    policy.user.push(rule("no", Effect::Deny, &["*"]));
    assert_eq!(ask(&policy, &action).rule, "Your rule `no` denies this");
}

#[test]
fn a_repository_tightens_and_its_allowing_rules_are_not_used() {
    let mut policy = profile(Profile::Careful);
    policy.repository = vec![rule("free", Effect::Allow, &["*", "land", "command"])];
    assert_eq!(ask(&policy, &command(&["ls"])).effect, Effect::Ask);
    policy.user = vec![rule("yes", Effect::Allow, &["command"])];
    policy.repository.push(rule("shy", Effect::Ask, &["command"]));
    assert_eq!(ask(&policy, &command(&["ls"])).rule, "The repository's rule `shy` asks before this");
    let problems = rule_problems(&policy.repository, Source::Repository);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("only tighten"));
}

#[test]
fn an_allowing_rule_has_to_cover_every_path_and_a_denying_one_is_met_by_any() {
    let mut policy = profile(Profile::Careful);
    policy.user = vec![Rule { paths: vec!["docs/".into()], ..rule("docs", Effect::Allow, &["land"]) }];
    assert_eq!(ask(&policy, &landing(&["docs/a.md"], &[], true)).effect, Effect::Allow);
    assert_eq!(ask(&policy, &landing(&["docs/a.md", "src/a.rs"], &[], true)).effect, Effect::Ask);
    assert_eq!(ask(&policy, &landing(&["docs/../src/a.rs"], &[], true)).effect, Effect::Ask);
    policy.user = vec![Rule { paths: vec!["infra".into()], ..rule("infra", Effect::Deny, &["land"]) }];
    assert_eq!(ask(&policy, &landing(&["a.rs", "INFRA/x.tf"], &[], true)).effect, Effect::Deny);
    policy.user[0].paths = vec!["[".into()];
    assert_eq!(
        ask(&policy, &landing(&["a.rs"], &[], true)).effect,
        Effect::Deny,
        "a broken denial stays closed"
    );
}

#[test]
fn commands_and_hosts_match_by_prefix_and_name() {
    let mut policy = profile(Profile::Careful);
    let argv = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
    policy.user = vec![
        Rule { argv_prefix: argv(&["cargo", "test"]), ..rule("tests", Effect::Allow, &["command"]) },
        Rule { argv_prefix: argv(&["rm"]), ..rule("rm", Effect::Deny, &["command"]) },
        Rule { hosts: argv(&["*.example.org"]), ..rule("org", Effect::Allow, &["network"]) },
    ];
    assert_eq!(ask(&policy, &command(&["cargo", "test", "-q"])).effect, Effect::Allow);
    assert_eq!(ask(&policy, &command(&["cargo", "run"])).effect, Effect::Ask);
    assert_eq!(ask(&policy, &command(&["./cargo", "test"])).effect, Effect::Ask);
    for program in ["rm", "/bin/rm", "RM.EXE"] {
        assert_eq!(ask(&policy, &command(&[program, "-rf", "x"])).effect, Effect::Deny, "{program}");
    }
    assert_eq!(ask(&policy, &network("a.Example.org.")).effect, Effect::Allow);
    for other in ["example.org", "evilexample.org", "example.org.evil.net"] {
        assert_eq!(ask(&policy, &network(other)).effect, Effect::Ask, "{other}");
    }
}

#[test]
fn a_time_of_day_may_pass_midnight() {
    let mut policy = profile(Profile::Careful);
    policy.user =
        vec![Rule { minutes: Some((22 * 60, 6 * 60)), ..rule("night", Effect::Allow, &["command"]) }];
    let action = command(&["ls"]);
    let at = |minute_of_day| {
        let now = Moment { ms: 0, minute_of_day };
        decide(&policy, &[], Question { action: &action, session: None, job: None }, now).effect
    };
    assert_eq!([at(22 * 60), at(0), at(6 * 60 - 1)], [Effect::Allow; 3]);
    assert_eq!([at(6 * 60), at(720), at(22 * 60 - 1)], [Effect::Ask; 3]);
}

#[test]
fn a_grant_answers_the_exact_question_until_it_expires_and_only_where_it_was_given() {
    let policy = Policy { user: vec![rule("hm", Effect::Ask, &["command"])], ..profile(Profile::Careful) };
    let action = command(&["npm", "ci"]);
    let job = JobId::parse("j-1").unwrap();
    let grant = Grant {
        id: "g-1".into(),
        rule: shape(&action).unwrap(),
        workspace_id: action.workspace_id.clone(),
        session_id: None,
        job_id: Some(job.clone()),
        expires_at_ms: Some(5_000),
    };
    let try_it = |action: &Action, job: Option<&JobId>, ms| {
        let now = Moment { ms, minute_of_day: 0 };
        decide(&policy, std::slice::from_ref(&grant), Question { action, session: None, job }, now)
    };
    let allowed = try_it(&action, Some(&job), 4_999);
    assert_eq!((allowed.effect, allowed.rule_id.as_str()), (Effect::Allow, "g-1"));
    assert_eq!(try_it(&action, Some(&job), 5_000).effect, Effect::Ask, "expired");
    assert_eq!(try_it(&action, None, 0).effect, Effect::Ask, "another job");
    assert_eq!(
        try_it(&command(&["npm", "ci", "--force"]), Some(&job), 0).effect,
        Effect::Ask,
        "more arguments"
    );
    let mut elsewhere = action.clone();
    elsewhere.workspace_id = None;
    assert_eq!(try_it(&elsewhere, Some(&job), 0).effect, Effect::Ask, "another workspace");
    let mut by_other = action.clone();
    by_other.actor = ActorKind::Node;
    assert_eq!(try_it(&by_other, Some(&job), 0).effect, Effect::Ask, "another actor");
}

#[test]
fn a_denial_beats_a_grant_and_a_grant_never_covers_by_star() {
    let action = command(&["ls"]);
    let mut policy = profile(Profile::Careful);
    let mut grant = Grant {
        id: "g".into(),
        rule: shape(&action).unwrap(),
        workspace_id: None,
        session_id: None,
        job_id: None,
        expires_at_ms: None,
    };
    let try_it = |policy: &Policy, grant: &Grant| {
        decide(
            policy,
            std::slice::from_ref(grant),
            Question { action: &action, session: None, job: None },
            NOON,
        )
        .effect
    };
    assert_eq!(try_it(&policy, &grant), Effect::Allow);
    policy.repository = vec![rule("no", Effect::Deny, &["command"])];
    assert_eq!(try_it(&policy, &grant), Effect::Deny);
    policy.repository.clear();
    grant.rule.kinds = vec!["*".into()];
    assert_eq!(try_it(&policy, &grant), Effect::Ask);
}

#[test]
fn a_rule_without_an_effect_asks() {
    let mut policy = profile(Profile::Autopilot);
    policy.user = vec![Rule { effect: None, ..rule("vague", Effect::Ask, &["job.run"]) }];
    assert_eq!(ask(&policy, &act(ActorKind::Person, ActionKind::JobRun)).rule_id, "vague");
}

#[test]
fn what_is_wrong_with_a_rule_is_told() {
    let bad = Rule {
        paths: vec!["../x".into()],
        hosts: vec!["https://x".into()],
        minutes: Some((5, 5)),
        ..rule("a", Effect::Deny, &["comand", "publish.*"])
    };
    let told: Vec<String> =
        rule_problems(&[bad.clone(), bad], Source::User).into_iter().map(|p| p.message).collect();
    assert_eq!(told.len(), 9, "{told:#?}");
    assert!(told.contains(&"\"comand\" is not a kind of action".to_owned()));
}

#[test]
fn a_rule_for_nothing_but_what_nothing_asks_about_is_told_so() {
    let told = |kinds: &[&str]| -> Vec<String> {
        let rules = [rule("a", Effect::Deny, kinds)];
        rule_problems(&rules, Source::User).into_iter().map(|p| p.message).collect()
    };
    assert_eq!(
        told(&["secret.use", "device.*"]),
        ["Nothing asks about secret.use or device.* yet, so the rule does nothing"]
    );
    for kinds in [&["secret.use", "command"][..], &["budget.raise"], &["publish.*"], &["*"], &[]] {
        assert_eq!(told(kinds), Vec::<String>::new(), "{kinds:?}");
    }
    assert_eq!(told(&["secret.use", "sekret"]), ["\"sekret\" is not a kind of action"]);
}

fn by_worker(text: &str, confined: bool) -> Action {
    let argv = ["bash", "-c", text].map(str::to_owned).to_vec();
    let what = ActionKind::Command { argv, cwd: "/clone".into(), confined };
    act(ActorKind::Worker, what)
}

#[test]
fn in_a_sandbox_ordinary_commands_run_and_the_profiles_differ_in_the_rest() {
    let effects = |text: &str| {
        Profile::ALL.iter().map(|p| ask(&profile(*p), &by_worker(text, true)).effect).collect::<Vec<_>>()
    };
    let (yes, no) = (Effect::Allow, Effect::Ask);
    assert_eq!(effects("cargo test && ls"), [yes, yes, yes]);
    assert_eq!(effects("python script.py > out"), [yes, yes, yes]);
    assert_eq!(effects("curl https://example.org"), [yes, yes, yes], "the host asks for itself");
    assert_eq!(effects("npm install left-pad"), [no, yes, yes]);
    assert_eq!(effects("rm -rf ~/x"), [no, no, yes]);
    assert_eq!(effects("cargo test; git push"), [no, no, no]);
    let verdict = ask(&profile(Profile::Careful), &by_worker("npm i left-pad", true));
    assert_eq!(
        (verdict.rule_id.as_str(), verdict.rule.as_str()),
        ("profile.careful.command.install", "Careful: commands that add packages ask")
    );
}

#[test]
fn without_a_sandbox_every_command_asks_but_those_on_the_list() {
    for one in Profile::ALL {
        let verdict = ask(&profile(*one), &by_worker("ls", false));
        assert_eq!((verdict.effect, verdict.rule_id.ends_with("command.host")), (Effect::Ask, true), "{one}");
    }
    let mut policy = profile(Profile::Careful);
    let prefix = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
    policy.user =
        vec![Rule { argv_prefix: prefix(&["cargo", "test"]), ..rule("tests", Effect::Allow, &["command"]) }];
    for (text, effect) in [
        ("cargo test -q", Effect::Allow),
        ("cd sub && cargo test -q 2>&1 | tail -20", Effect::Allow),
        ("cargo test && cargo run", Effect::Ask),
        ("cargo test $(git push)", Effect::Ask),
        ("cargo test > ~/.bashrc", Effect::Ask),
        ("PATH=x cargo test", Effect::Ask),
        ("xargs cargo test", Effect::Ask),
        ("cd /etc && cargo test", Effect::Ask),
        ("cargo test | tail ~/.ssh/id", Effect::Ask),
        ("./cargo test", Effect::Ask),
        ("echo 'open", Effect::Ask),
        ("echo done", Effect::Ask),
    ] {
        assert_eq!(ask(&policy, &by_worker(text, false)).effect, effect, "{text}");
    }
    // What goes along with others without a rule is allowed by itself where a rule names it.
    policy.user.push(Rule { argv_prefix: prefix(&["echo"]), ..rule("say", Effect::Allow, &["command"]) });
    for (text, effect) in [
        ("echo done", Effect::Allow),
        ("echo a | tail -1", Effect::Allow),
        ("echo a && git push", Effect::Ask),
        ("echo a > ~/.bashrc", Effect::Ask),
        ("echo $(git push)", Effect::Ask),
    ] {
        assert_eq!(ask(&policy, &by_worker(text, false)).effect, effect, "{text}");
    }
}

#[test]
fn a_denied_command_is_found_wherever_a_line_hides_it() {
    let mut policy = profile(Profile::Autopilot);
    policy.user = vec![Rule {
        argv_prefix: vec!["git".into(), "push".into()],
        ..rule("no", Effect::Deny, &["command"])
    }];
    for text in [
        "git push",
        "cd a; git -C b push -f",
        "echo $(git push)",
        "env A=1 sh -c 'git push'",
        "/usr/bin/git push",
    ] {
        assert_eq!(ask(&policy, &by_worker(text, true)).effect, Effect::Deny, "{text}");
    }
    for text in ["git commit -m push", "git stash push", "echo git push"] {
        assert_eq!(ask(&policy, &by_worker(text, true)).effect, Effect::Allow, "{text}");
    }
}

#[test]
fn a_rule_may_speak_of_classes() {
    use protocol::command::CommandClass::{Build, Network, Read};
    let mut policy = profile(Profile::Careful);
    policy.user = vec![
        Rule { classes: vec![Network], ..rule("net", Effect::Deny, &["command"]) },
        Rule { classes: vec![Read, Build], ..rule("look", Effect::Allow, &["command"]) },
    ];
    assert_eq!(ask(&policy, &by_worker("ls; curl x", true)).effect, Effect::Deny);
    assert_eq!(ask(&policy, &by_worker("ls && make", false)).rule_id, "look");
    assert_eq!(
        ask(&policy, &by_worker("ls && ./x", false)).effect,
        Effect::Ask,
        "all of it has to be covered"
    );
    assert_eq!(ask(&policy, &network("a.example")).effect, Effect::Ask, "a host has no class of commands");
}

#[test]
fn what_may_be_remembered_is_exactly_what_is_asked_and_nothing_that_always_asks() {
    let job = JobId::parse("j-1").unwrap();
    let mut reach = network("a.example");
    let offered = offer(&reach, Some(&job)).unwrap();
    assert_eq!((offered.covers.as_str(), offered.spans.len()), ("Connecting to a.example on port 443", 4));
    assert_eq!(offer(&reach, None).unwrap().spans.len(), 3, "without a job not for a job");
    let grant = Grant {
        id: "g".into(),
        rule: offered.rule,
        workspace_id: reach.workspace_id.clone(),
        session_id: None,
        job_id: None,
        expires_at_ms: None,
    };
    let covered = |action: &Action| {
        let question = Question { action, session: None, job: None };
        decide(&profile(Profile::Careful), std::slice::from_ref(&grant), question, NOON).effect
            == Effect::Allow
    };
    assert!(covered(&reach) && !covered(&network("b.example")));
    reach.what = ActionKind::Network { host: "a.example".into(), port: 8443 };
    assert!(!covered(&reach), "another port was not asked about");

    let boxed = offer(&by_worker("npm i x", true), None).unwrap();
    assert_eq!(
        (boxed.rule.confined, boxed.covers.as_str()),
        (Some(true), "Running exactly `npm i x`, in a sandbox")
    );
    for what in [
        ActionKind::PublishForce { branch: "b".into() },
        ActionKind::LandMain { branch: "main".into(), commit: "c".into() },
        ActionKind::DevicePair { name: "p".into() },
        ActionKind::WorkspaceTrust { digest: "d".into() },
        ActionKind::PublishPush { branch: "b".into() },
        ActionKind::SecretUse { name: "s".into() },
        ActionKind::JobRun,
    ] {
        assert!(offer(&act(ActorKind::Worker, what.clone()), Some(&job)).is_none(), "{what:?}");
    }
    assert!(
        offer(&landing(&["a.rs"], &[], true), Some(&job)).is_none(),
        "a landing is answered for its patch alone"
    );
    let nowhere = Action { workspace_id: None, ..network("a.example") };
    assert!(offer(&nowhere, None).is_none(), "a grant is of a workspace");
}

#[test]
fn a_grant_does_not_open_what_always_asks() {
    let force = act(ActorKind::Person, ActionKind::PublishForce { branch: "b".into() });
    let grant = Grant {
        id: "g".into(),
        rule: rule("r", Effect::Allow, &["publish.force"]),
        workspace_id: None,
        session_id: None,
        job_id: None,
        expires_at_ms: None,
    };
    let question = Question { action: &force, session: None, job: None };
    assert_eq!(decide(&profile(Profile::Autopilot), &[grant], question, NOON).effect, Effect::Ask);
}

#[test]
fn rules_and_profiles_are_told_in_words() {
    let rule = Rule {
        argv_prefix: vec!["git".into(), "push".into()],
        confined: Some(true),
        minutes: Some((1320, 360)),
        ..rule("r", Effect::Deny, &["command"])
    };
    assert_eq!(
        says(&rule),
        "Denies command for commands that begin with `git push` in a sandbox between 22:00 and 06:00"
    );
    for profile in Profile::ALL {
        let lines = profile_lines(*profile);
        assert!(lines.iter().any(|line| line.id == "command.host" && line.effect == Effect::Ask));
        assert!(
            lines.iter().all(|line| !line.says.is_empty() && !line.says.contains("this always asks")),
            "{lines:#?}"
        );
    }
}
