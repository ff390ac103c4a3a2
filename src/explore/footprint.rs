//! What a step touches that others can see, and whether two steps commute.

/// Mailboxes have a bit each, as far as the bits go round.
const BOXES: u32 = 60;
/// Every mailbox: opening, binding and closing them.
pub(super) const ALL_BOXES: u64 = (1 << BOXES) - 1;
/// The file tree.
pub(super) const FILES: u64 = 1 << BOXES;

/// What a step touches that others can see. The default touches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Footprint {
    /// First address of shared memory.
    start: u32,
    /// First address after it; 0 for none.
    end: u32,
    /// Whether any of it is written.
    write: bool,
    /// It commutes with nothing.
    all: bool,
    /// Bits of what else there is: mailboxes, files.
    things: u64,
}

impl Footprint {
    /// One that commutes with nothing.
    pub(super) const ALL: Footprint = Footprint { start: 0, end: 0, write: false, all: true, things: 0 };

    /// Adds bytes of shared memory. What lies between two stretches counts as touched.
    pub(super) fn memory(&mut self, address: u32, len: u32, write: bool) {
        let (start, end) = (address, address + len);
        let (first, last) = if self.end == 0 { (start, end) } else { (self.start.min(start), self.end.max(end)) };
        (self.start, self.end) = (first, last);
        self.write |= write;
    }

    /// Adds mailboxes or whatever else has a bit.
    pub(super) fn thing(&mut self, bits: u64) {
        self.things |= bits;
    }

    /// The bit of a mailbox, by a hash of its name: its number depends on the order of opening.
    pub(super) const fn mailbox(name: u64) -> u64 {
        1 << (name % BOXES as u64)
    }

    /// Makes all mailboxes those of some bits.
    pub(super) fn only_mailboxes(&mut self, bits: u64) {
        if self.things & ALL_BOXES == ALL_BOXES {
            self.things = self.things & !ALL_BOXES | bits;
        }
    }

    /// Whether it writes some of a stretch of shared memory.
    #[inline]
    pub(super) fn writes(&self, start: u32, end: u32) -> bool {
        self.write && self.start < end && start < self.end
    }

    /// Whether two steps of different tasks lead to the same state in either order.
    #[inline]
    #[must_use]
    pub fn commutes(&self, other: &Footprint) -> bool {
        let apart = self.end <= other.start || other.end <= self.start || !(self.write | other.write);
        !(self.all | other.all) && apart && self.things & other.things == 0
    }
}

/// What a task may touch from some place on: all that steps were seen to touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Footprints {
    all: bool,
    things: u64,
    /// Stretches of shared memory, and whether they are written, in order.
    spans: Vec<(u32, u32, bool)>,
}

/// Stretches told apart, at most; with more it may touch everything.
const SPANS: usize = 32;

impl Footprints {
    /// Adds one; whether it is new.
    pub fn add(&mut self, foot: &Footprint) -> bool {
        let before = (self.all, self.things, self.spans.len());
        self.all |= foot.all;
        self.things |= foot.things;
        if foot.end > foot.start {
            self.span((foot.start, foot.end, foot.write));
        }
        before != (self.all, self.things, self.spans.len())
    }

    /// Adds all of another one; whether any is new.
    pub fn join(&mut self, other: &Footprints) -> bool {
        let before = (self.all, self.things, self.spans.len());
        self.all |= other.all;
        self.things |= other.things;
        other.spans.iter().for_each(|span| self.span(*span));
        before != (self.all, self.things, self.spans.len())
    }

    fn span(&mut self, span: (u32, u32, bool)) {
        if let Err(at) = self.spans.binary_search(&span) {
            self.spans.insert(at, span);
            self.all |= self.spans.len() > SPANS;
        }
    }

    /// Whether all of it commutes with all of another one.
    pub fn commutes(&self, other: &Footprints) -> bool {
        let apart = |a: &(u32, u32, bool), b: &(u32, u32, bool)| a.1 <= b.0 || b.1 <= a.0 || !(a.2 | b.2);
        let spans = || self.spans.iter().all(|a| other.spans.iter().all(|b| apart(a, b)));
        !(self.all | other.all) && self.things & other.things == 0 && spans()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: u32, write: bool) -> Footprint {
        let mut foot = Footprint::default();
        foot.memory(address, 4, write);
        foot
    }

    #[test]
    fn only_steps_that_touch_the_same_and_write_conflict() {
        assert!(at(0x5000, true).commutes(&at(0x5004, true)));
        assert!(at(0x5000, false).commutes(&at(0x5000, false)));
        assert!(!at(0x5000, true).commutes(&at(0x5003, false)));
        assert!(Footprint::default().commutes(&at(0x5000, true)));
        assert!(!Footprint::ALL.commutes(&Footprint::default()));
        let (mut a, mut b) = (Footprint::default(), Footprint::default());
        a.thing(Footprint::mailbox(13));
        b.thing(Footprint::mailbox(14));
        assert!(a.commutes(&b));
        b.thing(ALL_BOXES);
        assert!(!a.commutes(&b));
    }
}
