//! Races, and what is said about the words that tasks share.

use super::text::{expression_word, quoted};
use crate::executive::Pid;
use crate::session::expr::Expr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something about races. Numbers are those of the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Races {
    /// List those of some turns, and keep to these turns from now on.
    List {
        /// The first turn.
        from: u64,
        /// The last turn; left out, all that follow.
        to: Option<u64>,
        /// Only those at a place.
        at: Option<Memory>,
        /// Changes from outside count, as the accesses of one more task.
        #[serde(default)]
        host: bool,
    },
    /// Go to just after an access of one.
    Go {
        /// Its number.
        race: u64,
        /// The access that came first, not the later one.
        earlier: bool,
    },
    /// Try whether the other order happens too; of all of them without a number.
    Prove(Option<u64>),
    /// Open the other order of one as a branch.
    Both(u64),
    /// No longer list one.
    Hide {
        /// Its number.
        race: u64,
        /// Why, in the user's words.
        why: String,
    },
    /// List all that are hidden again.
    Show,
    /// Declare memory by which tasks synchronize.
    Sync(Memory),
    /// Take one of these declarations back, by number from 1.
    Unsync(u64),
    /// Give memory a lane on the timeline.
    Pin(Memory),
    /// Take one of these lanes away, by number from 1.
    Unpin(u64),
    /// Whether words that several tasks touch have lanes of their own.
    Lanes(bool),
}

/// A stretch of memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Where it begins.
    pub place: Expr,
    /// Its length; that of the place if left out.
    pub bytes: Option<u32>,
    /// The task that is meant where the place names none.
    pub pid: Option<Pid>,
}

impl Races {
    /// Whether it changes the machine, or what is said and listed.
    #[must_use]
    pub const fn is_journaled(&self) -> bool {
        !matches!(self, Races::Prove(_))
    }
}

impl fmt::Display for Races {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Races::List { from, to, at, host } => {
                match to {
                    Some(to) => write!(f, "races {from} {to}")?,
                    None => write!(f, "races all {from}")?,
                }
                if *host {
                    f.write_str(" host")?;
                }
                at.as_ref().map_or(Ok(()), |at| write!(f, "{} at {}", at.whose(), expression_word(&at.place)))
            }
            Races::Go { race, earlier: false } => write!(f, "races go {race}"),
            Races::Go { race, earlier: true } => write!(f, "races go {race} earlier"),
            Races::Prove(None) => f.write_str("races prove all"),
            Races::Prove(Some(race)) => write!(f, "races prove {race}"),
            Races::Both(race) => write!(f, "races both {race}"),
            Races::Hide { race, why } if why.is_empty() => write!(f, "races hide {race}"),
            Races::Hide { race, why } => write!(f, "races hide {race} {}", quoted(why)),
            Races::Show => f.write_str("races show"),
            Races::Sync(memory) => {
                let length = memory.bytes.map_or_else(String::new, |bytes| format!(" {bytes}"));
                write!(f, "sync {}{length}{}", expression_word(&memory.place), memory.whose())
            }
            Races::Unsync(number) => write!(f, "sync drop {number}"),
            Races::Pin(memory) => {
                let length = memory.bytes.map_or_else(String::new, |bytes| format!(" len {bytes}"));
                write!(f, "lane {}{length}{}", expression_word(&memory.place), memory.whose())
            }
            Races::Unpin(number) => write!(f, "lane drop {number}"),
            Races::Lanes(true) => f.write_str("lane auto"),
            Races::Lanes(false) => f.write_str("lane off"),
        }
    }
}

impl Memory {
    /// The option that names its task.
    fn whose(&self) -> String {
        self.pid.map_or_else(String::new, |pid| format!(" -p {pid}"))
    }
}
