//! What the panes of a lesson's page show where it begins and after each of its tasks, without the page itself.

use crate::lesson::Lesson;
use crate::ui::layout::{Class, Node, ViewId, lesson as arrange};
use crate::ui::lesson::task_keys;
use crate::ui::{App, begin_page, pane, press, render};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns and rows: what fits a page of a book or a small window.
const SIZE: (u16, u16) = (84, 30);
/// Wide enough for an arrangement whose panes have as many columns as there are here.
const WITH_TEXT: Rect = Rect { x: 0, y: 0, width: 140, height: SIZE.1 };

/// Pictures of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PagePictures {
    /// The screen at its start.
    pub start: Buffer,
    /// The screen after each of its tasks; `None` where nothing on it changed, or no keys do the task.
    pub after: Vec<Option<Buffer>>,
}

/// The screen at the start of a page, from 0, and after each of its tasks; `None` if the page is about no pane.
///
/// # Errors
/// The lesson's programs do not fit into the machine.
pub fn page_pictures(lesson: &Arc<Lesson>, number: usize) -> Result<Option<PagePictures>, String> {
    let named = lesson.pages.get(number).map_or_else(Vec::new, |page| pane::named(&page.panes));
    let Node::Beside(mut parts) = arrange(&named, WITH_TEXT) else { return Ok(None) };
    let Some((_, live)) = parts.pop() else { return Ok(None) };
    let mut target = lesson.target(number).map_err(|e| e.to_string())?;
    let mut app = App::new(SIZE);
    app.open_lesson(Arc::clone(lesson));
    app.go_page(number);
    begin_page(&mut app, &mut target);
    // The text stands beside the picture already.
    app.view.layout.arranged.push((ViewId::Lesson, Class::of(SIZE), live));
    app.view.layout.slider = Some(false);
    let mut now = target.look(&app.want());
    app.look(&now);
    let start = render(&now, &app.view, &app.theme, SIZE);
    let (mut shown, mut after) = (start.clone(), Vec::new());
    let tasks = &lesson.pages[number].tasks;
    for (i, task) in tasks.iter().enumerate() {
        let Some(keys) = task_keys(task) else { break };
        // Keys that do nothing here lead nowhere: what follows has no picture either.
        let Ok(next) = press(&mut app, &mut target, &keys, now) else { break };
        now = next;
        let done = app.view.lesson.as_ref().and_then(|course| course.now()).is_none_or(|(open, _)| open > i);
        if !done {
            break;
        }
        // What is said below is about the task, and stands beside the picture.
        app.view.notices.message.clear();
        let picture = render(&now, &app.view, &app.theme, SIZE);
        after.push((picture != shown).then(|| picture.clone()));
        shown = picture;
    }
    after.resize(tasks.len(), None);
    Ok(Some(PagePictures { start, after }))
}
