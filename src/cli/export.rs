//! `hsxray export`: the trace of a run or recording in a format of other tools.

use super::batch::settle;
use super::open::{Opened, open};
use super::output::unusable;
use super::{Programs, waiting, written};
use crate::backend::host::Content;
use crate::backend::request::File;
use crate::backend::{Format, Target, Want};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    programs: Programs,
    /// The format: lanes and messages for ui.perfetto.dev, a table, or one JSON object a line.
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: To,
    /// A line of commands to run; may be given several times. Without any the programs just run; a recording is
    /// exported as it is.
    #[arg(short = 'e', long = "command", value_name = "COMMAND")]
    commands: Vec<String>,
    /// How many turns programs run at most when no commands are given.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    turns: u64,
    /// Write over a file that holds something else.
    #[arg(long)]
    force: bool,
    /// The file to write; standard output if left out.
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A format as an argument.
#[derive(Debug, Clone, Copy)]
struct To(Format);

impl ValueEnum for To {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [To; 3] = [To(Format::ALL[0]), To(Format::ALL[1]), To(Format::ALL[2])];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

pub(super) fn run(args: &ExportArgs) -> ExitCode {
    match export(args) {
        Ok(()) => waiting::status(ExitCode::SUCCESS),
        Err(e) => unusable(&e),
    }
}

fn export(args: &ExportArgs) -> Result<(), String> {
    if args.programs.files.is_empty() {
        return Err("export: programs, a scenario or a recording are expected".into());
    }
    let mut opened = open(&args.programs, &crate::ui::Settings::default())?;
    opened.scenario.first_commands(&mut opened.target)?;
    let mut lines = args.commands.clone();
    if lines.is_empty() && opened.target.look(&Want::lists()).history.present == 0 {
        lines.push(format!("run {}", args.turns));
    }
    settle(&mut opened, &lines)?;
    let Opened { mut target, .. } = opened;
    let To(format) = args.to;
    match &args.out {
        Some(path) => {
            let content = match format {
                Format::Csv => Content::Csv,
                Format::Jsonl => Content::Trace,
                Format::Perfetto => Content::Lanes,
            };
            written::may_be(path, content, &written::inputs(&args.programs), args.force)?;
            let path = path.to_string_lossy().into_owned();
            target.send(File::Export { format, path }.into()).map(drop).map_err(|e| e.to_string())
        }
        None => {
            let mut out = BufWriter::new(io::stdout());
            match target.export(format, &mut out).and_then(|()| out.flush()) {
                // A closed pipe means that enough was read.
                Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {e}")),
                _ => Ok(()),
            }
        }
    }
}
