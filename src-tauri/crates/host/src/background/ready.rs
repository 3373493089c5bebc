//! Saying to the service manager that we are ready, where one asked to be told.

/// Tells systemd (`Type=notify`). Does nothing where no manager listens; a failure is only logged, because the
/// manager ends what it does not hear from.
pub fn tell_ready() {
    #[cfg(target_os = "linux")]
    if let Some(address) = std::env::var_os("NOTIFY_SOCKET").filter(|address| !address.is_empty())
        && let Err(error) = send(&address, b"READY=1")
    {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

#[cfg(target_os = "linux")]
fn send(address: &std::ffi::OsStr, message: &[u8]) -> std::io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match address.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(address)?,
    };
    UnixDatagram::unbound()?.send_to_addr(message, &address).map(|_| ())
}
