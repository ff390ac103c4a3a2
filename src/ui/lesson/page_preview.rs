//! What the panes of a lesson's page show where it begins, without the page itself.

use crate::lesson::Lesson;
use crate::ui::layout::{Class, Node, ViewId, lesson as arrange};
use crate::ui::{App, begin_page, pane, render};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns and rows: what fits a page of a book or a small window.
const SIZE: (u16, u16) = (84, 30);
/// Wide enough for an arrangement whose panes have as many columns as there are here.
const WITH_TEXT: Rect = Rect { x: 0, y: 0, width: 140, height: SIZE.1 };

/// The screen at the start of a page, from 0; `None` if the page is about no pane.
///
/// # Errors
/// The lesson's programs do not fit into the machine.
pub fn page_preview(lesson: &Arc<Lesson>, number: usize) -> Result<Option<Buffer>, String> {
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
    let now = target.look(&app.want());
    app.look(&now);
    Ok(Some(render(&now, &app.view, &app.theme, SIZE)))
}
