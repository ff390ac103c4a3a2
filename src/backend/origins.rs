//! Origins as rows: the tree of where a value came from, with the instructions' text.

use super::local::Local;
use super::request::Written;
use super::{Pid, Refused, WatchedBytes};
use crate::session::{Beginning, Origin, OriginNode, Role, TreeOptions, Use, UseAt, Uses};
use serde::Serialize;
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

/// A turn that uses a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UseRow {
    /// The turn and what it does.
    #[serde(flatten)]
    pub at: UseAt,
    /// The instruction; empty if its task is gone.
    pub text: String,
    /// What it does, in words.
    #[serde(skip)]
    pub does: String,
}

/// Where a value went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsesFound {
    /// The turn after which it was asked for.
    pub turn: u64,
    /// The uses by turn.
    pub uses: Vec<UseRow>,
    /// How many more there are.
    pub more: u64,
    /// Turns that only moved it, or computed with it.
    pub moves: u64,
    /// The turn after which nothing was left that was made from it.
    pub gone: Option<u64>,
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
    pub async fn origin_tree(&mut self, spot: WatchedBytes, options: TreeOptions) -> Result<Arc<OriginTree>, Refused> {
        self.standing()?;
        let nodes = self.session.origin_tree(spot, options).await?;
        let list = self.recent_races().await.unwrap_or_default();
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

    /// Where the value of a register or of memory went, up to the present; without a place, that of the write that was
    /// gone to.
    ///
    /// # Errors
    /// The machine runs, there is no such place, or no write was gone to.
    pub async fn uses(&self, place: Option<Written>, most: usize) -> Result<UsesFound, Refused> {
        self.standing()?;
        let spot = match place {
            Some(place) => self.spot(place)?,
            None => self.found_spot().ok_or_else(|| {
                Refused::Now("whose value? say PID REG, PID ADDR or a label, or go to a write first".into())
            })?,
        };
        let Uses { uses, more, moves, gone } = self.session.uses(spot, most).await?;
        let row = |at: UseAt| UseRow { at, text: self.instruction_text(at.pid, at.pc), does: self.use_text(at) };
        Ok(UsesFound { turn: self.machine().turns(), uses: uses.into_iter().map(row).collect(), more, moves, gone })
    }

    fn use_text(&self, at: UseAt) -> String {
        let name = |descriptor| self.machine().mailbox_name(descriptor);
        match at.does {
            Use::Store { address, bank } => {
                let of_c = self.static_place(bank.unwrap_or(at.pid), address).filter(|_| bank.is_some());
                let place = of_c.map_or_else(|| format!("[0x{address:04X}]"), |place| place.name);
                format!("stored in {}{place}", bank.map_or(String::new(), |pid| format!("{pid}.")))
            }
            Use::Decide => "compared".into(),
            Use::Send { descriptor, seq } => format!("sent as message {seq} of {}", name(descriptor)),
            Use::Receive { descriptor, seq } => format!("received as message {seq} of {}", name(descriptor)),
            Use::Service => "passed to a service".into(),
        }
    }

    pub(super) fn instruction_text(&self, pid: Pid, pc: u32) -> String {
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
        let of_c = || self.static_place(node.bank?, node.address).map(|place| format!("{whose}{}", place.name));
        let local = || self.stored_local(node.pid, node.pc, node.address).filter(|_| node.bank.is_none());
        named.or_else(of_c).or_else(local).unwrap_or_else(|| match node.bytes {
            4 => format!("{whose}[0x{:04X}]", node.address),
            1 => format!("{whose}b[0x{:04X}]", node.address),
            _ => format!("{whose}[0x{:04X}..0x{:04X}]", node.address, node.address + node.bytes - 1),
        })
    }

    /// The spot that a search went to, if this is its place.
    #[must_use]
    pub fn found_spot(&self) -> Option<WatchedBytes> {
        self.session.found_spot()
    }
}
