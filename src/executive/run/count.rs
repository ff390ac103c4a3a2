//! Counting the turns of a stretch, from how far the rotation came.

use crate::executive::Machine;

impl Machine {
    /// Counts `turns` turns of a rotation that began at a place with `left` turns to go there, after
    /// turn `before`.
    pub(in crate::executive) fn settle_counters(&mut self, start: usize, left: u32, before: u64, turns: u64) {
        let places = self.state.rotation.ready().len();
        let mut rest = turns;
        let (mut place, mut whole) = (start, u64::from(left));
        let mut burst = whole.min(rest);
        while burst > 0 {
            let done = before + turns - rest;
            let task = &mut self.state.tasks[usize::from(self.state.rotation.ready()[place])];
            task.counters.turns += burst;
            task.took(done + 1, done + burst);
            task.counters.switches += u64::from(self.state.ran != task.pid && self.state.ran != 0);
            (self.state.ran, self.state.rotation.last) = (task.pid, task.pid);
            self.state.rotation.left = (whole - burst) as u32;
            place = if place + 1 == places { 0 } else { place + 1 };
            rest = self.settle_cycles(place, done + burst, rest - burst);
            whole = u64::from(self.state.tasks[usize::from(self.state.rotation.ready()[place])].quantum);
            burst = whole.min(rest);
        }
    }

    /// Counts the whole cycles in `turns` from a place on, after turn `before`; what is left is less
    /// than one. Each task of at least two takes over once a cycle.
    fn settle_cycles(&mut self, place: usize, before: u64, turns: u64) -> u64 {
        let ready = self.state.rotation.ready();
        let cycle: u64 = ready.iter().map(|i| u64::from(self.state.tasks[usize::from(*i)].quantum)).sum();
        let cycles = turns / cycle;
        if cycles > 0 {
            let mut first = before;
            for i in ready[place..].iter().chain(&ready[..place]) {
                let task = &mut self.state.tasks[usize::from(*i)];
                let quantum = u64::from(task.quantum);
                task.counters.turns += cycles * quantum;
                task.counters.switches += cycles;
                task.took(first + 1, first + (cycles - 1) * cycle + quantum);
                first += quantum;
            }
        }
        turns - cycles * cycle
    }
}

/// What is left of a quantum after `turns` in which no other task was ready.
pub(super) fn left_after(left: u32, quantum: u32, turns: u64) -> u32 {
    match turns.checked_sub(u64::from(left)) {
        None => left - turns as u32,
        Some(over) => (u64::from(quantum) - over % u64::from(quantum)) as u32 % quantum,
    }
}
