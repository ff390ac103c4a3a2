//! What is kept between runs: the arrangement of panes, the command history, and that the welcome
//! has been seen. Plain data; reading and writing files is left to the front end.

use super::App;
use super::layout::{Class, Desk, Node};
use super::settings::Setting;
use serde::{Deserialize, Serialize};

/// What is kept between runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The welcome has been seen.
    pub welcomed: bool,
    /// The view in use at the end.
    pub desk: Option<Desk>,
    /// Arrangements the user has changed.
    pub arranged: Vec<(Desk, Class, Node)>,
    /// Command lines, newest last.
    pub history: Vec<String>,
}

impl Kept {
    /// Reads what was kept; what cannot be read is forgotten.
    #[must_use]
    pub fn read(text: &str) -> Kept {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As text for a file.
    #[must_use]
    pub fn write(&self) -> String {
        // Names, numbers and strings: there is nothing in it that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl App {
    /// Takes up what was kept, as far as the settings want it.
    pub fn take_up(&mut self, kept: Kept) {
        self.view.notices.welcome = !kept.welcomed && self.settings.on(Setting::Welcome);
        if !self.settings.on(Setting::Keep) {
            return;
        }
        for line in kept.history {
            self.history().push(&line);
        }
        let arranged = kept.arranged.into_iter().filter(|(_, _, node)| node.sound());
        self.view.layout.arranged = arranged.collect();
        let there =
            |desk: &Desk| !matches!(desk, Desk::Own(_)) || self.view.layout.arranged.iter().any(|(d, _, _)| d == desk);
        if let Some(desk) = kept.desk.filter(there) {
            self.view.layout.desk = desk;
        }
    }

    /// What is to be kept.
    #[must_use]
    pub fn to_keep(&mut self) -> Kept {
        let keep = self.settings.on(Setting::Keep);
        Kept {
            welcomed: true,
            desk: keep.then_some(self.view.layout.desk),
            arranged: if keep { self.view.layout.arranged.clone() } else { Vec::new() },
            history: if keep { self.history().lines().to_vec() } else { Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keymap;
    use super::*;
    use crate::backend::Want;
    use crate::cli::demo;

    #[test]
    fn arrangement_and_history_come_back() {
        let mut target = demo::target("ping").expect("demo");
        let now = target.look(&Want::default());
        let mut app = App::new((120, 40));
        app.look(&now);
        for key in keymap::script("v w 3 Tab Ctrl-W > Ctrl-W s : \"ps\" Enter") {
            app.key(&key, &now);
        }
        let kept = Kept::read(&app.to_keep().write());
        let mut again = App::new((120, 40));
        again.take_up(kept);
        assert!(!again.view.notices.welcome);
        assert_eq!(
            (again.view.layout.desk, &again.view.layout.arranged),
            (app.view.layout.desk, &app.view.layout.arranged)
        );
        assert_eq!(again.history().last(), Some("ps"));
    }

    #[test]
    fn what_cannot_be_read_is_forgotten() {
        assert_eq!(Kept::read("{\"history\": 5"), Kept::default());
        let mut app = App::new((80, 24));
        app.take_up(Kept { arranged: vec![(Desk::Debug, Class::Small, Node::Beside(vec![]))], ..Kept::default() });
        assert!(app.view.notices.welcome && app.view.layout.arranged.is_empty());
    }
}
