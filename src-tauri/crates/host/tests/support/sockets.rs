//! Sockets of this machine that somebody listens on, by a path and by a name without one, as a container engine, an agent
//! of keys and the session bus have them.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

/// Each with the command that connects to it.
pub fn heard(path: &Path, name: &str) -> [(UnixListener, String); 2] {
    let name = format!("{name}-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    [
        (UnixListener::bind(path).unwrap(), path.display().to_string()),
        (UnixListener::bind_addr(&address).unwrap(), format!("\\0{name}")),
    ]
    .map(|(listener, to)| {
        listener.set_nonblocking(true).unwrap();
        let connects =
            format!("/usr/bin/python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('{to}')\"");
        (listener, connects)
    })
}
