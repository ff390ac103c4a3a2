//! What keys, clicks and commands do to the view, and what they ask of the machine. No terminal, no
//! clock, no files.

mod act;
mod apply;
mod count;
mod coursework;
mod cursor;
mod find;
mod half_step;
mod keys;
mod leave;
mod lesson;
mod lists;
mod mouse;
mod places;
mod predict;
mod screen;
mod time;
mod view;
mod world;

pub use apply::Surroundings;
pub use coursework::Coursework;
pub use mouse::{Button, Mouse, Pointer};

use super::help;
use super::keymap::Keymap;
use super::layout::{ViewId, layout, page, slider};
use super::pane::{Here, PANES, PaneId, code_first_row, pane};
use super::prompt::History;
use super::settings::{Setting, Settings};
use super::theme::Theme;
use super::view::{Overlay, Prompt, Purpose, Scene, Tone, View, Wrong};
use crate::backend::{Pid, Request, Snapshot, Status, Want};

/// What is to be done outside the view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there are one or two of them at a time, each carried out at once")]
pub enum Effect {
    /// Carry out a command line that was typed or written.
    Command(String),
    /// Carry out a command line that a key stands for: a step may be held back for a prediction.
    Key(String),
    /// Do this to the machine.
    Send(Request),
    /// Stop the run.
    Pause,
    /// Find completions for the prompt.
    Complete,
    /// Gather what the palette offers: everything, or symbols alone.
    Palette(bool),
    /// Put a text into the clipboard.
    Copy(String),
    /// Continue the script that waits, or leave it.
    GoOn(bool),
    /// Draw everything again.
    Redraw,
    /// Suspend the process.
    Suspend,
    /// Leave.
    Quit,
}

/// The state of the screen.
#[derive(Debug, Clone)]
pub struct App {
    /// What the user looks at.
    pub view: View,
    /// Colours and characters.
    pub theme: Theme,
    /// What the user has set.
    pub settings: Settings,
    /// A script that is being followed.
    pub script: Option<super::ScriptPlayer>,
    /// What the terminal can do.
    around: Surroundings,
    /// Which key does what.
    keymap: Keymap,
    history: History,
    /// The task selected before.
    before: Option<Pid>,
    leaving: leave::Leaving,
    status: Option<(Status, u64)>,
    /// The step or run that was done last.
    repeat: Option<Request>,
    /// What the mouse is dragging.
    drag: Option<mouse::Drag>,
    places: places::Places,
    /// What lasts of lessons beyond the page that is open.
    pub coursework: Coursework,
    /// A jump in time has been asked for to what a task did: that task is to be shown.
    follows_writer: bool,
    /// A run is so slow that its turns are followed one by one.
    slow: bool,
    /// The view that the theme is for.
    painted: ViewId,
    /// What a command of the screen has led to.
    due: Option<Request>,
    /// What was kept when this one began.
    pub(super) taken_up: super::saved_state::Kept,
}

impl App {
    /// A screen of this many columns and rows.
    #[must_use]
    pub fn new(size: (u16, u16)) -> App {
        let keymap = Keymap::default();
        let mut view = View::default();
        view.layout.size = size;
        view.notices.help = help::rows_for(&keymap, size.0);
        view.notices.say(WELCOME);
        App {
            view,
            theme: Theme::default(),
            settings: Settings::default(),
            around: Surroundings::default(),
            keymap,
            history: History::default(),
            before: None,
            leaving: leave::Leaving::default(),
            status: None,
            repeat: None,
            drag: None,
            places: places::Places::default(),
            coursework: Coursework::default(),
            follows_writer: false,
            slow: false,
            painted: ViewId::default(),
            due: None,
            taken_up: super::saved_state::Kept::default(),
            script: None,
        }
    }

    /// Other keys.
    pub fn set_keymap(&mut self, keymap: Keymap) {
        self.view.notices.help = help::rows_for(&keymap, self.view.layout.size.0);
        self.keymap = keymap;
    }

    /// The command lines entered, oldest first.
    pub fn history(&mut self) -> &mut History {
        &mut self.history
    }

    /// What of the machine is on the screen.
    #[must_use]
    pub fn want(&self) -> Want {
        let asks = self.view.lesson.as_ref().map_or_else(Vec::new, |course| course.asks());
        // A prediction is judged by what its turn has changed, and explained in the turn's own words.
        let (happened, follow) = (self.view.predict.said.is_some(), self.slow);
        let pid = self.view.selected;
        let inputs = self.view.lesson.is_some();
        let could = self.any_world();
        let course = slider(&self.view).is_some();
        let mut want =
            Want { pid, explain: happened, happened, follow, asks, inputs, could, course, ..Want::default() };
        for (id, area) in layout(&self.view) {
            (pane(id).unit.want)(&self.view, area.width, &mut want);
        }
        want
    }

