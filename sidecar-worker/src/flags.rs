//! How a worker is started. The token comes from a file, never from an argument.

use clap::Parser;
use host::sandbox::Preference;
use std::path::PathBuf;

#[derive(Debug, Clone, Parser)]
#[command(name = "pilothouse-worker", version, about = "A worker of a Pilothouse server")]
pub struct Flags {
    /// The server's address, such as http://127.0.0.1:3001.
    #[arg(long)]
    pub server: String,
    /// File that holds this worker's token.
    #[arg(long)]
    pub token_file: PathBuf,
    #[arg(long, default_value = "w-1")]
    pub worker_id: String,
    /// A folder of the server's that is writable; the sandbox's self-test hides it.
    #[arg(long)]
    pub data: PathBuf,
    #[arg(long, default_value = "auto", value_parser = preference)]
    pub sandbox: Preference,
    /// Where the container engine listens; looked for when absent.
    #[arg(long)]
    pub container_engine: Option<String>,
    /// Image of the container sandbox; ours when absent.
    #[arg(long)]
    pub container_image: Option<String>,
    /// Processors a job may use; all when absent.
    #[arg(long)]
    pub cpus: Option<u32>,
    /// Most MiB of memory a job may use; left to the sandbox when absent.
    #[arg(long)]
    pub memory_mb: Option<u64>,
    /// Most MiB of a job's clone and HOME.
    #[arg(long, default_value_t = 20_480)]
    pub disk_mb: u64,
}

fn preference(word: &str) -> Result<Preference, String> {
    Preference::from_word(word)
        .ok_or_else(|| "auto, bwrap, container, seatbelt, job-object or host".to_owned())
}
