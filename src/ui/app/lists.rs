//! The palette and the menu: lists to choose from.

use super::super::action::{Action, KeyEffect};
use super::super::overlay::{menu_page, palette_page};
use super::super::pane::{self, PANES};
use super::super::prompt::{Edited, History};
use super::super::spot::Spot;
use super::super::view::{Choice, Menu, Overlay, Palette};
use super::{App, Effect};
use crate::backend::Snapshot;
use crate::command::COMMANDS;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Finds what the letters typed may mean, best first.
pub(super) fn find(palette: &mut Palette) {
    let pattern = Pattern::parse(&palette.line.text, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let wanted = palette.line.text.trim().to_lowercase();
    let mut scored: Vec<((u32, u32), usize)> = Vec::new();
    for (i, choice) in palette.all.iter().enumerate() {
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let (name, about) = (score(&choice.label), score(&choice.about));
        if let Some(score) = name.or(about) {
            scored.push(((closeness(choice, &wanted, name.is_some()), score), i));
        }
    }
    if !palette.line.text.is_empty() {
        scored.sort_by_key(|(score, i)| (std::cmp::Reverse(*score), *i));
    }
    palette.found = scored.into_iter().map(|(_, i)| i).collect();
    palette.chosen = 0;
}

/// How near a choice is to what was typed: a word of its name begins so, one of the sentence about it
/// does, its name holds it, has its letters, or only the sentence has.
fn closeness(choice: &Choice, wanted: &str, named: bool) -> u32 {
    // What a command takes is not what it is called.
    let name = choice.label.split('[').next().unwrap_or_default();
    let begins = |text: &str| {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(wanted))
    };
    match () {
        () if begins(name) => 4,
        () if begins(&choice.about) => 3,
        () if name.to_lowercase().contains(wanted) => 2,
        () if named => 1,
        () => 0,
    }
}

/// Moves a choice; true if the key was one for that.
fn choose(key: &str, chosen: &mut usize, count: usize, page: usize) -> bool {
    let last = count.saturating_sub(1);
    *chosen = match key {
        "Down" | "Ctrl-N" | "Tab" if *chosen >= last => 0,
        "Down" | "Ctrl-N" | "Tab" => *chosen + 1,
        "Up" | "Ctrl-P" | "Shift-Tab" if *chosen == 0 => last,
        "Up" | "Ctrl-P" | "Shift-Tab" => *chosen - 1,
        "PgDn" => (*chosen + page).min(last),
        "PgUp" => chosen.saturating_sub(page),
        _ => return false,
    };
    true
}

impl App {
    /// Opens the palette on keys, commands, panes, tasks, symbols and mailboxes, or symbols alone.
    pub fn open_palette(&mut self, all: bool, now: &Snapshot) {
        let mut choices = Vec::new();
        if all {
            choices.extend(self.actions());
            choices.extend(commands());
            choices.extend(places(now));
        }
        choices.extend(symbols(now));
        let mut palette = Palette { all: choices, ..Palette::default() };
        find(&mut palette);
        self.view.typing.overlay = Overlay::Palette(palette);
    }

    /// Everything that has a key.
    fn actions(&self) -> Vec<Choice> {
        let choice = |row: &super::super::keymap::Binding| Choice {
            label: row.name.replace('-', " "),
            about: format!("{}  {}", super::super::help::sequence(&row.keys[0]), row.help),
            does: row.does.clone(),
        };
        self.keymap.rows().iter().map(choice).collect()
    }

    pub(super) fn palette_key(&mut self, key: &str, now: &Snapshot) -> Vec<Effect> {
        let page = palette_page(self.view.layout.size);
        let Overlay::Palette(palette) = &mut self.view.typing.overlay else { return Vec::new() };
        if choose(key, &mut palette.chosen, palette.found.len(), page) {
            return Vec::new();
        }
        match palette.line.key(key, &History::default()) {
            Edited::Enter(_) => {
                let choice = palette.found.get(palette.chosen).and_then(|i| palette.all.get(*i)).cloned();
                self.view.typing.overlay = Overlay::None;
                choice.map_or_else(Vec::new, |c| self.does(c.does, None, now, None))
            }
            Edited::Leave => {
                self.view.typing.overlay = Overlay::None;
                Vec::new()
            }
            _ => {
                find(palette);
                Vec::new()
            }
        }
    }

