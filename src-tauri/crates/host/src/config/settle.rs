//! From the pile of values to the typed configuration.

use std::net::Ipv4Addr;

use protocol::main_line::ToMain;
use protocol::merge::Strategy;
use protocol::policy::Profile;
use protocol::settings::{ModelPrice, Role};
use protocol::worker::WorkerBackend;

use super::Value;
use super::model::RoleModel;
use super::proofs::Proofs;
use super::resolve::Pile;
use super::settings::{
    Budget, Ceiling, Config, Gate, Listen, Merge, Network, Publish, Push, Reach, ScopeHints, Server,
    Terminals, Update, Workers,
};
use super::value::money;
use crate::sandbox::Preference;

impl Pile {
    pub(super) fn settle(mut self) -> Config {
        let Proofs { checks, groups, setup, recipes } = std::mem::take(&mut self.proofs);
        let (number, flag) = (|key| self.number(key), |key| self.flag(key));
        let some = |key| number(key).and_then(|n| u32::try_from(n).ok());
        let port = |key| number(key).and_then(|n| u16::try_from(n).ok());
        let preference = |key| self.word(key).and_then(|word| Preference::from_word(&word));
        let require = preference("sandbox.require");
        let server = Server {
            host: self.word("server.host").and_then(|w| w.parse().ok()).unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port: port("server.port"),
            localbuddy_port: port("server.localbuddyPort"),
            url: self.word("server.url"),
            fingerprint: self.word("server.fingerprint"),
        };
        let workers = Workers {
            count: some("workers.count"),
            min: some("workers.min"),
            max: some("workers.max"),
            backend: self
                .word("workers.backend")
                .and_then(|word| WorkerBackend::from_word(&word))
                .unwrap_or(WorkerBackend::Native),
            // Whatever is required is also what is tried: they agree, or the choice is left to us.
            sandbox: require.or_else(|| preference("sandbox.backend")).unwrap_or_default(),
            require,
            image: self.word("sandbox.image"),
            engine: self.word("sandbox.engine"),
            cpus: some("sandbox.cpus"),
            memory: number("sandbox.memoryMb").and_then(|n| u64::try_from(n).ok()).map(|mb| mb << 20),
            disk: number("sandbox.diskMb").and_then(|n| u64::try_from(n).ok()).unwrap_or_default() << 20,
        };
        let merge = Merge {
            enabled: flag("merge.enabled"),
            slots: some("merge.slots"),
            window: some("merge.window"),
            strategy: self.word("merge.strategy").and_then(|w| Strategy::from_word(&w)).unwrap_or_default(),
            flaky_retries: some("merge.flakyRetries").unwrap_or_default(),
            fix_ups: some("merge.fixUps").unwrap_or_default(),
            to_main: match self.word("merge.toMain").as_deref() {
                Some("policy") => ToMain::Policy,
                Some("after-each") => ToMain::AfterEach,
                _ => ToMain::Explicit,
            },
            push: flag("merge.push"),
            open_pr: flag("merge.openPr"),
            push_generated: self.word("merge.pushTo").as_deref() == Some("generated"),
        };
        let network = Network {
            jobs: match self.word("network.jobs").as_deref() {
                Some("off") => Reach::Off,
                Some("listed") => Reach::Listed,
                _ => Reach::Ask,
            },
            allow: self.words("network.allow"),
        };
        let listen = Listen {
            tailnet: flag("listen.tailnet"),
            tailnet_port: port("listen.tailnetPort"),
            serve: flag("listen.serve"),
            serve_port: port("listen.servePort"),
            serve_https: port("listen.serveHttps").unwrap_or(443),
            address: self.word("listen.address").filter(|text| !text.is_empty()),
            certificate: self.word("listen.certificate").map(Into::into),
            certificate_key: self.word("listen.certificateKey").map(Into::into),
            names: self.words("listen.names"),
            allow: self.words("listen.allow"),
            tailscaled: self.word("listen.tailscaled"),
        };
        let models = Role::ALL.iter().map(|role| self.model(*role)).collect();
        let gate = Gate {
            reviewer_revises: flag("gate.reviewerRevises"),
            reviewer_seconds: number("gate.reviewerSeconds").map_or(120, i64::cast_unsigned),
        };
        let origin = |key: &str| self.proof_origins.get(key).cloned();
        Config {
            server,
            data_dir: self.word("data.dir").map(Into::into),
            secrets_key_file: self.word("secrets.keyFile").map(Into::into),
            workers,
            network,
            listen,
            gate,
            merge,
            publish: Publish {
                enabled: flag("publish.enabled"),
                protected: self.words("publish.protected"),
                github_hosts: self.words("publish.githubHosts"),
                token_variables: self.words("publish.tokenVariables"),
                gh: flag("publish.gh"),
                timeout_s: number("publish.timeoutS").map_or(300, i64::cast_unsigned),
            },
            models,
            profile: self.word("policy.profile").and_then(|w| Profile::from_word(&w)).unwrap_or_default(),
            chosen_profile: self.chosen_profile.as_ref().and_then(profile).unwrap_or_default(),
            profile_cap: self.cap.as_ref().and_then(|(word, origin)| Some((profile(word)?, origin.clone()))),
            scope: ScopeHints {
                write_globs: self.words("scope.writeGlobs"),
                hints: self.words("scope.hints"),
            },
            budget: Budget {
                job: self.ceiling("Job"),
                day: self.ceiling("Day"),
                workspace: self.ceiling("Workspace"),
                auto_resume: flag("budget.autoResume"),
            },
            update: Update {
                enabled: self.values.contains_key("update.enabled").then(|| flag("update.enabled")),
                channel: self.word("update.channel").unwrap_or_default(),
                endpoint: self.word("update.endpoint"),
                public_key: self.word("update.publicKey"),
            },
            terminals: Terminals {
                most: some("terminal.most").unwrap_or(64),
                idle_hours: some("terminal.idleHours").unwrap_or(24),
                record: flag("terminal.record"),
            },
            push: Push { services: self.words("push.services"), contact: self.word("push.contact") },
            checks_origin: origin("check"),
            setup_origin: origin("setup"),
            recipe_origins: recipes
                .keys()
                .filter_map(|name| Some((name.clone(), origin(&format!("recipes.{name}"))?)))
                .collect(),
            checks: checks.map(|(_, checks)| checks),
            check_groups: groups,
            setup: setup.map(|(_, setup)| setup),
            recipes: recipes.into_iter().map(|(name, (_, recipe))| (name, recipe)).collect(),
            warnings: self.warnings,
            values: self.values,
        }
    }

