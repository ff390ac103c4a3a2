//! An arrangement of panes: splits within splits, and how cells are shared out among them.

use crate::ui::pane::PaneId;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

/// Least columns and rows of a part; with less it is left out.
const LEAST: (u16, u16) = (20, 2);

/// How large a part of a split is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// This many columns or rows.
    Cells(u16),
    /// This many shares of what is left.
    Share(u16),
}

/// A pane, or a split of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Node {
    /// One pane.
    Pane(PaneId),
    /// The place whose pane changes: the open one of those that have no place of their own.
    Strip,
    /// Parts from left to right, a wall between them.
    Beside(Vec<(Size, Node)>),
    /// Parts from top to bottom.
    Below(Vec<(Size, Node)>),
}

/// A pane or the strip in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The pane; `None` is the strip until it is known what it shows.
    pub id: Option<PaneId>,
    /// Whether this is the strip.
    pub strip: bool,
    /// Where, with the title row on top.
    pub area: Rect,
    /// Which part of which part it is.
    pub path: Vec<usize>,
}

/// A split in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Which part of which part it is.
    pub path: Vec<usize>,
    /// From left to right, or from top to bottom.
    pub beside: bool,
    /// The whole area.
    pub area: Rect,
    /// Columns or rows of each part.
    pub extents: Vec<u16>,
}

impl Cut {
    /// The border between two parts that a cell belongs to, as the index of the part before it: a
    /// wall, or the title row of the part below.
    #[must_use]
    pub fn border_at(&self, x: u16, y: u16) -> Option<usize> {
        let inside = self.area.contains((x, y).into());
        let at = if self.beside { x - self.area.x.min(x) } else { y - self.area.y.min(y) };
        let mut end = 0;
        let mut borders = self.extents.iter().enumerate().map(|(i, extent)| {
            end += extent;
            let border = end;
            end += u16::from(self.beside);
            (i, border)
        });
        let found = borders.find(|(i, border)| *border == at && i + 1 < self.extents.len());
        found.filter(|_| inside).map(|(i, _)| i)
    }
}

/// Everything in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Panes that have a place.
    pub panes: Vec<Placed>,
    /// Splits, outer ones first.
    pub cuts: Vec<Cut>,
}

impl Node {
    /// Shares out an area.
    #[must_use]
    pub fn plan(&self, area: Rect) -> Plan {
        let mut plan = Plan::default();
        self.place(area, &mut Vec::new(), &mut plan);
        plan
    }

    fn place(&self, area: Rect, path: &mut Vec<usize>, plan: &mut Plan) {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return;
        }
        let (beside, parts) = match self {
            Node::Pane(id) => return plan.panes.push(Placed { id: Some(*id), strip: false, area, path: path.clone() }),
            Node::Strip => return plan.panes.push(Placed { id: None, strip: true, area, path: path.clone() }),
            Node::Beside(parts) => (true, parts),
            Node::Below(parts) => (false, parts),
        };
        let walls = if beside { parts.len().saturating_sub(1) as u16 } else { 0 };
        let whole = if beside { area.width.saturating_sub(walls) } else { area.height };
        let extents = share_out(parts, whole, if beside { LEAST.0 } else { LEAST.1 });
        plan.cuts.push(Cut { path: path.clone(), beside, area, extents: extents.clone() });
        let mut start = if beside { area.x } else { area.y };
        for (i, ((_, node), extent)) in parts.iter().zip(extents).enumerate() {
            let part = if beside {
                Rect { x: start, width: extent, ..area }
            } else {
                Rect { y: start, height: extent, ..area }
            };
            path.push(i);
            node.place(part, path, plan);
            path.pop();
            start += extent + u16::from(beside);
        }
    }

    /// Every part with its path and area, splits and panes.
    #[must_use]
    pub fn parts(&self, area: Rect) -> Vec<(Vec<usize>, Rect)> {
        let plan = self.plan(area);
        let panes = plan.panes.into_iter().map(|p| (p.path, p.area));
        plan.cuts.into_iter().map(|c| (c.path, c.area)).chain(panes).collect()
    }

    /// The part at a path.
    pub fn at(&mut self, path: &[usize]) -> Option<&mut Node> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match self {
            Node::Beside(parts) | Node::Below(parts) => parts.get_mut(*first)?.1.at(rest),
            _ => None,
        }
    }

    /// Moves the border behind part `i` of a split by this many cells.
    pub fn move_border(&mut self, cut: &Cut, i: usize, by: i32) {
        let Some(Node::Beside(parts) | Node::Below(parts)) = self.at(&cut.path) else { return };
        let (Some(one), Some(two)) = (cut.extents.get(i), cut.extents.get(i + 1)) else { return };
        let least = i32::from(if cut.beside { LEAST.0 } else { LEAST.1 });
        let by = by.clamp((least - i32::from(*one)).min(0), (i32::from(*two) - least).max(0));
        let moved = |j: usize, extent: u16| match j {
            _ if j == i => i32::from(extent) + by,
            _ if j == i + 1 => i32::from(extent) - by,
            _ => i32::from(extent),
        };
        for (j, ((size, _), extent)) in parts.iter_mut().zip(&cut.extents).enumerate() {
            let cells = moved(j, *extent).max(1) as u16;
            *size = match size {
                Size::Cells(_) => Size::Cells(cells),
                Size::Share(_) => Size::Share(cells),
            };
        }
    }

    /// Splits the part at a path in two halves; the new half shows `node`.
    pub fn split(&mut self, path: &[usize], beside: bool, node: Node) {
        let Some(place) = self.at(path) else { return };
        let halves = vec![(Size::Share(1), place.clone()), (Size::Share(1), node)];
        *place = if beside { Node::Beside(halves) } else { Node::Below(halves) };
    }

    /// Takes a part away; its neighbours get the room. The last part stays.
    pub fn remove(&mut self, path: &[usize]) -> bool {
        let Some((last, parents)) = path.split_last() else { return false };
        let Some(parent) = self.at(parents) else { return false };
        let (Node::Beside(parts) | Node::Below(parts)) = parent else { return false };
        if parts.len() < 2 || *last >= parts.len() {
            return false;
        }
        parts.remove(*last);
        if parts.iter().all(|(size, _)| matches!(size, Size::Cells(_)))
            && let Some((size, _)) = parts.first_mut()
        {
            *size = Size::Share(1);
        }
        if let [(_, only)] = &mut parts[..] {
            *parent = std::mem::replace(only, Node::Strip);
        }
        true
    }

    /// Whether it can be used: every split has parts, and no pane stands twice.
    #[must_use]
    pub fn sound(&self) -> bool {
        let mut panes = Vec::new();
        self.collect(&mut panes) && panes.iter().enumerate().all(|(i, id)| !panes[..i].contains(id))
    }

    fn collect(&self, panes: &mut Vec<Option<PaneId>>) -> bool {
        match self {
            Node::Pane(id) => panes.push(Some(*id)),
            Node::Strip => panes.push(None),
            Node::Beside(parts) | Node::Below(parts) => {
                return !parts.is_empty() && parts.iter().all(|(_, node)| node.collect(panes));
            }
        }
        true
    }

    /// Whether a pane has a place here.
    #[must_use]
    pub fn holds(&self, id: PaneId) -> bool {
        match self {
            Node::Pane(pane) => *pane == id,
            Node::Strip => false,
            Node::Beside(parts) | Node::Below(parts) => parts.iter().any(|(_, node)| node.holds(id)),
        }
    }
}

