//! How a search takes up a unit.

use super::{Node, Search, awake, bits};
use crate::explore::footprint::Footprint;
use crate::explore::unit::Unit;
use crate::explore::world::AssumptionBroken;

impl Search<'_> {
    /// Goes to where a unit begins, and takes up what is to be tried there and on the way.
    pub(super) fn begin(&mut self, unit: &Unit) -> Result<(), AssumptionBroken> {
        self.look();
        let mut sleep = 0;
        let mut feet = vec![Footprint::default(); self.world.machine().tasks().len()];
        for below in &unit.path {
            self.learn(below.tried & !sleep, &mut feet)?;
            let open = below.todo != 0 || !self.nodes.is_empty();
            if open {
                self.report.states += u64::from(below.todo != 0);
                let node = Node {
                    todo: below.todo & self.world.ready(),
                    sleep,
                    tried: below.tried,
                    failed: self.failed.len(),
                };
                self.resume(node, &feet);
            }
            let moved = self.world.step(below.index)?;
            if let Some(node) = self.nodes.last_mut() {
                node.tried |= 1 << below.index;
            }
            if open && self.task.sleep {
                let at = (self.nodes.len() - 1) * self.lead.len();
                self.feet[at + below.index] = moved.foot;
            }
            if self.task.sleep {
                sleep = awake(sleep | below.tried, &feet, &moved.foot);
            }
            self.path.push((below.index, moved));
            self.after(below.index, &moved);
        }
        self.learn(unit.tried & !sleep, &mut feet)?;
        match unit.todo {
            None => {
                self.feet.extend(feet);
                self.descend(sleep, self.nodes.len() * self.lead.len())?;
            }
            Some(todo) => {
                self.report.states += 1;
                let todo = todo & self.world.ready();
                self.resume(Node { todo, sleep, tried: unit.tried, failed: self.failed.len() }, &feet);
            }
        }
        Ok(())
    }

    /// Adds a node that another search has begun. What the steps that sleep or were tried in it touch stands in `feet`.
    fn resume(&mut self, node: Node, feet: &[Footprint]) {
        let at = self.nodes.len() * self.lead.len();
        self.feet.extend_from_slice(feet);
        self.push(node, at);
    }

    /// Takes steps and takes them back, to know what they touch.
    fn learn(&mut self, steps: u32, feet: &mut [Footprint]) -> Result<(), AssumptionBroken> {
        for j in bits(steps) {
            feet[j] = self.world.step(j)?.foot;
            self.world.undo();
        }
        Ok(())
    }
}