    /// What is wanted to show one pane, whether it is on the screen or not.
    #[must_use]
    pub fn want_for(&self, id: PaneId) -> Want {
        let mut want = self.want();
        let shown = layout(&self.view).into_iter().find(|(shown, _)| *shown == id);
        (pane(id).unit.want)(&self.view, shown.map_or(WIDTH, |(_, area)| area.width), &mut want);
        want
    }

    /// Whether changes flash in a run of this many turns a second.
    #[must_use]
    pub fn is_slow(&self, hz: u64) -> bool {
        hz <= self.settings.number(Setting::Flash)
    }

    /// Takes in a new picture: keeps the selection on a task, the pc in sight and the hints true.
    pub fn look(&mut self, now: &Snapshot) {
        let there = |pid: Option<Pid>| pid.is_some_and(|pid| now.tasks.iter().any(|t| t.pid == pid));
        if !there(self.view.selected) {
            if self.view.selected.is_none() {
                self.code_at_first(now);
            }
            self.view.selected = now.tasks.first().map(|t| t.pid);
        }
        let status = (now.status.clone(), now.turn);
        if self.status.as_ref() != Some(&status) {
            self.follow_stop(now);
            PANES.iter().filter(|p| p.unit.of_turn).for_each(|p| self.unmove(p.id));
            self.status = Some(status);
        }
        self.judge_prediction(now);
        self.view.half = self.view.half.filter(|turn| *turn == now.turn);
        if let Some(lanes) = &now.lanes {
            // The columns stay where they are as long as the cursor is in sight.
            self.view.timeline.first = lanes.window.first_of(0);
        }
        self.keep_theme();
        self.slow = now.rate.is_some_and(|hz| self.is_slow(hz));
        self.look_at_lesson(now);
        let height = page(&self.view, PaneId::Code);
        let theme = Theme::default();
        let here = Here::of(Scene { now, view: &self.view, theme: &theme }, PaneId::Code);
        self.view.code_top = code_first_row(&here, height, self.view.code_top);
        self.view.notices.hints = self.hints(now);
        self.view.typing.follow = self.keys_that_follow();
    }

    /// A task that was stopped for something is the one to look at.
    fn follow_stop(&mut self, now: &Snapshot) {
        if std::mem::take(&mut self.follows_writer)
            && let Some(pid) = now.last
        {
            self.select(pid);
            self.unmove(PaneId::Code);
        }
        match &now.status {
            Status::Event { pid, .. }
            | Status::Breakpoint { pid, .. }
            | Status::Break { pid, .. }
            | Status::Line { pid, .. }
            | Status::Returned { pid, .. }
            | Status::Fault { pid, .. } => {
                self.select(*pid);
                self.unmove(PaneId::Code);
            }
            _ => {}
        }
    }

    /// The answer of a command: its first line below, all of it in the log.
    pub fn answer(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.view.notices.tone = Tone::Info;
        let lines: Vec<&str> = text.lines().collect();
        self.view.notices.message = match lines[..] {
            [one] => one.to_owned(),
            [first, _] => format!("{first}  (1 line more in pane 16)"),
            [first, ..] => format!("{first}  ({} lines more in pane 16)", lines.len() - 1),
            [] => String::new(),
        };
        let several = lines.len() > 1;
        self.view.notices.log(lines.into_iter().map(str::to_owned));
        if several {
            // It shows where there is room; keys stay with the pane they are used in.
            self.unmove(PaneId::Log);
            self.show_in_strip(PaneId::Log);
        }
    }

    /// A command that failed. A line that was typed comes back with the place marked.
    pub fn fail(&mut self, message: &str, line: &str, column: Option<usize>) {
        self.view.notices.tone = Tone::Error;
        self.view.notices.message = message.to_owned();
        if let Some(column) = column {
            self.view.notices.log([line.to_owned(), format!("{:column$}^ {message}", "")]);
            if self.history.last() == Some(line) && self.view.typing.overlay == Overlay::None {
                self.reopen(message, line, column);
            } else {
                let rest: String = line.chars().skip(column).take(24).collect();
                if !rest.is_empty() {
                    self.view.notices.message = format!("{message}  [at: {rest}]");
                }
            }
        } else {
            self.view.notices.log([message.to_owned()]);
        }
    }

