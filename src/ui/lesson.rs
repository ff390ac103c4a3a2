//! Lessons and the screen: how a page begins, a picture of it, a lesson played without a terminal.

mod keys;
mod page_preview;
mod rehearsal;

pub use keys::keys_of;
pub use page_preview::{PagePictures, page_pictures};
pub use rehearsal::rehearse;

use super::front::Front;
use super::view::Tone;
use super::{Alone, App, Effect};
use crate::backend::{Local, Setup, Target};
use crate::lesson::{LessonTask, LessonTaskKind};

/// Most turns that a command of a page's start may run, in millions: it should take no time, and must end.
const MOST: u64 = 100;
/// A size for a screen that is not looked at.
const STAGE: (u16, u16) = (80, 24);

/// The keys that do a task; `None` if a program does.
fn task_keys(task: &LessonTask) -> Option<String> {
    match &task.kind {
        LessonTaskKind::Exercise(_) => None,
        kind if kind.asks() => Some(answer_keys(&task.play)),
        _ => Some(task.play.clone()),
    }
}

/// The keys that answer a question.
fn answer_keys(text: &str) -> String {
    format!("A \"{text}\" Enter")
}

/// Brings the machine to where the page of a lesson begins, if it has just been entered.
pub fn begin_page(app: &mut App, target: &mut dyn Target) {
    let Some(course) = app.begins() else { return };
    let (setup, start) = (course.setup(), course.start());
    app.view.notices.tone = Tone::Info;
    if let Err(e) = target.begin(setup) {
        return app.fail(&e.to_string(), "", None);
    }
    if carry_out(app, target, start).is_err() {
        return;
    }
    app.view.notices.message.clear();
    let now = target.look(&app.want());
    app.page_begun(&now);
}

/// Carries out command lines; what the first of them that fails says.
fn carry_out(app: &mut App, target: &mut dyn Target, lines: Vec<String>) -> Result<(), String> {
    for line in lines {
        let mut front = Front::alone(target, app);
        front.effect(Effect::Command(line));
        front.finish(&mut Alone, MOST);
        drop(front);
        if app.view.notices.tone == Tone::Error {
            return Err(app.view.notices.message.clone());
        }
    }
    Ok(())
}

/// A session of its own at its start, with command lines carried out: what a lesson judges programs in.
///
/// # Errors
/// The programs do not fit into the machine, or a line fails: what it says.
pub fn stage(setup: Setup, lines: &[String]) -> Result<Local, String> {
    let mut target = setup.begin().map_err(|e| e.to_string())?;
    carry_out(&mut App::new(STAGE), &mut target, lines.to_vec())?;
    Ok(target)
}