    pub(super) fn menu_key(&mut self, key: &str, now: &Snapshot) -> Vec<Effect> {
        let Overlay::Menu(menu) = &mut self.view.typing.overlay else { return Vec::new() };
        let key = match key {
            "j" => "Down",
            "k" => "Up",
            key => key,
        };
        if choose(key, &mut menu.chosen, menu.choices.len(), menu_page()) {
            return Vec::new();
        }
        let choice = menu.choices.get(menu.chosen).cloned();
        match key {
            "Enter" | "Space" => {
                self.view.typing.overlay = Overlay::None;
                choice.map_or_else(Vec::new, |c| self.does(c.does, None, now, None))
            }
            _ => {
                self.view.typing.overlay = Overlay::None;
                Vec::new()
            }
        }
    }

    /// Lists what can be done with what the cursor is on.
    pub(super) fn menu_here(&mut self, now: &Snapshot) {
        let panes = super::super::layout::layout(&self.view);
        let corner =
            panes.iter().find(|(id, _)| *id == self.view.layout.focus).map_or((0, 1), |(_, r)| (r.x + 8, r.y + 2));
        match self.under_cursor(now) {
            Some(spot) => self.open_menu(spot, corner, now),
            None => self.refuse("there is nothing under the cursor"),
        }
    }

    pub(super) fn open_menu(&mut self, spot: Spot, at: (u16, u16), now: &Snapshot) {
        let (title, mut choices) = self.at_focus(now, |here| (pane::pane(here.id).unit.menu)(here, spot));
        for choice in &mut choices {
            choice.about = self.keymap.key_of(&choice.does).unwrap_or_default();
        }
        if choices.is_empty() {
            return;
        }
        self.view.typing.overlay = Overlay::Menu(Menu { title, at, choices, chosen: 0 });
    }
}

fn commands() -> impl Iterator<Item = Choice> {
    COMMANDS.iter().map(|c| {
        let line = if c.args.is_empty() { c.name.to_owned() } else { format!("{} ", c.name) };
        let does =
            if c.args.is_empty() { KeyEffect::command(line) } else { KeyEffect::Act(Action::PromptWith(c.name)) };
        Choice { label: format!(":{} {}", c.name, c.args), about: c.help.to_owned(), does }
    })
}

fn places(now: &Snapshot) -> Vec<Choice> {
    let panes = PANES.iter().map(|p| Choice {
        label: format!("pane {} {}", p.number, p.name),
        about: p.about.to_owned(),
        does: KeyEffect::Act(Action::FocusPane(p.id)),
    });
    let tasks = now.tasks.iter().map(|t| Choice {
        label: format!("task {} {}", t.pid, t.name),
        about: format!("{}, at {:04X}", t.state.name(), t.pc),
        does: KeyEffect::Act(Action::SelectTask(t.pid)),
    });
    let boxes = now.mailboxes.iter().map(|b| Choice {
        label: format!("box {}", b.name),
        about: format!("mailbox {}, {} queued", b.descriptor, b.depth),
        does: KeyEffect::Act(Action::GoBox(b.descriptor)),
    });
    panes.chain(tasks).chain(boxes).collect()
}

/// Labels of every program that is loaded: one task of each program is enough.
fn symbols(now: &Snapshot) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut seen: Vec<*const crate::backend::Listing> = Vec::new();
    for task in &now.tasks {
        let listing = std::sync::Arc::as_ptr(&task.listing);
        if seen.contains(&listing) {
            continue;
        }
        seen.push(listing);
        let place = |kind: &str, at: u32| format!("{kind} {at:04X} of {}", task.name);
        choices.extend(task.listing.labels.iter().map(|(at, name)| Choice {
            label: name.clone(),
            about: place("code", *at),
            does: KeyEffect::Act(Action::GoCode(task.pid, *at)),
        }));
        choices.extend(task.listing.data.iter().map(|(at, name)| Choice {
            label: name.clone(),
            about: place("data", *at),
            does: KeyEffect::Act(Action::GoMemory(*at as u16)),
        }));
    }
    choices
}
