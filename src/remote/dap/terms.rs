//! What may be said of a breakpoint beside its place: a condition, a count of hits, a text in place of a stop.

use super::{Failed, failed};
use serde::Deserialize;

/// What all kinds have in common.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Terms {
    pub condition: Option<String>,
    pub hit_condition: Option<String>,
    pub log_message: Option<String>,
}

/// Which hits of a breakpoint count, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hits {
    /// This one.
    Exactly(u64),
    /// This one and those after it.
    AtLeast(u64),
    /// Those whose number can be divided by this one.
    Every(u64),
}

impl Hits {
    /// Reads `3` or `== 3`, `>= 3`, `% 3`.
    fn read(text: &str) -> Result<Hits, Failed> {
        type Counted = fn(u64) -> Hits;
        let kinds: [(&str, Counted); 4] =
            [("==", Hits::Exactly), (">=", Hits::AtLeast), ("%", Hits::Every), ("", Hits::Exactly)];
        let read = kinds.iter().find_map(|(sign, kind)| Some((kind, text.trim().strip_prefix(sign)?.trim())));
        match read.and_then(|(kind, number)| Some(kind(number.parse().ok().filter(|n| *n > 0)?))) {
            Some(hits) => Ok(hits),
            None => failed(format!("\"{text}\": N, == N, >= N or % N is expected for the count of hits")),
        }
    }

    /// Whether a hit counts.
    pub const fn holds(self, hits: u64) -> bool {
        match self {
            Hits::Exactly(n) => hits == n,
            Hits::AtLeast(n) => hits >= n,
            Hits::Every(n) => hits.is_multiple_of(n),
        }
    }
}

/// What a breakpoint that is due does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// It stops.
    Stop,
    /// Its hits do not count yet.
    Pass,
    /// It writes a text and does not stop.
    Log(String),
}

impl Terms {
    /// The condition, if there is one.
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Which hits count; all if nothing is said.
    pub fn hits(&self) -> Result<Option<Hits>, Failed> {
        self.hit_condition.as_deref().filter(|text| !text.trim().is_empty()).map(Hits::read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::Hits;

    #[test]
    fn counts_of_hits_are_read_as_editors_write_them() {
        let holds = |text: &str| (1..=6).filter(|n| Hits::read(text).expect("good").holds(*n)).collect::<Vec<u64>>();
        assert_eq!(holds("3"), [3]);
        assert_eq!(holds(" == 2 "), [2]);
        assert_eq!(holds(">=5"), [5, 6]);
        assert_eq!(holds("% 3"), [3, 6]);
        for wrong in ["0", "%0", "-1", "=3", ">3", "three", "=== 3x", ">=%2"] {
            assert!(Hits::read(wrong).is_err(), "{wrong}");
        }
    }
}
