//! Where the server can be reached from, and who is let in there.

use crate::wire;

wire! {
    /// Which way a request came. What is believed of it depends on this.
    pub enum ListenerKind {
        /// This machine's loopback; always open.
        Loopback,
        /// This machine's address in its tailnet, without TLS of our own.
        Tailnet,
        /// A loopback port of its own that only Tailscale Serve is meant to forward to.
        Serve,
        /// An address of the owner's choice, with TLS.
        Address,
    }
}

wire! {
    /// What a browser makes of a page from there.
    pub enum Tier {
        /// A secure context: keys that cannot be copied, installing, offline pages and notifications.
        Secure,
        /// Plain http: none of that; a device gets a token that is kept as a digest here.
        Plain,
    }
}

wire! {
    /// An address other devices can open.
    pub struct ReachableAddress {
        /// Without a path or a slash at its end.
        pub url: String,
        pub tier: Tier,
        pub listener: ListenerKind,
    }
}

wire! {
    pub enum ListenerState {
        Off,
        /// Open, and answering at its addresses.
        Open,
        /// Chosen, and tried again until it can be opened; `why` says what is missing.
        Waiting,
    }
}

wire! {
    /// Whoever a listener lets speak to the server. Everybody but programs on this machine also needs a paired device.
    pub enum Reachers {
        /// Programs and people on this machine.
        Machine,
        /// Machines of the tailnet that belong to one of `logins`, or have one of the tags among them.
        Tailnet,
        /// Whatever can reach the address over the network.
        Network,
    }
}

wire! {
    pub struct ListenerShown {
        pub kind: ListenerKind,
        pub chosen: bool,
        /// Which layer of the configuration says so.
        pub origin: String,
        pub state: ListenerState,
        pub tier: Tier,
        /// Addresses it answers at; while it is off, those it would answer at, as far as they are known.
        pub urls: Vec<String>,
        /// Address and port it is bound to on this machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub bound: Option<String>,
        pub reachers: Reachers,
        /// SHA-256 of the certificate in hexadecimal, where it has one of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub fingerprint: Option<String>,
        /// The certificate was made here, so browsers warn of it until it is trusted.
        #[serde(default)]
        pub self_signed: bool,
        /// A stable code beginning with `listen.` or `tailnet.`, while it is not open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub code: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub why: Option<String>,
        /// What was done outside of this program, such as a command of `tailscale` and what it said.
        #[serde(default)]
        pub done: Vec<String>,
    }
}

wire! {
    pub enum TailscaleState {
        /// No tailscaled was found.
        Missing,
        /// It is there, and this user may not ask it.
        Denied,
        /// It is there, and neither connected nor logged in.
        Stopped,
        Running,
    }
}

wire! {
    pub struct TailscaleShown {
        pub state: TailscaleState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub version: Option<String>,
        /// This machine's full name in its tailnet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub name: Option<String>,
        pub addresses: Vec<String>,
        /// Whom this machine belongs to in its tailnet; none for a machine with tags.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub login: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub why: Option<String>,
    }
}

wire! {
    /// Answer of `listen.show` and `listen.set`.
    pub struct Listening {
        pub listeners: Vec<ListenerShown>,
        pub tailscale: TailscaleShown,
        /// Logins and tags that are let in from the tailnet, the owner's login first.
        pub logins: Vec<String>,
        /// Those of them that were added, and which layer of the configuration says so.
        pub allow: Vec<String>,
        pub allow_origin: String,
    }
}

wire! {
    /// What is left out stays as it is.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct SetListening {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub tailnet: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub serve: Option<bool>,
        /// `IP:PORT` of this machine; an empty text closes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub address: Option<String>,
        /// Logins such as `ann@example.com` and tags such as `tag:laptop`; all of them, without the owner's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub allow: Option<Vec<String>>,
    }
}

impl Listening {
    /// Whose machines of the tailnet are let in, in words; none where nobody's are.
    pub fn let_in(&self) -> Option<String> {
        machines_of(&self.logins)
    }
}

/// A machine with tags belongs to no login: it is let in by the name of a tag alone.
fn machines_of(logins: &[String]) -> Option<String> {
    let (tags, logins): (Vec<&str>, Vec<&str>) =
        logins.iter().map(String::as_str).partition(|one| one.starts_with("tag:"));
    match (logins.join(", "), tags.join(", ")) {
        (logins, tags) if logins.is_empty() && tags.is_empty() => None,
        (logins, tags) if tags.is_empty() => Some(format!("machines of {logins}")),
        (logins, tags) if logins.is_empty() => Some(format!("machines tagged {tags}")),
        (logins, tags) => Some(format!("machines of {logins} and those tagged {tags}")),
    }
}

impl SetListening {
    /// This choice with what a later one says laid over it.
    pub fn with(self, later: Self) -> Self {
        Self {
            tailnet: later.tailnet.or(self.tailnet),
            serve: later.serve.or(self.serve),
            address: later.address.or(self.address),
            allow: later.allow.or(self.allow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::machines_of;

    #[test]
    fn machines_with_tags_are_said_apart_from_those_of_logins() {
        let said =
            |logins: &[&str]| machines_of(&logins.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&[]), None);
        assert_eq!(
            said(&["ann@x.example", "bo@x.example"]).unwrap(),
            "machines of ann@x.example, bo@x.example"
        );
        assert_eq!(said(&["tag:ci"]).unwrap(), "machines tagged tag:ci");
        let both = "machines of ann@x.example and those tagged tag:ci, tag:box";
        assert_eq!(said(&["ann@x.example", "tag:ci", "tag:box"]).unwrap(), both);
    }
}
