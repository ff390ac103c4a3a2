//! Lessons and the screen: how a page begins, a picture of it, a lesson played without a terminal.

mod leaf;
mod rehearsal;

pub use leaf::leaf;
pub use rehearsal::rehearse;

use super::view::Tone;
use super::{App, commands, execute};
use crate::backend::Local;

/// Most turns that a command of a page's start may run, in millions: it should take no time, and must end.
const MOST: usize = 100;

/// Brings the machine to where the page of a lesson begins, if it has just been entered.
pub fn begin_page(app: &mut App, target: &mut Local) {
    let Some(course) = app.begins() else { return };
    let start = course.lesson().start(course.page_number()).to_vec();
    let fresh = course.lesson().target(course.page_number());
    app.view.notices.tone = Tone::Info;
    match fresh {
        Ok(fresh) => *target = fresh,
        Err(e) => return app.fail(&e.to_string(), "", None),
    }
    for line in &start {
        for words in commands(app, line) {
            let now = target.look(&app.want());
            execute(app, target, words, line, &now);
            if (0..MOST).all(|_| target.pump(1_000_000)) {
                target.pause();
                app.fail(&format!("{line}: does not end within {MOST} million turns"), line, None);
            }
            if app.view.notices.tone == Tone::Error {
                return;
            }
        }
    }
    app.view.notices.message.clear();
    let now = target.look(&app.want());
    app.page_begun(&now);
}