/// Cells for each part: fixed ones first, the rest by shares, none below `least` while others have
/// more.
fn share_out(parts: &[(Size, Node)], whole: u16, least: u16) -> Vec<u16> {
    let shares: u32 = parts.iter().map(|(s, _)| if let Size::Share(n) = s { u32::from(*n).max(1) } else { 0 }).sum();
    let kept = parts.iter().filter(|(s, _)| matches!(s, Size::Share(_))).count() as u16 * least;
    let mut left = whole.saturating_sub(kept);
    let mut extents: Vec<u16> = parts
        .iter()
        .map(|(size, _)| match size {
            Size::Cells(n) => {
                let cells = (*n).min(left);
                left -= cells;
                cells
            }
            Size::Share(_) => 0,
        })
        .collect();
    let mut rest = whole.saturating_sub(extents.iter().sum());
    let mut shares = shares;
    for (extent, (size, _)) in extents.iter_mut().zip(parts) {
        if let Size::Share(n) = size {
            let n = u32::from(*n).max(1);
            *extent = (u32::from(rest) * n / shares.max(1)) as u16;
            rest -= *extent;
            shares -= n;
        }
    }
    // Without shares the last part gets what is left.
    if let Some(last) = extents.last_mut().filter(|_| rest > 0) {
        *last += rest;
    }
    extents
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect { x: 0, y: 1, width: 81, height: 20 };

    fn two() -> Node {
        let pane = |id| Node::Pane(id);
        Node::Beside(vec![(Size::Share(1), pane(PaneId::Tasks)), (Size::Share(1), pane(PaneId::Code))])
    }

    #[test]
    fn parts_stand_side_by_side_with_a_wall_between() {
        let plan = two().plan(AREA);
        assert_eq!(plan.panes[0].area, Rect { width: 40, ..AREA });
        assert_eq!(plan.panes[1].area, Rect { x: 41, width: 40, ..AREA });
        assert_eq!(plan.cuts[0].border_at(40, 5), Some(0));
        assert_eq!((plan.cuts[0].border_at(39, 5), plan.cuts[0].border_at(40, 0)), (None, None));
    }

    #[test]
    fn a_border_moves_but_not_past_its_neighbours() {
        let mut node = two();
        let cut = node.plan(AREA).cuts[0].clone();
        node.move_border(&cut, 0, 5);
        assert_eq!(node.plan(AREA).cuts[0].extents, [45, 35]);
        let cut = node.plan(AREA).cuts[0].clone();
        node.move_border(&cut, 0, -500);
        assert_eq!(node.plan(AREA).cuts[0].extents, [20, 60]);
    }

    #[test]
    fn a_part_can_be_split_and_taken_away() {
        let mut node = two();
        node.split(&[1], false, Node::Pane(PaneId::Trace));
        assert_eq!(node.plan(AREA).panes.len(), 3);
        assert_eq!(node.plan(AREA).panes[2].area.height, 10);
        assert!(node.remove(&[0]));
        assert_eq!(node.plan(AREA).panes[0].area, Rect { height: 10, ..AREA });
        assert!(node.remove(&[0]) && !node.remove(&[]));
        assert_eq!(node, Node::Pane(PaneId::Trace));
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        let rows = [PaneId::Tasks, PaneId::Code, PaneId::Trace].map(|id| (Size::Cells(9), Node::Pane(id)));
        let plan = Node::Below(rows.to_vec()).plan(AREA);
        let heights: Vec<u16> = plan.panes.iter().map(|p| p.area.height).collect();
        assert_eq!(heights, [9, 9, 2]);
    }
}
