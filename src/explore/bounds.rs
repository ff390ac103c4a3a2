//! How far a search goes; sets of tasks.

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Schedules run, at most.
    pub schedules: u64,
    /// Steps taken, at most.
    pub steps: u64,
    /// Turns of a schedule, at most.
    pub turns: u64,
    /// Bytes of the table of states, at most.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { schedules: u64::MAX, steps: u64::MAX, turns: 1_000_000, bytes: 1 << 30 }
    }
}

/// The numbers of the bits that are set.
#[inline]
pub(super) fn bits(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let i = set.trailing_zeros() as usize;
        (set != 0).then(|| {
            set &= set - 1;
            i
        })
    })
}
