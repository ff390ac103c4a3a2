//! Stops.

use crate::backend::answer::{Commands, Conditioned, Done, Enabled, Ignoring, Removed, StopSet, StopsSet};
use crate::backend::request::{self, NewStop, Stop};
use crate::backend::{Local, Names, Refused};
use crate::executive::Pid;
use crate::session::{AwaitedAccess, On};

impl Local {
    /// Sets and changes stops.
    pub(super) fn carry_out_stop(&mut self, stop: Stop) -> Result<Done, Refused> {
        Ok(match stop {
            Stop::Set(new) => Done::StopSet(self.set_stop(new)?),
            Stop::SetAll(all) => {
                let mut set = all.into_iter().map(|new| self.set_stop(new)).collect::<Result<Vec<_>, _>>()?.into_iter();
                let first = set.next().ok_or_else(|| Refused::Now("a place to stop at is expected".into()))?;
                Done::StopsSet(StopsSet { first, others: set.collect() })
            }
            Stop::Delete(number) => {
                self.remove_breakpoint(number)?;
                Done::Removed(Removed { removed: vec![number] })
            }
            Stop::Clear { pid, pc } => self.clear(pid, pc)?,
            Stop::Enable(number, enabled) => {
                self.enable_breakpoint(number, enabled)?;
                Done::Enabled(Enabled { number, enabled })
            }
            Stop::Condition(number, expr) => {
                let condition = expr.as_ref().map_or_else(String::new, |expr| expr.text().to_owned());
                self.set_condition(number, expr)?;
                Done::Conditioned(Conditioned { number, condition })
            }
            Stop::Ignore(number, ignore) => {
                self.set_ignore(number, ignore)?;
                Done::Ignoring(Ignoring { number, ignore })
            }
            Stop::Commands(number, commands) => {
                self.set_commands(number, commands.clone())?;
                Done::Commands(Commands { number, commands })
            }
        })
    }

    fn set_stop(&mut self, new: NewStop) -> Result<StopSet, Refused> {
        let NewStop { on, pid, app, condition, temporary, named, log } = new;
        let names = if let request::On::Instruction(pc) = on { Names::At(pc) } else { Names::Innermost };
        let log = log.map(|text| self.log_text(&text, pid, names)).transpose()?;
        let number = match on {
            request::On::Instruction(pc) if app.is_none() => self.add_breakpoint(pid, pc),
            request::On::Instruction(pc) => self.add_stop(pid, On::Instruction(pc)),
            request::On::Awaited => self.add_stop(pid, On::Awaited),
            request::On::Change(expr) => self.add_stop(pid, On::Change(expr, None)),
            request::On::Access { place, bytes, touching, seen_by } => {
                let seen_by = seen_by.or(pid);
                let lifetime = self.lifetime(place.text(), seen_by)?;
                let on = match self.access(&place, seen_by, bytes, touching) {
                    Err(e) if e.absent => {
                        On::AwaitedAccess(AwaitedAccess { place: place.text().to_owned(), bytes, seen_by, touching })
                    }
                    access => On::Access(access?.lasting(lifetime)),
                };
                self.add_stop(pid, on)
            }
            request::On::Event(event) => {
                let least = event.least_trace();
                if self.machine().trace().capacity() < least {
                    let why = format!("to catch {event} takes a trace: --trace-size {least} or more");
                    return Err(Refused::Now(why));
                }
                self.add_stop(pid, On::Event(event))
            }
        };
        if app.is_some() {
            self.set_app(number, app)?;
        }
        if condition.is_some() {
            self.set_condition(number, condition)?;
        }
        if temporary {
            self.set_temporary(number)?;
        }
        if let Some(stop) = self.session.stops.get_mut(number) {
            (stop.named, stop.log) = (named, log);
        }
        let stop = self.session.stops.list().iter().find(|stop| stop.number == number);
        let stop = stop.ok_or(Refused::NoStop(number))?.clone();
        let place = self.stop_place_name(&stop);
        let pending = self.pending(&stop);
        Ok(StopSet { number, pid, pc: stop.pc(), place, pending, stop })
    }

    /// Removes the breakpoints of a task, all of them or those at an address.
    fn clear(&mut self, pid: Pid, pc: Option<u32>) -> Result<Done, Refused> {
        let all = self.session.stops.list().iter().filter(|stop| stop.pid == Some(pid));
        let there = all.filter(|stop| stop.pc().is_some_and(|at| pc.is_none_or(|pc| at == pc)));
        let removed: Vec<u32> = there.map(|stop| stop.number).collect();
        for number in &removed {
            self.remove_breakpoint(*number)?;
        }
        Ok(Done::Removed(Removed { removed }))
    }
}
