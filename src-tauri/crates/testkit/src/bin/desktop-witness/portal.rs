//! `org.freedesktop.portal.Settings`: what a running desktop would say of its appearance. It says what it is told to.

use std::collections::HashMap;

use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{fdo, interface};

pub const NAMESPACE: &str = "org.freedesktop.appearance";
pub const PATH: &str = "/org/freedesktop/portal/desktop";

/// `color-scheme`: 0 says nothing, 1 dark, 2 light. `contrast`: 0 says nothing, 1 more of it.
#[derive(Default)]
pub struct Settings(pub HashMap<String, u32>);

impl Settings {
    /// From words such as `color-scheme=1`.
    pub fn parse(words: &str) -> Option<Self> {
        let pairs = words.split(',').map(|pair| {
            let (key, value) = pair.split_once('=')?;
            Some((key.to_owned(), value.parse().ok()?))
        });
        pairs.collect::<Option<_>>().map(Self)
    }

    fn value(&self, namespace: &str, key: &str) -> fdo::Result<OwnedValue> {
        let known = self.0.get(key).filter(|_| namespace == NAMESPACE);
        known
            .map(|value| OwnedValue::from(*value))
            .ok_or_else(|| fdo::Error::Failed("Requested setting not found".into()))
    }
}

#[interface(name = "org.freedesktop.portal.Settings")]
impl Settings {
    /// As portals really answer it: a variant within a variant.
    async fn read(&self, namespace: String, key: String) -> fdo::Result<OwnedValue> {
        let inner: Value<'_> = self.value(&namespace, &key)?.into();
        OwnedValue::try_from(Value::Value(Box::new(inner)))
            .map_err(|error| fdo::Error::Failed(error.to_string()))
    }

    async fn read_one(&self, namespace: String, key: String) -> fdo::Result<OwnedValue> {
        self.value(&namespace, &key)
    }

    async fn read_all(&self, _namespaces: Vec<String>) -> HashMap<String, HashMap<String, OwnedValue>> {
        let all = self.0.iter().map(|(key, value)| (key.clone(), OwnedValue::from(*value))).collect();
        HashMap::from([(NAMESPACE.to_owned(), all)])
    }

    #[zbus(signal)]
    pub async fn setting_changed(
        emitter: &SignalEmitter<'_>,
        namespace: &str,
        key: &str,
        value: Value<'_>,
    ) -> zbus::Result<()>;

    #[zbus(property, name = "version")]
    async fn version(&self) -> u32 {
        2
    }
}
