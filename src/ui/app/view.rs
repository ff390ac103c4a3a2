//! Where panes are: focus, sizes, splits, views.

use super::super::layout::{Class, Cut, Node, PRESETS, Placed, Size, ViewId, arrangement, in_strip, layout, plan};
use super::super::pane::{PANES, PaneId, pane};
use super::App;

impl App {
    /// Goes to a pane, which gets the strip if it has no place of its own.
    pub(in super::super) fn focus(&mut self, id: PaneId) {
        if pane(id).unit.strip && !layout(&self.view).iter().any(|(shown, _)| *shown == id) {
            self.view.layout.strip = id;
        }
        self.view.layout.focus = id;
    }

    /// Opens a pane in the strip, unless it has a place of its own or keys go to the one that is there.
    pub(super) fn show_in_strip(&mut self, id: PaneId) {
        let shown = layout(&self.view).iter().any(|(shown, _)| *shown == id);
        if !shown && in_strip(&self.view).is_some_and(|open| open != self.view.layout.focus) {
            self.view.layout.strip = id;
        }
    }

    pub(super) fn focus_by(&mut self, by: i8) {
        let mut unzoomed = self.view.clone();
        unzoomed.layout.zoom = false;
        let mut shown: Vec<PaneId> = layout(&unzoomed).into_iter().map(|(id, _)| id).collect();
        // On narrow screens Tab goes through all panes, one after the other.
        if shown.len() <= 2 {
            shown = PANES.iter().map(|p| p.id).collect();
        }
        let at = shown.iter().position(|id| *id == self.view.layout.focus).unwrap_or(0);
        let next = (at as isize + isize::from(by)).rem_euclid(shown.len() as isize) as usize;
        self.view.layout.focus = shown[next];
    }

    /// Goes to the nearest pane in a direction.
    pub(super) fn focus_beside(&mut self, x: i8, y: i8) {
        let panes = layout(&self.view);
        let Some((_, from)) = panes.iter().find(|(id, _)| *id == self.view.layout.focus).copied() else { return };
        let gap = |r: &ratatui::layout::Rect| match (x, y) {
            (1, _) => r.x.checked_sub(from.right()),
            (-1, _) => from.x.checked_sub(r.right()),
            (_, 1) => r.y.checked_sub(from.bottom()),
            _ => from.y.checked_sub(r.bottom()),
        };
        // Of the nearest ones, that which shares most with this pane.
        let shared = |r: &ratatui::layout::Rect| {
            if x != 0 {
                r.bottom().min(from.bottom()).saturating_sub(r.y.max(from.y))
            } else {
                r.right().min(from.right()).saturating_sub(r.x.max(from.x))
            }
        };
        let found = panes.iter().filter(|(_, r)| shared(r) > 0).filter_map(|(id, r)| Some((gap(r)?, id, r)));
        if let Some((_, id, _)) = found.min_by_key(|(gap, _, r)| (*gap, std::cmp::Reverse(shared(r)))) {
            self.view.layout.focus = *id;
        }
    }

    /// Another view. The focus goes to the pane it is for, or stays if that is shown there.
    pub(super) fn show_desk(&mut self, desk: ViewId) {
        if let ViewId::Own(n) = desk
            && !self.view.layout.arranged.iter().any(|(d, _, _)| *d == desk)
        {
            return self.refuse(format!("there is no view {n} of your own yet: layout save {n} keeps this one"));
        }
        if desk == ViewId::Lesson && self.view.lesson.is_none() {
            return self.refuse("no lesson is open: hsxray learn opens one");
        }
        self.view.layout.zoom = false;
        self.apply_preset(desk);
        let there = arrangement(&self.view);
        if !there.holds(self.view.layout.focus) {
            let first = layout(&self.view).into_iter().map(|(id, _)| id).find(|id| there.holds(*id));
            self.view.layout.focus = first.unwrap_or(self.view.layout.focus);
        }
        let preset = PRESETS.iter().find(|p| p.desk == desk);
        let about = preset.map_or("your own arrangement", |p| p.about);
        self.say(format!("view {}: {about}", desk.name()));
    }

    /// Takes an arrangement, with the panes that belong to it open and in focus.
    pub(in super::super) fn apply_preset(&mut self, desk: ViewId) {
        self.view.layout.desk = desk;
        if let Some(preset) = PRESETS.iter().find(|p| p.desk == desk) {
            self.view.layout.strip = preset.strip;
            self.view.layout.focus = preset.main.unwrap_or(self.view.layout.focus);
        }
    }

    /// Keeps the arrangement as one of the user's own.
    pub(super) fn save_desk(&mut self, desk: ViewId) {
        let node = arrangement(&self.view);
        self.keep(desk, node);
        self.view.layout.desk = desk;
        self.say(format!("kept as view {}", desk.name()));
    }

