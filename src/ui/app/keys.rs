//! Keys: counts, sequences, and what lies over the panes and takes them first.

use super::super::action::{Action, KeyContext, KeyEffect, OPEN_HERE};
use super::super::help::sequence;
use super::super::keyboard::by_place;
use super::super::keymap::Binding;
use super::super::overlay::help_page;
use super::super::pane::{PANES, PaneId};
use super::super::prompt::Edited;
use super::super::settings::Setting;
use super::super::view::{CodeFormat, Overlay, Purpose, Typing};
use super::count::{Count, MOST_TIMES, again, counts, together};
use super::leave::Warned;
use super::{App, Effect};
use crate::backend::{Snapshot, Status};

/// Longest count.
const COUNT_DIGITS: usize = 12;

impl App {
    /// Pasted text goes into the line being typed and nowhere else.
    pub fn paste(&mut self, text: &str) {
        match &mut self.view.typing.overlay {
            Overlay::Prompt(prompt) => prompt.paste(text),
            Overlay::Palette(palette) => {
                palette.line.insert(text);
                super::lists::find(palette);
            }
            _ => {}
        }
    }

    /// Whether a key means anything by itself.
    #[must_use]
    pub fn binds(&self, key: &str) -> bool {
        self.keymap.is_bound(key)
    }

