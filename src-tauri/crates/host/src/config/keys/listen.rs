//! Keys of the listeners beside loopback. A repository has no say in any of them.

use super::super::value::Shape;
use super::{Key, Reader, Repository};

pub(super) const KEYS: &[Key] = &[
    key!(
        "listen.tailnet",
        Shape::Flag,
        Some("false"),
        Server,
        "Whether the server also listens on this machine's tailnet address, for paired devices of your own login and of `listen.allow`."
    ),
    key!(
        "listen.tailnetPort",
        Shape::Number(0, 65_535),
        None,
        Server,
        "Port on the tailnet address; 0 picks a free one. Unset: the one of `server.port`, else a free one."
    ),
    key!(
        "listen.serve",
        Shape::Flag,
        Some("false"),
        Server,
        "Whether Tailscale Serve forwards an https address of your tailnet to the server, for the same devices."
    ),
    key!(
        "listen.servePort",
        Shape::Number(0, 65_535),
        None,
        Server,
        "Loopback port that Tailscale Serve forwards to; nothing else is answered there. Unset: the first free from 3101 on."
    ),
    key!(
        "listen.serveHttps",
        Shape::Number(1, 65_535),
        Some("443"),
        Server,
        "Port of the https address that Tailscale Serve answers at."
    ),
    key!(
        "listen.address",
        Shape::Text,
        None,
        Server,
        "One address of this machine and a port, such as `192.168.1.20:3443`, at which paired devices are served over TLS. Unset: none."
    ),
    key!(
        "listen.certificate",
        Shape::File,
        None,
        Server,
        "Certificate (PEM, with its chain) for `listen.address`. Unset: one is made and kept in the data folder, and its fingerprint is shown."
    ),
    key!(
        "listen.certificateKey",
        Shape::File,
        None,
        Server,
        "Private key (PEM) of `listen.certificate`; only you may read it."
    ),
    key!(
        "listen.names",
        Shape::Words,
        None,
        Server,
        "Names that devices call the server by beside its addresses, such as `pilot.example.org`. Requests that name another host are refused."
    ),
    key!(
        "listen.allow",
        Shape::Words,
        None,
        Server,
        "Who is let in from the tailnet beside your own login: logins such as `ann@example.com`, and tags such as `tag:laptop` for machines that belong to nobody. A paired device is needed all the same."
    ),
    key!(
        "listen.tailscaled",
        Shape::Text,
        None,
        Server,
        "Where tailscaled answers, when it is not at its usual place: the path of its socket."
    ),
];
