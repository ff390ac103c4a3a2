//! What is kept between runs: the arrangement of panes, the command history, and that the welcome
//! has been seen. Plain data; reading and writing files is left to the front end.

use super::App;
use super::layout::{Class, Node, ViewId};
use super::settings::Setting;
use serde::{Deserialize, Serialize};

/// What is kept between runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The welcome has been seen.
    pub welcomed: bool,
    /// The view in use at the end.
    pub desk: Option<ViewId>,
    /// Arrangements the user has changed.
    pub arranged: Vec<(ViewId, Class, Node)>,
    /// Command lines, newest last.
    pub history: Vec<String>,
}

impl Kept {
    /// Reads what was kept; what cannot be read is forgotten.
    #[must_use]
    pub fn read(text: &str) -> Kept {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// What there is to keep when another window has kept something meanwhile: what either has changed since `base`, and
    /// of what both have changed this one's.
    #[must_use]
    pub fn merged(self, base: &Kept, there: &Kept) -> Kept {
        let mut history = there.history.clone();
        // Old lines may have gone to make room.
        let known = (0..=base.history.len()).find(|from| self.history.starts_with(&base.history[*from..]));
        let fresh = known.map_or(0, |from| base.history.len() - from);
        history.extend_from_slice(&self.history[fresh..]);
        let place = |of: &(ViewId, Class, Node)| (of.0, of.1);
        let mut arranged = self.arranged;
        for other in &there.arranged {
            let before = base.arranged.iter().find(|b| place(b) == place(other));
            match arranged.iter_mut().find(|own| place(own) == place(other)) {
                Some(own) if before == Some(own) => *own = other.clone(),
                Some(_) => {}
                // Taken away here, or come there.
                None if before.is_some() => {}
                None => arranged.push(other.clone()),
            }
        }
        let desk = if self.desk == base.desk { there.desk } else { self.desk };
        Kept { welcomed: self.welcomed || there.welcomed, desk, arranged, history }
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
        self.taken_up = kept.clone();
        if !self.settings.on(Setting::Keep) {
            return;
        }
        for line in kept.history {
            self.history().push(&line);
        }
        self.taken_up.history = self.history().lines().to_vec();
        let arranged = kept.arranged.into_iter().filter(|(_, _, node)| node.sound());
        self.view.layout.arranged = arranged.collect();
        let there = |desk: &ViewId| {
            !matches!(desk, ViewId::Own(_)) || self.view.layout.arranged.iter().any(|(d, _, _)| d == desk)
        };
        if let Some(desk) = kept.desk.filter(there) {
            self.view.layout.desk = desk;
        }
    }

    /// What is to be kept, together with what others have kept since this one began. Without the setting what is there
    /// stays as it is.
    #[must_use]
    pub fn to_keep(&mut self, there: &Kept) -> Kept {
        if !self.settings.on(Setting::Keep) {
            return Kept { welcomed: true, ..there.clone() };
        }
        let own = Kept {
            welcomed: true,
            desk: Some(self.view.layout.desk),
            arranged: self.view.layout.arranged.clone(),
            history: self.history().lines().to_vec(),
        };
        own.merged(&self.taken_up, there)
    }
}

#[cfg(test)]
mod tests {
    use super::super::keymap;
    use super::*;
    use crate::backend::Want;
    use crate::demo;

    #[test]
    fn arrangement_and_history_come_back() {
        let mut target = demo::target("ping").expect("demo");
        let now = target.look(&Want::default());
        let mut app = App::new((120, 40));
        app.look(&now);
        for key in keymap::script("v w 3 Tab Ctrl-W > Ctrl-W s : \"ps\" Enter") {
            app.key(&key, &now);
        }
        let kept = Kept::read(&app.to_keep(&Kept::default()).write());
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
    fn two_windows_at_once_lose_nothing_of_each_other() {
        let lines = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let base = Kept { history: lines(&["ps", "run"]), desk: Some(ViewId::Debug), ..Kept::default() };
        let window = |line: &str, keys: &str| {
            let mut target = demo::target("ping").expect("demo");
            let now = target.look(&Want::default());
            let mut app = App::new((120, 40));
            app.take_up(base.clone());
            app.look(&now);
            for key in keymap::script(keys) {
                app.key(&key, &now);
            }
            app.history().push(line);
            app
        };
        let (mut one, mut other) = (window("step 1", "v w Ctrl-W s"), window("step 2", "v m Ctrl-W s"));
        let first = one.to_keep(&base);
        let second = other.to_keep(&first);
        assert_eq!(second.history, lines(&["ps", "run", "step 1", "step 2"]));
        for own in one.view.layout.arranged.iter().chain(&other.view.layout.arranged) {
            assert!(second.arranged.contains(own), "{own:?}");
        }
        assert_eq!(second.desk, Some(other.view.layout.desk));
    }

    #[test]
    fn what_cannot_be_read_is_forgotten() {
        assert_eq!(Kept::read("{\"history\": 5"), Kept::default());
        let mut app = App::new((80, 24));
        app.take_up(Kept { arranged: vec![(ViewId::Debug, Class::Small, Node::Beside(vec![]))], ..Kept::default() });
        assert!(app.view.notices.welcome && app.view.layout.arranged.is_empty());
    }
}
