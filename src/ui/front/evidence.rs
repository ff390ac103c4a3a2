//! What shows that a task of a lesson was done: the session as a recording, which is handed in with it.

use super::Front;
use crate::lesson::TaskIndex;

/// Bytes of a recording that is kept, at most: a lesson's session has some thousands.
const MOST: usize = 1 << 20;

impl Front<'_> {
    /// Keeps a recording for a task that was done, as soon as nothing runs.
    pub(super) fn keep_evidence(&mut self) {
        if let Some(place) = self.app.take_finished() {
            self.done.push((place, self.now.turn));
        }
        if self.done.is_empty() || self.target.position().running {
            return;
        }
        let recording = self.target.inspect().and_then(|inspect| inspect.bare_recording().ok());
        let done: Vec<(TaskIndex, u64)> = std::mem::take(&mut self.done);
        if let Some(recording) = recording.filter(|text| text.len() <= MOST) {
            for (place, turn) in done {
                self.app.keep_recording(place, recording.clone(), turn);
            }
        }
    }
}
