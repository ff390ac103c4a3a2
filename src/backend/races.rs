//! Races as a list: pairs of instructions with names, what was shown of them, and what the user has said about them.

mod list;

pub use list::{RaceList, RaceRow, RaceSide};

use super::local::Local;
use super::{Pid, Refused};
use crate::session::{Edge, Hidden, HiddenEnd, OtherWay, Race, RaceEnd, Sharing, Shown, Site, give_way, now};
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// Turns a list may be made of.
const MOST: u64 = 100_000_000;
/// Stale writes, the newest ones, of which is found out whether they made their value from what they had read.
const FOLLOWED: usize = 16;
/// Turns a list is made of when nothing is said: some hundred milliseconds.
const RECENT: u64 = 1 << 20;
/// Pairs that are tried at once.
const TRIED: usize = 200;

/// Why there is no list of races, or no such race.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RaceError {
    /// The first turn is after the last one.
    #[error("turn {from} is after turn {to}: FROM comes first")]
    Order {
        /// The first turn.
        from: u64,
        /// The last turn.
        to: u64,
    },
    /// Too many turns.
    #[error("{0} turns are too many: at most {MOST} are looked at, so say which, such as races 1 100000")]
    Long(u64),
    /// There is no trace to learn from.
    #[error("to order turns takes a trace: --trace-size above 0")]
    Untraced,
    /// No race of the list lies on that side of a turn.
    #[error("no race was seen first {} turn {here} in turns {from} to {to}: races looks at others", if *.next { "after" } else { "before" })]
    NoOther {
        /// Whether the next one was asked for.
        next: bool,
        /// The turn.
        here: u64,
        /// The first turn of the list.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// Nothing with this number is declared as synchronization.
    #[error("there is no stretch {n}: {}", match .there { 1 => "1 stretch declared".into(), n => format!("{n} stretches declared") })]
    NoSync {
        /// The number asked for.
        n: u64,
        /// How many there are.
        there: usize,
    },
    /// There is no pinned lane of this number.
    #[error("there is no lane {n}: {}", match .there { 1 => "1 lane is pinned".into(), n => format!("{n} lanes are pinned") })]
    NoLane {
        /// The number asked for.
        n: u64,
        /// How many there are.
        there: usize,
    },
    /// One of the two is a change from outside.
    #[error("one of the two came from outside: no schedule has them the other way round")]
    Outside,
    /// There is no race of this number.
    #[error("there is no race {n}: {}", match .there { 0 => "there are none".into(), 1 => "there is 1".into(), n => format!("there are {n}") })]
    Unknown {
        /// The number asked for.
        n: usize,
        /// How many there are.
        there: usize,
    },
}

/// What was found out of a race.
#[derive(Debug, Clone)]
struct Verdict {
    way: OtherWay,
    branch: Option<u32>,
}

/// Turns that were looked at: branch, first, last, what was declared as synchronization, and whether changes from outside
/// counted.
type Looked = (u32, u64, u64, Vec<(u32, u32)>, bool);

/// What is kept of races between two looks.
#[derive(Debug, Clone, Default)]
pub(super) struct Races {
    /// The turns that were asked for last: branch, first, last, and whether changes from outside count.
    asked: Option<(u32, u64, Option<u64>, bool)>,
    /// The turns looked at last.
    key: Option<Looked>,
    sharing: Option<Arc<Sharing>>,
    verdicts: BTreeMap<(u32, Site, Site), Verdict>,
}

impl Local {
    /// The races of some turns of the current branch; with `host` changes from outside count as the accesses of a task 0.
    ///
    /// # Errors
    /// The machine runs, or the turns are too many or have not happened.
    pub async fn races(&mut self, from: u64, to: u64, host: bool) -> Result<RaceList, Refused> {
        self.standing()?;
        let sharing = self.shared(from.max(1), to, host).await?;
        Ok(self.race_list(&sharing))
    }

    /// Asks for the races of these turns from now on; without a last turn of all that come.
    ///
    /// # Errors
    /// The machine runs, or the turns are too many or have not happened.
    pub async fn ask_races(&mut self, from: u64, to: Option<u64>, host: bool) -> Result<RaceList, Refused> {
        let list = self.races(from, to.unwrap_or_else(|| self.session.present()), host).await?;
        self.races.asked = Some((list.branch, from, to, host));
        Ok(list)
    }

    /// The races of the turns that were asked for last on this branch, or of its newest ones.
    ///
    /// # Errors
    /// The machine runs.
    pub async fn recent_races(&mut self) -> Result<RaceList, Refused> {
        let (branch, present) = (self.session.place().branch, self.session.present());
        match self.races.asked.filter(|(of, _, to, _)| *of == branch && to.is_none_or(|to| to <= present)) {
            Some((_, from, to, host)) => self.races(from, to.unwrap_or(present), host).await,
            None => self.races(present.saturating_sub(RECENT - 1).max(1), present, false).await,
        }
    }