    /// Handles a key by name.
    pub fn key(&mut self, key: &str, now: &Snapshot) -> Vec<Effect> {
        let warned = self.leaving.warned.take();
        self.view.notices.welcome = false;
        match &mut self.view.typing.overlay {
            Overlay::Prompt(_) => return self.prompt_key(key, now),
            Overlay::Palette(_) => return self.palette_key(key, now),
            _ => {}
        }
        let by_place = by_place(key).filter(|_| !self.keymap.is_bound(key));
        let key = by_place.as_deref().unwrap_or(key);
        match &mut self.view.typing.overlay {
            Overlay::Help { .. } if key != "Ctrl-C" => return self.help_key(key),
            Overlay::Menu(_) => return self.menu_key(key, now),
            _ => {}
        }
        if let Some(effect) = self.pause_key(key) {
            return vec![effect];
        }
        if self.answer_key(key) || self.count_key(key) || self.number_after_prefix(key) {
            return Vec::new();
        }
        let keys = if self.view.typing.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{} {key}", self.view.typing.prefix)
        };
        if key == "Esc" && !(self.view.typing.prefix.is_empty() && self.view.typing.count.is_empty()) {
            self.forget_keys();
            return Vec::new();
        }
        if key == "Esc" && now.looking.is_some() {
            return vec![Effect::Pause];
        }
        let searching = !self.view.typing.search.is_empty();
        let row = self.keymap.find(&keys, self.view.layout.focus, searching, self.view.lesson.is_some());
        let row = row.map(|r| (r.name, r.does.clone()));
        if row.is_none() && self.keymap.is_prefix(&keys) {
            self.view.typing.prefix = keys;
            return Vec::new();
        }
        let count = self.view.typing.count.parse().ok();
        self.forget_keys();
        match row {
            Some((name, does)) => {
                self.record_action(name);
                self.does(does, count, now, warned)
            }
            None => {
                let keys = sequence(&keys);
                self.say(format!("{keys} does nothing here; ? lists the keys"));
                Vec::new()
            }
        }
    }

    fn forget_keys(&mut self) {
        self.view.typing.count.clear();
        self.view.typing.prefix.clear();
    }

    /// A digit of a count; a zero starts none.
    fn count_key(&mut self, key: &str) -> bool {
        let digit = key.len() == 1 && key.chars().all(|c| c.is_ascii_digit());
        let fits = self.view.typing.count.len() < COUNT_DIGITS && self.view.typing.prefix.is_empty();
        let count = digit && fits && !(key == "0" && self.view.typing.count.is_empty());
        if count {
            self.view.typing.count.push_str(key);
        }
        count
    }

    /// `Ctrl-W 5` opens pane 5 in the focused pane's place. A digit that could be the first of two
    /// waits for the next key.
    fn number_after_prefix(&mut self, key: &str) -> bool {
        let Some(digits) = self.view.typing.prefix.strip_prefix(OPEN_HERE).map(str::trim_start) else { return false };
        let digit = key.len() == 1 && key.chars().all(|c| c.is_ascii_digit());
        if !digit && digits.is_empty() {
            return false;
        }
        let typed = if digit { format!("{digits}{key}") } else { digits.to_owned() };
        let names = PANES.iter().map(|p| (p.number.to_string(), p.id));
        let begin: Vec<_> = names.filter(|(n, _)| n.starts_with(&typed)).collect();
        let exact = begin.iter().find(|(n, _)| *n == typed).map(|(_, id)| *id);
        match exact {
            Some(_) if digit && begin.len() > 1 => self.view.typing.prefix = format!("{OPEN_HERE} {typed}"),
            Some(id) => {
                self.forget_keys();
                self.open_here(id);
            }
            None if !begin.is_empty() && digit => self.view.typing.prefix = format!("{OPEN_HERE} {typed}"),
            None => {
                self.forget_keys();
                self.refuse(format!("there is no pane {typed}"));
            }
        }
        true
    }

    /// What may follow the keys typed so far, for the popup.
    pub(super) fn keys_that_follow(&self) -> Vec<(String, String)> {
        if self.view.typing.prefix.is_empty() {
            return Vec::new();
        }
        let mut follow = self.keymap.follow(&self.view.typing.prefix);
        let digits = self.view.typing.prefix.strip_prefix(OPEN_HERE).map(str::trim_start);
        if let Some(digits) = digits {
            let here = PANES.iter().filter(|p| p.number.to_string().starts_with(digits));
            follow.extend(here.map(|p| (p.number.to_string(), format!("Open pane {} here, {}.", p.number, p.name))));
        }
        follow
    }

    /// Does what a key, a menu or the palette asks for.
    pub(super) fn does(
        &mut self,
        does: KeyEffect,
        count: Option<u64>,
        now: &Snapshot,
        warned: Option<Warned>,
    ) -> Vec<Effect> {
        let takes = counts(&does);
        if let (Some(count), Count::Never) = (count, takes) {
            let key = self.keymap.key_of(&does).unwrap_or_else(|| "this".to_owned());
            self.refuse(format!("{key} takes no count: {count}{key} does nothing"));
            return Vec::new();
        }
        match does {
            KeyEffect::Act(action) if takes == Count::Again => {
                let times = 0..count.unwrap_or(1).min(MOST_TIMES);
                together(times.flat_map(|_| self.act(action, None, now, warned)).collect())
            }
            KeyEffect::Act(action) => self.act(action, count, now, warned),
            KeyEffect::Command(template) => {
                let template = self.by_lines(&template, now);
                let Some(line) = self.filled(&template, count) else { return Vec::new() };
                if !is_goto(&line) {
                    self.view.left = None;
                }
                vec![Effect::Key(again(&line, count.filter(|_| takes == Count::Again)))]
            }
            KeyEffect::Ask(label, template) => {
                let (Some(label), Some(template)) = (self.filled(&label, count), self.filled(&template, count)) else {
                    return Vec::new();
                };
                self.ask(Purpose::Fill { label, template }, "");
                Vec::new()
            }
        }
    }

    /// A step over an instruction as one over a source line, where steps go by lines.
    fn by_lines(&self, template: &str, now: &Snapshot) -> String {
        let of_c = || self.view.selected.and_then(|pid| now.task(pid)).is_some_and(|task| task.listing.is_c);
        let by_lines = match self.settings.get(Setting::Step) {
            "line" => of_c(),
            "auto" => self.view.formats.code == CodeFormat::Source && of_c(),
            _ => false,
        };
        let back = template.strip_prefix("reverse-next ").map(|rest| format!("reverse-line {rest}"));
        let line = back.or_else(|| template.strip_prefix("next ").map(|rest| format!("line {rest}")));
        line.filter(|_| by_lines).unwrap_or_else(|| template.to_owned())
    }

    /// A template with the count and the selected task in it.
    fn filled(&mut self, template: &str, count: Option<u64>) -> Option<String> {
        let Some(pid) = self.view.selected.or((!template.contains("{pid}")).then_some(0)) else {
            self.refuse("no task is selected");
            return None;
        };
        let optional = count.map_or(String::new(), |n| n.to_string());
        let line = template.replace("{n}", &count.unwrap_or(1).to_string()).replace("{n?}", &optional);
        Some(line.replace("{pid}", &pid.to_string()).trim().to_owned())
    }

    fn prompt_key(&mut self, key: &str, now: &Snapshot) -> Vec<Effect> {
        let Overlay::Prompt(prompt) = &mut self.view.typing.overlay else { return Vec::new() };
        let purpose = prompt.purpose.clone();
        match prompt.key(key, &self.history) {
            Edited::Done => {
                if purpose == Purpose::Search {
                    self.search_as_typed(now);
                }
                Vec::new()
            }
            Edited::Complete if purpose == Purpose::Command => vec![Effect::Complete],
            Edited::Complete => Vec::new(),
            Edited::Leave => {
                self.view.typing.overlay = Overlay::None;
                if purpose == Purpose::Search {
                    self.view.typing.search.clear();
                }
                Vec::new()
            }
            Edited::Enter(line) => {
                self.view.typing.overlay = Overlay::None;
                self.entered(purpose, line, now)
            }
        }
    }

    /// A line has been typed.
    fn entered(&mut self, purpose: Purpose, line: String, now: &Snapshot) -> Vec<Effect> {
        match purpose {
            Purpose::Search => {
                self.view.typing.search = line;
                self.found(true, now);
            }
            Purpose::Filter => self.set_filter(&line),
            Purpose::Fill { template, .. } if !line.trim().is_empty() => {
                let line = template.replace("{}", line.trim().replace('\'', "'\\''").as_str());
                return vec![Effect::Command(line)];
            }
            Purpose::Command if !line.trim().is_empty() => {
                self.history.push(&line);
                self.view.left = None;
                self.view.notices.log.push(format!("> {line}"));
                return vec![Effect::Command(line)];
            }
            _ => {}
        }
        Vec::new()
    }

    fn help_key(&mut self, key: &str) -> Vec<Effect> {
        let Overlay::Help { scroll } = &mut self.view.typing.overlay else { return Vec::new() };
        let page = help_page(self.view.layout.size);
        let last = self.view.notices.help.len().saturating_sub(page);
        *scroll = match key {
            "Down" | "j" => *scroll + 1,
            "Up" | "k" => scroll.saturating_sub(1),
            "PgDn" | "Space" | "Ctrl-D" | "Ctrl-F" => *scroll + page,
            "PgUp" | "Ctrl-U" | "Ctrl-B" => scroll.saturating_sub(page),
            "Home" => 0,
            "End" | "G" => last,
            "/" | "Ctrl-P" => {
                self.view.typing.overlay = Overlay::None;
                return vec![Effect::Palette(true)];
            }
            "Esc" | "q" | "?" | "F1" | "Enter" => {
                self.view.typing.overlay = Overlay::None;
                return Vec::new();
            }
            _ => *scroll,
        }
        .min(last);
        Vec::new()
    }

    /// The keys worth a hint now.
    pub(super) fn hints(&self, now: &Snapshot) -> Vec<(String, String)> {
        let running = now.status == Status::Running;
        let searching = !self.view.typing.search.is_empty();
        let asked = self.view.predict.question.is_some() && self.view.layout.focus == PaneId::Predict;
        let own = self.keymap.rows().iter().filter(|row| row.place == KeyContext::In(PaneId::Predict));
        let taken: Vec<&str> = own.flat_map(|row| &row.keys).map(String::as_str).collect();
        let useful = |row: &&Binding| {
            let here = match row.place {
                KeyContext::Everywhere => !asked || !taken.contains(&row.keys[0].as_str()),
                KeyContext::Searching => searching,
                KeyContext::Lesson => self.worth_in_lesson(row.name),
                KeyContext::In(id) => id == self.view.layout.focus && self.worth_it(&row.does, now),
            };
            let standing = !running || !matches!(row.does, KeyEffect::Command(_) | KeyEffect::Act(Action::Breakpoint));
            let ago = row.name != "present" || now.history.past;
            let back = row.name != "back" || now.turn > 0;
            let several = row.does != KeyEffect::Act(Action::Select(1)) || now.tasks.len() > 1;
            here && standing && several && ago && back && !row.hint.is_empty()
        };
        let hint = |row: &Binding| {
            let text = match &row.does {
                KeyEffect::Act(Action::RunOrPause) if running => "pause".to_owned(),
                KeyEffect::Command(line) if line.contains("{pid}") && row.name == "step-task" => {
                    self.view.selected.map_or(row.hint.clone(), |pid| format!("turn of {pid}"))
                }
                _ => row.hint.clone(),
            };
            (sequence(&row.keys[0]), text)
        };
        self.keymap.rows().iter().filter(useful).map(hint).collect()
    }

    fn worth_it(&self, does: &KeyEffect, now: &Snapshot) -> bool {
        match does {
            KeyEffect::Act(Action::Delete | Action::Enable) => !now.stops.is_empty(),
            KeyEffect::Act(Action::Saying(_)) => self.view.predict.question.is_some(),
            KeyEffect::Act(Action::Sort) => now.tasks.len() > 1,
            _ => true,
        }
    }
}

fn is_goto(line: &str) -> bool {
    line.starts_with("goto ")
}

impl Typing {
    /// The keys typed so far, as shown at the left of the hint line.
    #[must_use]
    pub fn pending(&self) -> String {
        format!("{}{}", self.count, sequence(&self.prefix))
    }
}
