//! Memory that several tasks share: which words those are, which accesses nothing but the schedule ordered, and which
//! writes went over what another task had written.
//!
//! Two accesses of different tasks conflict if they share a byte and one of them writes. They race if neither happened
//! before the other. *Happened before* is made by the order of a task's own turns and by what tasks learn of each other
//! ([`Edge`]); memory orders nothing unless it is declared as synchronization, and neither does time. The memory of this
//! machine is sequentially consistent: a race is not undefined behaviour, but an order that another schedule may reverse.

mod channel;
mod clock;
mod declared;
mod hits;
mod order;
mod other_way;
mod shadow;
mod stale;
mod touchers;
mod watch;
mod witness;

pub use clock::{Edge, Heard};
pub use declared::{Declared, Hidden, HiddenEnd};
pub use hits::Hit;
pub use other_way::{Changed, OtherWay, Shown};
pub use shadow::{End, Race, Site};
pub use stale::Stale;
pub(super) use touchers::{Touchers, arena};
pub(super) use watch::{RaceWatch, Second};
pub(super) use witness::Witness;

use super::{Session, TravelError};
use crate::vm::Words;

/// What some turns show of shared memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    /// The first turn.
    pub from: u64,
    /// The last turn.
    pub to: u64,
    /// The words that more than one task touched, one of them writing.
    pub words: Words,
    /// The races by the turns in which they were seen first.
    pub races: Vec<Race>,
    /// The stale writes by turn.
    pub stale: Vec<Stale>,
    /// Every access to these words, where that was asked for: the first two hundred thousand.
    pub hits: Vec<Hit>,
    /// Instructions and stale writes that were left out, being too many.
    pub more: u64,
}

impl Session {
    /// What the turns from `from` to `to` of the current branch show of shared memory. `sync` are stretches of RAM (first
    /// address, first one behind) that are declared as synchronization; with `host` changes from outside count as the accesses
    /// of a task 0, which no turn orders.
    ///
    /// # Errors
    /// Not all of these turns have happened.
    pub async fn sharing(
        &mut self,
        from: u64,
        to: u64,
        sync: &[(u32, u32)],
        host: bool,
    ) -> Result<Sharing, TravelError> {
        let declared = Declared { sync: sync.to_vec(), host, ..Declared::default() };
        self.accesses(from, to, &declared, false).await
    }

    /// The same of what is declared, pinned words included; with `hits` every access to shared words, too.
    ///
    /// # Errors
    /// Not all of these turns have happened.
    pub async fn accesses(
        &mut self,
        from: u64,
        to: u64,
        declared: &Declared,
        hits: bool,
    ) -> Result<Sharing, TravelError> {
        let present = self.present();
        if to > present {
            return Err(TravelError::Future { turn: to, present });
        }
        Ok(self.timeline.sharing((from.max(1), to), declared, hits, self.machine.config()).await?)
    }
}