    /// The prompt with a line that failed, the cursor where it went wrong.
    fn reopen(&mut self, message: &str, line: &str, column: usize) {
        let cursor = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let wrong = Some(Wrong { column, message: message.to_owned() });
        let prompt = Prompt { text: line.to_owned(), cursor, wrong, ..Prompt::default() };
        self.view.typing.overlay = Overlay::Prompt(prompt);
    }

    /// What is wrong with the settings: in the log, and counted below.
    pub fn warn(&mut self, problems: &[String]) {
        if let [first, rest @ ..] = problems {
            let more = if rest.is_empty() { String::new() } else { format!("  ({} more in pane 16)", rest.len()) };
            self.refuse(format!("{first}{more}"));
            self.view.notices.log(problems.iter().cloned());
        }
    }

    /// Shows a message that is not an answer of the machine.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.view.notices.say(text);
    }

    /// Shows why something cannot be done.
    pub(super) fn refuse(&mut self, text: impl Into<String>) {
        self.view.notices.refuse(text);
    }

    /// Completions for the prompt, as they were asked for.
    pub fn complete(&mut self, found: Vec<(String, String)>) {
        if let Overlay::Prompt(prompt) = &mut self.view.typing.overlay {
            prompt.offer(found);
        }
    }

    /// The names of a kind that only the screen knows, for completion.
    #[must_use]
    pub fn names(&self, kind: crate::command::ArgumentKind) -> Vec<crate::command::Offer> {
        use super::layout::PRESETS;
        use super::settings::SETTINGS;
        use super::theme::PALETTES;
        use crate::command::ArgumentKind;
        match kind {
            ArgumentKind::Setting => SETTINGS.iter().map(|row| (row.name.to_owned(), row.help.to_owned())).collect(),
            ArgumentKind::View => PRESETS.iter().map(|view| (view.name.to_owned(), view.about.to_owned())).collect(),
            ArgumentKind::Pane => PANES.iter().map(|pane| (pane.name.to_owned(), pane.about.to_owned())).collect(),
            ArgumentKind::Theme => {
                let own = self.settings.themes.iter().map(|(name, _)| (name.clone(), "a theme of your own".to_owned()));
                PALETTES.iter().map(|(_, name)| ((*name).to_owned(), "theme".to_owned())).chain(own).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What the last command of the screen has led to: to be done now.
    pub fn take_due(&mut self) -> Option<Request> {
        self.due.take()
    }

    /// Whether a step is not taken yet: until it is said what it will change, or that it switches tasks was shown.
    pub fn holds_back(&mut self, request: &Request, now: &Snapshot) -> bool {
        // What was said of the turn already lets it be taken.
        self.view.predict.said.is_none()
            && (self.asks_what_it_sees(request, now) || self.asks_first(request, now) || self.half_step(request, now))
    }

    /// Remembers a step or run, to be repeated.
    pub fn repeats(&mut self, request: &Request) {
        if matches!(request, Request::Run(run) if run.takes_turns()) {
            self.repeat = Some(request.clone());
        }
    }

    /// The screen has another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        let reads = self.shows_text();
        self.view.layout.size = size;
        if reads {
            self.text_first();
        }
        self.view.notices.help = help::rows_for(&self.keymap, size.0);
        self.drag = None;
    }

    /// Opens a line to type.
    fn ask(&mut self, purpose: Purpose, text: &str) {
        let prompt = Prompt { purpose, text: text.to_owned(), cursor: text.len(), ..Prompt::default() };
        self.view.typing.overlay = Overlay::Prompt(prompt);
    }

    fn select(&mut self, pid: Pid) {
        if self.view.selected != Some(pid) {
            self.before = self.view.selected;
            self.view.selected = Some(pid);
            PANES.iter().filter(|p| p.unit.follows).for_each(|p| self.unmove(p.id));
        }
    }

    /// Back to a pane's natural place; its filter and pin stay.
    fn unmove(&mut self, id: PaneId) {
        if id == PaneId::Code {
            self.view.file = None;
        }
        if let Some(state) = self.view.panes.get_mut(&id) {
            (state.moved, state.scroll, state.aside, state.cursor) = (false, 0, 0, 0);
        }
    }
}

/// Columns of a pane that is not on the screen.
const WIDTH: u16 = 80;

const WELCOME: &str = "s takes one turn, S one of the selected task, Space runs; ? shows all keys";
