//! Arguments of `explore`.

use crate::backend::search_identity::Wanted;
use crate::backend::{Bounds, Draw, ExploreOptions, Local, Strategy};
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
    #[arg(long, value_enum, default_value_t = StrategyName::Exhaustive)]
    strategy: StrategyName,
    /// All schedules with at most N switches away from a task that could continue.
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
    /// Megabytes for the search, at most.
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    memory: usize,
    /// Seconds, at most.
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Do not count how many orders of turns each schedule stands for.
    #[arg(long)]
    no_count: bool,
    /// Enter every state, also where steps of a few tasks suffice.
    #[arg(long)]
    all_states: bool,
    /// Tell tasks apart that are alike, also where one state could stand for all that differ in their places.
    #[arg(long)]
    tell_apart: bool,
    /// Threads; 0 for one a processor.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub jobs: usize,
    /// Split the search into at least N parts, if there are as many, and leave them in the folder of --out.
    #[arg(long, value_name = "N")]
    pub units: Option<usize>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Where recordings of failures go, and with --units the search.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Write recordings over files that are read, or that hold something else.
    #[arg(long)]
    pub force: bool,
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
    /// No two accesses whose order is the schedule's alone; words declared by sync apart.
    Norace,
}

/// A strategy by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StrategyName {
    /// All schedules, except those that only swap what commutes.
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

/// The name that clap gives a value.
fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned())
}

impl ExploreArgs {
    /// Bytes the search may take.
    pub fn bytes(&self) -> usize {
        self.memory.saturating_mul(1 << 20)
    }

    /// What is asked, as it is kept with a search. A strategy that leaves schedules out is kept with its figures.
    pub fn wanted(&self) -> Wanted {
        let strategy = match (self.preemptions, self.strategy) {
            (Some(n), _) => format!("preemptions {n}"),
            (None, way @ (StrategyName::Random | StrategyName::Pct)) => {
                format!("{} {} {}", name(&way), self.seed, self.depth)
            }
            (None, way @ (StrategyName::Exhaustive | StrategyName::All | StrategyName::Turns)) => name(&way),
        };
        let property = self.properties.iter().map(name).collect();
        let (always, finally, collect) = (self.always.clone(), self.finally.clone(), self.collect.clone());
        Wanted { strategy, property, always, finally, collect, turns: self.turns }
    }

    /// The options of the search.
    pub fn options(&self, target: &Local) -> Result<ExploreOptions, String> {
        let (checks, collect) = self.wanted().checks(target)?;
        let (strategy, most) = match (self.preemptions, self.strategy) {
            (Some(n), _) => (Strategy::Preemptions(n), u64::MAX),
            (None, StrategyName::Exhaustive) => (Strategy::Exhaustive, u64::MAX),
            (None, StrategyName::All) => (Strategy::All, u64::MAX),
            (None, StrategyName::Turns) => (Strategy::Turns, u64::MAX),
            (None, StrategyName::Random) => (Strategy::Sample(Draw::Even, self.seed), 10_000),
            (None, StrategyName::Pct) => (Strategy::Sample(Draw::Pct { depth: self.depth }, self.seed), 10_000),
        };
        let bounds = Bounds {
            schedules: self.schedules.unwrap_or(most),
            turns: self.turns,
            bytes: self.bytes(),
            ..Bounds::default()
        };
        Ok(ExploreOptions {
            strategy,
            checks,
            collect,
            bounds,
            uncounted: self.no_count,
            all_states: self.all_states,
            tell_apart: self.tell_apart,
            jobs: self.jobs,
        })
    }
}
