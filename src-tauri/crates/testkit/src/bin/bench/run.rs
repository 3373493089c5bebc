//! From the command line to the table.

use super::figures::{self, Figure};
use super::ground::Ground;
use super::row::{Row, table};
use super::serve;
use anyhow::{Context, bail};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

struct Flags {
    json: bool,
    only: Option<String>,
    scene: Option<String>,
    dir: PathBuf,
}

fn flags(args: &[String]) -> anyhow::Result<Flags> {
    let mut flags = Flags { json: false, only: None, scene: None, dir: std::env::temp_dir() };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--json" => flags.json = true,
            "--only" => flags.only = Some(value()?.clone()),
            "--scene" => flags.scene = Some(value()?.clone()),
            "--dir" => flags.dir = value()?.into(),
            word if !word.starts_with('-') => flags.only = Some(word.to_owned()),
            other => {
                bail!("unknown argument {other}; known: WORD, --json, --only WORD, --scene WORD, --dir DIR")
            }
        }
    }
    Ok(flags)
}

pub fn run(args: &[String]) -> anyhow::Result<ExitCode> {
    if let Some((first, rest)) = args.split_first()
        && first == serve::SERVE
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve::serve(rest))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let [first, folder] = args
        && first == figures::queue::wrapper::CHECK
    {
        return figures::queue::wrapper::run(std::path::Path::new(folder));
    }
    let flags = flags(args)?;
    let wanted =
        |figure: &&Figure| flags.only.as_ref().is_none_or(|word| figure.name.contains(word.as_str()));
    let chosen: Vec<_> = figures::ALL.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = figures::ALL.iter().map(|f| f.name).collect();
        bail!("no figure has that word in its name; they are {}", names.join(", "));
    }
    let ground = Ground::lay(&flags.dir, flags.scene.clone())?;
    eprintln!("{}", ground.machine);
    let began = Instant::now();
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for figure in chosen {
        let since = Instant::now();
        match (figure.measure)(&ground) {
            Ok(measured) => rows.extend(measured),
            Err(error) => failed.push(format!("{}: {error:#}", figure.name)),
        }
        eprintln!("{}: {:.1} s", figure.name, since.elapsed().as_secs_f64());
    }
    report(&flags, &ground, &rows, &failed, began.elapsed().as_secs_f64())?;
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
fn report(
    flags: &Flags,
    ground: &Ground,
    rows: &[Row],
    failed: &[String],
    seconds: f64,
) -> anyhow::Result<()> {
    if flags.json {
        let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
        let report = json!({ "machine": ground.machine.to_json(), "rows": rows, "failed": failed, "seconds": seconds });
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    let judged = rows.iter().filter_map(Row::met);
    let (met, all) = (judged.clone().filter(|met| *met).count(), judged.count());
    println!("{}\n\n{}\n{met} of {all} goals met, {seconds:.0} s", ground.machine, table(rows));
    for line in failed {
        println!("not measured: {line}");
    }
    Ok(())
}
