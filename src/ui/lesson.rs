//! Lessons and the screen: how a page begins, a picture of it, a lesson played without a terminal.

mod page_preview;
mod rehearsal;

pub use page_preview::page_preview;
pub use rehearsal::rehearse;

use super::front::Front;
use super::view::Tone;
use super::{Alone, App, Effect};
use crate::backend::Target;

/// Most turns that a command of a page's start may run, in millions: it should take no time, and must end.
const MOST: u64 = 100;

/// Brings the machine to where the page of a lesson begins, if it has just been entered.
pub fn begin_page(app: &mut App, target: &mut dyn Target) {
    let Some(course) = app.begins() else { return };
    let start = course.lesson().start(course.page_number()).to_vec();
    let setup = course.lesson().setup(course.page_number());
    app.view.notices.tone = Tone::Info;
    if let Err(e) = target.begin(setup) {
        return app.fail(&e.to_string(), "", None);
    }
    for line in start {
        let mut front = Front::alone(target, app);
        front.effect(Effect::Command(line));
        front.finish(&mut Alone, MOST);
        drop(front);
        if app.view.notices.tone == Tone::Error {
            return;
        }
    }
    app.view.notices.message.clear();
    let now = target.look(&app.want());
    app.page_begun(&now);
}
