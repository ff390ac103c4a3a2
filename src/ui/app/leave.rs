//! Leaving: asked first where work of the session would be lost.

use super::super::settings::Setting;
use super::{App, Effect};
use crate::backend::request::{Branch, Display, File, Places, Run, ScheduleRun, Travel};
use crate::backend::{Pid, Request};

/// From this number of runs of one chosen task on they are work, even where no other task was chosen in between.
const STEERED: usize = 12;

/// A key that leaves when it is pressed again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Warned {
    /// Ctrl-C.
    Interrupt,
    /// q.
    Quit,
}

/// What is known about leaving.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaving {
    /// The key that leaves when it is pressed again.
    pub warned: Option<Warned>,
    /// Changes that nothing has saved yet, and runs of one chosen task.
    unsaved: usize,
    steered: usize,
    /// The task that was chosen last, and whether that changed: an order of two tasks was looked for.
    chosen: Option<Pid>,
    interleaved: bool,
    /// The session is saved when it ends.
    saves: bool,
}

/// What a request means for the work that is lost when the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// It adds to it: it takes thought to do it again.
    More,
    /// A task was chosen to run: an order of two tasks, or many of one, is something that was looked for.
    Steered(Pid),
    /// It keeps it.
    Kept,
    /// It begins something else.
    Gone,
    /// Nothing.
    Same,
}

fn work(request: &Request) -> Work {
    match request {
        Request::Stop(_) | Request::Input(_) | Request::Display(Display::Keep { .. }) => Work::More,
        Request::Travel(Travel::Bookmark(_) | Travel::Branch(Branch::Name { .. })) => Work::More,
        Request::File(File::Record(_)) => Work::Kept,
        Request::File(File::Replay(_) | File::Reset) => Work::Gone,
        Request::Run(Run::Turns { only: Some(pid), .. }) => Work::Steered(*pid),
        Request::Schedule(ScheduleRun::Start { places: Places::List(_), .. }) => Work::More,
        Request::Run(_)
        | Request::Schedule(_)
        | Request::Travel(_)
        | Request::Races(_)
        | Request::Past(_)
        | Request::Fate(_)
        | Request::Search(_)
        | Request::Display(_)
        | Request::File(_) => Work::Same,
    }
}

impl App {
    /// The session is saved when it ends: nothing is lost then.
    pub fn saves_at_the_end(&mut self) {
        self.leaving.saves = true;
    }

    /// Takes note of a request that was carried out.
    pub(in crate::ui) fn worked(&mut self, request: &Request) {
        match work(request) {
            Work::More => self.leaving.unsaved += 1,
            Work::Steered(pid) => {
                let leaving = &mut self.leaving;
                leaving.steered += 1;
                leaving.interleaved |= leaving.chosen.replace(pid).is_some_and(|last| last != pid);
            }
            Work::Kept | Work::Gone => {
                let Leaving { warned, saves, .. } = self.leaving;
                self.leaving = Leaving { warned, saves, ..Leaving::default() };
            }
            Work::Same => {}
        }
    }

    /// The key that leaves was pressed: it leaves, or says what would be lost.
    pub(super) fn leave(&mut self, warned: Option<Warned>) -> Vec<Effect> {
        let asks = self.settings.on(Setting::QuitAsks) && !self.leaving.saves && self.view.lesson.is_none();
        let Leaving { unsaved, steered, interleaved, .. } = self.leaving;
        let lost = unsaved + if steered >= STEERED || interleaved { steered } else { 0 };
        if lost == 0 || !asks || warned == Some(Warned::Quit) {
            return vec![Effect::Quit];
        }
        self.leaving.warned = Some(Warned::Quit);
        let changes = if lost == 1 { "1 change is".into() } else { format!("{lost} changes are") };
        self.say(format!("{changes} not saved: record FILE saves the session, q once more leaves"));
        Vec::new()
    }
}
