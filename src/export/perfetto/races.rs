//! Races on their way into the file: an arrow needs the times of both of its ends.

use crate::session::Race;
use std::collections::BTreeMap;

/// Races that were not drawn yet.
#[derive(Default)]
pub(super) struct Races {
    /// When the turns of earlier accesses were, in virtual µs, as far as they have come.
    begun: BTreeMap<u64, Option<f64>>,
    /// By the turns of their later accesses.
    later: BTreeMap<u64, Vec<Race>>,
}

impl Races {
    /// All of them, before the first turn.
    pub fn of(all: Vec<Race>) -> Races {
        let mut races = Races::default();
        for race in all {
            races.begun.insert(race.earlier.turn, None);
            races.later.entry(race.later.turn).or_default().push(race);
        }
        races
    }

    /// An entry of a turn has come: the races whose later access is in that turn, each with the time of the earlier one.
    pub fn entry(&mut self, turn: u64, at_us: f64) -> Vec<(Race, f64)> {
        if let Some(begun) = self.begun.get_mut(&turn) {
            begun.get_or_insert(at_us);
        }
        let ended = self.later.remove(&turn).unwrap_or_default().into_iter();
        let begun = |race: Race| Some((self.begun.get(&race.earlier.turn).copied()??, race));
        ended.filter_map(begun).map(|(at_us, race)| (race, at_us)).collect()
    }
}
