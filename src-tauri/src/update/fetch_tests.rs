//! Against a server on loopback that says exactly these bytes.

use super::*;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// Answers one caller with these bytes and hangs up.
fn saying(answer: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut asked = [0_u8; 4096];
        let _ = caller.read(&mut asked);
        // The caller may have had enough.
        let _ = caller.write_all(&answer);
    });
    Url::parse(&format!("http://127.0.0.1:{port}/x")).unwrap()
}

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

fn scratch(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("pilothouse-fetch-{name}-{}", std::process::id()))
}

async fn code_of(answer: Vec<u8>) -> &'static str {
    announcement(&saying(answer)).await.unwrap_err().code
}

#[tokio::test]
async fn an_announcement_is_read_and_none_is_none() {
    let good = response("200 OK\r\ncontent-length: 7", b"{\"a\":1}");
    assert_eq!(announcement(&saying(good)).await.unwrap().unwrap()["a"], 1);
    assert_eq!(announcement(&saying(response("204 No Content", b""))).await.unwrap(), None);
}

#[tokio::test]
async fn each_way_to_fail_has_its_code() {
    assert_eq!(code_of(response("200 OK\r\ncontent-length: 6", b"<html>")).await, "update.garbled");
    assert_eq!(code_of(response("503 Unavailable\r\ncontent-length: 0", b"")).await, "update.server");
    assert_eq!(code_of(response("404 Not Found\r\ncontent-length: 0", b"")).await, "update.server");
    assert_eq!(code_of(response("200 OK\r\ncontent-length: 99", b"{\"a\":")).await, "update.incomplete");
    let elsewhere = "302 Found\r\nlocation: http://updates.example.org/\r\ncontent-length: 0";
    assert_eq!(code_of(response(elsewhere, b"")).await, "update.insecure");
    let endless = vec![b' '; 2 << 20];
    assert_eq!(code_of(response("200 OK", &endless)).await, "update.too_large");
    let nobody = Url::parse("http://127.0.0.1:1/").unwrap();
    assert_eq!(announcement(&nobody).await.unwrap_err().code, "update.unreachable");
}

#[tokio::test]
async fn a_package_is_written_whole_and_its_progress_told() {
    let file = scratch("whole");
    let body = vec![7_u8; 300_000];
    let url = saying(response("200 OK\r\ncontent-length: 300000", &body));
    let mut last = (0, None);
    package(&url, &file, LARGEST_PACKAGE, |received, total| last = (received, total)).await.unwrap();
    assert_eq!(last, (300_000, Some(300_000)));
    assert_eq!(std::fs::read(&file).unwrap(), body);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_package_that_breaks_off_or_never_ends_is_refused() {
    let file = scratch("broken");
    for (answer, code) in [
        (response("200 OK\r\ncontent-length: 1000", &[1; 400]), "update.incomplete"),
        (response("200 OK\r\ncontent-length: 99999", b""), "update.too_large"),
        (response("200 OK", &[1; 2_000]), "update.too_large"),
        (response("500 Oh\r\ncontent-length: 0", b""), "update.server"),
    ] {
        let refused = package(&saying(answer), &file, 1_500, |_, _| {}).await.unwrap_err();
        assert_eq!(refused.code, code, "{}", refused.text);
    }
    let _ = std::fs::remove_file(file);
}
