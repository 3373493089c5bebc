//! Calls to the server of this machine from where nothing can be awaited: before the window is there, and on its own
//! thread. Plain HTTP/1.1 on loopback; whoever may wait uses crate `client`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::deep_link::Page;

/// A server on this machine answers at once or is not well.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer read here is longer.
const LONGEST: u64 = 1 << 20;

/// A server's address and the file that holds its token.
#[derive(Debug, Clone)]
pub struct Door<'a> {
    pub url: &'a str,
    pub token_file: &'a Path,
}

impl Door<'_> {
    /// A one-time link that signs a browser in.
    pub fn fresh_link(&self) -> Result<String> {
        let answer = self.post("/auth/link", &json!({}))?;
        answer["openUrl"].as_str().map(str::to_owned).context("the server sent no link")
    }

    /// Registers a repository, or does nothing if it is known. Answers the page of its newest conversation.
    pub fn add_repository(&self, path: &Path, trust: bool) -> Result<Page> {
        let workspace = self.call("workspace.add", &json!({ "path": path, "trust": trust }))?;
        let id = workspace["id"].as_str().context("the server sent no workspace")?;
        let list = self.call("session.list", &json!({}))?;
        let sessions = list["sessions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let newest = sessions
            .iter()
            .filter(|session| session["workspaceId"] == id)
            .max_by_key(|session| session["lastEventAt"].as_str().or(session["createdAt"].as_str()));
        let session = newest.and_then(|session| session["sessionId"].as_str());
        Ok(Page::at(session.map_or("/".to_owned(), |session| format!("/w/{id}/s/{session}"))))
    }

    /// One operation of the API, by its name.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value> {
        self.post(&format!("/v1/rpc/{method}"), params)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let token = host::token_file::read_secret(self.token_file)?;
        let authority = self.url.strip_prefix("http://").context("the server's address is not http")?;
        let port: u16 =
            authority.rsplit(':').next().unwrap_or_default().parse().context("the server has no port")?;
        let mut stream =
            TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let body = body.to_string();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.take(LONGEST).read_to_string(&mut answer)?;
        read_answer(&answer)
    }
}

/// The body of a successful answer, or what the server said instead.
fn read_answer(answer: &str) -> Result<Value> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the server's answer broke off")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    let body: Value =
        serde_json::from_str(body).with_context(|| format!("the server answered {status} without JSON"))?;
    if !status.starts_with('2') {
        let said = body["message"].as_str().or_else(|| body["error"]["message"].as_str());
        bail!("the server answered {status}: {}", said.unwrap_or("no reason given"));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_answer_is_its_body() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"openUrl\":\"x\"}";
        assert_eq!(read_answer(answer).unwrap()["openUrl"], "x");
    }

    #[test]
    fn a_refusal_carries_the_servers_words() {
        let answer = "HTTP/1.1 403 Forbidden\r\n\r\n{\"message\":\"Not yours.\"}";
        assert_eq!(read_answer(answer).unwrap_err().to_string(), "the server answered 403: Not yours.");
    }

    #[test]
    fn half_an_answer_is_an_error() {
        assert!(read_answer("HTTP/1.1 200 OK\r\nconte").is_err());
    }
}
