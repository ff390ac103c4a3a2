//! A moment as a link: what is behind the `#` of an address says what to open, and where the user stands.

use super::App;
use super::layout::ViewId;
use super::pane::{self, PaneId};
use super::settings::Setting;
use crate::backend::{Linked, Pid, Recording, Target};
use crate::command::{CommandError, Word};

/// What a link opens.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// A demo, by name.
    Demo(String),
    /// A lesson by name or number, at a page, from 1, or where it was left.
    Lesson(String, Option<usize>),
    /// A recording, and where the user stands before it.
    Moment(Box<Linked>, Standing),
}

/// Where a user stands on the screen; what is not known is as it comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    view: Option<ViewId>,
    pane: Option<PaneId>,
    task: Option<Pid>,
    /// The cursor of the pane.
    row: Option<usize>,
}

/// The part of a text behind its `#`, if that says what to open.
fn fragment(text: &str) -> Option<&str> {
    let (_, fragment) = text.split_once('#')?;
    ["r=", "lesson=", "demo="].iter().any(|start| fragment.starts_with(start)).then_some(fragment)
}

/// Whether a text is a link, by its look.
#[must_use]
pub fn is_link(text: &str) -> bool {
    fragment(text).is_some()
}

impl Link {
    /// Reads a link, or the part of one from its `#` on.
    ///
    /// # Errors
    /// It is not one of hsxray's, or its recording cannot be read.
    pub fn read(text: &str) -> Result<Link, String> {
        let fragment =
            fragment(text).ok_or("this is not a link of hsxray: r=, lesson= or demo= is expected behind #")?;
        let mut pairs = fragment.split('&').filter_map(|pair| pair.split_once('='));
        let (what, value) = pairs.next().unwrap_or_default();
        match what {
            "demo" => Ok(Link::Demo(value.to_owned())),
            "lesson" => {
                let (name, page) =
                    value.split_once('/').map_or((value, None), |(name, page)| (name, page.parse().ok()));
                Ok(Link::Lesson(name.to_owned(), page))
            }
            _ => {
                let linked = Recording::unpacked(value).map_err(|e| e.to_string())?;
                Ok(Link::Moment(Box::new(linked), Standing::read(pairs)))
            }
        }
    }
}

/// The link of a recording.
///
/// # Errors
/// It is too long.
pub fn link(base: &str, recording: &Recording, standing: &Standing) -> Result<String, String> {
    let packed = recording.packed().map_err(|e| format!("{e}; it can be sent as a file, which record FILE writes"))?;
    Ok(format!("{base}#r={packed}{}", standing.text()))
}

