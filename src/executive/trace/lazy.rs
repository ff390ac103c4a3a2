//! The trace of a run written when it is over.
//!
//! A ring keeps the newest few thousand entries; those of a run of millions are overwritten unread. So turns that only
//! retire are counted and their entries left out, as long as the end of the run is far away; the last ones, as many as the
//! ring keeps, are written as they are taken. Entries of services, waits and faults are always written: the slots between
//! them stay empty.
//!
//! A run can also end before it was to: at a stop, a fault, a deadlock. Then the machine goes back to an *anchor*, a
//! checkpoint on the way, and takes the same turns again, with the trace on in the end. It arrives where it was, because
//! a machine is a function of its programs and inputs, and between an anchor and the end of a run there are only
//! turns. Nothing that reads a trace may see one that has not been written: the owner of a run lets
//! [`Ahead::write_trace`] do so first.

use super::Ring;
use crate::executive::{Ahead, Checkpoint, End, Machine, Marks, Observer, Ran, Who};

/// Turns between two anchors, at least: about a millisecond to be taken again, and far more work than a checkpoint is.
const LAP: u64 = 1 << 18;

/// Turns that were taken in one call.
#[derive(Debug, Clone, Copy)]
struct Lap {
    who: Who,
    turns: u64,
    /// Virtual time at its end: without a turn, the clock may have jumped.
    time_us: u64,
}

/// A place from which turns can be taken again.
#[derive(Debug, Clone)]
struct Anchor {
    checkpoint: Checkpoint,
    /// Entries written by then.
    traced: u64,
    /// Laps taken by then.
    laps: usize,
}

/// What is needed to write the trace of a run.
#[derive(Debug, Clone, Default)]
pub(in crate::executive) struct LazyTrace {
    /// The beginning of the run, or a later place with enough turns after it; and the newest.
    anchors: Vec<Anchor>,
    laps: Vec<Lap>,
    /// The newest anchor of the run before: the next one shares its pages.
    before: Option<Checkpoint>,
    /// Entries before this one may have been left out.
    written: u64,
    /// The turn up to which each is written on the way, because a run that ends soon is not worth an anchor.
    from: u64,
    /// The turn with which the run is to end; 0 for a run so short that it is written on the way.
    until: u64,
    /// It ends with no other turn: no way back is needed.
    certain: bool,
}

impl LazyTrace {
    /// How many of the next turns may leave their entries out.
    fn room(&self, machine: &Machine) -> u64 {
        if machine.turns() < self.from {
            return 0;
        }
        self.until.saturating_sub(machine.trace.capacity() as u64).saturating_sub(machine.turns())
    }

    fn anchor(&mut self, machine: &Machine) {
        if machine.turns() < self.from {
            return;
        }
        let apart = LAP.max(machine.trace.capacity() as u64);
        let last = self.anchors.last();
        if last.is_some_and(|last| machine.turns() < last.checkpoint.turn() + apart) {
            return;
        }
        let checkpoint = Checkpoint::of(machine, last.map(|last| &last.checkpoint).or(self.before.as_ref()));
        if self.anchors.len() > 1 {
            self.anchors.remove(0);
            let gone = self.anchors[0].laps;
            self.laps.drain(..gone);
            self.anchors[0].laps = 0;
        }
        self.anchors.push(Anchor { checkpoint, traced: machine.trace.total(), laps: self.laps.len() });
    }
}

impl Ahead {
    /// One for a machine whose trace is whole, and a run that is to end with a turn. The machine's trace is not to be
    /// read until [`Ahead::write_trace`] has written it, and nothing but runs may change the machine until then.
    #[must_use]
    pub fn lazy(until: u64) -> Ahead {
        let mut ahead = Ahead::default();
        ahead.lazy = Some(LazyTrace { until, ..LazyTrace::default() });
        ahead
    }

