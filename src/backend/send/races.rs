//! Races, shared words and origins.

use crate::backend::answer::{
    Arrived, Done, Origins, Pinned, RaceHidden, RaceTried, RacesListed, RacesShown, Synchronizing,
};
use crate::backend::races::RaceError;
use crate::backend::request::{Memory, OriginOf, Races, register_named};
use crate::backend::{Local, Refused};
use crate::session::{Touching, TreeOptions};

/// Bytes of a lane at most.
const LANE_BYTES: u32 = 256;

impl Local {
    /// Lists races, tries them, and takes note of what is said about them.
    pub(super) async fn carry_out_races(&mut self, races: Races) -> Result<Done, Refused> {
        match races {
            Races::List { from, to, at, host } => {
                let at = at.map(|at| self.shared_memory(&at)).transpose()?;
                let list = self.ask_races(from, to, host).await?;
                let there = |(start, end): (u32, u32)| {
                    let touches = move |bytes: &std::ops::Range<u32>| bytes.start < end && start < bytes.end;
                    list.rows.iter().filter(|row| row.bytes.iter().any(touches)).cloned().collect()
                };
                let rows = at.map_or_else(|| list.rows.clone(), there);
                return Ok(Done::Races(Box::new(RacesListed::of(list, rows))));
            }
            Races::Go { race, earlier } => {
                self.go_to_race(race_number(race), earlier).await?;
                return Ok(self.arrived(Arrived::Plainly {}));
            }
            Races::Prove(Some(race)) => {
                let row = self.prove_race(race_number(race), false).await?;
                return Ok(Done::Race(Box::new(RaceTried::of(row))));
            }
            Races::Prove(None) => {
                self.prove_all_races().await?;
                let list = self.recent_races().await?;
                let rows = list.rows.clone();
                return Ok(Done::Races(Box::new(RacesListed::of(list, rows))));
            }
            Races::Both(race) => {
                let row = self.prove_race(race_number(race), true).await?;
                return Ok(Done::Race(Box::new(RaceTried::of(row))));
            }
            Races::Hide { race, why } => {
                self.hide_race(race_number(race), why).await?;
                return Ok(Done::RaceHidden(RaceHidden { hidden: self.session.declared.hidden.len(), race }));
            }
            Races::Show => {
                let shown = std::mem::take(&mut self.session.declared.hidden).len();
                return Ok(Done::RacesShown(RacesShown { shown }));
            }
            Races::Sync(memory) => {
                let (start, end) = self.shared_memory(&memory)?;
                self.session.declared.synchronize(start, end);
            }
            Races::Unsync(number) => {
                let sync = &mut self.session.declared.sync;
                let at = position(number, sync.len()).ok_or(RaceError::NoSync { n: number, there: sync.len() })?;
                sync.remove(at);
            }
            Races::Pin(memory) => return self.pin(&memory),
            Races::Unpin(number) => {
                let pins = &mut self.session.declared.pins;
                let at = position(number, pins.len()).ok_or(RaceError::NoLane { n: number, there: pins.len() })?;
                pins.remove(at);
                return Ok(self.pinned());
            }
            Races::Lanes(auto) => {
                self.session.declared.no_lanes = !auto;
                return Ok(self.pinned());
            }
        }
        Ok(Done::Synchronizing(Synchronizing::of(&self.session.declared)))
    }

    /// Goes to the next turn, or the previous one, in which a race of the list was seen first.
    pub(super) async fn go_to_other_race(&mut self, next: bool) -> Result<Done, Refused> {
        let here = self.machine().turns();
        let list = self.recent_races().await?;
        let turns = list.rows.iter().map(|row| (row.later.turn, row.n));
        let found = match next {
            true => turns.filter(|(turn, _)| *turn > here).min(),
            false => turns.filter(|(turn, _)| *turn < here).max(),
        };
        let Some((_, race)) = found else {
            return Err(RaceError::NoOther { next, here, from: list.from, to: list.to }.into());
        };
        self.go_to_race(race, false).await?;
        Ok(self.arrived(Arrived::Find { text: format!("race {race}") }))
    }

    fn pin(&mut self, memory: &Memory) -> Result<Done, Refused> {
        let (start, end) = self.stretch(memory)?;
        if end - start > LANE_BYTES {
            let message = format!("{} bytes are too many: a lane has at most {LANE_BYTES}", end - start);
            return Err(Refused::Now(message));
        }
        self.session.declared.pins.push((start, end));
        Ok(self.pinned())
    }

    fn pinned(&self) -> Done {
        Done::Pinned(Pinned::of(&self.session.declared))
    }

    /// Where a value came from.
    pub(super) async fn origins_of(&mut self, of: OriginOf) -> Result<Done, Refused> {
        let OriginOf { place, depth, nodes, addresses } = of;
        let most = TreeOptions::default();
        let options = TreeOptions {
            nodes: nodes.map_or(most.nodes, usize::from),
            depth: depth.map_or(most.depth, usize::from),
            addresses,
        };
        let spot = match place {
            Some(place) => self.spot(place)?,
            None => self.found_spot().ok_or_else(|| {
                let missing = "PID REG, PID ADDR or a label is expected, or a write that last-write went to";
                Refused::Now(missing.into())
            })?,
        };
        let tree = self.origin_tree(spot, options).await?;
        Ok(Done::Origins(Box::new(Origins::of((*tree).clone()))))
    }

    /// A stretch of RAM that tasks can share.
    fn stretch(&self, memory: &Memory) -> Result<(u32, u32), Refused> {
        let Memory { place, bytes, pid } = memory;
        let span = self.access(place, *pid, *bytes, Touching::Any)?.span;
        match span.bank {
            None => Ok((span.start, span.end)),
            Some(_) => {
                let text = place.text();
                Err(Refused::Now(format!("{text} lies in a task's own bank: no other task can reach it")))
            }
        }
    }

    /// The same for what is declared or asked for: registers only by their addresses.
    fn shared_memory(&self, memory: &Memory) -> Result<(u32, u32), Refused> {
        let (start, end) = self.stretch(memory)?;
        let text = memory.place.text();
        let name = text.rsplit('.').next().unwrap_or(text);
        if register_named(name).is_some() {
            let why = "is a register: declare it only if tasks hand over through it";
            return Err(Refused::Now(format!("{text} {why}; 0x{start:04X} does")));
        }
        Ok((start, end))
    }
}

/// A number as it is looked for in lists: one that is too large is not there.
fn race_number(race: u64) -> usize {
    usize::try_from(race).unwrap_or(usize::MAX)
}

/// The index of a number from 1 to a count.
fn position(number: u64, there: usize) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1).filter(|at| *at < there)
}
