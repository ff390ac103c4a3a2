//! A link of `share`, opened.

use super::open::{Opened, set_history};
use super::scenario::{Again, Scenario};
use crate::backend::Local;
use crate::ui::share::Link;

/// Opens what a link leads to. A lesson is opened by the screen alone.
pub(super) fn opened(text: &str, history: Option<u32>) -> Result<Opened, String> {
    let (linked, standing) = match Link::read(text)? {
        Link::Demo(name) => return Opened::demo(&name),
        Link::Lesson(name, _) => return Err(format!("this link leads to a lesson: hsxray learn {name} opens it")),
        Link::Moment(linked, standing) => (*linked, standing),
    };
    let mut target = Local::replay(linked.recording).map_err(|e| e.to_string())?;
    set_history(&mut target, history);
    let (scenario, again) = (Scenario::default(), Again::link(text));
    Ok(Opened { standing: (standing, linked.dropped), ..Opened::new(target, scenario, again, Vec::new()) })
}
