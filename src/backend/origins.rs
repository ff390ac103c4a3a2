//! Origins as rows: the tree of where a value came from, with the instructions' text.

use super::local::Local;
use super::{Pid, Refused, Spot};
use crate::session::{Beginning, Origin, OriginNode, Role, TreeOptions};
use std::sync::Arc;

/// A node of the tree in its place among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginRow {
    /// The node.
    pub node: OriginNode,
    /// Steps from the root.
    pub depth: usize,
    /// What it is to the node above it; `None` for the root.
    pub role: Option<Role>,
    /// It stands further up already, with its sources.
    pub again: bool,
    /// The instruction; empty if there is none, or its task is gone.
    pub text: String,
    /// What the place is called, such as `2.R3` or `[5000]`.
    pub place: String,
    /// A load after which another task wrote before its task did.
    pub stale: bool,
    /// The race, by number, by which it got this value.
    pub race: Option<usize>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginTree {
    /// The turn after which it was asked for.
    pub turn: u64,
    /// The nodes from the root on, each below what it is a source of.
    pub rows: Vec<OriginRow>,
    /// How many nodes there are.
    pub nodes: usize,
    /// Whether nothing was left out.
    pub complete: bool,
}

/// Values, and what is known of the words that tasks share.
struct Known {
    stale: Vec<(Pid, u64)>,
    /// The sites of each race.
    races: Vec<[(Pid, u32); 2]>,
}

impl Local {
    /// Where the value of a spot came from; kept for the pane that shows it.
    ///
    /// # Errors
    /// The machine runs.
    pub fn origin_tree(&mut self, spot: Spot, options: TreeOptions) -> Result<Arc<OriginTree>, Refused> {
        self.standing()?;
        let nodes = self.session.origin_tree(spot, options)?;
        let list = self.recent_races().unwrap_or_default();
        let site = |s: &super::RaceSide| (s.site.pid, s.site.pc);
        let known = Known {
            stale: list.stale.iter().map(|s| (s.pid, s.read)).collect(),
            races: list.rows.iter().map(|r| [site(&r.earlier), site(&r.later)]).collect(),
        };
        let mut rows = Vec::new();
        let mut seen = vec![false; nodes.len() + 1];
        self.flatten(&nodes, &known, &mut rows, &mut seen, (1, 0, None));
        let complete = !nodes.iter().any(|n| n.end == Some(Beginning::Limit));
        let tree = OriginTree { turn: self.machine().turns(), rows, nodes: nodes.len(), complete };
        let tree = Arc::new(tree);
        self.origins = Some(Arc::clone(&tree));
        Ok(tree)
    }

    fn flatten(
        &self,
        nodes: &[OriginNode],
        known: &Known,
        rows: &mut Vec<OriginRow>,
        seen: &mut [bool],
        (id, depth, role): (usize, usize, Option<Role>),
    ) {
        let Some(node) = nodes.get(id - 1) else { return };
        let again = std::mem::replace(&mut seen[id], true);
        let loads = node.via == Origin::Load;
        let from = |kid: usize| nodes.get(kid - 1).map(|n| (n.pid, n.pc));
        let own = (node.pid, node.pc);
        let raced = |pair: &[(Pid, u32); 2]| {
            node.kids.iter().filter_map(|kid| from(kid.id)).any(|kid| *pair == [own, kid] || *pair == [kid, own])
        };
        rows.push(OriginRow {
            node: node.clone(),
            depth,
            role,
            again: again && !node.kids.is_empty(),
            text: self.instruction_text(node.pid, node.pc),
            place: self.place_name(node),
            stale: loads && known.stale.contains(&(node.pid, node.turn)),
            race: known.races.iter().position(|pair| loads && raced(pair)).map(|i| i + 1),
        });
        if !again {
            node.kids
                .iter()
                .for_each(|kid| self.flatten(nodes, known, rows, seen, (kid.id, depth + 1, Some(kid.role))));
        }
    }

    fn instruction_text(&self, pid: Pid, pc: u32) -> String {
        let row = self.listing(pid).and_then(|l| l.rows.get(l.row_at(pc)?)).filter(|row| row.address == pc);
        row.map_or_else(String::new, |r| format!("{} {}", r.mnemonic, r.operands).trim_end().to_owned())
    }

    fn place_name(&self, node: &OriginNode) -> String {
        let register = |t: &super::Task| {
            let offset = node.address.checked_sub(t.context.reg_base.into())?;
            (offset < crate::vm::WINDOW_BYTES).then(|| format!("{}.R{}", t.pid, offset / 4))
        };
        let tasks = self.machine().tasks().iter();
        let named = if node.bank.is_none() { tasks.into_iter().find_map(register) } else { None };
        let whose = node.bank.map_or(String::new(), |pid| format!("{pid}."));
        named.unwrap_or_else(|| match node.bytes {
            4 => format!("{whose}[{:04X}]", node.address),
            1 => format!("{whose}b[{:04X}]", node.address),
            _ => format!("{whose}[{:04X}..{:04X}]", node.address, node.address + node.bytes - 1),
        })
    }

    /// The spot that a search went to, if this is its place.
    #[must_use]
    pub fn found_spot(&self) -> Option<Spot> {
        self.session.found_spot()
    }
}
