//! Searches that take only the steps of persistent sets.

use super::{Search, SearchTask};
use crate::explore::persistent::Persistent;
use crate::explore::unit::Unit;
use crate::explore::world::{AssumptionBroken, Rules};

/// Steps to learn from before the search, at most.
const FIRST_STEPS: usize = 4000;

impl<'a> Search<'a> {
    /// A search of everything that takes only steps of persistent sets. Nothing can be given away of it, and what is
    /// left of it is of no use to others.
    pub fn of_few(
        task: SearchTask<'a>,
        mut persistent: Persistent,
        rules: &Rules,
    ) -> Result<Search<'a>, AssumptionBroken> {
        let mut search = Search::new(task, &Unit::root(), rules)?;
        if persistent.is_empty() {
            search.learn_first(&mut persistent)?;
        }
        persistent.begin_again();
        if let Some(node) = search.nodes.first_mut() {
            persistent.enter(search.world.key());
            node.todo &= persistent.choose(&search.world);
        }
        search.persistent = Some(persistent);
        Ok(search)
    }

    /// What tasks were seen to touch.
    pub fn persistent(&self) -> Option<&Persistent> {
        self.persistent.as_ref()
    }

    /// Learns what tasks touch from some orders: each task in turn goes first, and then one after the other.
    fn learn_first(&mut self, persistent: &mut Persistent) -> Result<(), AssumptionBroken> {
        let tasks = self.lead.len();
        for first in 0..tasks {
            let mut steps = 0;
            for index in (0..tasks).map(|i| (first + i) % tasks) {
                while self.world.ready() >> index & 1 != 0 && steps < FIRST_STEPS / tasks {
                    let pc = self.world.machine().tasks()[index].context.pc;
                    let moved = self.world.step(index)?;
                    persistent.learn(&self.world, index, pc, &moved.foot);
                    steps += 1;
                }
            }
            (0..steps).for_each(|_| self.world.undo());
        }
        Ok(())
    }
}
