//! In which states a task has spent the turns of the machine.

use super::task::RunState;

/// Turns of the machine by the state a task was in when they began, all turns since it was loaded.
///
/// Each state has a balance: leaving it adds the turn, entering it takes the turn off. Nothing is
/// counted from turn to turn, and two tasks with the same past are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StateTime {
    balance: [u64; RunState::COUNT],
}

impl StateTime {
    /// For a task that is loaded in a state after `turn` turns.
    pub(super) fn new(state: RunState, turn: u64) -> StateTime {
        let mut state_time = StateTime::default();
        state_time.enter(state, turn);
        state_time
    }

    /// Records that the task goes from one state to another after `turn` turns.
    pub(super) fn change(&mut self, from: RunState, to: RunState, turn: u64) {
        let left = &mut self.balance[from as usize];
        *left = left.wrapping_add(turn);
        self.enter(to, turn);
    }

    fn enter(&mut self, state: RunState, turn: u64) {
        let entered = &mut self.balance[state as usize];
        *entered = entered.wrapping_sub(turn);
    }

    /// Turns that began in a state, of a task that is in `now` after `turn` turns.
    #[must_use]
    pub fn turns_in(&self, state: RunState, now: RunState, turn: u64) -> u64 {
        self.balance[state as usize].wrapping_add(if state == now { turn } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted_for_the_state_they_began_in() {
        let mut state_time = StateTime::new(RunState::Ready, 10);
        state_time.change(RunState::Ready, RunState::Sleeping, 13);
        state_time.change(RunState::Sleeping, RunState::Ready, 20);
        assert_eq!(state_time.turns_in(RunState::Ready, RunState::Ready, 21), 4);
        assert_eq!(state_time.turns_in(RunState::Sleeping, RunState::Ready, 21), 7);
        assert_eq!(state_time.turns_in(RunState::Paused, RunState::Ready, 21), 0);
    }

    #[test]
    fn a_change_and_back_between_two_turns_leaves_nothing() {
        let mut state_time = StateTime::new(RunState::Ready, 0);
        state_time.change(RunState::Ready, RunState::Paused, 5);
        state_time.change(RunState::Paused, RunState::Ready, 5);
        assert_eq!(state_time, StateTime::new(RunState::Ready, 0));
    }
}