impl Standing {
    fn read<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>) -> Standing {
        let mut standing = Standing::default();
        for (name, value) in pairs {
            match name {
                "view" => standing.view = ViewId::named(value).filter(|view| !matches!(view, ViewId::Own(_))),
                "pane" => standing.pane = pane::named(&[value.to_owned()]).first().copied(),
                "task" => standing.task = value.parse().ok(),
                "row" => standing.row = value.parse().ok(),
                // A newer hsxray may say more.
                _ => {}
            }
        }
        standing
    }

    fn text(&self) -> String {
        let Standing { view, pane, task, row } = self;
        let pairs = [
            ("view", view.map(|view| view.name().to_string())),
            ("pane", pane.map(|id| pane::pane(id).name.to_owned())),
            ("task", task.map(|pid| pid.to_string())),
            ("row", row.map(|row| row.to_string())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", value?))).collect()
    }
}

impl App {
    fn standing(&self) -> Standing {
        let id = self.view.layout.focus;
        let moved = self.view.panes.get(&id).filter(|pane| pane.moved);
        let own = matches!(self.view.layout.desk, ViewId::Own(_));
        Standing {
            view: (!own).then_some(self.view.layout.desk),
            pane: Some(id),
            task: self.view.selected,
            row: moved.map(|pane| pane.cursor),
        }
    }

    /// Puts the user where a link says; what it left out is reported.
    pub fn stand(&mut self, standing: &Standing, dropped: &[String]) {
        self.view.notices.welcome = false;
        if let Some(view) = standing.view {
            self.apply_preset(view);
        }
        self.view.selected = standing.task.or(self.view.selected);
        if let Some(id) = standing.pane {
            self.focus(id);
        }
        if let Some((id, row)) = standing.pane.zip(standing.row) {
            let pane = self.view.panes.entry(id).or_default();
            (pane.moved, pane.cursor) = (true, row);
        }
        self.warn(dropped);
    }
}

/// `share [--no-sources]`: the link of this moment; in a lesson that of its page.
///
/// # Errors
/// The recording does not fit into a link, or something runs.
pub(super) fn share(app: &mut App, target: &dyn Target, words: &[Word]) -> Result<String, CommandError> {
    let sources = match words {
        [_] => true,
        [_, option] if option.text == "--no-sources" => false,
        [_, other, ..] => return Err(CommandError::at(other.column, "only --no-sources can be said here")),
        [] => return Err(CommandError::new("a command is expected")),
    };
    let made = moment(app, target, sources)?;
    app.answer(&format!("a link of {} letters leads here; it is in the clipboard\n{made}", made.len()));
    Ok(made)
}

/// The link of this moment.
///
/// # Errors
/// As for [`share`].
pub(super) fn moment(app: &App, target: &dyn Target, sources: bool) -> Result<String, CommandError> {
    let base = app.settings.get(Setting::ShareBase).to_owned();
    let made = match &app.view.lesson {
        Some(course) => Ok(format!("{base}#lesson={}/{}", course.lesson().name, course.page_number() + 1)),
        None => {
            let inspect = target.inspect().ok_or_else(|| CommandError::new("nothing is known of this session"))?;
            let recording = inspect.recording().map_err(|e| CommandError::new(e.to_string()))?;
            let recording = if sources { recording } else { recording.without_sources() };
            link(&base, &recording, &app.standing())
        }
    };
    made.map_err(CommandError::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    fn moment(text: &str) -> (Linked, Standing) {
        match Link::read(text) {
            Ok(Link::Moment(linked, standing)) => (*linked, standing),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_link_brings_back_the_recording_and_where_one_stood() {
        let mut target = demo::target("ping").expect("demo").begun();
        for line in ["step 30", "back 7"] {
            crate::command::execute_line(&mut target, None, line);
            while target.pump(1000) {}
        }
        let recording = target.recording().expect("stands");
        let standing =
            Standing { view: Some(ViewId::Memory), pane: Some(PaneId::Memory), task: Some(2), row: Some(0x40) };
        let made = link("hsxray.html", &recording, &standing).expect("fits");
        assert!(is_link(&made) && made.len() < 8000, "{} letters", made.len());
        let (linked, there) = moment(&made);
        assert_eq!((&linked.recording, &there, &linked.dropped[..]), (&recording, &standing, &[][..]));
        let shorter = link("", &recording.without_sources(), &Standing::default()).expect("fits");
        assert!(shorter.len() < made.len());
    }

    #[test]
    fn commands_of_stops_are_dropped_and_named() {
        let mut target = demo::target("ping").expect("demo").begun();
        for outcome in
            crate::command::execute_line(&mut target, Some(1), "break start; commands 1 'record evil.hsxrec'")
        {
            outcome.result.expect("done");
        }
        let made = link("", &target.recording().expect("stands"), &Standing::default()).expect("fits");
        let (linked, _) = moment(&made);
        assert_eq!(linked.dropped.len(), 1);
        assert!(linked.dropped[0].contains("record evil.hsxrec"), "{:?}", linked.dropped);
        assert!(!linked.recording.text().contains("evil"));
    }

    #[test]
    fn what_is_no_link_or_damaged_is_refused() {
        assert_eq!(Link::read("x#lesson=3/2"), Ok(Link::Lesson("3".into(), Some(2))));
        assert_eq!(Link::read("#demo=ping"), Ok(Link::Demo("ping".into())));
        for bad in ["", "#", "a.mvasm", "#r=", "#r=***", "#r=AAAA", "#x=1"] {
            assert!(Link::read(bad).is_err(), "{bad}");
        }
        // A bomb: a hundred megabytes of blanks in a link that is short enough.
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b' '; 40 << 20], 10);
        let bomb = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bomb);
        let error = Link::read(&format!("#r={bomb}")).expect_err("too long");
        assert!(error.contains("unpacked link"), "{error}");
    }
}
