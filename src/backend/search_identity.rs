//! What makes two searches the same: their reports can be joined only then.

use super::Local;
use crate::explore::{Bounds, Checks, Options, Rules, ScopedExpr, Strategy, checksum};
use serde::{Deserialize, Serialize};

/// The format of the files, counted up when old ones cannot be read any more.
const FORMAT: u32 = 1;

/// A program of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    /// The name of its task.
    pub name: String,
    /// Checksum of its code and data.
    pub sum: String,
}

/// What is asked of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The name of the strategy, with what it is given.
    pub strategy: String,
    /// Names of the properties; none for nofault, nodeadlock and nobrk.
    pub property: Vec<String>,
    /// Expressions that must hold in every state.
    pub always: Vec<String>,
    /// Expressions that must hold in every final state.
    pub finally: Vec<String>,
    /// Expressions whose values are collected.
    pub collect: Vec<String>,
    /// Turns of a schedule, at most.
    pub turns: u64,
}

/// What makes two searches the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The format of these files.
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// The programs, by task.
    pub programs: Vec<Searched>,
    /// The digest of the machine it begins with.
    pub start: String,
    /// What is asked.
    pub wanted: Wanted,
    /// The rules it goes by.
    pub rules: Rules,
}

/// The properties that have names.
pub const PROPERTIES: [&str; 6] = ["nofault", "nodeadlock", "nobrk", "returns", "same", "norace"];

impl Wanted {
    /// The checks of a search, with the symbols of a machine's programs.
    ///
    /// # Errors
    /// A name or an expression that has no meaning, and why.
    pub fn checks(&self, target: &Local) -> Result<(Checks, Vec<ScopedExpr>), String> {
        if let Some(other) = self.property.iter().find(|name| !PROPERTIES.contains(&name.as_str())) {
            return Err(format!("{other}: one of {} is expected", PROPERTIES.join(", ")));
        }
        let pid = target.machine().tasks().first().map(|t| t.pid);
        let asked = |texts: &[String]| {
            let one =
                |text: &String| target.asked(text, pid).map_err(|e| format!("{text}: column {}: {e}", e.column + 1));
            texts.iter().map(one).collect::<Result<Vec<_>, String>>()
        };
        let named = |name: &str| self.property.iter().any(|p| p == name);
        let usual = self.property.is_empty();
        let checks = Checks {
            faults_allowed: !usual && !named("nofault"),
            deadlocks_allowed: !usual && !named("nodeadlock"),
            brk_allowed: !usual && !named("nobrk"),
            returns: named("returns"),
            same: named("same"),
            norace: named("norace"),
            sync: target.declared().sync.clone(),
            always: asked(&self.always)?,
            finally: asked(&self.finally)?,
        };
        Ok((checks, asked(&self.collect)?))
    }

    /// The options of a search in parts, with bounds of their own.
    ///
    /// # Errors
    /// As for [`Wanted::checks`], or the strategy cannot be done in parts.
    pub fn options(&self, target: &Local) -> Result<Options, String> {
        let strategy = match self.strategy.as_str() {
            "exhaustive" => Strategy::Exhaustive,
            "all" => Strategy::All,
            "turns" => Strategy::Turns,
            other => return Err(format!("a search with --strategy {other} cannot be done in parts")),
        };
        let (checks, collect) = self.checks(target)?;
        let bounds = Bounds { turns: self.turns, ..Bounds::default() };
        Ok(Options { strategy, checks, collect, bounds, ..Options::default() })
    }
}

impl Identity {
    /// That of a search from where a machine stands.
    #[must_use]
    pub fn of(target: &Local, wanted: Wanted, rules: &Rules) -> Identity {
        let machine = target.machine();
        let program = |task: &crate::executive::task::Task| {
            let image = &task.image;
            let sum = checksum(&(&image.code, &image.rodata, image.bss, image.entry));
            Searched { name: task.name.clone(), sum }
        };
        Identity {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            programs: machine.tasks().iter().map(program).collect(),
            start: format!("{:016x}", machine.digest()),
            wanted,
            rules: rules.clone(),
        }
    }

    /// The first field that differs from another one.
    #[must_use]
    pub fn difference(&self, other: &Identity) -> Option<&'static str> {
        let Identity { format, version, programs, start, wanted, rules } = self;
        let Wanted { strategy, property, always, finally, collect, turns } = wanted;
        let there = &other.wanted;
        let same = [
            (*format == other.format, "format"),
            (*version == other.version, "version"),
            (*programs == other.programs, "programs"),
            (*start == other.start, "start"),
            (*strategy == there.strategy, "strategy"),
            (*property == there.property, "property"),
            (*always == there.always, "always"),
            (*finally == there.finally, "finally"),
            (*collect == there.collect, "collect"),
            (*turns == there.turns, "turns"),
            (*rules == other.rules, "rules"),
        ];
        same.into_iter().find(|(same, _)| !same).map(|(_, field)| field)
    }
}
