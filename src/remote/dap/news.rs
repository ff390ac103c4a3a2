//! What a request or a run has brought about beside what it was for.

use super::Adapter;
use crate::backend::{BranchInfo, Snapshot};
use serde_json::json;

impl Adapter<'_> {
    /// Reports new branches of events, and breakpoints that are gone or can stop now.
    pub(super) fn notice(&mut self) {
        let Ok(now) = self.look() else { return };
        self.report_branches(&now);
        self.report_breakpoints(&now);
    }

    /// Reports the branches that are new: a change in the past begins one, whatever has made it.
    fn report_branches(&mut self, now: &Snapshot) {
        let newest = now.branches.iter().map(|branch| branch.number).max().unwrap_or(0);
        let known = std::mem::replace(&mut self.branches, newest);
        // Those that a machine begins with have come about before.
        for BranchInfo { number, parent, .. } in now.branches.iter().filter(|branch| known > 0 && branch.number > known)
        {
            let Some(fork) = parent else { continue };
            let old = now.branches.iter().find(|branch| branch.number == fork.branch);
            let kept = old.map_or(fork.turn, |old| old.present);
            let body = json!({ "branch": number, "from": fork.branch, "turn": fork.turn, "kept": kept });
            self.say("hsxray/branch", body);
            let text =
                "this is a change in the past: a new branch begins here, and the old one is kept (branch list)\n";
            self.say("output", json!({ "category": "console", "output": text }));
        }
    }
}
