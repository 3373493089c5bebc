//! What can be typed after `pilothouse devices`.

use clap::Subcommand;
use protocol::ops::Permission;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum DevicesCommand {
    /// All of them (the default).
    List,
    /// Links that were shown, and who has claimed them.
    Waiting,
    /// Let in who shows these six digits.
    Approve {
        #[arg(value_name = "DIGITS")]
        code: String,
        /// Other scopes than were offered; may be repeated.
        #[arg(long = "scope", value_name = "SCOPE", value_parser = scope)]
        scopes: Vec<Permission>,
    },
    /// Send away who shows these six digits; or take back a link, by its id.
    Deny {
        #[arg(value_name = "DIGITS OR ID")]
        what: String,
    },
    /// Give a device another name.
    Rename {
        #[arg(value_name = "DEVICE")]
        device: String,
        name: String,
    },
    /// Who is connected now, and who of them looks.
    Presence,
    /// What was sent to phones and browsers, and what became of it; newest first.
    Notifications,
    /// Another token for the device this command speaks as (PILOTHOUSE_TOKEN_FILE); the old one opens nothing any more.
    Rotate {
        /// Where the new one is put, readable by you alone [built in: PILOTHOUSE_TOKEN_FILE]
        #[arg(long, value_name = "FILE", env = "PILOTHOUSE_TOKEN_FILE")]
        into: PathBuf,
    },
    /// Throw a device out: whatever it has open is closed at once.
    Revoke {
        /// Its id, the beginning of its id, or its name.
        #[arg(value_name = "DEVICE")]
        device: String,
    },
}

/// A scope by its word, with a dash or an underscore.
pub fn scope(word: &str) -> Result<Permission, String> {
    Permission::from_word(&word.replace(['-', '.'], "_")).ok_or_else(|| {
        let all: Vec<&str> = Permission::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("the scopes are {}", all.join(", "))
    })
}
