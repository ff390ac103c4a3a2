//! Arguments of `explore`.

use crate::backend::{Bounds, Checks, Draw, ExploreOptions, Local, Strategy};
use crate::cli::Programs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `explore`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExploreArgs {
    #[command(flatten)]
    pub programs: Programs,
    /// Commands to run first: the search begins where they end. May be given several times.
    #[arg(short = 'e', long = "command", value_name = "COMMAND")]
    pub commands: Vec<String>,
    /// What must hold; may be given several times. Without any: nofault, nodeadlock, nobrk.
    #[arg(long = "property", value_enum, value_name = "PROPERTY")]
    properties: Vec<Property>,
    /// An expression that must be true in every state; may be given several times.
    #[arg(long, value_name = "EXPR")]
    always: Vec<String>,
    /// An expression that must be true in every final state; may be given several times.
    #[arg(long, value_name = "EXPR")]
    finally: Vec<String>,
    /// Gather the values an expression has in final states; may be given several times.
    #[arg(long, value_name = "EXPR")]
    collect: Vec<String>,
    /// How to search.
    #[arg(long, value_enum, default_value_t = Way::Exhaustive)]
    strategy: Way,
    /// At most N switches away from a task that could continue; all of those are tried.
    #[arg(long, value_name = "N", conflicts_with = "strategy")]
    preemptions: Option<u32>,
    /// Schedules to run, at most; 10000 for random and pct.
    #[arg(long, value_name = "N")]
    schedules: Option<u64>,
    /// Seed of random and pct.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Orderings that a failure may need, for pct.
    #[arg(long, value_name = "N", default_value_t = 3)]
    depth: u32,
    /// Turns of one schedule, at most.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    turns: u64,
    /// Megabytes for the table of states.
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    memory: usize,
    /// Seconds, at most.
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Do not count how many orders of turns each schedule stands for.
    #[arg(long)]
    no_count: bool,
    /// Threads; 0 for one a processor.
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Where recordings of failures go.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Write no recordings.
    #[arg(long)]
    pub no_recordings: bool,
}

/// What must hold, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Property {
    /// No task faults.
    Nofault,
    /// No task is left waiting for ever.
    Nodeadlock,
    /// No BRK is reached.
    Nobrk,
    /// Every task returns.
    Returns,
    /// All schedules end with the same memory.
    Same,
}

/// A strategy by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// All schedules, but for those that only swap what commutes.
    Exhaustive,
    /// All orders of what others can notice, none left out.
    All,
    /// All orders of single turns, none left out.
    Turns,
    /// Drawn evenly.
    Random,
    /// Drawn by changing priorities.
    Pct,
}

impl ExploreArgs {
    /// The options of the search.
    pub fn options(&self, target: &Local) -> Result<ExploreOptions, String> {
        let pid = target.machine().tasks().first().map(|t| t.pid);
        let asked = |texts: &[String]| {
            let one =
                |text: &String| target.asked(text, pid).map_err(|e| format!("{text}: column {}: {e}", e.column + 1));
            texts.iter().map(one).collect::<Result<Vec<_>, String>>()
        };
        let named = |p| self.properties.contains(&p);
        let usual = self.properties.is_empty();
        let checks = Checks {
            faults_allowed: !usual && !named(Property::Nofault),
            deadlocks_allowed: !usual && !named(Property::Nodeadlock),
            brk_allowed: !usual && !named(Property::Nobrk),
            returns: named(Property::Returns),
            same: named(Property::Same),
            always: asked(&self.always)?,
            finally: asked(&self.finally)?,
        };
        let (strategy, most) = match (self.preemptions, self.strategy) {
            (Some(n), _) => (Strategy::Preemptions(n), u64::MAX),
            (None, Way::Exhaustive) => (Strategy::Exhaustive, u64::MAX),
            (None, Way::All) => (Strategy::All, u64::MAX),
            (None, Way::Turns) => (Strategy::Turns, u64::MAX),
            (None, Way::Random) => (Strategy::Sample(Draw::Even, self.seed), 10_000),
            (None, Way::Pct) => (Strategy::Sample(Draw::Pct { depth: self.depth }, self.seed), 10_000),
        };
        let bounds = Bounds {
            schedules: self.schedules.unwrap_or(most),
            turns: self.turns,
            bytes: self.memory << 20,
            ..Bounds::default()
        };
        let (collect, jobs) = (asked(&self.collect)?, self.jobs);
        Ok(ExploreOptions { strategy, checks, collect, bounds, uncounted: self.no_count, jobs })
    }
}
