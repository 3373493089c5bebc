//! The way out of a set-up step that was allowed the network: a proxy to the hosts that its `network` names, and to no
//! others. What is allowed is the step's own list, which the owner trusted and the question showed; nobody is asked
//! about another host, it is refused and named when the step fails. What was decided about each is told afterwards.

use host::network::{Target, hosts_of, is_preset};
use host::proxy::{Connected, Ended, Judge, Judgement, PrivateWay, ProxyDoor, SystemWay, Way};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Stands in a list for every host: the step gets the machine's network itself.
const EVERY: &str = "*";
/// Refused hosts that a failure names.
const NAMED: usize = 8;
/// Hosts of one run whose decisions are kept.
const KEPT: usize = 256;

/// Whether a step asks for the network as it is, which is more than any list.
pub(super) fn wants_all(network: &[String]) -> bool {
    network.iter().any(|word| word == EVERY)
}

/// What one run may reach, and what it was kept from.
pub(super) struct List {
    /// Patterns.
    hosts: Vec<String>,
    /// Those among them that were written out by themselves: they may be in the user's own network.
    named: Vec<String>,
    decided: Mutex<BTreeMap<Target, Decided>>,
}

/// What was decided about a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decided {
    Listed,
    NotListed,
    /// Listed, and its name leads to an address that is never reached; why.
    Never(String),
}

impl Decided {
    pub fn allowed(&self) -> bool {
        *self == Self::Listed
    }

    pub fn why(&self) -> &str {
        match self {
            Self::Listed => "The set-up step's network names it.",
            Self::NotListed => "The set-up step's network does not name it.",
            Self::Never(why) => why,
        }
    }
}

impl List {
    /// The hosts of a step's `network`: names of registries, hosts and `*.domain`, each with or without a port.
    pub fn of(network: &[String]) -> Arc<Self> {
        let named = network.iter().filter(|word| !is_preset(word) && !word.starts_with("*.")).cloned();
        Arc::new(Self {
            hosts: hosts_of(network.iter().map(String::as_str)),
            named: named.collect(),
            decided: Mutex::default(),
        })
    }

    /// The proxy to them.
    pub fn door(self: &Arc<Self>) -> Arc<ProxyDoor> {
        ProxyDoor::new(self.clone(), self.clone())
    }

    /// What was asked for and not on the list, in words; none where nothing was.
    pub fn refused(&self) -> Option<String> {
        let decided = self.decided();
        let refused = decided.iter().filter(|(_, decided)| **decided == Decided::NotListed);
        let named: Vec<String> = refused.take(NAMED).map(|(target, _)| target.to_string()).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// Every decision, each host once.
    pub fn decided(&self) -> BTreeMap<Target, Decided> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, target: &Target, decided: Decided) {
        let mut all = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < KEPT || all.contains_key(target) {
            all.insert(target.clone(), decided);
        }
    }
}

fn covered(target: &Target, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| target.is_covered_by(pattern))
}

impl Judge for List {
    fn judge(&self, target: &Target) -> Pin<Box<dyn Future<Output = Judgement> + Send + '_>> {
        let listed = covered(target, &self.hosts);
        self.keep(target, if listed { Decided::Listed } else { Decided::NotListed });
        Box::pin(std::future::ready(match listed {
            true => Judgement::Allow,
            false => Judgement::Deny("the set-up step's network does not name it".to_owned()),
        }))
    }

    fn ended<'a>(
        &'a self,
        target: &'a Target,
        outcome: Ended,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        match outcome {
            Ended::Served { sent, received } => tracing::info!(%target, sent, received, "set-up connected"),
            Ended::Refused(why) => self.keep(target, Decided::Never(why)),
            Ended::NotReached(why) => tracing::info!(%target, why, "set-up did not reach it"),
        }
        Box::pin(std::future::ready(()))
    }
}

impl Way for List {
    fn connect<'a>(&'a self, target: &'a Target) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>> {
        match covered(target, &self.named) {
            true => PrivateWay.connect(target),
            false => SystemWay.connect(target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn what_the_list_names_is_allowed_and_what_it_does_not_is_told() {
        let list = List::of(&words(&["npm", "mirror.corp.example:8443", "*.example.org"]));
        let says = |host: &str, port| {
            let (list, target) = (list.clone(), Target::new(host, port).unwrap());
            async move { list.judge(&target).await == Judgement::Allow }
        };
        for (host, port) in
            [("registry.npmjs.org", 443), ("mirror.corp.example", 8443), ("deep.a.example.org", 80)]
        {
            assert!(says(host, port).await, "{host}");
        }
        assert_eq!(list.refused(), None);
        for (host, port) in [("evil.example", 443), ("mirror.corp.example", 443), ("example.org", 443)] {
            assert!(!says(host, port).await, "{host}");
        }
        let refused = "evil.example:443, example.org:443, mirror.corp.example:443";
        assert_eq!(list.refused().as_deref(), Some(refused));
    }

    #[test]
    fn only_a_host_that_was_written_out_may_be_in_a_private_network() {
        let list = List::of(&words(&["npm", "mirror.corp.example", "*.example.org"]));
        assert_eq!(list.named, ["mirror.corp.example"]);
        assert!(wants_all(&words(&["npm", "*"])) && !wants_all(&words(&["*.example.org"])));
    }
}