    /// Every access to shared and pinned words in some turns of the current branch.
    ///
    /// # Errors
    /// The machine runs, or the turns are too many or have not happened.
    pub fn accesses(&mut self, from: u64, to: u64) -> Result<Sharing, Refused> {
        self.standing()?;
        self.check_turns(from, to)?;
        let declared = self.session.declared.clone();
        Ok(now(self.session.accesses(from, to, &declared, true))?)
    }

    fn check_turns(&self, from: u64, to: u64) -> Result<(), RaceError> {
        if from > to.max(1) {
            return Err(RaceError::Order { from, to });
        }
        if to - from.min(to) >= MOST {
            return Err(RaceError::Long(to - from + 1));
        }
        if self.machine().config().trace == 0 {
            return Err(RaceError::Untraced);
        }
        Ok(())
    }

    async fn shared(&mut self, from: u64, to: u64, host: bool) -> Result<Arc<Sharing>, Refused> {
        self.check_turns(from, to)?;
        let sync = self.session.declared.sync.clone();
        let key = (self.session.place().branch, from, to, sync, host);
        if let Some(known) = self.races.sharing.as_ref().filter(|_| self.races.key.as_ref() == Some(&key)) {
            return Ok(Arc::clone(known));
        }
        let mut sharing = self.session.sharing(from, to, &key.3, host).await?;
        for stale in sharing.stale.iter_mut().rev().take(FOLLOWED) {
            stale.from_read = self.session.came_from_read(stale);
            give_way().await;
        }
        let sharing = Arc::new(sharing);
        (self.races.key, self.races.sharing) = (Some(key), Some(Arc::clone(&sharing)));
        Ok(sharing)
    }

    fn race_list(&self, sharing: &Sharing) -> RaceList {
        let branch = self.session.place().branch;
        let declared = &self.session.declared;
        let (hidden, races): (Vec<&Race>, Vec<&Race>) =
            sharing.races.iter().partition(|r| declared.hides(&self.hidden_ends(r)));
        let number = |site: Site, address: u32| {
            let has = |r: &&Race| {
                r.bytes.iter().any(|b| b.contains(&address)) && (r.earlier.site == site || r.later.site == site)
            };
            races.iter().position(has).map(|i| i + 1)
        };
        let row = |(i, race): (usize, &&Race)| {
            let verdict = self.races.verdicts.get(&(branch, race.earlier.site, race.later.site));
            RaceRow {
                n: i + 1,
                earlier: self.race_side(&race.earlier),
                later: self.race_side(&race.later),
                bytes: race.bytes.clone(),
                named: self.named(race),
                times: race.times,
                same_value: race.same_value,
                heard: race.heard.map(|heard| (heard, self.edge(heard.edge))),
                shown: verdict.map_or(Shown::Untried, |v| v.way.shown),
                tried: verdict.is_some(),
                hangs_on: verdict
                    .and_then(|v| v.way.changed)
                    .and_then(|c| number(c.site, c.address))
                    .filter(|n| *n != i + 1),
                branch: verdict.and_then(|v| v.branch),
            }
        };
        RaceList {
            branch,
            from: sharing.from,
            to: sharing.to,
            sync: declared.sync.clone(),
            rows: races.iter().enumerate().map(row).collect(),
            hidden: hidden.len(),
            stale: sharing.stale.clone(),
            more: sharing.more,
        }
    }

    /// One race of those that were listed last, by its number.
    async fn race(&mut self, n: usize) -> Result<Race, Refused> {
        self.recent_races().await?;
        let sharing = self.races.sharing.clone().unwrap_or_default();
        let declared = &self.session.declared;
        let shown: Vec<&Race> = sharing.races.iter().filter(|r| !declared.hides(&self.hidden_ends(r))).collect();
        let found = n.checked_sub(1).and_then(|i| shown.get(i)).map(|r| (*r).clone());
        found.ok_or_else(|| RaceError::Unknown { n, there: shown.len() }.into())
    }

    /// Tries the other order of a race. `open` makes a branch of it, if there is one, and stands at its end.
    ///
    /// # Errors
    /// The machine runs, or there is no such race.
    pub async fn prove_race(&mut self, n: usize, open: bool) -> Result<RaceRow, Refused> {
        let race = self.race(n).await?;
        if race.is_by_host() {
            return Err(RaceError::Outside.into());
        }
        let (branch, present) = (self.session.place().branch, self.session.machine().turns());
        let way = self.session.other_way(&race)?;
        let mut verdict = Verdict { way, branch: None };
        if open && matches!(verdict.way.shown, Shown::Both | Shown::Time) {
            verdict.branch = Some(self.session.go_other_way(&verdict.way, &format!("race {n}, other way"))?);
        }
        self.races.verdicts.insert((branch, race.earlier.site, race.later.site), verdict.clone());
        let sharing = self.races.sharing.clone().unwrap_or_default();
        if verdict.branch.is_some() {
            let end = self.session.machine().turns();
            self.session.go(branch, present)?;
            let row = self.race_list(&sharing).rows.into_iter().nth(n - 1);
            self.session.go(verdict.branch.unwrap_or(branch), end)?;
            return row.ok_or_else(|| RaceError::Unknown { n, there: 0 }.into());
        }
        let row = self.race_list(&sharing).rows.into_iter().nth(n - 1);
        row.ok_or_else(|| RaceError::Unknown { n, there: 0 }.into())
    }

