//! Going forward through a journal.

use crate::executive::{Machine, Marks, Observer, Touched, Turn, Who};
use crate::session::journal::{Journal, JournalEntry};
use thiserror::Error;

/// The machine did not do what its journal says. It cannot happen with a journal of the same
/// programs and configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the journal does not fit: after turn {turn} the machine cannot do what is written there")]
pub struct Diverged {
    /// Turns that could be done.
    pub turn: u64,
}

/// Does what is due, up to entry `until`; whether there was something.
pub fn catch_up(
    machine: &mut Machine,
    journal: &Journal,
    entry: &mut usize,
    until: usize,
    observer: &mut impl Observer,
) -> Result<bool, Diverged> {
    let turn = machine.turns();
    *entry = journal.past_picks(*entry, turn);
    let first = *entry;
    let mut touched = Touched::new(observer.wants_touches());
    while *entry < until
        && let Some(due) = journal.due(*entry, turn)
    {
        match due {
            JournalEntry::Input(input) => {
                drop(machine.apply_touching(input, &mut touched).map_err(|_| Diverged { turn })?)
            }
            JournalEntry::Idle | JournalEntry::Pick { .. } => machine.skip_idle_touching(&mut touched),
        }
        *entry += 1;
        observer.input(machine, touched.list());
    }
    Ok(*entry > first)
}

/// Runs to a turn, and does all that came before the next one but what begins with entry `until`.
pub fn replay(
    machine: &mut Machine,
    journal: &Journal,
    entry: &mut usize,
    (turn, until): (u64, usize),
    observer: &mut impl Observer,
) -> Result<(), Diverged> {
    loop {
        let now = machine.turns();
        catch_up(machine, journal, entry, until, observer)?;
        if now >= turn {
            return Ok(());
        }
        let (who, reach) = journal.ahead(*entry, now);
        if machine.observe(who, reach.min(turn).saturating_sub(now), &Marks::default(), observer).turns == 0 {
            return Err(Diverged { turn: now });
        }
    }
}

/// Takes one turn, and does all that came before the next one. Gives the turn if that was all.
pub fn step(machine: &mut Machine, journal: &Journal, entry: &mut usize) -> Result<Option<Turn>, Diverged> {
    let turn = machine.turns();
    catch_up(machine, journal, entry, usize::MAX, &mut ())?;
    let taken = match journal.ahead(*entry, turn).0 {
        Who::Rotation => machine.turn(),
        Who::Only(pid) => machine.turn_of(pid),
    };
    let taken = taken.map_err(|_| Diverged { turn })?;
    let more = catch_up(machine, journal, entry, usize::MAX, &mut ())?;
    Ok((!more).then_some(taken))
}
