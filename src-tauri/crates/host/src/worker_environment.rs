//! What a worker may find of the environment of whoever starts it: enough to find tools, and no key.

/// The names of these variables; every other one stays behind.
pub const NAMES: [&str; 20] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TZ",
    "RUSTUP_HOME",
    "CARGO_HOME",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "XDG_RUNTIME_DIR",
    "SystemRoot",
    "USERPROFILE",
    "LOCALAPPDATA",
    "APPDATA",
    "TEMP",
    "TMP",
    "PILOTHOUSE_INSIDE_BIN",
    "PILOTHOUSE_LOG",
    "RUST_LOG",
];
