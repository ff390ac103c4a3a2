//! The mouse: focus, select, scroll, drag borders, ask what can be done. Everything it does has a key.

use super::super::layout::{self, Class, Cut, content, layout, plan};
use super::super::overlay::{list_at, tab_at};
use super::super::pane::{self, Motion, PaneId};
use super::super::slider;
use super::super::spot::Spot;
use super::super::theme::Theme;
use super::super::view::{Overlay, Scene};
use super::{App, Effect};
use crate::backend::Snapshot;

/// A button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// Selects.
    Left,
    /// Asks what can be done.
    Right,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// A button went down.
    Press(Button),
    /// It moved with the left button down.
    Drag,
    /// The button went up.
    Release,
    /// The wheel turned: rows down, or up if negative.
    Wheel(i8),
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer {
    /// What.
    pub what: Mouse,
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
}

/// What is being dragged.
#[derive(Debug, Clone)]
pub(super) enum Drag {
    /// A border of panes.
    Border { cut: Cut, border: usize, from: (u16, u16) },
    /// The cursor of the slider.
    Slider,
    /// The cursor in time of a pane whose columns are turns.
    Turns(PaneId),
}

impl App {
    /// Handles the mouse.
    pub fn mouse(&mut self, pointer: Pointer, now: &Snapshot) -> Vec<Effect> {
        self.view.notices.welcome = false;
        let at = (pointer.x, pointer.y);
        match pointer.what {
            Mouse::Release => self.drag = None,
            Mouse::Drag => return self.drag_to(at, now),
            Mouse::Wheel(rows) => self.wheel(at, rows, now),
            Mouse::Press(button) => match self.view.typing.overlay {
                Overlay::None => return self.press(button, at, now),
                _ => return self.press_overlay(at, now),
            },
        }
        Vec::new()
    }

    /// A click outside a list closes it; one on a row chooses the row.
    fn press_overlay(&mut self, at: (u16, u16), now: &Snapshot) -> Vec<Effect> {
        let row = list_at(&self.view, at);
        match (&mut self.view.typing.overlay, row) {
            (Overlay::Menu(menu), Some(row)) if row < menu.choices.len() => menu.chosen = row,
            (Overlay::Palette(palette), Some(row)) if row < palette.found.len() => palette.chosen = row,
            // A line being typed is not lost by a click.
            (Overlay::Prompt(_), _) => return Vec::new(),
            _ => {
                self.view.typing.overlay = Overlay::None;
                return Vec::new();
            }
        }
        self.key("Enter", now)
    }

    fn press(&mut self, button: Button, at: (u16, u16), now: &Snapshot) -> Vec<Effect> {
        if button == Button::Left && layout::slider(&self.view).is_some_and(|row| row.contains(at.into())) {
            self.drag = Some(Drag::Slider);
            return self.drag_to(at, now);
        }
        if button == Button::Left
            && let Some((id, Some(Spot::Turn(turn)))) = self.hit(at, now)
        {
            self.drag = Some(Drag::Turns(id));
            self.focus(id);
            return self.slide_to(turn, now);
        }
        if button == Button::Right || !self.grab(at) {
            self.click(button, at, now);
        }
        Vec::new()
    }

    fn click(&mut self, button: Button, at: (u16, u16), now: &Snapshot) {
        if let Some(id) = tab_at(now, &self.view, at) {
            return self.focus(id);
        }
        let Some((id, spot)) = self.hit(at, now) else { return };
        let again = self.view.layout.focus == id && self.under_cursor(now) == spot && spot.is_some();
        self.focus(id);
        let Some(spot) = spot else { return };
        self.put(id, spot, now);
        match button {
            Button::Right => self.open_menu(spot, at, now),
            // A click on a register follows it into memory when it is selected already.
            Button::Left if again && matches!(spot, Spot::Register(..)) => {
                self.ask_pane(now, |here| (pane::pane(id).unit.open)(here));
            }
            Button::Left => {}
        }
    }

    /// The pane under a cell, and what is drawn there.
    fn hit(&self, at: (u16, u16), now: &Snapshot) -> Option<(PaneId, Option<Spot>)> {
        let (id, rect) = layout(&self.view).into_iter().find(|(_, r)| r.contains(at.into()))?;
        let theme = Theme::default();
        let spots = pane::spots(&Scene { now, view: &self.view, theme: &theme }, id, content(rect));
        let spot = spots.into_iter().rev().find(|(r, _)| r.contains(at.into())).map(|(_, spot)| spot);
        Some((id, spot))
    }

    /// Takes hold of a border; title rows take clicks on their text themselves.
    fn grab(&mut self, at: (u16, u16)) -> bool {
        if self.view.layout.zoom || Class::of(self.view.layout.size) == Class::Narrow {
            return false;
        }
        let found = plan(&self.view).cuts.into_iter().rev().find_map(|c| Some((c.border_at(at.0, at.1)?, c)));
        let Some((border, cut)) = found else { return false };
        let wall = cut.beside;
        self.drag = Some(Drag::Border { cut, border, from: at });
        // A title row may also be meant: its pane gets the focus.
        if let Some((id, _)) = layout(&self.view).into_iter().find(|(_, r)| !wall && r.contains(at.into())) {
            self.view.layout.focus = id;
        }
        wall
    }

    fn drag_to(&mut self, at: (u16, u16), now: &Snapshot) -> Vec<Effect> {
        match self.drag.clone() {
            Some(Drag::Border { cut, border, from }) => {
                let way = |to: u16, from: u16| i32::from(to) - i32::from(from);
                let by = if cut.beside { way(at.0, from.0) } else { way(at.1, from.1) };
                // Always from where the drag began, so that a border follows the mouse back as well.
                self.move_border(&cut, border, by);
                Vec::new()
            }
            Some(Drag::Slider) => self.slide_to(slider::turn_at(now, self.view.layout.size.0, at.0), now),
            Some(Drag::Turns(pane)) => match self.hit(at, now) {
                Some((id, Some(Spot::Turn(turn)))) if id == pane => self.slide_to(turn, now),
                _ => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    fn wheel(&mut self, at: (u16, u16), rows: i8, now: &Snapshot) {
        let key = if rows > 0 { "Down" } else { "Up" };
        if self.view.typing.overlay != Overlay::None {
            for _ in 0..rows.unsigned_abs() {
                if !matches!(self.view.typing.overlay, Overlay::Prompt(_)) {
                    self.key(key, now);
                }
            }
            return;
        }
        let Some((id, _)) = layout(&self.view).into_iter().find(|(_, r)| r.contains(at.into())) else { return };
        self.go(id, Motion::Wheel(rows.into()), now);
    }
}
