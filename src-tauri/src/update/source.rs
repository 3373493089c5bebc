//! Where updates come from: the user's own configuration, else what the package was built with.

use host::config::Update;
use serde_json::Value;

use super::failure::Failure;

/// All that is needed to look for updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `stable` or `canary`.
    pub channel: String,
    /// With its places still open.
    pub endpoint: String,
    pub public_key: String,
    /// Whether to look without being asked.
    pub automatic: bool,
}

impl Source {
    /// `built_in` is the updater's part of the program's own configuration.
    pub fn of(configured: &Update, built_in: Option<&Value>) -> Result<Self, Failure> {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
        };
        let endpoint =
            configured.endpoint.clone().or_else(|| text(built_in.and_then(|of| of["endpoints"].get(0))));
        let key = configured.public_key.clone().filter(|key| !key.trim().is_empty());
        let public_key = key.or_else(|| text(built_in.and_then(|of| of.get("pubkey"))));
        match (endpoint, public_key) {
            (Some(endpoint), Some(public_key)) => Ok(Self {
                channel: configured.channel.clone(),
                endpoint,
                public_key: public_key.trim().to_owned(),
                automatic: configured.enabled.unwrap_or(true),
            }),
            _ => Err(Failure::off()),
        }
    }

    /// Whether a version is offered on this channel: early ones carry a mark such as `0.3.0-canary.2`.
    pub fn offers(&self, is_early: bool) -> bool {
        !is_early || self.channel == "canary"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn configured(endpoint: Option<&str>, key: Option<&str>) -> Update {
        Update {
            enabled: None,
            channel: "stable".into(),
            endpoint: endpoint.map(Into::into),
            public_key: key.map(Into::into),
        }
    }

    #[test]
    fn nothing_is_looked_for_without_an_endpoint_and_a_key() {
        let empty = json!({ "pubkey": "", "endpoints": [] });
        for (endpoint, key) in
            [(None, None), (Some("https://e/"), None), (None, Some("k")), (Some("https://e/"), Some(" "))]
        {
            for built_in in [None, Some(&empty)] {
                let refused = Source::of(&configured(endpoint, key), built_in).unwrap_err();
                assert_eq!(refused.code, "update.off");
            }
        }
    }

    #[test]
    fn the_users_word_comes_before_the_packages() {
        let built_in = json!({ "pubkey": "built in", "endpoints": ["https://b/"] });
        let source = Source::of(&configured(None, None), Some(&built_in)).unwrap();
        assert_eq!(
            (source.endpoint.as_str(), source.public_key.as_str(), source.automatic),
            ("https://b/", "built in", true)
        );
        let own = Update { enabled: Some(false), ..configured(Some("https://o/"), Some("own")) };
        let source = Source::of(&own, Some(&built_in)).unwrap();
        assert_eq!(
            (source.endpoint.as_str(), source.public_key.as_str(), source.automatic),
            ("https://o/", "own", false)
        );
    }

    #[test]
    fn early_versions_are_offered_on_the_early_channel_alone() {
        let of = |channel: &str| Source {
            channel: channel.into(),
            endpoint: String::new(),
            public_key: String::new(),
            automatic: true,
        };
        assert!(of("canary").offers(true) && of("canary").offers(false) && of("stable").offers(false));
        assert!(!of("stable").offers(true));
    }
}
