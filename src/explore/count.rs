//! How many orders of single turns a schedule stands for: those in which what conflicts keeps its order.

use super::Moved;

/// Places in the tables of all counts of a search, at most: filling one takes some nanoseconds.
pub(super) const CELLS: usize = 1 << 22;

/// Steps of a schedule, at most: each pair of them is looked at.
const LONG: usize = 512;

/// A step of a schedule: whose (an index), and what it was.
pub(super) type ScheduleStep = (usize, Moved);

/// The number of orders, or `None` if that takes more than the `cells` that are left. `lead` is how many turns each
/// task takes by itself first.
pub(super) fn orders(lead: &[u64], steps: &[ScheduleStep], cells: &mut usize) -> Option<u128> {
    let tasks = lead.len();
    let mut lengths = lead.to_vec();
    let places: Vec<u64> = steps
        .iter()
        .map(|(i, moved)| {
            let place = lengths[*i];
            lengths[*i] += moved.turns;
            place
        })
        .collect();
    let room = lengths.iter().try_fold(1usize, |room, n| room.checked_mul(*n as usize + 1));
    let size = room.filter(|room| *room <= *cells)?;
    if steps.len() > LONG {
        return None;
    }
    *cells -= size;
    let needs = needs(tasks, &lengths, steps, &places);
    let strides: Vec<usize> =
        lengths.iter().scan(1, |at, n| Some(std::mem::replace(at, *at * (*n as usize + 1)))).collect();
    let mut ways = vec![0u128; size];
    ways[0] = 1;
    // Each place comes after all from which it is reached.
    for at in 0..size {
        let here = ways[at];
        if here == 0 {
            continue;
        }
        let done = |j: usize| (at / strides[j]) % (lengths[j] as usize + 1);
        for i in 0..tasks {
            let next = done(i);
            if next < lengths[i] as usize && (0..tasks).all(|j| done(j) as u64 >= needs[i][next * tasks + j]) {
                let to = &mut ways[at + strides[i]];
                *to = to.checked_add(here)?;
            }
        }
    }
    ways.last().copied()
}

/// For each turn of each task, how many turns of each other have to be done before.
fn needs(tasks: usize, lengths: &[u64], steps: &[ScheduleStep], places: &[u64]) -> Vec<Vec<u64>> {
    let mut needs: Vec<Vec<u64>> = lengths.iter().map(|n| vec![0; *n as usize * tasks]).collect();
    for (k, (i, moved)) in steps.iter().enumerate() {
        for (before, (j, earlier)) in steps[..k].iter().enumerate().filter(|(_, (j, _))| j != i) {
            let woken = earlier.woke & 1 << i != 0;
            if woken || !moved.foot.commutes(&earlier.foot) {
                let need = &mut needs[*i][places[k] as usize * tasks + j];
                *need = (*need).max(places[before] + 1);
            }
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::super::Footprint;
    use super::*;

    fn step(index: usize, turns: u64, memory: Option<bool>) -> ScheduleStep {
        let mut foot = Footprint::default();
        memory.into_iter().for_each(|write| foot.memory(0x5000, 4, write));
        (index, Moved { foot, turns, woke: 0, ended: None, watched: false })
    }

    #[test]
    fn independent_turns_come_in_all_orders() {
        assert_eq!(orders(&[6, 6], &[], &mut CELLS.clone()), Some(924));
        assert_eq!(orders(&[2, 2, 2], &[], &mut CELLS.clone()), Some(90));
        assert_eq!(orders(&[1000, 1000, 1000], &[], &mut CELLS.clone()), None);
    }

    #[test]
    fn conflicts_keep_their_order() {
        // Two times load and store: load, load, store, store leaves the two orders of the loads.
        let steps = [step(0, 1, Some(false)), step(1, 1, Some(false)), step(0, 1, Some(true)), step(1, 1, Some(true))];
        assert_eq!(orders(&[0, 0], &steps, &mut CELLS.clone()), Some(2));
        let serial = [step(0, 1, Some(false)), step(0, 1, Some(true)), step(1, 1, Some(false)), step(1, 1, Some(true))];
        assert_eq!(orders(&[0, 0], &serial, &mut CELLS.clone()), Some(1));
    }
}