    /// Tries the other order of all races that were listed last, two hundred at most; how many were tried.
    ///
    /// # Errors
    /// The machine runs.
    pub async fn prove_all_races(&mut self) -> Result<usize, Refused> {
        let list = self.recent_races().await?;
        let by_tasks = list.rows.iter().filter(|row| !row.earlier.site.is_host() && !row.later.site.is_host());
        let numbers: Vec<usize> = by_tasks.map(|row| row.n).take(TRIED).collect();
        for n in &numbers {
            self.prove_race(*n, false).await?;
            give_way().await;
        }
        Ok(numbers.len())
    }

    /// Hides a race from lists.
    ///
    /// # Errors
    /// The machine runs, or there is no such race.
    pub async fn hide_race(&mut self, n: usize, why: String) -> Result<(), Refused> {
        let race = self.race(n).await?;
        let ends = self.hidden_ends(&race);
        self.session.declared.hidden.push(Hidden { ends, why });
        Ok(())
    }

    /// Goes to an end of a race: to just after its turn.
    ///
    /// # Errors
    /// The machine runs, or there is no such race.
    pub async fn go_to_race(&mut self, n: usize, earlier: bool) -> Result<Race, Refused> {
        let race = self.race(n).await?;
        let turn = if earlier { race.earlier.turn } else { race.later.turn };
        self.travel()?.seek(turn)?;
        Ok(race)
    }

    /// What was said about races.
    #[must_use]
    pub fn declared(&self) -> &crate::session::Declared {
        &self.session.declared
    }

    fn race_side(&self, end: &RaceEnd) -> RaceSide {
        let task = self.machine().task(end.site.pid);
        let listing = self.listing(end.site.pid);
        let row = listing.and_then(|l| l.rows.get(l.row_at(end.site.pc)?));
        let source = |(file, line): (usize, u32)| {
            let path = &listing?.sources.get(file)?.0;
            Some((path.rsplit('/').next().unwrap_or(path).to_owned(), line))
        };
        RaceSide {
            site: end.site,
            turn: end.turn,
            value: end.value,
            name: task.map_or_else(String::new, |t| t.name.clone()),
            text: row.map_or_else(String::new, |r| format!("{} {}", r.mnemonic, r.operands).trim_end().to_owned()),
            line: row.and_then(|r| r.source).and_then(source),
        }
    }

    fn hidden_ends(&self, race: &Race) -> [HiddenEnd; 2] {
        HiddenEnd::both(self.machine(), race.earlier.site, race.later.site)
    }

    /// What the bytes of a race are called, if they are a task's own.
    fn named(&self, race: &Race) -> Option<String> {
        let first = race.bytes.first()?.start;
        let name = |t: &crate::executive::task::Task| {
            let (pid, cx) = (t.pid, &t.context);
            match first.checked_sub(cx.reg_base.into()) {
                Some(offset) if offset < crate::vm::WINDOW_BYTES => Some(format!("R{} of {pid}", offset / 4)),
                _ if (cx.stack_limit..cx.stack_top).contains(&first) => {
                    let variable = self.named_place(pid, first).map(|place| format!("{} of {pid}", place.name));
                    Some(variable.unwrap_or_else(|| format!("stack of {pid}")))
                }
                _ => None,
            }
        };
        self.machine().tasks().iter().find_map(name)
    }

    /// What ordered two turns, in words.
    fn edge(&self, edge: Edge) -> String {
        let name = |descriptor| self.machine().mailbox_name(descriptor);
        match edge {
            Edge::Message { descriptor, seq } => format!("message {seq} of {}", name(descriptor)),
            Edge::Peek { descriptor } => format!("a PEEK at {}", name(descriptor)),
            Edge::Room { descriptor } => format!("room in {}", name(descriptor)),
            Edge::Value { oid } => format!("value 0x{oid:04X}"),
            Edge::File => "a file".into(),
            Edge::Kill => "its end by kill".into(),
            Edge::Load => "the load".into(),
            Edge::Sync { address } => format!("sync word 0x{:04X}", address & !3),
        }
    }
}

/// A task by number and name, for lists.
#[must_use]
pub fn side_name(pid: Pid, name: &str) -> String {
    if pid == 0 {
        return "outside".into();
    }
    if name.is_empty() { pid.to_string() } else { format!("{pid}:{name}") }
}
