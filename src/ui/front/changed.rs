//! Programs whose files have changed on disk: line 1 says so, or they are loaded again.

use super::super::Setting;
use super::Front;
use crate::backend::request::File;
use crate::backend::{ChangedFile, Want};
use std::time::Duration;

/// Between two looks at the disk.
const EVERY: Duration = Duration::from_secs(1);

/// What was seen of the files on the disk.
#[derive(Debug, Default)]
pub(super) struct OnDisk {
    /// When the disk was looked at last, by the front end's clock.
    looked: Option<Duration>,
    /// What has changed since it was read.
    changed: Vec<ChangedFile>,
    /// What of that has led to a reload: one that cannot be read is tried again when its file changes again.
    tried: Vec<ChangedFile>,
}

impl OnDisk {
    /// Programs may have been read again: the next look is at once.
    pub fn read_again(&mut self) {
        self.looked = None;
    }
}

impl Front<'_> {
    /// Looks whether files of programs have changed, once a second at most, and loads them again if that is wanted and
    /// nothing runs.
    pub fn look_at_disk(&mut self) {
        self.look_at_exercise();
        self.keep_evidence();
        let now = (self.clock)();
        if self.on_disk.looked.is_some_and(|at| now.saturating_sub(at) < EVERY) {
            return;
        }
        self.on_disk.looked = Some(now);
        let changed = self.target.look(&Want { changed: true, ..Want::numbers() }).changed.clone().unwrap_or_default();
        if changed != self.on_disk.changed {
            self.app.view.notices.changed = ChangedFile::names(&changed);
            self.on_disk.changed.clone_from(&changed);
            self.changed = true;
        }
        let stands = !self.target.position().running && self.queue.is_empty();
        if !stands || !self.app.settings.on(Setting::AutoReload) {
            return;
        }
        for file in changed.into_iter().filter(|file| !self.on_disk.tried.contains(file)).collect::<Vec<_>>() {
            self.begin_request(File::Reload(file.pid).into());
            self.on_disk.tried.retain(|tried| tried.pid != file.pid);
            self.on_disk.tried.push(file);
            self.changed = true;
        }
    }
}
