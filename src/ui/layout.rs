//! Where the panes are: a pure function of the size and of what the user has opened.

mod arranged;
mod class;
mod node;
mod presets;

pub use arranged::{lesson, preset};
pub use class::Class;
pub use node::{Cut, Node, Placed, Plan, Size};
pub use presets::{PRESETS, Preset, ViewId};

use super::pane::PaneId;
use super::spacing::pitch;
use super::view::View;
use ratatui::layout::Rect;

/// Smallest screen with one pane.
pub const LEAST: (u16, u16) = (40, 12);
/// Smallest screen with a slider that was not asked for.
const ROOMY: (u16, u16) = (80, 30);
/// Rows above and below the panes: line 1, message, hints.
const CHROME: u16 = 3;

/// The panes on the screen by number, each with its title row on top. A column is left free for the
/// wall right of each pane that does not reach the screen's edge.
#[must_use]
pub fn layout(view: &View) -> Vec<(PaneId, Rect)> {
    let mut panes: Vec<_> = plan(view).panes.iter().filter_map(|p| Some((p.id?, p.area))).collect();
    panes.sort_by_key(|(id, _)| super::pane::pane(*id).number);
    panes
}

/// The area of the panes; `None` if the screen is too small.
#[must_use]
pub fn body(view: &View) -> Option<Rect> {
    let (width, height) = view.layout.size;
    let slider = u16::from(slider(view).is_some());
    (width >= LEAST.0 && height >= LEAST.1).then(|| Rect { x: 0, y: 1, width, height: height - CHROME - slider })
}

/// The row of the slider, above the message line; `None` where it would take too much from the panes,
/// unless the user wants it.
#[must_use]
pub fn slider(view: &View) -> Option<Rect> {
    let (width, height) = view.layout.size;
    let roomy = width >= ROOMY.0 && height >= ROOMY.1;
    let fits = width >= LEAST.0 && height > LEAST.1;
    (fits && view.layout.slider.unwrap_or(roomy)).then(|| Rect { x: 0, y: height - CHROME, width, height: 1 })
}

/// The arrangement in use: the user's, or the one that comes with the program.
#[must_use]
pub fn arrangement(view: &View) -> Node {
    let class = Class::of(view.layout.size);
    let area = body(view).unwrap_or_default();
    let own = view.layout.arranged.iter().find(|(desk, c, _)| *desk == view.layout.desk && *c == class);
    let course = view.lesson.as_ref().filter(|_| view.layout.desk == ViewId::Lesson);
    match (own, course) {
        (Some((_, _, node)), _) => node.clone(),
        (None, Some(course)) => lesson(&super::pane::named(&course.page().panes), area),
        (None, None) => preset(view.layout.desk, class, area),
    }
}

/// Everything in its place. The strip shows its pane, and the pane with the focus is always there.
#[must_use]
pub fn plan(view: &View) -> Plan {
    let Some(area) = body(view) else { return Plan::default() };
    if view.layout.zoom {
        return Node::Pane(view.layout.focus).plan(area);
    }
    let mut plan = with_prediction(view, arrangement(view), area).plan(area);
    fill_strip(view, &mut plan.panes);
    if !plan.panes.iter().any(|p| p.id == Some(view.layout.focus))
        && let Some(last) = plan.panes.last_mut()
    {
        last.id = Some(view.layout.focus);
    }
    plan
}

/// Least columns and rows of the pane of predictions with its title.
const QUESTION: (u16, u16) = (37, 10);

/// Lets the pane of predictions stand in the place of others while predictions are asked for, where the strip is too
/// small for a question: of the parts that are large enough the smallest one, as far as that spares what helps to
/// answer.
fn with_prediction(view: &View, mut node: Node, area: Rect) -> Node {
    let fits = |r: &Rect| r.width >= QUESTION.0 && r.height >= QUESTION.1;
    let wanted = view.predict.on && !node.holds(PaneId::Predict);
    if !wanted || node.plan(area).panes.iter().any(|p| p.strip && fits(&p.area)) {
        return node;
    }
    let mut parts = node.parts(area);
    parts.retain(|(_, r)| fits(r));
    parts.sort_by_key(|(_, r)| r.area());
    let main = PRESETS.iter().find(|p| p.desk == view.layout.desk).and_then(|p| p.main).unwrap_or(PaneId::Lesson);
    let spared = [PaneId::Lesson, PaneId::Windows, PaneId::Code, main];
    for n in (1..=spared.len()).rev() {
        let free = |part: &&mut Node| !spared[..n].iter().any(|id| part.holds(*id));
        let found = parts.iter().find(|(path, _)| node.at(path).as_ref().is_some_and(free));
        if let Some(part) = found.and_then(|(path, _)| node.at(path)) {
            *part = Node::Pane(PaneId::Predict);
            break;
        }
    }
    node
}

/// Gives the strip the pane that is open there, or one that is not shown anywhere else.
fn fill_strip(view: &View, panes: &mut [Placed]) {
    let narrow = matches!(panes, [_] | [_, _]);
    let shown: Vec<PaneId> = panes.iter().filter_map(|p| p.id).collect();
    let free = |id: &PaneId| !shown.contains(id);
    let wanted = if narrow { [view.layout.focus, PaneId::Code] } else { [view.layout.focus, view.layout.strip] };
    let candidates = wanted.into_iter().chain(super::pane::strip());
    let mut candidates = candidates.filter(free);
    for place in panes.iter_mut().filter(|p| p.id.is_none()) {
        place.id = candidates.next();
    }
}

/// The pane in the strip, if there is a strip.
#[must_use]
pub fn in_strip(view: &View) -> Option<PaneId> {
    plan(view).panes.iter().find(|p| p.strip).and_then(|p| p.id)
}

/// The part of a pane below its title.
#[must_use]
pub fn content(pane: Rect) -> Rect {
    let title = pane.height.min(1);
    Rect { y: pane.y + title, height: pane.height - title, ..pane }
}

/// Rows a pane shows; 0 if it is not on the screen.
#[must_use]
pub fn page(view: &View, id: PaneId) -> usize {
    let height = layout(view).iter().find(|(pane, _)| *pane == id).map_or(0, |(_, area)| area.height.saturating_sub(1));
    usize::from(height.div_ceil(pitch(view, id, height)))
}
