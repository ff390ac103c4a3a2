//! What is shared in a window of turns: they are run again twice.

use super::replay::Diverged;
use super::{PastPosition, Timeline};
use crate::executive::{Config, Machine};
use crate::session::shared::{Declared, Sharing, Touchers, Witness};

impl Timeline {
    /// Brings a fresh machine to a place of a branch; the journal entries behind it.
    pub(in crate::session) fn bring_to(&self, machine: &mut Machine, place: PastPosition) -> Result<usize, Diverged> {
        self.bring(machine, None, place, true)
    }

    /// What the turns from `from` to `to` show of shared memory; with `hits` every access to it.
    pub(in crate::session) async fn sharing(
        &mut self,
        (from, to): (u64, u64),
        declared: &Declared,
        hits: bool,
        config: &Config,
    ) -> Result<Sharing, Diverged> {
        let (mut echo, mut here) = self.begin_record(from.saturating_sub(1), config)?;
        let machine = &mut echo.machine;
        let mut scout = machine.clone();
        let mut touchers = Touchers::new(&scout, declared.host);
        self.look_through(&mut scout, &mut here.entry.clone(), to, &mut touchers).await?;
        let mut words = touchers.words();
        declared.pins.iter().for_each(|(start, end)| words.insert(*start, *end));
        let mut witness = Witness::new(machine, &words, declared, hits);
        self.look_through(machine, &mut here.entry, to, &mut witness).await?;
        let sharing = witness.done(Sharing { from, to, ..Sharing::default() });
        here.turn = machine.turns();
        echo.at = Some(here);
        self.lanes_at = Some(echo);
        Ok(Sharing { words, ..sharing })
    }
}