    fn model(&self, role: Role) -> RoleModel {
        let word = |field: &str| self.word(&format!("llm.{role}.{field}"));
        RoleModel {
            role,
            backend: word("backend").map(|name| RoleModel::current_name(&name).to_owned()),
            endpoint: word("endpoint"),
            model: word("model"),
            key_env: word("key").map(|text| text.strip_prefix("env:").unwrap_or(&text).to_owned()),
            context_window: self.number(&format!("llm.{role}.contextWindow")).map(i64::cast_unsigned),
            price: self.price(role),
        }
    }

    /// A price needs both sides: with one of them unknown, what a call costs is unknown.
    fn price(&self, role: Role) -> Option<ModelPrice> {
        let amount = |field: &str| self.money(&format!("llm.{role}.{field}"));
        Some(ModelPrice {
            input: amount("priceInput")?,
            output: amount("priceOutput")?,
            cached_input: amount("priceCachedInput"),
        })
    }

    fn ceiling(&self, scope: &str) -> Ceiling {
        Ceiling {
            tokens: self.number(&format!("budget.tokensPer{scope}")).map(i64::cast_unsigned),
            minutes: self.number(&format!("budget.minutesPer{scope}")).map(i64::cast_unsigned),
            micros: self.money(&format!("budget.moneyPer{scope}")),
        }
    }

    fn money(&self, key: &str) -> Option<u64> {
        self.word(key).as_deref().and_then(money)
    }

    fn word(&self, key: &str) -> Option<String> {
        match self.values.get(key) {
            Some((Value::Text(text), _)) => Some(text.clone()),
            _ => None,
        }
    }

    fn words(&self, key: &str) -> Vec<String> {
        match self.values.get(key) {
            Some((Value::Words(words), _)) => words.clone(),
            _ => Vec::new(),
        }
    }

    fn number(&self, key: &str) -> Option<i64> {
        match self.values.get(key) {
            Some((Value::Number(number), _)) => Some(*number),
            _ => None,
        }
    }

    fn flag(&self, key: &str) -> bool {
        matches!(self.values.get(key), Some((Value::Flag(true), _)))
    }
}

fn profile(value: &Value) -> Option<Profile> {
    match value {
        Value::Text(word) => Profile::from_word(word),
        _ => None,
    }
}
