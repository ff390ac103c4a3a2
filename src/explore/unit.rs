//! A part of a search as plain data: where it begins, and what is still to be tried there.

use serde::{Deserialize, Serialize};

/// A step on the way to where a part ends. As text it is three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(usize, u32, u32)", into = "(usize, u32, u32)")]
pub struct Below {
    /// Index of the task that steps.
    pub index: usize,
    /// The tasks whose steps from the same state were tried before, by bit: they sleep below this one while they
    /// commute with what follows.
    pub tried: u32,
    /// The tasks whose steps from the same state are to be tried as well, by bit.
    pub todo: u32,
}

impl From<(usize, u32, u32)> for Below {
    fn from((index, tried, todo): (usize, u32, u32)) -> Below {
        Below { index, tried, todo }
    }
}

impl From<Below> for (usize, u32, u32) {
    fn from(Below { index, tried, todo }: Below) -> (usize, u32, u32) {
        (index, tried, todo)
    }
}

/// A part of a search: what is to be tried in a state, and in the states on the way to it. What a search leaves when it
/// stops is one such part, so that its size grows with the length of the way and not with its square.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The steps from the start to the state.
    pub path: Vec<Below>,
    /// The tasks whose steps are to be tried there, by bit; `None` if the state has not been entered yet.
    pub todo: Option<u32>,
    /// The tasks whose steps were tried there before, by bit.
    pub tried: u32,
}

impl Unit {
    /// Everything from the start.
    #[must_use]
    pub fn root() -> Unit {
        Unit::default()
    }

    /// Steps from the start to the first state in which something is to be tried.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.path.iter().position(|below| below.todo != 0).unwrap_or(self.path.len())
    }

    /// Smaller units that are this one together: one for each state in which something is to be tried; if there is a
    /// single one, one for each step from it. None if the state has not been entered yet.
    #[must_use]
    pub fn split(&self) -> Vec<Unit> {
        if self.depth() == self.path.len() {
            return self.steps();
        }
        let way: Vec<Below> = self.path.iter().map(|below| Below { todo: 0, ..*below }).collect();
        let states = self.path.iter().enumerate().filter(|(_, below)| below.todo != 0);
        let last = Unit { path: way.clone(), ..*self };
        states
            .map(|(at, below)| {
                let tried = below.tried | 1 << below.index;
                Unit { path: way[..at].to_vec(), todo: Some(below.todo), tried }
            })
            .chain([last])
            .collect()
    }

    /// One unit for each step still to be tried in the last state.
    fn steps(&self) -> Vec<Unit> {
        let mut tried = self.tried;
        super::bounds::bits(self.todo.unwrap_or(0))
            .map(|index| {
                let path = self.path.iter().copied().chain([Below { index, tried, todo: 0 }]).collect();
                tried |= 1 << index;
                Unit { path, todo: None, tried: 0 }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_steps_of_a_split_unit_know_of_the_earlier_ones() {
        let unit = Unit { path: vec![Below { index: 2, tried: 1, todo: 0 }], todo: Some(0b1010), tried: 1 };
        let steps: Vec<Below> = unit.split().iter().filter_map(|part| part.path.last().copied()).collect();
        assert_eq!(steps, [Below { index: 1, tried: 0b1, todo: 0 }, Below { index: 3, tried: 0b11, todo: 0 }]);
        assert!(Unit::root().split().is_empty());
    }

    #[test]
    fn a_unit_with_open_states_on_its_way_is_split_by_state() {
        let way = |index, todo| Below { index, tried: 0, todo };
        let unit = Unit { path: vec![way(0, 0), way(1, 0b100), way(2, 0)], todo: Some(0b11), tried: 0b100 };
        let first = Unit { path: vec![way(0, 0)], todo: Some(0b100), tried: 0b10 };
        let last = Unit { path: vec![way(0, 0), way(1, 0), way(2, 0)], todo: Some(0b11), tried: 0b100 };
        assert_eq!((unit.depth(), unit.split()), (1, vec![first, last]));
    }
}
