//! The Secret Service of a Linux session. Looking asks only what can be answered without a dialog, and does
//! not start the program that keeps the secrets.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Error};
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::zvariant::OwnedObjectPath;
use zbus::{Connection, Proxy};

use super::Looked;

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const LIMIT: Duration = Duration::from_secs(3);
const UNLOCK: &str = "Unlock it, for instance by signing in to the desktop, or give PILOTHOUSE_SECRETS_KEY for an encrypted file.";

pub(super) fn open() -> Result<Arc<CredentialStore>, Error> {
    zbus_secret_service_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

pub(super) async fn look() -> Looked {
    match tokio::time::timeout(LIMIT, asked()).await {
        Ok(Ok(looked)) => looked,
        Ok(Err(error)) => Looked::none(&format!("the Secret Service cannot be asked ({error})")),
        Err(_) => Looked::locked("the Secret Service does not answer", UNLOCK),
    }
}

async fn asked() -> zbus::Result<Looked> {
    let Ok(bus) = Connection::session().await else {
        return Ok(Looked::none("there is no session bus"));
    };
    let names = DBusProxy::new(&bus).await?;
    if !names.name_has_owner(BusName::try_from(NAME)?).await? {
        let startable = names.list_activatable_names().await?.iter().any(|name| name.as_str() == NAME);
        return Ok(match startable {
            true => Looked { why: "it is started with the first one".to_owned(), ..Looked::available() },
            false => Looked::none("no program of this session offers a Secret Service"),
        });
    }
    let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service").await?;
    let keyring: OwnedObjectPath = service.call("ReadAlias", &("default",)).await?;
    if keyring.as_str() == "/" {
        return Ok(Looked::locked("it has no default keyring yet, and making one needs a dialog", UNLOCK));
    }
    let keyring = Proxy::new(&bus, NAME, keyring, "org.freedesktop.Secret.Collection").await?;
    Ok(match keyring.get_property::<bool>("Locked").await? {
        true => Looked::locked("its default keyring is locked", UNLOCK),
        false => Looked::available(),
    })
}
