//! The Docker command line's current context: which engine `docker` itself would speak to.
//!
//! Docker Desktop, Colima, OrbStack and Rancher put their sockets in places of their own and say so in a context.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Most bytes read of a file that is not ours.
const LARGEST: u64 = 1 << 20;

#[derive(Deserialize)]
struct Settings {
    #[serde(rename = "currentContext")]
    current: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<Docker>,
}

#[derive(Deserialize)]
struct Docker {
    #[serde(rename = "Host")]
    host: Option<String>,
}

/// The address of the context in use: `chosen` (`DOCKER_CONTEXT`), else the one `config.json` names. None for the
/// default context, for a context that is not there, and for files that cannot be read: then nothing is known.
pub fn address(folder: &Path, chosen: Option<&str>) -> Option<String> {
    let name = match chosen.filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => read::<Settings>(&folder.join("config.json"))?.current?,
    };
    if name.is_empty() || name == "default" {
        return None;
    }
    let id: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    read::<Meta>(&folder.join("contexts/meta").join(id).join("meta.json"))?.endpoints.docker?.host
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Option<T> {
    let small = std::fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
    serde_json::from_slice(&small.then(|| std::fs::read(file).ok()).flatten()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_in_use_is_read_and_the_default_one_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert_eq!(address(path, None), None);
        // sha256("colima")
        let id = "f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16";
        std::fs::create_dir_all(path.join("contexts/meta").join(id)).unwrap();
        std::fs::write(
            path.join("contexts/meta").join(id).join("meta.json"),
            r#"{"Name":"colima","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///c.sock","SkipTLSVerify":false}}}"#,
        )
        .unwrap();
        std::fs::write(path.join("config.json"), r#"{"auths":{},"currentContext":"colima"}"#).unwrap();
        assert_eq!(address(path, None).as_deref(), Some("unix:///c.sock"));
        assert_eq!(address(path, Some("default")), None);
        assert_eq!(address(path, Some("gone")), None);
        std::fs::write(path.join("config.json"), "{").unwrap();
        assert_eq!(address(path, None), None);
    }
}
