//! Beginning again: all programs read and assembled again, with the stops and settings there are.

use super::super::Refused;
use super::{Loaded, Local};
use crate::executive::input::{Applied, Input};
use crate::executive::{Pid, Who};
use crate::session::{JournalEntry, Session, give_way};
use std::sync::Arc;

/// Turns that are run in one go: a millisecond or so.
const STRETCH: u64 = 1 << 16;

impl Local {
    /// Reads all programs from their files again and begins at turn 0, with the stops, the expressions in sight and the
    /// settings that there are; the stops count from 0. With a turn it then runs to that turn, whatever would stop it on
    /// the way. Gives the numbers of the stops whose place is in no program any more.
    ///
    /// # Errors
    /// A program cannot be read, or the session began with a recording. Nothing has changed then.
    pub async fn restart_afresh(&mut self, turn: Option<u64>) -> Result<Vec<u32>, Refused> {
        self.standing()?;
        let none = || Refused::Now("this session has no start to go back to".into());
        let start = self.start.clone().ok_or_else(none)?;
        if start.machine().turns() > 0 || start.session.journal().entries().iter().any(|(turn, _)| *turn > 0) {
            return Err(Refused::Now("this session began with a recording: there are no sources to read again".into()));
        }
        let mut fresh = self.with_programs_again(&start)?;
        fresh.start = Some(Arc::new(fresh.clone()));
        fresh.rate = self.rate;
        fresh.watches = self.watches.clone();
        fresh.sources = self.sources.clone();
        (fresh.session.rotate, fresh.session.deadlock_stops) = (self.session.rotate, self.session.deadlock_stops);
        if let Some(turn) = turn.filter(|turn| *turn > 0) {
            fresh.session.start(Who::Rotation, turn);
            let looked = self.session.looked();
            let mut more = true;
            while more {
                let before = fresh.machine().turns();
                more = fresh.session.pump(STRETCH);
                looked.add(fresh.machine().turns() - before);
                give_way().await;
            }
        }
        fresh.session.stops = self.session.stops.counting_afresh();
        let mut lost: Vec<u32> = Vec::new();
        for pid in fresh.machine().tasks().iter().map(|task| task.pid).collect::<Vec<Pid>>() {
            lost.extend(fresh.stops_again(pid));
        }
        lost.sort_unstable();
        lost.dedup();
        lost.retain(|number| {
            fresh.session.stops.list().iter().any(|s| s.number == *number && fresh.pending(s).is_some())
        });
        self.replace_with(fresh);
        Ok(lost)
    }

    /// The session as it began, with its programs read again.
    fn with_programs_again(&mut self, start: &Local) -> Result<Local, Refused> {
        let config = start.machine().config().clone();
        let mut fresh = Local::of(start.title.clone(), Session::new(config), Vec::new(), start.defaults);
        fresh.sources = start.sources.clone();
        fresh.session.set_history(start.session.history().bound);
        for (_, entry) in start.session.journal().entries() {
            let JournalEntry::Input(input) = entry else { continue };
            match &**input {
                Input::Load(load) => {
                    let Loaded { program, options, .. } = start.program_of(&load.image).ok_or(Refused::NoLines)?;
                    let (file, again) = self.program_again(program)?;
                    fresh.load(Arc::clone(&again), options.clone())?;
                    if let Some(file) = file {
                        fresh.note_program(&file, &again);
                    }
                }
                other => {
                    let _: Applied = fresh.session.apply(other.clone())?;
                }
            }
        }
        Ok(fresh)
    }
}
