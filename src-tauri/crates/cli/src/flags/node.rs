//! What can be typed after `pilothouse node`.

use clap::{Args, Subcommand};
use protocol::node::NodeService;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// Pair this machine with a server, by a link of `pilothouse pair --role node` there. Both show six digits.
    Pair {
        #[arg(value_name = "LINK")]
        link: String,
        /// What it is called there [built in: its host name]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Let this machine belong to no server any more.
    Leave,
    /// The machines of a server: who is there, and what they may do.
    List,
    /// Say what a machine may do for this server, all of it; nothing named takes everything away.
    Allow {
        #[arg(value_name = "MACHINE")]
        what: String,
        /// terminals, recipes, workers
        #[arg(value_name = "SERVICE", value_parser = service)]
        services: Vec<NodeService>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct ServeNode {
    /// The server; where this machine belongs to none yet, the link that pairs it first.
    #[arg(long, value_name = "URL OR LINK")]
    pub hub: Option<String>,
    /// Where terminals and recipes begin [built in: the home folder]
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// What it is there for: terminals, recipes, workers [built in: all]
    #[arg(long, value_name = "SERVICE", value_parser = service, value_delimiter = ',')]
    pub offer: Vec<NodeService>,
}

fn service(word: &str) -> Result<NodeService, String> {
    NodeService::from_word(word).ok_or_else(|| "must be terminals, recipes or workers".to_owned())
}
