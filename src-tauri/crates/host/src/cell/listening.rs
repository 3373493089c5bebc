//! Doors of a cell that has no process inside: this process listens on the loopback itself.
//!
//! For systems where the process inside does not run and commands are plain processes. Whoever can connect to
//! the loopback can connect to these.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use ::cell::mux::Mux;
use ::cell::{Door, DoorName, Doors, Stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections of one cell at one time; more wait in the system's queue.
const MOST_CONNECTIONS: usize = 64;
/// When the system has no descriptor left for a connection, trying again at once would only burn a processor.
const PAUSE: Duration = Duration::from_millis(50);

/// Open doors; dropping it closes them and breaks off their connections.
pub(super) struct Listening {
    ports: Vec<(DoorName, u16)>,
    _listening: JoinSet<()>,
}

impl Listening {
    pub(super) async fn open(doors: &Doors) -> io::Result<Self> {
        let (mut ports, mut listening) = (Vec::new(), JoinSet::new());
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        for name in doors.names() {
            let Some(door) = doors.get(name).cloned() else { continue };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            ports.push((name, listener.local_addr()?.port()));
            listening.spawn(listen(listener, door, places.clone()));
        }
        Ok(Self { ports, _listening: listening })
    }

    pub(super) fn port(&self, name: DoorName) -> Option<u16> {
        self.ports.iter().find(|(door, _)| *door == name).map(|(_, port)| *port)
    }
}

async fn listen(listener: TcpListener, door: Arc<dyn Door>, places: Arc<Semaphore>) {
    // Ends with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((connection, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let door = door.clone();
        connections.spawn(async move {
            let _place = place;
            if let Some((_channel, ours, theirs)) = Mux::local().await {
                tokio::join!(door.answer(theirs), carry(connection, ours));
            }
        });
    }
}

async fn carry(mut connection: TcpStream, mut stream: Stream) {
    let _ = connection.set_nodelay(true);
    let _ = tokio::io::copy_bidirectional(&mut connection, &mut stream).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::cell::door::Answering;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    struct Counting;

    impl Door for Counting {
        fn answer(&self, mut connection: Stream) -> Answering {
            Box::pin(async move {
                let mut said = Vec::new();
                if connection.read_to_end(&mut said).await.is_ok() {
                    let _ = connection.write_all(said.len().to_string().as_bytes()).await;
                    let _ = connection.shutdown().await;
                }
            })
        }
    }

    #[tokio::test]
    async fn connections_reach_their_door_and_end_with_the_doors() {
        let doors = Doors { proxy: None, model: Some(Arc::new(Counting)) };
        let listening = Listening::open(&doors).await.unwrap();
        assert_eq!(listening.port(DoorName::Proxy), None);
        let port = listening.port(DoorName::Model).unwrap();
        let ask = async |length: usize| {
            let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            connection.write_all(&vec![1; length]).await.unwrap();
            connection.shutdown().await.unwrap();
            let mut said = String::new();
            connection.read_to_string(&mut said).await.unwrap();
            said
        };
        assert_eq!(ask(0).await, "0");
        assert_eq!(ask(1_000_000).await, "1000000");
        for length in 0..100 {
            assert_eq!(ask(length).await, length.to_string());
        }
        let mut waiting = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        waiting.write_all(b"x").await.unwrap();
        drop(listening);
        assert!(!matches!(waiting.read(&mut [0; 1]).await, Ok(1..)));
    }
}