    fn keep(&mut self, desk: ViewId, node: Node) {
        let class = Class::of(self.view.layout.size);
        self.view.layout.arranged.retain(|(d, c, _)| (*d, *c) != (desk, class));
        self.view.layout.arranged.push((desk, class, node));
    }

    /// Changes the arrangement in use.
    fn arrange(&mut self, change: impl FnOnce(&mut Node)) {
        let mut node = arrangement(&self.view);
        // A pane that stands in another's place because it has the focus has its own from now on.
        for place in plan(&self.view).panes.into_iter().filter(|p| !p.strip) {
            if let (Some(part), Some(id)) = (node.at(&place.path), place.id) {
                *part = Node::Pane(id);
            }
        }
        change(&mut node);
        if node.sound() {
            self.keep(self.view.layout.desk, node);
        } else {
            self.refuse("that pane stands there already");
        }
    }

    /// The place of the focused pane; `None` where the screen is too small for changes.
    fn place(&mut self) -> Option<Placed> {
        if self.view.layout.zoom || Class::of(self.view.layout.size) == Class::Narrow {
            self.refuse("panes have no places of their own here: the screen is small, or a pane fills it");
            return None;
        }
        plan(&self.view).panes.into_iter().find(|p| p.id == Some(self.view.layout.focus))
    }

    pub(super) fn even(&mut self) {
        let (desk, class) = (self.view.layout.desk, Class::of(self.view.layout.size));
        self.view.layout.arranged.retain(|(d, c, _)| (*d, *c) != (desk, class) || matches!(desk, ViewId::Own(_)));
    }

    pub(super) fn close(&mut self) {
        let Some(place) = self.place() else { return };
        if plan(&self.view).panes.len() < 2 {
            return self.refuse("the last pane stays");
        }
        self.arrange(|node| {
            node.remove(&place.path);
        });
        self.view.layout.focus = PaneId::Tasks;
        if let Some((id, _)) = layout(&self.view).first() {
            self.view.layout.focus = *id;
        }
    }

    /// Splits the focused pane's place; the new half shows the first pane that is not shown yet.
    pub(super) fn split(&mut self, beside: bool) {
        let Some(place) = self.place() else { return };
        let least = if beside { place.area.width < 41 } else { place.area.height < 4 };
        if least {
            return self.refuse("this pane is too small to be split");
        }
        let shown = layout(&self.view);
        let hidden = PANES.iter().map(|p| p.id).find(|id| shown.iter().all(|(s, _)| s != id));
        let Some(id) = hidden else { return self.refuse("every pane is shown already") };
        self.arrange(|node| node.split(&place.path, beside, Node::Pane(id)));
        self.view.layout.focus = id;
    }

    /// Opens a pane in the focused pane's place.
    pub(super) fn open_here(&mut self, id: PaneId) {
        let Some(place) = self.place() else { return };
        let strip = in_strip(&self.view);
        let other = plan(&self.view).panes.into_iter().find(|p| p.id == Some(id));
        let was = self.view.layout.focus;
        match other {
            // Shown elsewhere already: the two change places.
            Some(other) if !other.strip && !place.strip => self.arrange(|node| {
                for (path, id) in [(&place.path, id), (&other.path, was)] {
                    if let Some(part) = node.at(path) {
                        *part = Node::Pane(id);
                    }
                }
            }),
            _ if strip == Some(was) && place.strip => self.view.layout.strip = id,
            _ => self.arrange(|node| {
                if let Some(part) = node.at(&place.path) {
                    *part = Node::Pane(id);
                }
            }),
        }
        self.view.layout.focus = id;
    }

    /// Makes the focused pane wider or higher by this many cells.
    pub(super) fn grow(&mut self, wider: bool, by: i32) {
        let Some(place) = self.place() else { return };
        let cuts = plan(&self.view).cuts;
        let around = |c: &&Cut| c.beside == wider && place.path.starts_with(&c.path) && c.path.len() < place.path.len();
        let Some(cut) = cuts.iter().rev().find(around) else {
            return self.refuse(if wider {
                "nothing stands beside this pane"
            } else {
                "nothing stands above or below"
            });
        };
        let i = place.path[cut.path.len()];
        // The last part grows at its other border.
        if i + 1 < cut.extents.len() {
            self.move_border(cut, i, by);
        } else if i > 0 {
            self.move_border(cut, i - 1, -by);
        }
    }

    pub(super) fn move_border(&mut self, cut: &Cut, i: usize, by: i32) {
        self.arrange(|node| node.move_border(cut, i, by));
    }

    /// Takes a pane's place away, or gives it one.
    pub(super) fn show(&mut self, id: PaneId) {
        if layout(&self.view).iter().any(|(shown, _)| *shown == id) || pane(id).unit.strip {
            return self.focus(id);
        }
        self.arrange(|node| {
            let old = std::mem::replace(node, Node::Strip);
            *node = Node::Below(vec![(Size::Share(3), old), (Size::Share(1), Node::Pane(id))]);
        });
        self.view.layout.focus = id;
    }
}
