//! Laws of the policy function that hold for every set of rules.

use flow::policy::{KINDS, Moment, PackageHosts, Policy, Question, decide, offer, shape};
use proptest::prelude::*;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Grant, Profile, Rule};
use protocol::{RiskLevel, WorkspaceId};

/// How much an effect lets through.
fn room(effect: Effect) -> u8 {
    match effect {
        Effect::Deny => 0,
        Effect::Ask => 1,
        Effect::Allow => 2,
    }
}

fn risk() -> impl Strategy<Value = RiskLevel> {
    prop::sample::select(RiskLevel::ALL.to_vec())
}

fn actor() -> impl Strategy<Value = ActorKind> {
    prop::sample::select(ActorKind::ALL.to_vec())
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["src/a.rs", "src/net/b.rs", "docs/c.md", "ci/d.yml", "README.md"])
        .prop_map(str::to_owned)
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        prop::sample::select(vec!["cargo", "test", "rm", "npm", "-q"]).prop_map(str::to_owned),
        1..4,
    )
}

fn host() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a.example.org", "example.org", "packages.example", "x.test"])
        .prop_map(str::to_owned)
}

fn what() -> impl Strategy<Value = ActionKind> {
    let paths = || prop::collection::vec(path(), 0..3);
    prop_oneof![
        Just(ActionKind::JobRun),
        words().prop_map(|argv| ActionKind::Command { argv, cwd: "/".into(), confined: false }),
        host().prop_map(|host| ActionKind::Network { host, port: 443 }),
        paths().prop_map(|paths| ActionKind::FileWrite { paths }),
        (paths(), paths(), 0u32..20, 0u32..400, any::<bool>()).prop_map(
            |(mut paths, risky_paths, files, additions, verified)| {
                paths.extend(risky_paths.iter().cloned());
                ActionKind::Land {
                    entry_id: "m".into(),
                    files,
                    additions,
                    deletions: 0,
                    paths,
                    risky_paths,
                    verified,
                }
            }
        ),
        Just(ActionKind::LandMain { branch: "main".into(), commit: "c".into() }),
        Just(ActionKind::PublishPush { branch: "b".into() }),
        Just(ActionKind::PublishForce { branch: "b".into() }),
        Just(ActionKind::DevicePair { name: "p".into() }),
        (words(), prop::collection::vec(host(), 0..3))
            .prop_map(|(argv, hosts)| ActionKind::SetupNetwork { argv, hosts }),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    (actor(), risk(), what()).prop_map(|(actor, risk, what)| Action {
        workspace_id: WorkspaceId::parse("w").ok(),
        actor,
        risk,
        what,
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let kind = prop_oneof![
        prop::sample::select(KINDS.to_vec()).prop_map(str::to_owned),
        Just("*".to_owned()),
        Just("publish.*".to_owned()),
    ];
    let glob =
        prop::sample::select(vec!["**", "src/**", "docs", "*.md", "ci/d.yml", "["]).prop_map(str::to_owned);
    let host_glob = prop::sample::select(vec!["*", "*.example.org", "x.test"]).prop_map(str::to_owned);
    (
        prop::option::of(prop::sample::select(Effect::ALL.to_vec())),
        prop::collection::vec(kind, 0..3),
        prop::collection::vec(glob, 0..2),
        prop::option::weighted(0.2, words()),
        prop::collection::vec(host_glob, 0..2),
        prop::option::weighted(0.3, risk()),
        prop::option::weighted(0.2, 0u32..20),
        prop::option::weighted(0.2, (0u16..1440, 0u16..1440)),
        prop::collection::vec(actor(), 0..2),
    )
        .prop_map(|(effect, kinds, paths, argv, hosts, max_risk, max_files, minutes, actors)| Rule {
            id: "r".into(),
            effect,
            kinds,
            paths,
            argv_prefix: argv.unwrap_or_default(),
            hosts,
            max_risk,
            max_files,
            max_lines: None,
            actors,
            minutes,
            ..Rule::default()
        })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop::collection::vec(rule(), 0..5)
}

fn policy() -> impl Strategy<Value = Policy> {
    (prop::sample::select(Profile::ALL.to_vec()), rules(), rules()).prop_map(|(profile, user, repository)| {
        Policy {
            profile,
            user,
            repository,
            package_hosts: PackageHosts(vec!["packages.example".into()]),
            ..Policy::default()
        }
    })
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let grant = (
        prop_oneof![rule(), action().prop_map(|a| shape(&a).unwrap_or_default())],
        prop::option::of(0i64..2_000),
    )
        .prop_map(|(rule, expires_at_ms)| Grant {
            id: "g".into(),
            rule,
            workspace_id: None,
            session_id: None,
            job_id: None,
            expires_at_ms,
        });
    prop::collection::vec(grant, 0..4)
}

fn effect(policy: &Policy, grants: &[Grant], action: &Action, now: Moment) -> Effect {
    decide(policy, grants, Question { action, session: None, job: None }, now).effect
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_repositorys_rules_never_loosen(policy in policy(), grants in grants(), action in action(), minute in 0u16..1440) {
        let now = Moment { ms: 1_000, minute_of_day: minute };
        let alone = Policy { repository: Vec::new(), ..policy.clone() };
        prop_assert!(room(effect(&policy, &grants, &action, now)) <= room(effect(&alone, &grants, &action, now)));
    }

    #[test]
    fn one_more_denying_or_asking_rule_never_loosens(policy in policy(), grants in grants(), action in action(), mut extra in rule(), deny in any::<bool>()) {
        let now = Moment { ms: 1_000, minute_of_day: 600 };
        let before = effect(&policy, &grants, &action, now);
        extra.effect = Some(if deny { Effect::Deny } else { Effect::Ask });
        let mut tighter = policy.clone();
        tighter.user.push(extra);
        prop_assert!(room(effect(&tighter, &grants, &action, now)) <= room(before));
    }

    #[test]
    fn a_denial_of_everything_dominates(policy in policy(), grants in grants(), action in action(), by_user in any::<bool>()) {
        let no = Rule { id: "no".into(), effect: Some(Effect::Deny), ..Rule::default() };
        let mut closed = policy.clone();
        if by_user { closed.user.push(no) } else { closed.repository.push(no) }
        prop_assert_eq!(effect(&closed, &grants, &action, Moment { ms: 0, minute_of_day: 0 }), Effect::Deny);
    }

    #[test]
    fn time_only_takes_grants_away(policy in policy(), grants in grants(), action in action(), early in 0i64..2_000, later in 0i64..2_000) {
        let at = |ms| effect(&policy, &grants, &action, Moment { ms, minute_of_day: 600 });
        prop_assert!(room(at(early + later)) <= room(at(early)));
    }

    #[test]
    fn a_grant_never_tightens_and_never_opens_a_denial(policy in policy(), grants in grants(), action in action()) {
        let now = Moment { ms: 1_000, minute_of_day: 600 };
        let (without, with) = (effect(&policy, &[], &action, now), effect(&policy, &grants, &action, now));
        prop_assert!(room(with) >= room(without));
        prop_assert!(without != Effect::Deny || with == Effect::Deny);
    }

    #[test]
    fn without_rules_and_grants_nothing_is_denied_and_what_is_guarded_asks(action in action(), which in 0usize..3) {
        let policy = Policy { profile: Profile::ALL[which], ..Policy::default() };
        let verdict = decide(&policy, &[], Question { action: &action, session: None, job: None }, Moment { ms: 0, minute_of_day: 0 });
        prop_assert_ne!(verdict.effect, Effect::Deny);
        let guarded = matches!(action.what.word(), "publish.force" | "land.main" | "device.pair");
        prop_assert!(!guarded || verdict.effect == Effect::Ask);
        prop_assert!(!verdict.rule.is_empty() && !verdict.rule_id.is_empty());
    }

    #[test]
    fn what_is_offered_covers_the_question_itself_and_no_other(action in action(), other in action()) {
        let policy = Policy::default();
        let now = Moment { ms: 0, minute_of_day: 0 };
        let Some(offer) = offer(&action, None) else { return Ok(()) };
        let grant = Grant { id: "g".into(), rule: offer.rule, workspace_id: action.workspace_id.clone(), session_id: None, job_id: None, expires_at_ms: None };
        let grants = [grant];
        prop_assert_eq!(effect(&policy, &grants, &action, now), Effect::Allow);
        if effect(&policy, &[], &other, now) == Effect::Ask && effect(&policy, &grants, &other, now) == Effect::Allow {
            prop_assert_eq!(action.actor, other.actor);
            prop_assert_eq!(action.what.word(), other.what.word());
            if let (ActionKind::Command { argv, .. }, ActionKind::Command { argv: more, .. }) = (&action.what, &other.what) {
                prop_assert_eq!(argv, more);
            }
        }
    }
}
