//! Setting up Serve with the daemon's own command line tool, and undoing it.

use super::TailscaleError;
use super::tool::{Tool, told};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

/// The tool waits for an administrator's consent in a browser where https is not allowed yet; nobody here can see it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What Serve forwards from the root of one https port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// Where it forwards to; none when nothing is served there.
    pub target: Option<String>,
    /// It is open to the internet.
    pub funnel: bool,
}

/// The command line tool.
#[derive(Debug, Clone)]
pub struct ServeTool {
    tool: Tool,
}

impl ServeTool {
    /// `environment` is what the tool is looked up and run with; `socket` is where the daemon answers, when that is
    /// not its usual place.
    pub fn new(environment: Vec<(OsString, OsString)>, socket: Option<&str>) -> Self {
        Self { tool: Tool::new(environment, socket) }
    }

    /// What is served at an https port of this machine.
    pub async fn served(&self, https: u16) -> Result<Served, TailscaleError> {
        let (_, outcome) = self.tool.run(&["serve", "status", "--json"], PATIENCE).await?;
        if !outcome.success() {
            return Err(TailscaleError::Serve(told(&outcome)));
        }
        read(&outcome.stdout.bytes(), https)
    }

    /// Forwards an https port of this machine's name to a loopback port. Returns what was run.
    pub async fn serve(&self, https: u16, port: u16) -> Result<String, TailscaleError> {
        let (at, target) = (format!("--https={https}"), target(port));
        self.change(&["serve", "--bg", &at, &target]).await
    }

    /// Ends what [`Self::serve`] began. Returns what was run.
    pub async fn stop(&self, https: u16) -> Result<String, TailscaleError> {
        let at = format!("--https={https}");
        self.change(&["serve", &at, "off"]).await
    }

    async fn change(&self, arguments: &[&str]) -> Result<String, TailscaleError> {
        let (line, outcome) = self.tool.run(arguments, PATIENCE).await?;
        match outcome.success() {
            true => Ok(line),
            false => Err(TailscaleError::Serve(format!("`{line}` failed: {}", told(&outcome)))),
        }
    }
}

/// What a loopback port is called as a target.
pub(super) fn target(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

impl Served {
    /// Whether it forwards to this loopback port.
    pub fn is(&self, port: u16) -> bool {
        self.target.as_deref() == Some(&target(port))
    }
}

#[derive(Deserialize, Default)]
struct ServeConfig {
    #[serde(rename = "Web", default)]
    web: Option<BTreeMap<String, Web>>,
    #[serde(rename = "TCP", default)]
    tcp: Option<BTreeMap<String, serde_json::Value>>,
    #[serde(rename = "AllowFunnel", default)]
    funnel: Option<BTreeMap<String, bool>>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(rename = "Handlers", default)]
    handlers: Option<BTreeMap<String, serde_json::Value>>,
}

fn read(text: &[u8], https: u16) -> Result<Served, TailscaleError> {
    let config: Option<ServeConfig> = match text.trim_ascii() {
        b"" => None,
        text => serde_json::from_slice(text)
            .map_err(|e| TailscaleError::Failed(format!("its serve status cannot be read ({e})")))?,
    };
    let config = config.unwrap_or_default();
    let here = |at: &str| at.rsplit_once(':').is_some_and(|(_, port)| port == https.to_string());
    let web = config.web.unwrap_or_default();
    let handlers = web.iter().find(|(at, _)| here(at)).and_then(|(_, web)| web.handlers.as_ref());
    let target = match handlers {
        // Other paths beside ours would be served from our origin.
        Some(handlers) if handlers.len() == 1 => handlers.get("/").map(|to| match &to["Proxy"] {
            serde_json::Value::String(proxy) => proxy.clone(),
            _ => to.to_string(),
        }),
        Some(handlers) if !handlers.is_empty() => {
            Some(format!("several paths ({})", handlers.keys().cloned().collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    };
    // A port may also be forwarded as it is.
    let plain = config.tcp.unwrap_or_default().get(&https.to_string()).map(|tcp| tcp["HTTPS"] == true);
    let target = target.or_else(|| (plain == Some(false)).then(|| "a TCP forwarding".to_owned()));
    let funnel = config.funnel.unwrap_or_default().iter().any(|(at, on)| *on && here(at));
    Ok(Served { target, funnel })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = r#"{"TCP":{"443":{"HTTPS":true}},"Web":{"laptop.tail1.ts.net:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:3101"}}}}}"#;

    #[test]
    fn what_is_served_at_a_port_is_read() {
        let ours = read(STATUS.as_bytes(), 443).unwrap();
        assert!(ours.is(3101) && !ours.is(3102) && !ours.funnel);
        assert_eq!(read(STATUS.as_bytes(), 8443).unwrap(), Served::default());
        for nothing in ["", "null", "{}"] {
            assert_eq!(read(nothing.as_bytes(), 443).unwrap(), Served::default(), "{nothing}");
        }
        assert!(read(b"serve is off", 443).is_err());
    }

    #[test]
    fn funnel_other_paths_and_other_targets_are_told_apart_from_ours() {
        let open = STATUS.replacen('{', r#"{"AllowFunnel":{"laptop.tail1.ts.net:443":true},"#, 1);
        assert!(read(open.as_bytes(), 443).unwrap().funnel);
        let more = STATUS.replace(r#""/":"#, r#""/files":{"Path":"/srv"},"/":"#);
        assert!(!read(more.as_bytes(), 443).unwrap().is(3101));
        let tcp = r#"{"TCP":{"443":{"TCPForward":"127.0.0.1:22"}}}"#;
        assert_eq!(read(tcp.as_bytes(), 443).unwrap().target.as_deref(), Some("a TCP forwarding"));
        let text = r#"{"Web":{"l:443":{"Handlers":{"/":{"Text":"hello"}}}}}"#;
        assert!(read(text.as_bytes(), 443).unwrap().target.is_some());
    }
}
