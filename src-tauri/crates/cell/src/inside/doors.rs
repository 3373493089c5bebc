//! Doors as a program inside finds them: ports of 127.0.0.1 whose connections go through the channel.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::whose;
use crate::mux::Mux;
use crate::talk::{DoorPort, Hello, Purpose};

/// Connections at one time, whatever the outside asks for: their streams have to fit the channel.
const MOST_CONNECTIONS: usize = 64;
/// When the system has no descriptor left for a connection, trying again at once would only burn a processor.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Listening {
    pub(super) port: DoorPort,
    listener: TcpListener,
}

/// Listens for each door, or says in plain words which one cannot be had.
pub(super) async fn listen(doors: &[DoorPort]) -> Result<Vec<Listening>, String> {
    let mut listening = Vec::new();
    for door in doors {
        let failed = |error: std::io::Error| {
            format!("the door {:?} cannot listen on port {}: {error}", door.name, door.port)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, door.port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        listening.push(Listening { port: DoorPort { name: door.name, port }, listener });
    }
    Ok(listening)
}

/// Carries connections until the channel ends. Beyond the allowed number they wait in the system's queue.
pub(super) fn open(mux: &Mux, listening: Vec<Listening>, hello: &Hello) {
    let places = Arc::new(Semaphore::new(hello.connections.clamp(1, MOST_CONNECTIONS)));
    let shared = hello.shared_network;
    for door in listening {
        let (mux, places) = (mux.clone(), places.clone());
        tokio::spawn(async move {
            loop {
                let Ok(place) = places.clone().acquire_owned().await else { return };
                let Ok((connection, from)) = door.listener.accept().await else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                if shared && !whose::is_ours(from, door.port.port) {
                    continue;
                }
                let purpose = serde_json::to_vec(&Purpose::Door(door.port.name)).unwrap_or_default();
                let Ok(stream) = mux.open(&purpose) else { return };
                let Some(stream) = stream else { continue };
                tokio::spawn(async move {
                    carry(connection, stream).await;
                    drop(place);
                });
            }
        });
    }
}

async fn carry(mut connection: TcpStream, mut stream: crate::Stream) {
    let _ = connection.set_nodelay(true);
    let _ = tokio::io::copy_bidirectional(&mut connection, &mut stream).await;
}
