//! How long a search of the past takes, for clients that show it: it is said after a while, and can be cancelled.

use super::Adapter;
use super::caps::Cancelled;
use serde_json::json;
use std::time::{Duration, Instant};

/// A search that is over sooner is not worth a word; how often one that takes longer is spoken of.
const PATIENCE: Duration = Duration::from_millis(500);

/// The search under way, or the one before it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Searches that were spoken of.
    number: u64,
    /// When the one under way began; `None` while there is none.
    began: Option<Instant>,
    /// How long it had taken when it was spoken of last.
    said: Option<Duration>,
    /// The request that it was begun by.
    request: i64,
}

/// What is to be said.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Start,
    Update,
}

impl Progress {
    /// What is to be said of a search that has taken this long.
    fn due(&mut self, spent: Duration) -> Option<Said> {
        let said = match self.said {
            None if spent >= PATIENCE => Said::Start,
            Some(last) if spent >= last + PATIENCE => Said::Update,
            None | Some(_) => return None,
        };
        self.number += u64::from(said == Said::Start);
        self.said = Some(spent);
        Some(said)
    }

    fn id(&self) -> String {
        format!("search {}", self.number)
    }

    /// Whether it is what a client wants to cancel.
    pub fn is_meant(&self, cancelled: &Cancelled) -> bool {
        let Cancelled { request_id, progress_id } = cancelled;
        let spoken_of = self.said.is_some() && *progress_id == Some(self.id());
        spoken_of || *request_id == Some(self.request)
    }
}

impl Adapter<'_> {
    /// A run begins.
    pub(super) fn begin_progress(&mut self) {
        let said = self.is_back() && self.client.supports_progress_reporting;
        self.progress.began = said.then(Instant::now);
        self.progress.request = self.request;
    }

    /// Says that a search is under way, if it takes long and that was not said just now.
    pub(super) fn report_progress(&mut self) {
        let Some(spent) = self.progress.began.map(|began| began.elapsed()) else { return };
        let Some(said) = self.progress.due(spent) else { return };
        let id = self.progress.id();
        match said {
            Said::Start => {
                let start = json!({ "progressId": id, "title": "Searching the past", "cancellable": true });
                self.say("progressStart", start);
            }
            Said::Update => {
                let message = format!("for {} s", spent.as_secs());
                self.say("progressUpdate", json!({ "progressId": id, "message": message }));
            }
        }
    }

    /// The search is over, or was cancelled.
    pub(super) fn end_progress(&mut self) {
        self.progress.began = None;
        if self.progress.said.take().is_some() {
            let id = self.progress.id();
            self.say("progressEnd", json!({ "progressId": id }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_spoken_of_after_a_while_and_then_now_and_again() {
        let mut progress = Progress::default();
        let mut due = |ms| progress.due(Duration::from_millis(ms));
        assert_eq!([due(0), due(499), due(500), due(800)], [None, None, Some(Said::Start), None]);
        assert_eq!([due(1000), due(1499), due(1600)], [Some(Said::Update), None, Some(Said::Update)]);
        assert_eq!(progress.id(), "search 1");
        let meant = |progress: &Progress, request_id, progress_id: Option<&str>| {
            progress.is_meant(&Cancelled { request_id, progress_id: progress_id.map(str::to_owned) })
        };
        progress.request = 7;
        assert!(meant(&progress, Some(7), None) && meant(&progress, None, Some("search 1")));
        assert!(!meant(&progress, Some(8), Some("search 2")) && !meant(&progress, None, None));
        progress.said = None;
        assert_eq!((progress.due(PATIENCE), progress.id()), (Some(Said::Start), "search 2".into()));
    }
}
