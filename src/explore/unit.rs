//! A part of a search as plain data: where it begins, and what is still to be tried there.

use serde::{Deserialize, Serialize};

/// A step on the way to where a part begins. As text it is a pair of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(usize, u32)", into = "(usize, u32)")]
pub struct Below {
    /// Index of the task that steps.
    pub index: usize,
    /// The tasks whose steps from the same state were tried before, by bit: they sleep below this one while they
    /// commute with what follows.
    pub tried: u32,
}

impl From<(usize, u32)> for Below {
    fn from((index, tried): (usize, u32)) -> Below {
        Below { index, tried }
    }
}

impl From<Below> for (usize, u32) {
    fn from(below: Below) -> (usize, u32) {
        (below.index, below.tried)
    }
}

/// A part of a search: everything below a state.
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

    /// One unit for each step still to be tried here; none if the state has not been entered yet.
    #[must_use]
    pub fn split(&self) -> Vec<Unit> {
        let mut tried = self.tried;
        super::bounds::bits(self.todo.unwrap_or(0))
            .map(|index| {
                let path = self.path.iter().copied().chain([Below { index, tried }]).collect();
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
        let unit = Unit { path: vec![Below { index: 2, tried: 1 }], todo: Some(0b1010), tried: 1 };
        let steps: Vec<Below> = unit.split().iter().filter_map(|part| part.path.last().copied()).collect();
        assert_eq!(steps, [Below { index: 1, tried: 0b1 }, Below { index: 3, tried: 0b11 }]);
        assert!(Unit::root().split().is_empty());
    }
}
