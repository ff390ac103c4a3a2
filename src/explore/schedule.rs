//! A schedule: who takes how many turns, one after the other.

use crate::executive::{Machine, Pid, Quiet};
use crate::session::schedule_text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who takes how many turns, one after the other. Neighbours are different tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schedule(Vec<(Pid, u64)>);

impl FromIterator<(Pid, u64)> for Schedule {
    fn from_iter<T: IntoIterator<Item = (Pid, u64)>>(steps: T) -> Schedule {
        let mut schedule = Schedule::default();
        steps.into_iter().for_each(|(pid, turns)| schedule.push(pid, turns));
        schedule
    }
}

impl Schedule {
    /// Adds turns at the end.
    pub fn push(&mut self, pid: Pid, turns: u64) {
        match self.0.last_mut() {
            Some((last, sum)) if *last == pid => *sum += turns,
            _ if turns > 0 => self.0.push((pid, turns)),
            _ => {}
        }
    }

    /// The parts: who, and how many turns.
    #[must_use]
    pub fn parts(&self) -> &[(Pid, u64)] {
        &self.0
    }

    /// Turns in all.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.0.iter().map(|(_, turns)| turns).sum()
    }

    /// How often another task takes over.
    #[must_use]
    pub fn switches(&self) -> u64 {
        self.0.len().saturating_sub(1) as u64
    }

    /// The first turns, as many as asked for.
    #[must_use]
    pub fn first(&self, turns: u64) -> Schedule {
        let mut left = turns;
        self.0
            .iter()
            .map_while(|(pid, n)| {
                let taken = (*n).min(left);
                left -= taken;
                (taken > 0).then_some((*pid, taken))
            })
            .collect()
    }

    /// The schedule in which two tasks take each other's turns.
    #[must_use]
    pub fn exchanging(&self, (a, b): (Pid, Pid)) -> Schedule {
        let other = |pid: Pid| match pid {
            pid if pid == a => b,
            pid if pid == b => a,
            pid => pid,
        };
        self.0.iter().map(|(pid, turns)| (other(*pid), *turns)).collect()
    }

    /// Who takes each turn.
    pub fn each(&self) -> impl Iterator<Item = Pid> + '_ {
        self.0.iter().flat_map(|(pid, turns)| std::iter::repeat_n(*pid, *turns as usize))
    }

    /// Runs a machine through it: turns done until all are, or until one cannot be taken.
    pub fn run(&self, machine: &mut Machine) -> u64 {
        let mut done = 0;
        for pid in self.each() {
            let mut turn = machine.turn_of(pid);
            if turn == Err(Quiet::NotReady) {
                machine.skip_idle();
                turn = machine.turn_of(pid);
            }
            match turn {
                Ok(_) => done += 1,
                Err(_) => break,
            }
        }
        done
    }
}

impl fmt::Display for Schedule {
    /// `1*3 2 1*2`, as `schedule` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&schedule_text(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_joined_and_counted() {
        let schedule: Schedule = [(1, 2), (1, 1), (2, 0), (2, 3), (1, 1)].into_iter().collect();
        assert_eq!(schedule.to_string(), "1*3 2*3 1");
        assert_eq!((schedule.turns(), schedule.switches()), (7, 2));
        assert_eq!(schedule.first(4).to_string(), "1*3 2");
        assert_eq!(schedule.each().collect::<Vec<_>>(), [1, 1, 1, 2, 2, 2, 1]);
        assert_eq!(Schedule::default().switches(), 0);
        assert_eq!(schedule.exchanging((1, 3)).to_string(), "3*3 2*3 3");
    }
}
