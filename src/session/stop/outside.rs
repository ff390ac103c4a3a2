//! Stops on what comes from outside while nothing runs.

use super::{Due, On, Status, Stop, Stops};
use crate::executive::trace::TraceEntry;
use crate::executive::{Machine, Pid};

impl Stop {
    /// Whether the event it is on is among the newest entries of the trace: to whom it has happened, and what it is called.
    fn came(&self, machine: &Machine, new: usize) -> Option<(Pid, String)> {
        let On::Event(event) = &self.on else { return None };
        let name = |pid: Pid| machine.task(pid).map_or("", |task| task.name.as_str());
        let mine = |entry: &TraceEntry| self.concerns(entry.pid, name(entry.pid));
        let found = machine.trace().last(new).find(|entry| event.is(machine, entry) && mine(entry))?;
        Some((found.pid, event.to_string()))
    }
}

impl Stops {
    /// Something came from outside, which has made the newest `new` entries of the trace: which stops are due for it.
    pub(in crate::session) fn look_at_input(&mut self, machine: &Machine, new: usize) -> Vec<Due> {
        let (mut all, mut logged) = (Vec::new(), std::mem::take(&mut self.logged));
        for stop in self.list.iter_mut().filter(|stop| stop.enabled) {
            let Some((pid, event)) = stop.came(machine, new) else { continue };
            let due = stop.hit(machine, pid, Status::Event { number: stop.number, pid, event });
            logged.take(stop, machine, pid, due, &mut all);
        }
        self.logged = logged;
        all
    }

    /// Some stops are due, and their commands: what they are on has happened while nothing ran.
    pub(in crate::session) fn fall_due(&mut self, due: Vec<Due>) {
        self.due = due;
        self.conclude();
    }
}
