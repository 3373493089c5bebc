//! The proxy as a program inside sees it, with servers of the test's own standing for the internet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use host::network::Target;
use host::proxy::{Connected, Ended, Judge, Judgement, Limits, Refused, SystemWay, Way, serve};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::net::{TcpListener, TcpStream};

/// Allows what it is told, remembers everything.
#[derive(Default)]
struct Book {
    allowed: Vec<String>,
    asked: Mutex<Vec<String>>,
    ended: Mutex<Vec<(String, Ended)>>,
}

impl Judge for Book {
    fn judge(&self, target: &Target) -> Pin<Box<dyn Future<Output = Judgement> + Send + '_>> {
        self.asked.lock().unwrap().push(target.to_string());
        let covered = self.allowed.iter().any(|pattern| target.is_covered_by(pattern));
        Box::pin(async move {
            if covered { Judgement::Allow } else { Judgement::Deny("nobody listed it".into()) }
        })
    }

    fn ended<'a>(
        &'a self,
        target: &'a Target,
        outcome: Ended,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        self.ended.lock().unwrap().push((target.to_string(), outcome));
        Box::pin(std::future::ready(()))
    }
}

/// Every name leads to one server of the test.
struct Leads(u16);

impl Way for Leads {
    fn connect<'a>(&'a self, _: &'a Target) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>> {
        Box::pin(async { TcpStream::connect(("127.0.0.1", self.0)).await.map_err(|_| Refused::NotFound) })
    }
}

/// A server that answers each connection with what it was sent.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    port
}

fn open(book: &Arc<Book>, way: impl Way) -> DuplexStream {
    let (ours, theirs) = tokio::io::duplex(8 * 1024);
    let judge: Arc<dyn Judge> = book.clone();
    tokio::spawn(serve(theirs, judge, Arc::new(way), Limits::default()));
    ours
}

async fn all(stream: &mut DuplexStream) -> String {
    let mut text = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text)).await.unwrap().unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

fn book(allowed: &[&str]) -> Arc<Book> {
    Arc::new(Book { allowed: allowed.iter().map(|a| (*a).to_owned()).collect(), ..Book::default() })
}

#[tokio::test]
async fn an_allowed_target_is_a_way_through_in_both_directions() {
    let book = book(&["pypi.org"]);
    let mut program = open(&book, Leads(echo().await));
    program.write_all(b"CONNECT pypi.org:443 HTTP/1.1\r\n\r\nearly").await.unwrap();
    let mut head = vec![0; b"HTTP/1.1 200 Connection established\r\n\r\n".len()];
    program.read_exact(&mut head).await.unwrap();
    assert!(head.starts_with(b"HTTP/1.1 200 "));
    let much = vec![b'x'; 300_000];
    let (mut read, mut write) = tokio::io::split(program);
    let sending = tokio::spawn(async move {
        write.write_all(&much).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let mut back = Vec::new();
    read.read_to_end(&mut back).await.unwrap();
    sending.await.unwrap();
    assert!(back.starts_with(b"early") && back.len() == 300_005, "{}", back.len());
    assert_eq!(
        *book.ended.lock().unwrap(),
        [("pypi.org:443".to_owned(), Ended::Served { sent: 300_005, received: 300_005 })]
    );
}

#[tokio::test]
async fn a_plain_request_goes_to_the_host_that_was_judged_and_names_no_other() {
    let book = book(&["deb.example"]);
    let mut program = open(&book, Leads(echo().await));
    program
        .write_all(b"GET http://deb.example/x HTTP/1.1\r\nHost: inner.example\r\nAccept: a/b\r\n\r\n")
        .await
        .unwrap();
    program.shutdown().await.unwrap();
    let sent = all(&mut program).await;
    assert_eq!(sent, "GET /x HTTP/1.1\r\nHost: deb.example\r\nConnection: close\r\nAccept: a/b\r\n\r\n");
}

#[tokio::test]
async fn what_nobody_listed_is_refused_before_it_is_resolved() {
    let book = book(&["pypi.org"]);
    for (request, status, code) in [
        ("CONNECT evil.example:443 HTTP/1.1\r\n\r\n", 403, "blocked-by-allowlist"),
        ("CONNECT pypi.org:22 HTTP/1.1\r\n\r\n", 403, "blocked-by-allowlist"),
        ("GET http://evil.example/ HTTP/1.1\r\n\r\n", 403, "blocked-by-allowlist"),
        ("GET /etc/passwd HTTP/1.1\r\n\r\n", 400, "not-a-request"),
        ("CONNECT 0x7f.1:80 HTTP/1.1\r\n\r\n", 400, "bad-target"),
    ] {
        struct Never;
        impl Way for Never {
            fn connect<'a>(
                &'a self,
                target: &'a Target,
            ) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>> {
                panic!("{target} was connected to")
            }
        }
        let mut program = open(&book, Never);
        program.write_all(request.as_bytes()).await.unwrap();
        let said = all(&mut program).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {said}");
        assert!(said.contains(&format!("x-proxy-error: {code}\r\n")), "{request:?}: {said}");
    }
    assert!(book.ended.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_allowed_name_that_leads_to_this_machine_is_not_reached() {
    let port = echo().await;
    let pattern = format!("localhost:{port}");
    let book = book(&[&pattern]);
    let mut program = open(&book, SystemWay);
    program.write_all(format!("CONNECT {pattern} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    let said = all(&mut program).await;
    assert!(said.starts_with("HTTP/1.1 502 ") && said.contains("this machine"), "{said}");
    assert!(
        matches!(&book.ended.lock().unwrap()[..], [(_, Ended::Refused(why))] if why.contains("never reached"))
    );
}

#[tokio::test]
async fn garbage_and_silence_end_the_connection() {
    let book = book(&[]);
    for bytes in [&b"\x16\x03\x01garbage"[..], &[0xff; 40_000], b"GET "] {
        let mut program = open(&book, SystemWay);
        let _ = program.write_all(bytes).await;
        let _ = program.shutdown().await;
        all(&mut program).await;
    }
    assert!(book.asked.lock().unwrap().is_empty());
}
