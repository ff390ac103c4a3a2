//! The breakpoints of an executive that is not hsxray: it knows them by task and address, people by number.

use super::Foreign;
use crate::backend::answer::{Done, Removed, StopSet, StopsSet};
use crate::backend::request::{self, NewStop, Stop};
use crate::backend::{Pid, Refused, Snapshot, Status, StopView};
use serde_json::json;

impl Foreign {
    /// The number of a breakpoint.
    fn number(&mut self, pid: Pid, pc: u32) -> u32 {
        let made = &mut self.made;
        *self.numbers.entry((pid, pc)).or_insert_with(|| {
            *made += 1;
            *made
        })
    }

    /// Gives the breakpoints of a picture their numbers, and forgets those of others.
    pub(super) fn number_stops(&mut self, now: &mut Snapshot) {
        let place = |stop: &StopView| stop.pid.zip(stop.pc());
        let there: Vec<(Pid, u32)> = now.stops.iter().filter_map(place).collect();
        self.numbers.retain(|place, _| there.contains(place));
        for stop in &mut now.stops {
            stop.number = place(stop).map_or(0, |(pid, pc)| self.number(pid, pc));
        }
        now.stops.sort_by_key(|stop| stop.number);
        if let Status::Breakpoint { number, pid, pc } = &mut now.status {
            *number = self.numbers.get(&(*pid, *pc)).copied().unwrap_or_default();
        }
    }

    fn breakpoint(&self, op: &str, pid: Pid, pc: u32) -> Result<(), Refused> {
        self.ask(json!({ "cmd": "bp", "op": op, "pid": pid, "addr": pc })).map(drop)
    }

    /// Sets breakpoints, one for each task that they are for.
    fn set(&mut self, all: &[NewStop]) -> Result<Done, Refused> {
        let mut set = Vec::new();
        for new in all {
            let plain = new.condition.is_none() && new.log.is_none() && !new.temporary && new.app.is_none();
            let request::On::Instruction(pc) = new.on else {
                return Self::never("stop at anything but an instruction");
            };
            if !plain {
                return Self::never("keep conditions, counts and log points: it has plain breakpoints");
            }
            let every = || self.picture.tasks.iter().map(|task| task.pid).collect();
            for pid in new.pid.map_or_else(every, |pid| vec![pid]) {
                self.breakpoint("set", pid, pc)?;
                let number = self.number(pid, pc);
                let stop = StopView::breakpoint(number, Some(pid), pc);
                let place = new.named.clone();
                set.push(StopSet { number, pid: Some(pid), pc: Some(pc), place, pending: None, stop });
            }
        }
        let mut set = set.into_iter();
        let first = set.next().ok_or_else(|| Refused::Now("there is no task to stop".into()))?;
        let others: Vec<StopSet> = set.collect();
        Ok(if others.is_empty() { Done::StopSet(first) } else { Done::StopsSet(StopsSet { first, others }) })
    }

    fn remove(&self, which: impl Fn(&StopView) -> bool) -> Result<Done, Refused> {
        let mut removed = Vec::new();
        for stop in self.picture.stops.iter().filter(|stop| which(stop)) {
            if let (Some(pid), Some(pc)) = (stop.pid, stop.pc()) {
                self.breakpoint("clear", pid, pc)?;
                removed.push(stop.number);
            }
        }
        Ok(Done::Removed(Removed { removed }))
    }

    pub(super) fn stop(&mut self, stop: Stop) -> Result<Done, Refused> {
        match stop {
            Stop::Set(new) => self.set(&[new]),
            Stop::SetAll(all) => self.set(&all),
            Stop::Delete(number) => match self.remove(|stop| stop.number == number)? {
                Done::Removed(Removed { removed }) if removed.is_empty() => Err(Refused::NoStop(number)),
                done => Ok(done),
            },
            Stop::Clear { pid, pc } => {
                self.remove(|stop| stop.pid == Some(pid) && pc.is_none_or(|pc| stop.pc() == Some(pc)))
            }
            Stop::Enable(..) | Stop::Condition(..) | Stop::Ignore(..) | Stop::Commands(..) => {
                Self::never("keep conditions, counts and commands of stops: it has plain breakpoints")
            }
        }
    }
}
