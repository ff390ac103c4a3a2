//! What other machines would have moved for the run, as the screen shows it: counted on from picture to picture.

use super::Local;
use super::answer::MachinesCounted;
use crate::session::machines::{CountSoFar, WINDOWS};
use std::sync::Arc;

impl Local {
    /// The count up to the turn in view; `None` where the past cannot be run again.
    pub(super) fn machines_shown(&mut self) -> Option<Arc<MachinesCounted>> {
        let count: CountSoFar = self.session.count_for_models(WINDOWS, self.counted.take()).ok()?;
        let shown = MachinesCounted::of(&count, self.machine());
        self.counted = Some(count);
        Some(Arc::new(shown))
    }
}
