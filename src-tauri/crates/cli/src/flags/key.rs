//! What can be typed after `pilothouse key`.

use clap::Subcommand;
use protocol::settings::Role;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Save the key of a role's model, or the token of a host for pull requests; read from standard input or a hidden prompt.
    Set {
        /// The host of a token: `github`, or a GitHub Enterprise host that is configured.
        #[arg(value_name = "HOST", conflicts_with = "role")]
        host: Option<String>,
        /// localbuddy, remotebuddy, workers or reviewer; needed where several have a model.
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Take keys and addresses of models out of a .env file, once; asks first, and names what it leaves.
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Store them without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// Remove a saved key or token from where it is kept.
    Forget {
        /// The host of a token, such as `github`.
        #[arg(value_name = "HOST", conflicts_with = "role")]
        host: Option<String>,
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
    /// Where keys are kept, and which are saved; never a key itself.
    Status {
        #[arg(long, value_parser = role)]
        role: Option<Role>,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "must be localbuddy, remotebuddy, workers or reviewer".to_owned())
}
