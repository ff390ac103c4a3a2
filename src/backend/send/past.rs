//! Questions about the past.

use crate::backend::answer::{Done, WriteAt, WritesFound};
use crate::backend::request::{Past, Written};
use crate::backend::{Local, Refused};
use crate::session::{self, Writer};

/// Writes and uses that are listed at most.
const LISTED: usize = 1000;

impl Local {
    /// Answers a question about the past.
    pub(super) async fn carry_out_past(&mut self, past: Past) -> Result<Done, Refused> {
        self.standing()?;
        Ok(match past {
            Past::Writes { place, from, to } => Done::Writes(self.writes(place, from, to).await?),
            Past::Uses(place) => Done::Uses(Box::new(self.uses(place, LISTED).await?)),
            Past::Between { from, to } => Done::Between(Box::new(self.session.between(from, to)?)),
            Past::Intervals { first, second, pid } => {
                Done::Intervals(self.session.intervals(&first, &second, pid).await?)
            }
            Past::WakePath(pid) => Done::WakePath(Box::new(self.session.wake_path(pid).await?)),
        })
    }

    async fn writes(&self, place: Written, from: u64, to: u64) -> Result<WritesFound, Refused> {
        let found = self.session.writes(self.spot(place)?, from, to, LISTED).await?;
        let write = |w: &session::Written| self.write_at(w.writer, w.value);
        Ok(WritesFound { from, to, more: found.more, writes: found.list.iter().map(write).collect() })
    }

    /// A write, with its place by name.
    pub(in crate::backend) fn write_at(&self, writer: Writer, value: u32) -> WriteAt {
        let Writer { turn, pid, pc } = writer;
        let place = pid.zip(pc).and_then(|(pid, pc)| Some(self.listing(pid)?.named(None, pc)));
        WriteAt { turn, pid, pc, value, place }
    }
}