    /// One for turns that were taken before, up to a turn: the trace is right when that is reached, and no way back to
    /// write it is kept.
    #[must_use]
    pub fn again(until: u64) -> Ahead {
        let mut ahead = Ahead::lazy(until);
        ahead.lazy.iter_mut().for_each(|lazy| lazy.certain = true);
        ahead
    }

    /// The trace of the machine is whole: another run begins, which is to end with a turn, or is so short (0) that its
    /// trace is written on the way. That of the turns up to `from` is in any case.
    pub fn begin(&mut self, from: u64, until: u64) {
        if let Some(lazy) = &mut self.lazy {
            (lazy.from, lazy.until, lazy.written) = (from, until, 0);
            lazy.laps.clear();
            lazy.before = lazy.anchors.drain(..).next_back().map(|anchor| anchor.checkpoint).or(lazy.before.take());
        }
    }

    /// How many of the next turns may leave their entries out.
    pub(in crate::executive) fn room(&self, machine: &Machine) -> u64 {
        self.lazy.as_ref().map_or(0, |lazy| lazy.room(machine))
    }

    /// Entries before this one may have been left out.
    pub(in crate::executive) fn left_out(&mut self, before: u64) {
        if let Some(lazy) = &mut self.lazy {
            lazy.written = before;
        }
    }

    /// Writes the trace of the machine as strict turns would have written it.
    pub fn write_trace(&mut self, machine: &mut Machine) {
        let Some(lazy) = &mut self.lazy else { return };
        let (total, kept) = (machine.trace.total(), machine.trace.capacity() as u64);
        if lazy.written == 0 || lazy.written + kept <= total {
            return;
        }
        let enough = |anchor: &&Anchor| anchor.traced + kept <= total;
        let Some(anchor) = lazy.anchors.iter().rev().find(enough).or(lazy.anchors.first()) else { return };
        let end = (machine.turns(), machine.time_us());
        // What the ring keeps from before the anchor is right, and stays.
        let ring = std::mem::replace(&mut machine.trace, Ring::new(0));
        anchor.checkpoint.restore(machine);
        machine.trace = ring;
        machine.trace.rewind(anchor.traced);
        let laps = lazy.laps.split_off(anchor.laps);
        lazy.until = end.0;
        for Lap { who, turns, time_us } in laps {
            machine.lap(who, turns, &Marks::default(), self);
            if machine.time_us() != time_us {
                machine.skip_idle();
            }
        }
        debug_assert_eq!((machine.turns(), machine.time_us(), machine.trace.total()), (end.0, end.1, total));
        self.begin(0, end.0);
    }
}

impl Machine {
    /// Runs; where the trace is to be written afterwards, in laps between which there are anchors.
    pub(in crate::executive) fn laps(
        &mut self,
        who: Who,
        limit: u64,
        marks: &Marks,
        observer: &mut impl Observer,
    ) -> Ran {
        let mut all = Ran { turns: 0, last: None, end: End::Limit };
        let mut settled = None;
        loop {
            let lazy = observer.ahead().and_then(|ahead| ahead.lazy.as_mut());
            let Some(lazy) = lazy.filter(|lazy| lazy.until > 0 && !lazy.certain && self.trace.capacity() > 0) else {
                return self.lap(who, limit, marks, observer).0;
            };
            lazy.anchor(self);
            let first = lazy.from.saturating_sub(self.state.turn);
            let most = (limit - all.turns).min(if first > 0 { first } else { LAP });
            let (ran, paused) = self.lap(who, most, marks, observer);
            if let Some(lazy) = observer.ahead().and_then(|ahead| ahead.lazy.as_mut())
                && !lazy.anchors.is_empty()
            {
                lazy.laps.push(Lap { who, turns: ran.turns, time_us: self.state.time_us });
            }
            let ahead_of_turn = matches!(ran.end, End::Mark(_));
            let last = ran.last.or(if ahead_of_turn { settled } else { all.last });
            all = Ran { turns: all.turns + ran.turns, last, end: ran.end };
            settled = paused.or(settled);
            if all.end != End::Limit || all.turns == limit {
                return all;
            }
        }
    }
}
