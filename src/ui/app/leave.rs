//! Leaving: asked first where work of the session would be lost.

use super::super::settings::Setting;
use super::{App, Effect};
use crate::backend::Request;
use crate::backend::request::{Branch, Display, File, Run, Travel};

/// From this number of runs of one chosen task on, their order is work.
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
    /// The session is saved when it ends.
    saves: bool,
}

/// What a request means for the work that is lost when the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// It adds to it: it takes thought to do it again.
    More,
    /// It adds a little: many of them in their order are an interleaving that was looked for.
    Steered,
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
        Request::Run(Run::Turns { only: Some(_), .. }) => Work::Steered,
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
            Work::Steered => self.leaving.steered += 1,
            Work::Kept | Work::Gone => (self.leaving.unsaved, self.leaving.steered) = (0, 0),
            Work::Same => {}
        }
    }

    /// The key that leaves was pressed: it leaves, or says what would be lost.
    pub(super) fn leave(&mut self, warned: Option<Warned>) -> Vec<Effect> {
        let asks = self.settings.on(Setting::QuitAsks) && !self.leaving.saves && self.view.lesson.is_none();
        let Leaving { unsaved, steered, .. } = self.leaving;
        let lost = unsaved + if steered < STEERED { 0 } else { steered };
        if lost == 0 || !asks || warned == Some(Warned::Quit) {
            return vec![Effect::Quit];
        }
        self.leaving.warned = Some(Warned::Quit);
        let changes = if lost == 1 { "1 change is".into() } else { format!("{lost} changes are") };
        self.say(format!("{changes} not saved: record FILE saves the session, q once more leaves"));
        Vec::new()
    }
}
